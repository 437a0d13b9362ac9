/**
 * Who is in a room and who was a moment ago: names are theirs alone, and what was held against them is not forgotten
 * by going out and in. A person is a browser; its connections are members.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { ChatEntry, ChatPerson } from '../protocol.ts';
import { defaultAvatar } from './avatar-policy.ts';
import { skeleton } from './confusables.ts';
import type { Member } from './member.ts';
import type { Said } from './message-policy.ts';
import { FRESH_RATE, type RateState } from './rate-policy.ts';

/** People remembered after they left; the one longest gone makes place. */
const MAX_REMEMBERED = 2_000;
const MIN_BROWSER_ID = 8;
const CLIENT_IDS_KEPT = 64;

export class Person {
  readonly id: string;
  name: string;
  avatar: string;
  isModerator = false;
  /** Came with the configured key. */
  hasModeratorKey = false;
  /** Chosen rather than given. */
  hasChosen = false;
  readonly members = new Map<Member, string>();
  rate: RateState = FRESH_RATE;
  last: Said | null = null;
  mutedUntilMs = 0;
  removedUntilMs = 0;
  leftAtMs = 0;
  /** What they sent lately, by their own ids. */
  readonly sent = new Map<string, ChatEntry>();

  constructor(id: string, name: string) {
    this.id = id;
    this.name = name;
    this.avatar = defaultAvatar(id);
  }

  get info(): ChatPerson {
    return { id: this.id, name: this.name, avatar: this.avatar, moderator: this.isModerator };
  }

  keepSent(entry: ChatEntry): void {
    if (entry.clientId === undefined) return;
    this.sent.set(entry.clientId, entry);
    if (this.sent.size > CLIENT_IDS_KEPT) this.sent.delete(this.sent.keys().next().value!);
  }

  /** Whether anything would be lost by forgetting them. */
  isWorthRemembering(nowMs: number): boolean {
    const used = this.hasChosen || this.last !== null;
    return used || this.mutedUntilMs > nowMs || this.removedUntilMs > nowMs || this.rate.pausedUntilMs > nowMs;
  }
}

/** Pure: a browser's secret and the public id that follows from it, which does not lead back. */
export function identify(browserId: string | undefined): { readonly browserId: string; readonly personId: string } {
  const secret =
    browserId !== undefined && browserId.length >= MIN_BROWSER_ID ? browserId : randomBytes(16).toString('hex');
  return { browserId: secret, personId: createHash('sha256').update(`chat ${secret}`).digest('hex').slice(0, 16) };
}

export class People {
  readonly #present = new Map<string, Person>();
  /** Those who left, in the order in which they did. */
  readonly #remembered = new Map<string, Person>();
  readonly #byName = new Map<string, Person>();
  readonly #rememberMs: number;

  constructor(rememberMs: number) {
    this.#rememberMs = rememberMs;
  }

  get count(): number {
    return this.#present.size;
  }

  get rememberedCount(): number {
    return this.#remembered.size;
  }

  get(id: string): Person | undefined {
    return this.#present.get(id) ?? this.#remembered.get(id);
  }

  first(n: number): ChatPerson[] {
    const infos: ChatPerson[] = [];
    for (const person of this.#present.values()) {
      if (infos.push(person.info) >= n) break;
    }
    return infos;
  }

  /** The person, known or new; to be followed by `enter`. */
  arrive(id: string): Person {
    const known = this.get(id);
    if (known !== undefined) return known;
    const person = new Person(id, this.#free(`Guest ${1000 + (Number.parseInt(id.slice(0, 8), 16) % 9000)}`));
    this.#byName.set(skeleton(person.name), person);
    return person;
  }

  /** @returns true when the person was not here before */
  enter(person: Person, member: Member, tabId: string): boolean {
    const isNew = person.members.size === 0;
    person.members.set(member, tabId);
    this.#remembered.delete(person.id);
    this.#present.set(person.id, person);
    return isNew;
  }

  /** @returns true when the person is not here any more */
  leave(person: Person, member: Member, nowMs: number): boolean {
    person.members.delete(member);
    if (person.members.size > 0) return false;
    this.#present.delete(person.id);
    person.leftAtMs = nowMs;
    if (this.#rememberMs > 0 && person.isWorthRemembering(nowMs)) {
      this.#remembered.set(person.id, person);
      if (this.#remembered.size > MAX_REMEMBERED) this.#forget(this.#remembered.values().next().value!);
    } else this.#forget(person);
    return true;
  }

  /** Gives the person the name, or that name with a number if somebody else has it or one that looks like it. */
  rename(person: Person, name: string): void {
    if (this.#byName.get(skeleton(person.name)) === person) this.#byName.delete(skeleton(person.name));
    person.name = this.#free(name);
    person.hasChosen = true;
    this.#byName.set(skeleton(person.name), person);
  }

  /** Forgets those who left long ago and against whom nothing is held. */
  tidy(nowMs: number): void {
    for (const person of this.#remembered.values()) {
      const held = Math.max(person.mutedUntilMs, person.removedUntilMs);
      if (nowMs - person.leftAtMs >= this.#rememberMs && held <= nowMs) this.#forget(person);
    }
  }

  #forget(person: Person): void {
    this.#remembered.delete(person.id);
    if (this.#byName.get(skeleton(person.name)) === person) this.#byName.delete(skeleton(person.name));
  }

  #free(name: string): string {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${[...name].slice(0, 32 - String(n).length - 1).join('')} ${n}`;
      if (!this.#byName.has(skeleton(candidate))) return candidate;
    }
  }
}
