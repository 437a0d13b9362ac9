/** A relay whose rooms a test file fills: rooms of their own for each test, and members that are gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { ConfigInput } from '../../server/config/schema.ts';
import { ChatClient, type ChatClientOptions, ELSEWHERE, type Welcome } from './chat-client.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

export const MODERATOR_KEY = 'a-moderator-key-for-tests';

export type JoinedClient = ChatClient & { readonly first: Welcome };

export interface ChatRelay {
  readonly relay: RelayProcess;
  /** The relay's `dataDir`; what is beside it is removed with it. */
  readonly dataDir: string;
  /** The name of a room that nobody has been in. */
  freshRoom(): string;
  url(room: string): string;
  /** A member on this machine, which makes it a moderator. */
  join(room: string, options?: ChatClientOptions): Promise<JoinedClient>;
  /** A member from elsewhere with a name. */
  visitor(room: string, name: string, hello?: ChatClientOptions['hello']): Promise<JoinedClient>;
}

/** Starts a relay before the file's tests and ends it, and every member, after them. */
export function useChatRelay(chat: ConfigInput['chat'] = {}): ChatRelay {
  let relay: RelayProcess;
  let folder = '';
  let rooms = 0;
  const clients: ChatClient[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sightline-chat-'));
    relay = await startRelay({
      config: {
        access: { open: true },
        dataDir: join(folder, 'data'),
        cameras: { yard: { url: 'rtsp://127.0.0.1:1/yard' } },
        chat: { freeRooms: true, moderatorKey: MODERATOR_KEY, words: ['darn'], ...chat },
      },
    });
  });
  afterAll(async () => {
    for (const client of clients) client.socket.terminate();
    await relay?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const url = (room: string) => `${relay.wsUrl}/chat/${room}`;
  const joined = async (room: string, options: ChatClientOptions = {}) => {
    const client = await ChatClient.join(url(room), options);
    clients.push(client);
    return client;
  };
  return {
    get relay() {
      return relay;
    },
    get dataDir() {
      return join(folder, 'data');
    },
    freshRoom: () => `room-${rooms++}`,
    url,
    join: joined,
    visitor: (room, name, hello = {}) => joined(room, { hello: { name, ...hello }, socket: ELSEWHERE }),
  };
}
