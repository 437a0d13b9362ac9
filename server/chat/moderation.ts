/** What moderators do, and that it is written down. Who is one is `moderator-policy.ts`. */
import { RelayError } from '../errors.ts';
import type { ChatErrorCode, ChatModeration, ChatRules, ChatServerMessage } from '../protocol.ts';
import type { Audit } from './audit.ts';
import { isEntryId } from './history.ts';
import type { Member } from './member.ts';
import type { Person } from './people.ts';

export type Moderation = ChatModeration;

/** What of a room a moderator's hand reaches. */
export interface ModeratedRoom {
  readonly name: string;
  readonly audit: Audit;
  readonly person: (id: string) => Person | undefined;
  readonly tell: (message: ChatServerMessage) => void;
  readonly forget: (messageId: string) => void;
  /** Keeps the address of a removed connection out. */
  readonly bar: (connection: Member, untilMs: number) => void;
  /** @returns the rules as they are now */
  readonly setSlowMode: (ms: number) => ChatRules;
  readonly setClosed: (closed: boolean) => ChatRules;
}

export interface Actor {
  readonly person: Person;
  readonly address: string;
}

const DEFAULT_SECONDS = 600;

/** Does it, tells the room and records it; or says why not. */
export function moderate(
  room: ModeratedRoom,
  actor: Actor,
  what: Moderation,
  nowMs: number,
): { readonly code: ChatErrorCode; readonly message: string } | null {
  if (!actor.person.isModerator) return { code: 'not-allowed', message: 'Only moderators can do that.' };
  const by = { id: actor.person.id, name: actor.person.name, address: actor.address };
  const record = (more: object) => room.audit.record({ room: room.name, action: what.action, by, ...more });

  switch (what.action) {
    case 'delete': {
      if (!isEntryId(what.messageId)) return { code: 'no-such-target', message: 'There is no such message.' };
      room.forget(what.messageId);
      record({ messageId: what.messageId });
      room.tell({ type: 'system', event: 'deleted', messageId: what.messageId });
      return null;
    }
    case 'slow': {
      record({ seconds: what.seconds });
      room.tell({ type: 'system', event: 'rules', rules: room.setSlowMode(what.seconds * 1000) });
      return null;
    }
    case 'close':
    case 'open': {
      record({});
      room.tell({ type: 'system', event: 'rules', rules: room.setClosed(what.action === 'close') });
      return null;
    }
    default: {
      const target = room.person(what.member);
      if (target === undefined) return { code: 'no-such-target', message: 'There is nobody with this id.' };
      if (target === actor.person) return { code: 'not-allowed', message: 'Not yourself.' };
      const seconds = what.action === 'unmute' ? 0 : (what.seconds ?? DEFAULT_SECONDS);
      record({ target: { id: target.id, name: target.name }, ...(seconds > 0 ? { seconds } : {}) });
      sanction(room, target, what.action, seconds, nowMs);
      return null;
    }
  }
}

function sanction(
  room: ModeratedRoom,
  target: Person,
  action: 'mute' | 'unmute' | 'remove',
  seconds: number,
  nowMs: number,
): void {
  const member = target.info;
  if (action === 'remove') {
    target.removedUntilMs = nowMs + seconds * 1000;
    room.tell({ type: 'system', event: 'removed', member, seconds });
    for (const connection of [...target.members.keys()]) {
      room.bar(connection, target.removedUntilMs);
      connection.close(new RelayError('removed'));
    }
  } else {
    target.mutedUntilMs = nowMs + seconds * 1000;
    room.tell(
      action === 'mute'
        ? { type: 'system', event: 'muted', member, seconds }
        : { type: 'system', event: 'unmuted', member },
    );
  }
}
