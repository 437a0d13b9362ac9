/**
 * Every key of `ffmpeg.config.json`: type, unit, default, range and what it does. The published JSON Schema
 * (`ffmpeg.config.schema.json`) is made from this; reading the file is `load.ts`.
 */
import { z } from 'zod';

const durationMs = (min: number, max: number, fallback: number) => z.int().min(min).max(max).default(fallback);

/** An id stands in URLs and metric labels, so it is kept to characters that need no escape there. */
export const cameraIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)
  .describe('Names the camera in URLs: letters, digits, "-" and "_", at most 64.');

const serverSchema = z
  .strictObject({
    host: z.string().min(1).default('127.0.0.1').describe('Address to listen on.'),
    port: z.int().min(0).max(65535).default(8080).describe('Port to listen on; 0 takes a free one.'),
    basePath: z
      .string()
      .regex(/^\/([A-Za-z0-9._~-]+\/)*$/)
      .default('/')
      .describe('Path under which a reverse proxy shows Sightline, with a slash at both ends.'),
  })
  .prefault({})
  .meta({ title: 'Server', description: 'Where Sightline listens.' });

const profileNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/)
  .describe('Names a profile: a lowercase letter, then lowercase letters, digits and "-", at most 32.');

const profileSchema = z
  .strictObject({
    output: z
      .array(z.string())
      .default([])
      .describe('ffmpeg output options, one array element each, that replace what the codec policy would choose.'),
  })
  .meta({ title: 'Profile' });

const ffmpegSchema = z
  .strictObject({
    path: z.string().min(1).default('ffmpeg').describe('The ffmpeg to run: a name on PATH or a path.'),
    input: z
      .array(z.string())
      .default([])
      .describe('Extra ffmpeg input options for every camera, one array element each.'),
    profiles: z
      .record(profileNameSchema, profileSchema)
      .default({})
      .describe('Named ffmpeg output options that a camera can ask for by `profile`.'),
    connectTimeoutMs: durationMs(500, 120_000, 10_000).describe(
      'How long a camera may take to answer and to send its first picture.',
    ),
    stallTimeoutMs: durationMs(500, 120_000, 10_000).describe(
      'How long a live camera may send no video before it is pulled anew.',
    ),
    idleTimeoutMs: durationMs(0, 86_400_000, 15_000).describe('How long ffmpeg runs on after the last viewer left.'),
    killTimeoutMs: durationMs(100, 60_000, 2_000).describe('How long ffmpeg has to end after SIGTERM before SIGKILL.'),
    maxStartsAtOnce: z.int().min(1).max(256).default(16).describe('How many ffmpegs may be starting at one time.'),
    retryMinMs: durationMs(50, 60_000, 500).describe(
      'First wait before a failed camera is tried again; doubles, with jitter.',
    ),
    retryMaxMs: durationMs(100, 600_000, 30_000).describe('Longest wait before a failed camera is tried again.'),
    refusedLoginRetryMs: durationMs(1_000, 86_400_000, 600_000).describe(
      'How long a camera that refused the login is left alone, because cameras lock accounts.',
    ),
  })
  .prefault({})
  .meta({
    title: 'ffmpeg',
    description: 'Which ffmpeg runs, with which options, and how patient the relay is with cameras.',
  });

const deliverySchema = z
  .strictObject({
    sharing: z
      .enum(['shared', 'viewer'])
      .default('shared')
      .describe('`shared`: one ffmpeg per camera however many watch. `viewer`: one ffmpeg per connection.'),
    gopMaxBytes: z
      .int()
      .min(65_536)
      .max(268_435_456)
      .default(16_777_216)
      .describe('Cap of the cached group of pictures per camera, in bytes.'),
    gopMaxDurationMs: durationMs(500, 120_000, 20_000).describe(
      'Cap of the cached group of pictures per camera, in time.',
    ),
    maxQueueBytes: z
      .int()
      .min(65_536)
      .max(268_435_456)
      .default(8_388_608)
      .describe('Bytes that may wait for one viewer before pictures are dropped.'),
    maxLagMs: durationMs(500, 600_000, 15_000).describe(
      'How long a viewer may be behind before it is closed with 1013.',
    ),
    mergeMaxMs: durationMs(0, 1_000, 100).describe(
      'Longest time for which tags are gathered into one write when many watch; a few viewers get every tag at once.',
    ),
    maxViewers: z.int().min(1).max(1_000_000).default(10_000).describe('Viewers in all; more get 503 or 1013.'),
  })
  .prefault({})
  .meta({ title: 'Delivery', description: 'How pictures are shared, cached and queued for those who watch.' });

