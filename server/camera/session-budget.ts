/**
 * Keeps count of the streams that run, for the whole relay and for each device that takes only so many sessions, and
 * lets one that nobody watches make room for a new one. The rule is `stream-limits-policy.ts`.
 */
import { RelayError } from '../errors.ts';
import type { BudgetInfo } from '../protocol.ts';
import { tcpAddressOf } from './source/source-address.ts';
import { streamLimits } from './stream-limits-policy.ts';

/** A device whose sessions are counted together, whatever its streams are. */
export interface BudgetHost {
  /** Not shown: it may be an address. */
  readonly key: string;
  /** Null: any number. */
  readonly maxSessions: number | null;
}

/** A stream as the budget sees it. */
export interface BudgetMember {
  readonly cameraId: string;
  readonly host: BudgetHost | null;
  /** Since when nobody watches, Unix ms; null while somebody does, or when it is kept up for good. */
  readonly idleSinceMs: number | null;
  /** Ends it; resolves when its session is closed. */
  makeRoom(): Promise<void>;
}

/** One for the relay. Nothing to close. */
export class SessionBudget {
  readonly #maxStreams: number;
  readonly #members = new Set<BudgetMember>();

  constructor({ maxStreams }: { readonly maxStreams: number }) {
    this.#maxStreams = maxStreams;
  }

  /**
   * Takes a place; idempotent for a member that has one. Resolves when the place is free, which is at once unless
   * another stream has to end first. Never rejects.
   * @throws RelayError `overloaded`, at once
   */
  enter(member: BudgetMember): Promise<void> {
    if (this.#members.has(member)) return Promise.resolve();
    const members = [...this.#members];
    const running = members.map(({ host, idleSinceMs }) => ({ host: host?.key ?? null, idleSinceMs }));
    const { key = null, maxSessions = null } = member.host ?? {};
    const verdict = streamLimits({ running, host: key, maxSessions, maxStreams: this.#maxStreams });
    if (verdict.may === 'not-start') {
      const why =
        verdict.limit === 'maxSessions'
          ? `All ${maxSessions} sessions that this camera’s device is given are in use.`
          : `All ${this.#maxStreams} places for streams are taken.`;
      throw new RelayError('overloaded', why);
    }
    this.#members.add(member);
    if (verdict.may === 'start') return Promise.resolve();
    const oldest = members[verdict.index]!;
    this.#members.delete(oldest);
    return oldest.makeRoom();
  }

  /** Gives the place back. Idempotent. */
  leave(member: BudgetMember): void {
    this.#members.delete(member);
  }

  /** What is in use; of devices those that have a limit, without their addresses. */
  get info(): Omit<BudgetInfo, 'viewers'> {
    const hosts = new Map<string, { cameras: Set<string>; used: number; max: number }>();
    for (const { host, cameraId } of this.#members) {
      if (host === null || host.maxSessions === null) continue;
      const seen = hosts.get(host.key) ?? { cameras: new Set(), used: 0, max: host.maxSessions };
      seen.cameras.add(cameraId);
      seen.used += 1;
      hosts.set(host.key, seen);
    }
    return {
      streams: { used: this.#members.size, max: this.#maxStreams },
      hosts: [...hosts.values()].map(({ cameras, used, max }) => ({ cameras: [...cameras], used, max })),
    };
  }
}

/**
 * Pure: the device of each camera. Cameras whose addresses name the same host are one device, and the smallest
 * `maxSessions` that any of them has holds for all.
 */
export function budgetHosts(
  cameras: readonly { readonly url: string; readonly maxSessions?: number | undefined }[],
): (url: string) => BudgetHost | null {
  const limits = new Map<string, number>();
  for (const { url, maxSessions } of cameras) {
    const key = hostOf(url);
    if (key === null || maxSessions === undefined) continue;
    limits.set(key, Math.min(maxSessions, limits.get(key) ?? Number.POSITIVE_INFINITY));
  }
  return (url) => {
    const key = hostOf(url);
    return key === null ? null : { key, maxSessions: limits.get(key) ?? null };
  };
}

function hostOf(url: string): string | null {
  return tcpAddressOf(url)?.host.toLowerCase() ?? null;
}
