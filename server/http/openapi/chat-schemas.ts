/** The JSON of a chat room's messages, as they are asked for over HTTP. */
import { z } from 'zod';
import type { ChatEntry, ChatMessagesAnswer } from '../../protocol.ts';
import { count, id, named } from './schemas.ts';

const chatEntry: z.ZodType<ChatEntry> = named(
  'ChatEntry',
  z.strictObject({
    type: z.enum(['message', 'danmaku']),
    id,
    room: id,
    atMs: count,
    streamTimeMs: count,
    sender: z.strictObject({ id, name: z.string(), avatar: z.string(), moderator: z.boolean() }),
    text: z.string(),
    clientId: z.string().optional(),
    colour: z.string().optional(),
    lane: z.enum(['scroll', 'top', 'bottom']).optional(),
  }) as z.ZodType<ChatEntry>,
);
export const chatMessagesAnswer: z.ZodType<ChatMessagesAnswer> = named(
  'ChatMessages',
  z.strictObject({ room: id, messages: z.array(chatEntry).readonly(), next: z.string().nullable() }),
);
