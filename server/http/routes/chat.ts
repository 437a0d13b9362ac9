/** Messages of a chat room over a period; the room itself is a WebSocket and stands in `upgrade.ts`. */
import { Router } from 'express';
import { messagesQuery } from '../../chat/messages-route.ts';
import type { ChatRooms } from '../../chat/rooms.ts';
import { onlyGet } from '../only-get.ts';
import { searchOf } from '../search.ts';

export function chatRoutes({ chat }: { readonly chat: ChatRooms }): Router {
  const routes = Router();
  routes
    .route('/api/rooms/:room/messages')
    .get(async (request, response) => {
      const query = messagesQuery(searchOf(request.query), Date.now());
      response.set('Cache-Control', 'no-store').json(await chat.messages(request.params.room, query));
    })
    .all(onlyGet);
  return routes;
}
