/** Somebody who has passed the gate with one request, and what they may beside what they came for. */
import type { IncomingMessage } from 'node:http';
import { hasRight, type Target, type Who } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import type { Right } from '../protocol.ts';

export interface AdmissionOptions {
  readonly who: Who;
  readonly target: Target;
  /** The client's address, as far as it can be known. */
  readonly address: string;
  /** The address is an untrusted proxy's, so that many may have it. */
  readonly isShared: boolean;
}

export class Admission {
  readonly target: Target;
  readonly address: string;
  readonly isShared: boolean;
  /** As it is now: a right that is taken away later is taken away here too. The gate writes it. */
  who: Who;

  constructor({ who, target, address, isShared }: AdmissionOptions) {
    this.who = who;
    this.target = target;
    this.address = address;
    this.isShared = isShared;
  }

  /** Whether they also have this right, on what the route is about or on something else. */
  may(right: Right, target: Target = this.target): boolean {
    return hasRight(this.who, right, target);
  }

  /** Whether anybody who asks would be let in, so that caches between may keep the answer. */
  get isPublic(): boolean {
    return this.who.kind === 'local' || this.who.kind === 'guest';
  }

  /** Whose name stands under what was done. */
  get name(): string {
    return nameOf(this.who);
  }
}

/** Pure: for logs and lists. */
export function nameOf(who: Who): string {
  switch (who.kind) {
    case 'user':
      return who.name;
    case 'token':
      return `token ${who.name}`;
    case 'grant':
      return `link ${who.id}`;
    default:
      return who.kind === 'local' ? 'this machine' : who.kind;
  }
}

const admissions = new WeakMap<IncomingMessage, Admission>();

/** Of a request that the gate has let through. */
export function admissionOf(request: IncomingMessage): Admission {
  const admission = admissions.get(request);
  if (admission === undefined) throw new RelayError('internal', 'The request did not pass the gate.');
  return admission;
}

/** For the gate alone. */
export function setAdmission(request: IncomingMessage, admission: Admission): void {
  admissions.set(request, admission);
}
