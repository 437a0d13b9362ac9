import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';

/** A camera's description with another body in its place. */
const rewriting = (change: (sdp: string) => string) => (chunk: Buffer) => {
  const text = chunk.toString('latin1');
  const [head, sdp] = text.split('\r\n\r\n');
  if (sdp === undefined || !text.includes('application/sdp')) return chunk;
  const body = change(sdp);
  const length = `Content-Length: ${Buffer.byteLength(body, 'latin1')}`;
  return Buffer.from(`${head!.replace(/Content-Length: \d+/i, length)}\r\n\r\n${body}`, 'latin1');
};

const ANNOUNCEMENTS = {
  /** The sound as what the camera takes, which is how ONVIF tells loudspeakers from microphones. */
  loudspeaker: (sdp: string) => sdp.replace(/^(m=audio .*\r\n)/m, '$1a=sendonly\r\n'),
  g711: (sdp: string) =>
    sdp.replace(/a=rtpmap:97 .*\r\n/, 'a=rtpmap:97 PCMA/8000/1\r\n').replace(/a=fmtp:97 .*\r\n/, ''),
};

describe('a camera that sends something else than it announces', () => {
  let demo: DemoRtsp;
  let relay: RelayProcess;
  const lines: TcpRelay[] = [];
  const announcing = async (name: keyof typeof ANNOUNCEMENTS, query?: string) => {
    const line = await startTcpRelay({ targetPort: demo.port, rewrite: rewriting(ANNOUNCEMENTS[name]) });
    lines.push(line);
    const url = demo.of('lab', query).url.replace(`:${demo.port}/`, `:${line.port}/`);
    return demo.of('lab', query, { url });
  };
  beforeAll(async () => {
    demo = await startDemoRtsp();
    const sound = await announcing('loudspeaker');
    const silent = await announcing('g711', 'fault=no-audio');
    relay = await startRelay({ config: { cameras: { sound, silent } } });
  });
  afterAll(async () => {
    await relay?.close();
    await Promise.all(lines.map((line) => line.close()));
    await demo?.close();
  });

  it.concurrent.each([
    ['sound', 'that it does not announce is heard'],
    ['silent', 'though it announces G.711 shows its picture'],
  ])('%s %s after one more start, and that is kept in mind', async (id) => {
    const viewer = new FlvClient(`${relay.url}/live/${id}.flv`);
    await viewer.untilPictures(25);
    expect(viewer.header).toEqual({ audio: id === 'sound', video: true });
    expect(viewer.ofKind('audio').length > 10).toBe(id === 'sound');
    expect(await relay.camera(id)).toMatchObject({ state: 'live', starts: 2 });
    await viewer.leave();
    await relay.untilCamera(id, ({ state }) => state === 'idle');

    const again = new FlvClient(`${relay.url}/live/${id}.flv`);
    await again.untilPictures(5);
    expect(await relay.camera(id)).toMatchObject({ state: 'live', starts: 3 });
    await again.leave();
  });
});
