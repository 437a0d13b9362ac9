/**
 * The hub of one room: members come and go through one door each, and what one says reaches all. What may be said, by
 * whom and how often is decided by the policies; moderators' actions are `moderation.ts`.
 */
import { RelayError } from '../errors.ts';
import {
  CHAT_VERSION,
  type ChatEntry,
  type ChatErrorCode,
  type ChatHello,
  type ChatRules,
  type ChatServerMessage,
} from '../protocol.ts';
import type { Audit } from './audit.ts';
import { judgeAvatar } from './avatar-policy.ts';
import { Broadcast } from './broadcast.ts';
import type { ChatConfig } from './chat-config.ts';
import type { ChatStore } from './chat-store.ts';
import { readClientFrame } from './client-frame.ts';
import type { History } from './history.ts';
import type { Member } from './member.ts';
import { judgeMessage } from './message-policy.ts';
import { type ModeratedRoom, type Moderation, moderate } from './moderation.ts';
import { isLoopback, isModeratorKey } from './moderator-policy.ts';
import { judgeName } from './name-policy.ts';
import { identify, People, type Person } from './people.ts';
import { LISTED_PEOPLE, Presence } from './presence.ts';
import { judgeRate } from './rate-policy.ts';
import { textFrame } from './wire.ts';

/** A client's clock may be a little ahead. */
const FUTURE_MS = 5_000;
const DAY_MS = 86_400_000;
const DEFAULT_COLOUR = '#ffffff';

export interface RoomOptions {
  readonly name: string;
  readonly config: ChatConfig;
  readonly history: History;
  /** Null when nothing is stored. The room does not close it. */
  readonly store: ChatStore | null;
  readonly audit: Audit;
}

type Said = Extract<ReturnType<typeof readClientFrame>, { ok: true }>['message'] & { type: 'message' | 'danmaku' };

interface Refusal {
  readonly code: ChatErrorCode;
  readonly message: string;
}

/** What became of a `hello`. */
interface HelloOutcome {
  /** Something that others see is another now. */
  readonly hasChanged: boolean;
  /** To be told after the welcome. */
  readonly refused: readonly Refusal[];
}

