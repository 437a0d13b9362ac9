/**
 * The hub of one room: members come and go through one door each, and what one says reaches all. What may be said, by
 * whom and how often is decided by the policies; moderators' actions are `moderation.ts`.
 */
import { RelayError } from '../errors.ts';
import { CHAT_VERSION, type ChatHello, type ChatRules, type ChatServerMessage } from '../protocol.ts';
import { Attendance, judgeModerator } from './attendance.ts';
import type { Audit } from './audit.ts';
import { Broadcast } from './broadcast.ts';
import type { ChatConfig } from './chat-config.ts';
import type { ChatStore } from './chat-store.ts';
import { readClientFrame } from './client-frame.ts';
import type { History } from './history.ts';
import type { Member } from './member.ts';
import { type ModeratedRoom, type Moderation, moderate } from './moderation.ts';
import { People } from './people.ts';
import { LISTED_PEOPLE, Presence } from './presence.ts';
import { HELLO_WAIT_MS, helloAgain } from './rate-policy.ts';
import { type Refusal, type SpokenMessage, takeSpeech } from './speech.ts';
import { textFrame } from './wire.ts';

export interface RoomOptions {
  readonly name: string;
  readonly config: ChatConfig;
  readonly history: History;
  /** Null when nothing is stored. The room does not close it. */
  readonly store: ChatStore | null;
  readonly audit: Audit;
}

export class Room {
  readonly name: string;
  readonly #options: RoomOptions;
  readonly #config: ChatConfig;
  readonly #history: History;
  readonly #members = new Set<Member>();
  readonly #people: People;
  readonly #broadcast = new Broadcast(this.#members);
  readonly #presence: Presence;
  readonly #attendance: Attendance;
  readonly #moderated: ModeratedRoom;
  #slowModeMs = 0;
  #isClosed = false;
  #emptySinceMs = Date.now();

  constructor(options: RoomOptions) {
    this.name = options.name;
    this.#options = options;
    this.#config = options.config;
    this.#history = options.history;
    this.#people = new People(options.config.rememberMs);
    const { config } = options;
    this.#presence = new Presence(this.#people, (message) => this.#broadcast.send(message));
    this.#attendance = new Attendance({ config, people: this.#people, presence: this.#presence });
    this.#moderated = {
      name: this.name,
      audit: options.audit,
      person: (id) => this.#people.get(id),
      tell: (message) => this.#broadcast.send(message),
      forget: (id) => this.#forget(id),
      bar: (member, untilMs) => this.#attendance.bar(member, untilMs),
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

  /**
   * Lets a member in and welcomes it.
   * @throws RelayError `removed`, `overloaded`; the member is the caller's to close then
   */
  join(member: Member, hello: ChatHello | null): void {
    if (this.#members.size >= this.#config.maxMembers) throw new RelayError('overloaded', 'This room is full.');
    const refused = this.#attendance.enter(member, hello);
    // Who is here already gets what was said until now; the new one finds it in the welcome.
    this.#broadcast.flush();
    this.#members.add(member);
    this.#greet(member, hello);
    for (const error of refused) this.#refuse(member, error);
  }

  /** The one way out, whatever the road to it. Idempotent. */
  leave(member: Member): void {
    if (!this.#members.delete(member)) return;
    this.#attendance.exit(member);
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
    const isBarring = this.#attendance.isBarring(nowMs);
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

  #helloAgain(member: Member, hello: ChatHello): void {
    const attendee = this.#attendance.of(member);
    if (attendee === undefined) return;
    const hellos = helloAgain(member.hellos, Date.now());
    if (hellos === null) {
      const retryInSeconds = Math.ceil(HELLO_WAIT_MS / 1000);
      this.#refuse(member, { code: 'slow-down', message: 'Too many "hello".', retryInSeconds });
      return;
    }
    member.hellos = hellos;
    let refused: readonly Refusal[];
    try {
      refused = this.#attendance.enterAgain(member, attendee, hello);
    } catch (thrown) {
      member.close(RelayError.from(thrown));
      return;
    }
    this.#broadcast.flush();
    this.#greet(member, hello);
    for (const error of refused) this.#refuse(member, error);
  }

  /** Written by hand around the history's JSON, which is the same for all who join at one time. */
  #greet(member: Member, hello: ChatHello | null): void {
    const { person, browserId } = this.#attendance.of(member)!;
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

  #say(member: Member, message: SpokenMessage): void {
    const person = this.#attendance.of(member)?.person;
    if (person === undefined) return;
    const { name, config, history, audit, store } = this.#options;
    const floor = { name, config, history, audit, slowModeMs: this.#slowModeMs, isClosed: this.#isClosed };
    const outcome = takeSpeech(floor, person, message, Date.now());
    if (outcome.type === 'refused') this.#refuse(member, outcome.refusal);
    else if (outcome.type === 'known') send(member, outcome.entry);
    else {
      const json = JSON.stringify(outcome.entry);
      store?.append(outcome.entry, json);
      this.#broadcast.sendJson(json);
    }
  }

  #moderate(member: Member, action: Moderation): void {
    const person = this.#attendance.of(member)?.person;
    if (person === undefined) return;
    judgeModerator(person);
    const error = moderate(this.#moderated, { person, address: member.address }, action, Date.now());
    if (error !== null) this.#refuse(member, error);
  }

  #forget(id: string): void {
    this.#history.delete(id);
    this.#options.store?.delete(this.name, id);
  }

  #refuse(member: Member, error: Refusal): void {
    if (member.strike(Date.now())) send(member, { type: 'error', ...error });
  }
}

function send(member: Member, message: ChatServerMessage): void {
  member.send(textFrame(JSON.stringify(message)), 1);
}