const hlsSchema = z
  .strictObject({
    segmentMs: durationMs(1_000, 10_000, 2_000).describe(
      'Wanted length of segments; they are cut at the keyframe that is nearest.',
    ),
    partMs: durationMs(100, 1_000, 250).describe('Wanted length of the parts that low-latency players fetch.'),
    maxSegmentMs: durationMs(2_000, 60_000, 12_000).describe(
      'Segments of cameras with rare keyframes grow up to this; then they are cut without one.',
    ),
    window: z.int().min(4).max(1_000).default(15).describe('Segments that a playlist lists.'),
    keepExpired: z
      .int()
      .min(1)
      .max(1_000)
      .default(15)
      .describe('Segments that are kept for slow consumers after the playlist has dropped them.'),
    maxBytes: z
      .int()
      .min(1_048_576)
      .max(17_179_869_184)
      .default(134_217_728)
      .describe('Segments in memory per camera, in bytes; the oldest go first.'),
    idleTimeoutMs: durationMs(1_000, 86_400_000, 30_000).describe(
      'How long segments are made on after the last request for them.',
    ),
  })
  .prefault({})
  .refine(({ segmentMs, maxSegmentMs }) => maxSegmentMs >= segmentMs, {
    path: ['maxSegmentMs'],
    message: 'must not be less than `segmentMs`',
  })
  .meta({ title: 'HLS', description: 'How streams are cut for HLS, and how much is kept.' });

const chatSchema = z
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
      .describe('Makes a moderator of whoever presents it. Without it, only clients on this machine are moderators.'),
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

export const cameraSchema = z
  .strictObject({
    title: z.string().min(1).max(200).optional().describe('Shown on the page; the id when left out.'),
    url: z.string().min(1).describe('`rtsp://`, `rtsps://`, or `demo:` for a built-in demo camera.'),
    username: z.string().optional().describe('User for the camera; any character, no escaping needed.'),
    password: z.string().optional().describe('Password for the camera; any character, no escaping needed.'),
    transport: z.enum(['tcp', 'udp']).default('tcp').describe('How RTP travels from the camera.'),
    profile: z
      .string()
      .default('auto')
      .describe('`auto` lets the codec policy choose; otherwise a key of `ffmpeg.profiles`.'),
    sharing: z.enum(['shared', 'viewer']).optional().describe('Overrides `delivery.sharing` for this camera.'),
    keep: z
      .enum(['always', 'onDemand'])
      .default('onDemand')
      .describe('`always`: pull the camera even when nobody watches.'),
    input: z
      .array(z.string())
      .default([])
      .describe('Extra ffmpeg input options for this camera, one array element each.'),
  })
  .meta({ title: 'Camera' });

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Lets an editor complete and check this file.'),
    server: serverSchema,
    ffmpeg: ffmpegSchema,
    delivery: deliverySchema,
    hls: hlsSchema,
    dataDir: z
      .string()
      .min(1)
      .default('./data')
      .describe('Folder for everything the relay writes; relative to the config file.'),
    cameras: z.record(cameraIdSchema, cameraSchema).default({}).describe('The cameras by id.'),
    chat: chatSchema,
    access: z
      .strictObject({
        open: z
          .boolean()
          .default(false)
          .describe(
            'Lets addresses other than loopback in although there are no users. Anyone who reaches the port sees every camera.',
          ),
      })
      .prefault({})
      .meta({ title: 'Access', description: 'Who may watch.' }),
    log: z
      .strictObject({
        level: z
          .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
          .default('info')
          .describe('Least severity that is logged.'),
        format: z
          .enum(['auto', 'json', 'text'])
          .default('auto')
          .describe('`auto`: text on a terminal, JSON elsewhere.'),
      })
      .prefault({})
      .meta({ title: 'Log', description: 'What is written to standard error, and how.' }),
  })
  .meta({ title: 'Sightline configuration', description: 'What Sightline relays, and how.' });

/** The configuration as the relay uses it: every default filled in. */
export type Config = z.output<typeof configSchema>;
/** The configuration as a person may write it. */
export type ConfigInput = z.input<typeof configSchema>;
export type CameraConfig = Config['cameras'][string];
