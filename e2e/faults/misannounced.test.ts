import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoRtsp, startDemoRtsp } from '../support/demo-rtsp.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';
import { startTcpRelay, type TcpRelay } from '../support/tcp-relay.ts';

/** Marks the sound as what a camera takes, which is how ONVIF's loudspeakers are told from microphones. */
function asLoudspeaker(chunk: Buffer): Buffer {
  const text = chunk.toString('latin1');
  const [head, sdp] = text.split('\r\n\r\n');
  if (sdp === undefined || !text.includes('application/sdp')) return chunk;
  const body = sdp.replace(/^(m=audio .*\r\n)/m, '$1a=sendonly\r\n');
  const length = `Content-Length: ${Buffer.byteLength(body, 'latin1')}`;
  return Buffer.from(`${head!.replace(/Content-Length: \d+/i, length)}\r\n\r\n${body}`, 'latin1');
}

describe('a camera that sends something else than it announces', () => {
  let demo: DemoRtsp;
  let line: TcpRelay;
  let relay: RelayProcess;
  beforeAll(async () => {
    demo = await startDemoRtsp();
    line = await startTcpRelay({ targetPort: demo.port, rewrite: asLoudspeaker });
    const url = demo.of('lab').url.replace(`:${demo.port}/`, `:${line.port}/`);
    relay = await startRelay({ config: { cameras: { lab: demo.of('lab', undefined, { url }) } } });
  });
  afterAll(async () => {
    await relay?.close();
    await line?.close();
    await demo?.close();
  });

  it('shows its picture with its sound after one more start, and keeps that in mind', async () => {
    const viewer = new FlvClient(`${relay.url}/live/lab.flv`);
    await viewer.untilPictures(25);
    expect(viewer.ofKind('audio').length).toBeGreaterThan(10);
    expect(await relay.camera('lab')).toMatchObject({ state: 'live', starts: 2 });
    await viewer.leave();
    await relay.untilCamera('lab', ({ state }) => state === 'idle');

    const again = new FlvClient(`${relay.url}/live/lab.flv`);
    await again.untilPictures(5);
    expect(await relay.camera('lab')).toMatchObject({ state: 'live', starts: 3 });
    await again.leave();
  });
});
