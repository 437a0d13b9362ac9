/**
 * Tells a room who comes and goes: each by name while there are few, only how many once a second when there are many,
 * so that a thousand who join at once do not cost a million messages.
 */
import type { ChatServerMessage } from '../protocol.ts';
import type { People, Person } from './people.ts';

/** Up to here members are told and listed by name. */
export const LISTED_PEOPLE = 50;
const TELL_EVERY_MS = 1_000;

export class Presence {
  readonly #people: People;
  readonly #tell: (message: ChatServerMessage) => void;
  /** True from when there were too many until the list has been told again. */
  #isCrowd = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(people: People, tell: (message: ChatServerMessage) => void) {
    this.#people = people;
    this.#tell = tell;
  }

  came(person: Person): void {
    this.#changed({ type: 'joined', member: person.info, count: this.#people.count });
  }

  went(person: Person): void {
    this.#changed({ type: 'left', member: person.info, count: this.#people.count });
  }

  /** A name, an avatar or a right is another now. */
  altered(): void {
    if (this.#people.count <= LISTED_PEOPLE && !this.#isCrowd) this.#tellNow();
    else this.#tellLater();
  }

  /** Idempotent. */
  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #changed(message: ChatServerMessage): void {
    this.#isCrowd ||= this.#people.count > LISTED_PEOPLE;
    if (this.#isCrowd) this.#tellLater();
    else this.#tell(message);
  }

  #tellLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#tellNow();
    }, TELL_EVERY_MS);
  }

  #tellNow(): void {
    const { count } = this.#people;
    this.#isCrowd = count > LISTED_PEOPLE;
    this.#tell({ type: 'presence', count, ...(this.#isCrowd ? {} : { members: this.#people.first(LISTED_PEOPLE) }) });
  }
}
