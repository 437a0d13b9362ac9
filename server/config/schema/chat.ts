/** `chat`: rooms beside the pictures. */
import { z } from 'zod';
import { cameraIdSchema, durationMs } from './fields.ts';

export const chatSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether there is a chat at all.'),
    freeRooms: z
      .boolean()
      .default(false)
      .describe('Lets clients open rooms of any name. Otherwise there is one room per camera, and those of `rooms`.'),
    rooms: z.array(cameraIdSchema).max(1000).default([]).describe('Names of rooms besides those of the cameras.'),
    maxRooms: z.int().min(1).max(100_000).default(1000).describe('Rooms open at one time; more are refused with 1013.'),
    maxMembers: z
      .int()
      .min(1)
      .max(100_000)
      .default(5000)
      .describe('Connections in one room; more are refused with 1013.'),
    heartbeatMs: durationMs(1_000, 30_000, 15_000).describe(
      'A member that was silent for so long is pinged, and a page sends its own ping as often.',
    ),
    pongTimeoutMs: durationMs(500, 60_000, 10_000).describe(
      'How long a pinged member may stay silent before it is out.',
    ),
    maxQueueMessages: z
      .int()
      .min(10)
      .max(100_000)
      .default(1000)
      .describe('Messages that may wait for one member, and from one member, before it is closed with 1013.'),
    maxQueueBytes: z
      .int()
      .min(16_384)
      .max(67_108_864)
      .default(1_048_576)
      .describe('Bytes that may wait for one member, and from one member, before it is closed with 1013.'),
    maxCharacters: z.int().min(1).max(2000).default(500).describe('Longest message, in Unicode code points.'),
    messages: z.int().min(1).max(1000).default(3).describe('Messages a member may send within `perMs`.'),
    perMs: durationMs(100, 600_000, 2_000).describe('The time in which `messages` are counted.'),
    pauseMs: durationMs(0, 600_000, 10_000).describe('How long a member who sent more has to pause.'),
    words: z
      .array(z.string().min(1).max(100))
      .max(10_000)
      .default([])
      .describe('Words that do not pass, found in any case and in look-alike letters.'),
    wordAction: z
      .enum(['mask', 'refuse'])
      .default('mask')
      .describe('`mask`: such words become asterisks. `refuse`: the message is refused.'),
    reservedNames: z
      .array(z.string().min(1).max(64))
      .max(1000)
      .default(['operator', 'moderator', 'admin', 'administrator', 'system', 'sightline', '管理员', '系统'])
      .describe('Names that only moderators may carry, nor anything that looks alike.'),
    avatarHosts: z
      .array(z.string().regex(/^[a-z0-9.-]+(:\d+)?$/))
      .max(100)
      .default([])
      .describe('Hosts from which avatars may be shown over https, as `host` or `host:port`; none by default.'),
    moderatorKey: z
      .string()
      .min(16)
      .optional()
      .describe('Makes a moderator of whoever presents it, beside those who have the right `moderate`.'),
    rememberMs: durationMs(0, 3_600_000, 300_000).describe(
      'How long a person who left keeps the name, and an empty room its last messages.',
    ),
    store: z
      .boolean()
      .default(true)
      .describe('Whether messages are written to `dataDir`, for recordings and restarts.'),
    storeDays: z.int().min(1).max(3650).default(30).describe('How long stored messages are kept, in days.'),
    storeMaxBytes: z
      .int()
      .min(65_536)
      .max(17_179_869_184)
      .default(67_108_864)
      .describe('Stored messages of one room, in bytes; the oldest days go first.'),
  })
  .prefault({})
  .meta({ title: 'Chat', description: 'Rooms beside the pictures: chat and danmaku.' });
