/**
 * What a player does about a page that goes away and comes back: gives the stream back after a long while, and wants
 * a sign of life from a connection that a sleep may have cut without a word.
 */
import { onPageLife, type PageEvent } from '../page-life.ts';

/** A page hidden for longer gives its streams back. */
const HIDDEN_MS = 5 * 60_000;
/** After the page was away, a living socket shows itself within this time. */
const PROOF_MS = 700;

export type PageReturn = Exclude<PageEvent, { readonly type: 'hidden' }>;

/** Listens from its making to `close()`. */
export class Away {
  readonly #stopPageLife: () => void;
  #hiddenTimer: ReturnType<typeof setTimeout> | null = null;
  #proofTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(events: { onLongHidden(): void; onReturn(event: PageReturn): void }) {
    const onHidden = () => {
      this.#hiddenTimer = setTimeout(() => events.onLongHidden(), HIDDEN_MS);
    };
    // Opened in a tab that nobody has looked at yet.
    if (document.hidden) onHidden();
    this.#stopPageLife = onPageLife((event) => {
      if (this.#hiddenTimer !== null) clearTimeout(this.#hiddenTimer);
      this.#hiddenTimer = null;
      if (event.type === 'hidden') onHidden();
      else events.onReturn(event);
    });
  }

  /** Calls back unless `trust()` comes within the time a living socket needs to show itself. */
  wantProof(onNone: () => void): void {
    this.trust();
    this.#proofTimer = setTimeout(onNone, PROOF_MS);
  }

  trust(): void {
    if (this.#proofTimer !== null) clearTimeout(this.#proofTimer);
    this.#proofTimer = null;
  }

  close(): void {
    this.trust();
    if (this.#hiddenTimer !== null) clearTimeout(this.#hiddenTimer);
    this.#stopPageLife();
  }
}
