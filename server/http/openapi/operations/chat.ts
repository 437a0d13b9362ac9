/** Chat rooms. Their messages are explained, with examples, beside the server's code for them. */

import { CHAT_VERSION } from '../../../protocol.ts';
import { chatMessagesAnswer } from '../chat-schemas.ts';
import { integer, json, type Operation, words } from '../operation.ts';

export const chatOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/chat/:room',
    id: 'chat',
    tag: 'chat',
    summary: 'A room: chat and danmaku',
    about: `JSON text messages, version ${CHAT_VERSION}; \`welcome\` comes first.`,
    socket: true,
    answers: {},
  },
  {
    method: 'get',
    path: '/api/rooms/:room/messages',
    id: 'messages',
    tag: 'chat',
    summary: 'What was said over a period, by stream time',
    query: {
      from: integer('Unix ms.', 0),
      to: integer('Unix ms.', 0),
      limit: integer('How many at most.', 1),
      cursor: words('`next` of the page before.'),
    },
    answers: { 200: json('One page of it.', chatMessagesAnswer) },
  },
];
