/**
 * Everything that was let in and still runs, so that it ends when the right to it does: at a logout, when a right is
 * taken away, when a link expires. Who may what is asked anew; nothing is remembered but how to end it.
 */
import type { Access } from '../access/access.ts';
import type { Credentials } from '../access/credentials.ts';
import { decide, hasRight, type Permission, type Target, type Verdict, type Who } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import type { Admission } from './admission.ts';

interface Hold {
  readonly admission: Admission;
  readonly permission: Permission;
  readonly credentials: Credentials;
  /** It was let in with the right to listen, and may carry sound. */
  readonly hears: boolean;
  readonly end: (error: RelayError) => void;
}

/** Who is let in, under which name; or why nobody is. */
export type Judgement = { readonly ok: true; readonly who: Who } | (Verdict & { readonly ok: false });

/** Asks of whoever the request shows, then of the link in it. What is said is about the first who is known. */
export function judge(access: Access, credentials: Credentials, permission: Permission, target: Target): Judgement {
  const { who, link } = access.identify(credentials);
  const verdict = permits(who, permission, target);
  if (verdict.ok) return { ok: true, who };
  if (link === null) return verdict;
  const byLink = permits(link, permission, target);
  if (byLink.ok) return { ok: true, who: link };
  return who.kind === 'stranger' ? byLink : verdict;
}

function permits(who: Who, { right, hears }: Permission, target: Target): Verdict {
  const verdict = decide(who, right, target);
  if (!verdict.ok || hears === undefined || hasRight(who, 'listen', target)) return verdict;
  return { ok: false, code: 'not-allowed', why: 'This has its sound in it, and the right "listen" is lacking.' };
}

export class Holds {
  readonly #access: Access;
  readonly #holds = new Set<Hold>();

  constructor(access: Access) {
    this.#access = access;
    access.on('changed', () => this.#review());
  }

  get size(): number {
    return this.#holds.size;
  }

  /** @returns to be called when it has ended by itself */
  add(hold: Omit<Hold, 'hears'>): () => void {
    const { admission } = hold;
    const kept = { ...hold, hears: hasRight(admission.who, 'listen', admission.target) };
    this.#holds.add(kept);
    return () => {
      this.#holds.delete(kept);
    };
  }

  #review(): void {
    for (const hold of [...this.#holds]) {
      const { admission, permission, credentials } = hold;
      const judgement = judge(this.#access, credentials, permission, admission.target);
      if (!judgement.ok) this.#end(hold, new RelayError(judgement.code, judgement.why));
      else if (
        hold.hears &&
        admission.target.kind === 'camera' &&
        !hasRight(judgement.who, 'listen', admission.target)
      ) {
        this.#end(
          hold,
          new RelayError('not-allowed', 'The right to listen was taken away. Ask again for the picture.'),
        );
      } else {
        admission.who = judgement.who;
        // Who watches for days uses the session for days.
        this.#access.touch(credentials, judgement.who);
      }
    }
  }

  #end(hold: Hold, error: RelayError): void {
    this.#holds.delete(hold);
    hold.end(error);
  }
}
