/**
 * Watches cameras that send to groups, through the real relay, and writes what came to standard output as JSON. Runs in a
 * network of its own (`own-network.ts`), where the groups go over loopback.
 */
import { startDemoRtsp } from './demo-rtsp.ts';
import { FlvClient } from './flv-client.ts';
import { startRelay } from './relay-process.ts';

/** What was seen of one camera. */
export interface GroupWatch {
  readonly keyframe: boolean;
  readonly pictures: number;
  readonly audio: boolean;
  /** The end before any picture; null when there were some. */
  readonly end: string | null;
  readonly starts: number;
}

const demo = await startDemoRtsp();
const relay = await startRelay({
  config: {
    cameras: {
      told: demo.of('yard', 'transport=multicast&n=told', { transport: 'multicast' }),
      found: demo.of('yard', 'transport=multicast&n=found'),
      sound: demo.of('lab', 'transport=multicast'),
      // The same group as `told`, in a second session.
      again: demo.of('yard', 'transport=multicast&n=told', { transport: 'multicast' }),
      wrong: demo.of('yard', 'transport=multicast', { transport: 'tcp' }),
    },
    ffmpeg: { connectTimeoutMs: 15_000 },
  },
});

async function watch(id: string): Promise<GroupWatch> {
  const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
  const end = await viewer.untilPictures(60, 25_000).then(
    () => null,
    (error: Error) => error.message,
  );
  viewer.checkContinuity({ maxGapMs: 500 });
  const seen = {
    keyframe: viewer.ofKind('keyframe').length > 0,
    pictures: viewer.pictures.length,
    audio: viewer.ofKind('audio').length > 0,
    end,
    starts: (await relay.camera(id)).starts,
  };
  await viewer.leave();
  return seen;
}

const ids = ['told', 'found', 'sound', 'again', 'wrong'];
const seen = await Promise.all(ids.map(async (id) => [id, await watch(id)] as const));
process.stdout.write(JSON.stringify(Object.fromEntries(seen)));
await relay.close();
await demo.close();
