import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../server/config/schema.ts';
import { tagBody } from '../server/flv/tag.ts';
import { type DemoRtsp, startDemoRtsp } from './support/demo-rtsp.ts';
import { FlvClient } from './support/flv-client.ts';
import { type GstreamerCamera, startGstreamerCamera } from './support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from './support/relay-process.ts';

const USER = 'us@r';
const PASSWORD = 'p@ss:w/rd#1% ?&';
const ENOUGH_PICTURES = 40;

describe('cameras that play', () => {
  let demo: DemoRtsp;
  const gstreamers: GstreamerCamera[] = [];
  let relay: RelayProcess;
  beforeAll(async () => {
    const login = { user: USER, password: PASSWORD };
    // One for each camera: GStreamer refuses who asks for a mount that it is just preparing for somebody else.
    const mounts = {
      '/main': { keyint: 25 },
      '/other': { keyint: 25 },
      '/base': { profile: 'baseline', audio: 'aac' },
    } as const;
    const [digest, basic, open, ownDemo] = await Promise.all([
      startGstreamerCamera({ mounts, auth: 'digest', ...login }),
      startGstreamerCamera({ mounts, auth: 'basic', ...login }),
      startGstreamerCamera({ mounts: { '/alaw': { audio: 'alaw' }, '/long': { keyint: 125 } } }),
      startDemoRtsp({ users: { [USER]: PASSWORD } }),
    ]);
    gstreamers.push(digest, basic, open);
    demo = ownDemo;
    const by = { username: USER, password: PASSWORD };
    const encoded = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@`;
    const cameras: ConfigInput['cameras'] = {
      'digest-tcp': { url: digest.url('/main'), ...by },
      'digest-udp': { url: digest.url('/base'), ...by, transport: 'udp' },
      'digest-login-in-url': { url: digest.url('/other').replace('//', `//${encoded}`) },
      'basic-tcp': { url: basic.url('/main'), ...by },
      'basic-udp': { url: basic.url('/base'), ...by, transport: 'udp' },
      'alaw-tcp': { url: open.url('/alaw') },
      'demo-tcp': demo.of('lab', undefined, by),
      'demo-udp': demo.of('yard', undefined, { ...by, transport: 'udp' }),
    };
    relay = await startRelay({ config: { cameras, ffmpeg: { idleTimeoutMs: 0 } } });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all([...gstreamers, demo].map((camera) => camera?.close()));
  });

  it.concurrent.each([
    ['GStreamer with Digest over TCP', 'digest-tcp'],
    ['GStreamer with Digest over UDP, with AAC', 'digest-udp'],
    ['GStreamer with Digest and the login inside the URL', 'digest-login-in-url'],
    ['GStreamer with Basic over TCP', 'basic-tcp'],
    ['GStreamer with Basic over UDP, with AAC', 'basic-udp'],
    ['the demo camera with Digest over TCP, with AAC', 'demo-tcp'],
    ['the demo camera with Digest over UDP', 'demo-udp'],
  ])('%s: a keyframe, and the pictures go on', async (_what, id) => {
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    await viewer.untilKeyframe();
    await viewer.untilPictures(ENOUGH_PICTURES);
    viewer.checkContinuity({ maxGapMs: 500 });
    expect(viewer.header?.audio).toBe(viewer.ofKind('audio').length > 0);
    expect(await relay.camera(id)).toMatchObject({ state: 'live', reason: null, starts: 1 });
    await viewer.leave();
  });

  it.concurrent('G.711 audio becomes AAC, which browsers can play', async () => {
    const viewer = new FlvClient(`${relay.url}/live/alaw-tcp.flv`);
    await viewer.untilPictures(ENOUGH_PICTURES);
    await viewer.until('audio', () => viewer.ofKind('audio').length > 20);
    expect(viewer.header).toEqual({ audio: true, video: true });
    expect(viewer.ofKind('audio-header')).not.toEqual([]);
    for (const tag of viewer.ofKind('audio', 'audio-header')) expect(tagBody(tag)[0]! >> 4).toBe(10);
    viewer.checkContinuity({ maxGapMs: 500 });
    expect(await relay.camera('alaw-tcp')).toMatchObject({ audio: { codec: 'aac' } });
    await viewer.leave();
  });
});
