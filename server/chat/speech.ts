/**
 * What becomes of something said: it is taken, was taken before, or is refused with a reason. Telling the room and
 * storing it are `room.ts`; each single question is a policy of its own.
 */
import type { ChatEntry, ChatErrorCode } from '../protocol.ts';
import type { Audit } from './audit.ts';
import type { ChatConfig } from './chat-config.ts';
import type { readClientFrame } from './client-frame.ts';
import type { History } from './history.ts';
import { judgeMessage } from './message-policy.ts';
import type { Person } from './people.ts';
import { judgeRate } from './rate-policy.ts';

/** A client's clock may be a little ahead. */
const FUTURE_MS = 5_000;
const DAY_MS = 86_400_000;
const DEFAULT_COLOUR = '#ffffff';

/** A `message` or `danmaku` as the client sent it. */
export type SpokenMessage = Extract<ReturnType<typeof readClientFrame>, { ok: true }>['message'] & {
  type: 'message' | 'danmaku';
};

/** Why something was refused, as the chat's `error` tells it. */
export interface Refusal {
  readonly code: ChatErrorCode;
  readonly message: string;
  readonly clientId?: string;
  readonly retryInSeconds?: number;
}

/** The state of a room that decides what may be said in it. */
export interface Floor {
  readonly name: string;
  readonly config: ChatConfig;
  readonly history: History;
  readonly audit: Audit;
  /** Least time between two messages of one person; 0 while slow mode is off. */
  readonly slowModeMs: number;
  /** Only moderators may write. */
  readonly isClosed: boolean;
}

export type SpeechOutcome =
  | { readonly type: 'taken'; readonly entry: ChatEntry }
  /** Sent again after a lost connection: it has its place already, and only the sender needs to know. */
  | { readonly type: 'known'; readonly entry: ChatEntry }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** Decides, and keeps account of it with the person, the history and the audit. */
export function takeSpeech(floor: Floor, person: Person, message: SpokenMessage, nowMs: number): SpeechOutcome {
  const { clientId } = message;
  const known = clientId === undefined ? undefined : sentBefore(floor.history, person, clientId);
  if (known !== undefined) return { type: 'known', entry: known };

  const refuse = (code: ChatErrorCode, text: string, waitMs?: number): SpeechOutcome => ({
    type: 'refused',
    refusal: {
      code,
      message: text,
      ...(clientId === undefined ? {} : { clientId }),
      ...(waitMs === undefined ? {} : { retryInSeconds: Math.ceil(waitMs / 1000) }),
    },
  });
  if (person.mutedUntilMs > nowMs) return refuse('muted', 'A moderator muted you.', person.mutedUntilMs - nowMs);
  if (floor.isClosed && !person.isModerator) return refuse('room-closed', 'This room is closed for now.');

  const verdict = judgeMessage(message.type, message.text, floor.config, person.last, nowMs);
  if (!verdict.ok) {
    if (verdict.code === 'word') auditWord(floor, person, message.text);
    return refuse(verdict.code, verdict.message);
  }
  const rate = judgeRate(person.rate, floor.config, person.isModerator ? 0 : floor.slowModeMs, nowMs);
  person.rate = rate.state;
  if (!rate.ok) {
    return refuse(rate.code, `Too fast. Try again in ${Math.ceil(rate.waitMs / 1000)} s.`, rate.waitMs);
  }
  if (verdict.isMasked) auditWord(floor, person, message.text);

  const entry: ChatEntry = {
    type: message.type,
    id: floor.history.nextId(nowMs),
    room: floor.name,
    atMs: nowMs,
    streamTimeMs: streamTime(message.streamTimeMs, floor.config.storeDays * DAY_MS, nowMs),
    sender: person.info,
    text: verdict.text,
    ...(clientId === undefined ? {} : { clientId }),
    ...(message.type === 'message' ? {} : { colour: message.colour ?? DEFAULT_COLOUR, lane: message.lane ?? 'scroll' }),
  };
  person.last = verdict.said;
  person.keepSent(entry);
  floor.history.add(entry);
  return { type: 'taken', entry };
}

function sentBefore(history: History, person: Person, clientId: string): ChatEntry | undefined {
  const known = person.sent.get(clientId);
  // Only of somebody who has said nothing since the room was opened can the history know more.
  return known ?? (person.sent.size === 0 ? history.findByClientId(person.id, clientId) : undefined);
}

/** Pure: the client's word where it can be true, else the relay's clock. */
function streamTime(claimedMs: number | undefined, keptMs: number, nowMs: number): number {
  const credible = claimedMs !== undefined && claimedMs >= nowMs - keptMs && claimedMs <= nowMs + FUTURE_MS;
  return credible ? Math.round(claimedMs) : nowMs;
}

function auditWord({ audit, name }: Floor, person: Person, text: string): void {
  audit.record({ room: name, action: 'word', by: null, target: { id: person.id, name: person.name }, text });
}