export class Room {
  readonly name: string;
  readonly #options: RoomOptions;
  readonly #config: ChatConfig;
  readonly #history: History;
  readonly #members = new Set<Member>();
  readonly #personOf = new Map<Member, { readonly person: Person; readonly browserId: string }>();
  readonly #people: People;
  readonly #broadcast = new Broadcast(this.#members);
  readonly #presence: Presence;
  readonly #moderated: ModeratedRoom;
  /** Addresses of those who were removed, and until when. */
  readonly #barred = new Map<string, number>();
  #slowModeMs = 0;
  #isClosed = false;
  #emptySinceMs = Date.now();

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#options = options;
    this.#config = options.config;
    this.#history = options.history;
    this.#people = new People(options.config.rememberMs);
    this.#presence = new Presence(this.#people, (message) => this.#broadcast.send(message));
    this.#moderated = {
      name: this.name,
      audit: options.audit,
      person: (id) => this.#people.get(id),
      tell: (message) => this.#broadcast.send(message),
      forget: (id) => this.#forget(id),
      bar: (member, untilMs) => this.#bar(member, untilMs),
      setSlowMode: (ms) => {
        this.#slowModeMs = ms;
        return this.#rules;
      },
      setClosed: (closed) => {
        this.#isClosed = closed;
        return this.#rules;
      },
    };
  }

  get memberCount(): number {
    return this.#members.size;
  }

  get members(): ReadonlySet<Member> {
    return this.#members;
  }

  /**
   * Lets a member in and welcomes it.
   * @throws RelayError `removed`, `overloaded`; the member is the caller's to close then
   */
  join(member: Member, hello: ChatHello | null): void {
    if (this.#members.size >= this.#config.maxMembers) throw new RelayError('overloaded', 'This room is full.');
    const { refused } = this.#enter(member, hello);
    // Who is here already gets what was said until now; the new one finds it in the welcome.
    this.#broadcast.flush();
    this.#members.add(member);
    this.#greet(member, hello);
    for (const error of refused) this.#refuse(member, error);
  }

  /** The one way out, whatever the road to it. Idempotent. */
  leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#exit(member);
    if (this.#members.size === 0) this.#emptySinceMs = Date.now();
  }

  /** Takes a text frame of a member. */
  receive(member: Member, text: string): void {
    const frame = readClientFrame(text);
    if (!frame.ok) {
      this.#refuse(member, frame.error);
      return;
    }
    const { message } = frame;
    switch (message.type) {
      case 'ping': {
        const sentAtMs = message.sentAtMs === undefined ? {} : { sentAtMs: message.sentAtMs };
        send(member, { type: 'pong', serverTimeMs: Date.now(), ...sentAtMs });
        return;
      }
      case 'hello':
        this.#helloAgain(member, message);
        return;
      case 'moderate':
        this.#moderate(member, message);
        return;
      default:
        this.#say(member, message);
    }
  }

  /** Whether it can be dropped without anybody missing it. */
  isForgettable(nowMs: number): boolean {
    if (this.#members.size > 0) return false;
    this.#people.tidy(nowMs);
    const isBarring = [...this.#barred.values()].some((untilMs) => untilMs > nowMs);
    const worthKeeping = isBarring || this.#people.rememberedCount > 0 || this.#isClosed || this.#slowModeMs > 0;
    const idleMs = nowMs - this.#emptySinceMs;
    return !worthKeeping && (this.#history.size === 0 || idleMs >= this.#config.rememberMs);
  }

  /** Ends every member with 1001. Idempotent. */
  close(): void {
    this.#broadcast.flush();
    for (const member of [...this.#members]) member.close(new RelayError('going-away'));
    this.#presence.close();
    this.#broadcast.close();
  }

  get #rules(): ChatRules {
    const { maxCharacters, messages, perMs, pauseMs, heartbeatMs } = this.#config;
    const slowModeMs = this.#slowModeMs;
    return { maxCharacters, messages, perMs, pauseMs, slowModeMs, closed: this.#isClosed, heartbeatMs };
  }

  /** Makes the member a connection of its person, in place of one that the person's same tab had before. */
  #enter(member: Member, hello: ChatHello | null): HelloOutcome {
    const nowMs = Date.now();
    const { browserId, personId } = identify(hello?.browserId);
    const known = this.#people.get(personId);
    const barredUntilMs = Math.max(known?.removedUntilMs ?? 0, this.#barred.get(member.address) ?? 0);
    if (barredUntilMs > nowMs) throw new RelayError('removed');
    const person = known ?? this.#people.arrive(personId);
    const tabId = hello?.tabId ?? '';
    const ghosts = [...person.members].filter(([other, tab]) => other !== member && tab === tabId);
    const isNew = this.#people.enter(person, member, tabId);
    this.#personOf.set(member, { person, browserId });
    for (const [ghost] of ghosts) ghost.close(new RelayError('displaced'));
    const outcome = this.#applyHello(person, hello);
    if (isNew) this.#presence.came(person);
    else if (outcome.hasChanged) this.#presence.altered();
    return outcome;
  }

  #exit(member: Member): void {
    const entry = this.#personOf.get(member);
    if (entry === undefined) return;
    this.#personOf.delete(member);
    if (this.#people.leave(entry.person, member, Date.now())) this.#presence.went(entry.person);
  }

  #helloAgain(member: Member, hello: ChatHello): void {
    const current = this.#personOf.get(member);
    if (current === undefined) return;
    const isOther = hello.browserId !== undefined && identify(hello.browserId).personId !== current.person.id;
    let outcome: HelloOutcome;
    try {
      if (isOther) {
        this.#exit(member);
        outcome = this.#enter(member, hello);
      } else {
        outcome = this.#applyHello(current.person, hello);
        if (outcome.hasChanged) this.#presence.altered();
      }
    } catch (thrown) {
      member.close(RelayError.from(thrown));
      return;
    }
    this.#broadcast.flush();
    this.#greet(member, hello);
    for (const error of outcome.refused) this.#refuse(member, error);
  }

  #applyHello(person: Person, hello: ChatHello | null): HelloOutcome {
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

  /** Written by hand around the history's JSON, which is the same for all who join at one time. */
  #greet(member: Member, hello: ChatHello | null): void {
    const { person, browserId } = this.#personOf.get(member)!;
    const missed = hello?.lastId === undefined ? null : this.#history.after(hello.lastId);
    const welcome = {
      type: 'welcome',
      version: CHAT_VERSION,
      room: this.name,
      serverTimeMs: Date.now(),
      connectionId: member.connectionId,
      browserId,
      you: person.info,
      rules: this.#rules,
      count: this.#people.count,
      members: this.#people.first(LISTED_PEOPLE),
      resumed: missed !== null,
      deleted: this.#history.deleted,
    };
    const messages = missed === null ? this.#history.welcomeJson() : JSON.stringify(missed);
    member.send(textFrame(`${JSON.stringify(welcome).slice(0, -1)},"messages":${messages}}`), 1);
  }

  #say(member: Member, message: Said): void {
    const person = this.#personOf.get(member)?.person;
    if (person === undefined) return;
    const nowMs = Date.now();
    const { clientId } = message;
    const refuse = (code: ChatErrorCode, text: string, waitMs?: number) =>
      this.#refuse(member, {
        code,
        message: text,
        ...(clientId === undefined ? {} : { clientId }),
        ...(waitMs === undefined ? {} : { retryInSeconds: Math.ceil(waitMs / 1000) }),
      });

    // Sent again after a lost connection: it has its place already, and only the sender needs to know.
    const earlier = clientId === undefined ? undefined : this.#sentBefore(person, clientId);
    if (earlier !== undefined) {
      send(member, earlier);
      return;
    }
    if (person.mutedUntilMs > nowMs) {
      refuse('muted', 'A moderator muted you.', person.mutedUntilMs - nowMs);
      return;
    }
    if (this.#isClosed && !person.isModerator) {
      refuse('room-closed', 'This room is closed for now.');
      return;
    }
    const verdict = judgeMessage(message.type, message.text, this.#config, person.last, nowMs);
    if (!verdict.ok) {
      if (verdict.code === 'word') this.#auditWord(person, message.text);
      refuse(verdict.code, verdict.message);
      return;
    }
    const rate = judgeRate(person.rate, this.#config, person.isModerator ? 0 : this.#slowModeMs, nowMs);
    person.rate = rate.state;
    if (!rate.ok) {
      const seconds = Math.ceil(rate.waitMs / 1000);
      refuse(rate.code, `Too fast. Try again in ${seconds} s.`, rate.waitMs);
      return;
    }
    if (verdict.isMasked) this.#auditWord(person, message.text);
    const entry: ChatEntry = {
      type: message.type,
      id: this.#history.nextId(nowMs),
      room: this.name,
      atMs: nowMs,
      streamTimeMs: this.#streamTime(message.streamTimeMs, nowMs),
      sender: person.info,
      text: verdict.text,
      ...(clientId === undefined ? {} : { clientId }),
      ...(message.type === 'message'
        ? {}
        : { colour: message.colour ?? DEFAULT_COLOUR, lane: message.lane ?? 'scroll' }),
    };
    person.last = verdict.said;
    person.keepSent(entry);
    this.#history.add(entry);
    const json = JSON.stringify(entry);
    this.#options.store?.append(entry, json);
    this.#broadcast.sendJson(json);
  }

  #sentBefore(person: Person, clientId: string): ChatEntry | undefined {
    const known = person.sent.get(clientId);
    // Only of somebody who has said nothing since the room was opened can the history know more.
    return known ?? (person.sent.size === 0 ? this.#history.findByClientId(person.id, clientId) : undefined);
  }

  /** The client's word where it can be true, else the relay's clock. */
  #streamTime(claimedMs: number | undefined, nowMs: number): number {
    const oldestMs = nowMs - this.#config.storeDays * DAY_MS;
    const credible = claimedMs !== undefined && claimedMs >= oldestMs && claimedMs <= nowMs + FUTURE_MS;
    return credible ? Math.round(claimedMs) : nowMs;
  }

  #moderate(member: Member, action: Moderation): void {
    const person = this.#personOf.get(member)?.person;
    if (person === undefined) return;
    judgeModerator(person);
    const error = moderate(this.#moderated, { person, address: member.address }, action, Date.now());
    if (error !== null) this.#refuse(member, error);
  }

  #forget(id: string): void {
    this.#history.delete(id);
    this.#options.store?.delete(this.name, id);
  }

  /** A new browser id does not let somebody back in, unless the address is one that many may have. */
  #bar({ address, isShared }: Member, untilMs: number): void {
    for (const [other, otherUntilMs] of this.#barred) if (otherUntilMs <= Date.now()) this.#barred.delete(other);
    if (!isShared && !isLoopback(address)) this.#barred.set(address, untilMs);
  }

  #auditWord(person: Person, text: string): void {
    const target = { id: person.id, name: person.name };
    this.#options.audit.record({ room: this.name, action: 'word', by: null, target, text });
  }

  #refuse(member: Member, error: Refusal): void {
    if (member.strike(Date.now())) send(member, { type: 'error', ...error });
  }
}

/** By the key, or by a right that one of their connections has now. */
function judgeModerator(person: Person): void {
  person.isModerator = person.hasModeratorKey || [...person.members.keys()].some((member) => member.mayModerate);
}

function send(member: Member, message: ChatServerMessage): void {
  member.send(textFrame(JSON.stringify(message)), 1);
}
