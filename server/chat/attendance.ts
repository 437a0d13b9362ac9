/**
 * Who is in a room, behind which connections: lets nobody in who was removed, ends the ghost that a person left behind,
 * and takes the name and avatar that a `hello` asks for. Names and what is remembered of people are `people.ts`.
 */
import { RelayError } from '../errors.ts';
import type { ChatHello } from '../protocol.ts';
import { judgeAvatar } from './avatar-policy.ts';
import type { ChatConfig } from './chat-config.ts';
import type { Member } from './member.ts';
import { isLoopback, isModeratorKey } from './moderator-policy.ts';
import { judgeName } from './name-policy.ts';
import { identify, type People, type Person } from './people.ts';
import type { Presence } from './presence.ts';
import type { Refusal } from './speech.ts';

/** The person behind a connection. */
export interface Attendee {
  readonly person: Person;
  /** The browser's secret, for its next `hello`. */
  readonly browserId: string;
}

export interface AttendanceOptions {
  readonly config: ChatConfig;
  readonly people: People;
  /** Tells the room who came, went or changed. */
  readonly presence: Presence;
}

export class Attendance {
  readonly #config: ChatConfig;
  readonly #people: People;
  readonly #presence: Presence;
  readonly #attendees = new Map<Member, Attendee>();
  /** Addresses of those who were removed, and until when. */
  readonly #barred = new Map<string, number>();

  constructor({ config, people, presence }: AttendanceOptions) {
    this.#config = config;
    this.#people = people;
    this.#presence = presence;
  }

  of(member: Member): Attendee | undefined {
    return this.#attendees.get(member);
  }

  /**
   * Makes the member a connection of its person, in place of one that the person's same tab had before.
   * @returns what of the `hello` was refused, to be told after the welcome
   * @throws RelayError `removed`
   */
  enter(member: Member, hello: ChatHello | null): readonly Refusal[] {
    const { browserId, personId } = identify(hello?.browserId);
    const known = this.#people.get(personId);
    const barredUntilMs = Math.max(known?.removedUntilMs ?? 0, this.#barred.get(member.address) ?? 0);
    if (barredUntilMs > Date.now()) throw new RelayError('removed');
    const person = known ?? this.#people.arrive(personId);
    const tabId = hello?.tabId ?? '';
    const ghosts = [...person.members].filter(([other, tab]) => other !== member && tab === tabId);
    const isNew = this.#people.enter(person, member, tabId);
    this.#attendees.set(member, { person, browserId });
    for (const [ghost] of ghosts) ghost.close(new RelayError('displaced'));
    const { hasChanged, refused } = this.#apply(person, hello);
    if (isNew) this.#presence.came(person);
    else if (hasChanged) this.#presence.altered();
    return refused;
  }

  /** A `hello` of somebody who is in: another person's, or another name or avatar. As `enter`. */
  enterAgain(member: Member, { person }: Attendee, hello: ChatHello): readonly Refusal[] {
    const isOther = hello.browserId !== undefined && identify(hello.browserId).personId !== person.id;
    if (isOther) {
      this.exit(member);
      return this.enter(member, hello);
    }
    const { hasChanged, refused } = this.#apply(person, hello);
    if (hasChanged) this.#presence.altered();
    return refused;
  }

  /** Idempotent. */
  exit(member: Member): void {
    const attendee = this.#attendees.get(member);
    if (attendee === undefined) return;
    this.#attendees.delete(member);
    if (this.#people.leave(attendee.person, member, Date.now())) this.#presence.went(attendee.person);
  }

  /** A new browser id does not let somebody back in, unless the address is one that many may have. */
  bar({ address, isShared }: Member, untilMs: number): void {
    for (const [other, otherUntilMs] of this.#barred) if (otherUntilMs <= Date.now()) this.#barred.delete(other);
    if (!isShared && !isLoopback(address)) this.#barred.set(address, untilMs);
  }

  isBarring(nowMs: number): boolean {
    return [...this.#barred.values()].some((untilMs) => untilMs > nowMs);
  }

  #apply(person: Person, hello: ChatHello | null): { readonly hasChanged: boolean; readonly refused: Refusal[] } {
    const refused: Refusal[] = [];
    const before = JSON.stringify(person.info);
    const showsKey = isModeratorKey(hello?.moderatorKey, this.#config.moderatorKey);
    person.hasModeratorKey = showsKey || (person.hasModeratorKey && person.members.size > 1);
    judgeModerator(person);
    if (hello?.name !== undefined && hello.name !== person.name) {
      const verdict = judgeName(hello.name, this.#config.reservedNames, person.isModerator);
      if (verdict.ok) this.#people.rename(person, verdict.name);
      else refused.push({ code: verdict.code, message: verdict.message });
    }
    if (hello?.avatar !== undefined) {
      const avatar = judgeAvatar(hello.avatar, this.#config.avatarHosts);
      if (avatar === null) refused.push({ code: 'bad-avatar', message: 'This avatar is not on the list.' });
      else person.avatar = avatar;
    }
    return { hasChanged: JSON.stringify(person.info) !== before, refused };
  }
}

/** By the key, or by a right that one of their connections has now. */
export function judgeModerator(person: Person): void {
  person.isModerator = person.hasModeratorKey || [...person.members.keys()].some((member) => member.mayModerate);
}
