/** Messages of a chat room over a period; the room itself is a WebSocket and stands in `upgrade.ts`. */
import { may } from '../../access/permissions.ts';
import { messagesQuery } from '../../chat/messages-route.ts';
import type { ChatRooms } from '../../chat/rooms.ts';
import type { Gate, RouteTable } from '../gate.ts';
import { onlyGet } from '../only-get.ts';
import { searchOf } from '../search.ts';

export function chatRoutes({ gate, chat }: { readonly gate: Gate; readonly chat: ChatRooms }): RouteTable {
  const routes = gate.table();
  routes
    .route('/api/rooms/:room/messages', may('chat', 'room'))
    .get(async (request, response) => {
      const query = messagesQuery(searchOf(request.query), Date.now());
      response.set('Cache-Control', 'no-store').json(await chat.messages(request.params.room, query));
    })
    .all(onlyGet);
  return routes;
}
