import { expect, it, onTestFinished, vi } from 'vitest';
import { RtpTrack } from '../../server/demo-camera/rtp.ts';
import { useDemoRelay } from '../support/demo-relay.ts';
import { FlvClient } from '../support/flv-client.ts';

const HOUR_MS = 3_600_000;
const stand = useDemoRelay((demo) => ({ cameras: { lab: demo.of('lab') } }));

it('a camera that sets its clock back by an hour is seen again at once, and viewers stay', async () => {
  let isSetBack = false;
  const begunBefore = new WeakSet<RtpTrack>();
  const { timestampAt } = RtpTrack.prototype;
  const clock = vi.spyOn(RtpTrack.prototype, 'timestampAt').mockImplementation(function (this: RtpTrack, timeMs) {
    if (!isSetBack) begunBefore.add(this);
    return timestampAt.call(this, isSetBack && begunBefore.has(this) ? timeMs - HOUR_MS : timeMs);
  });
  onTestFinished(() => clock.mockRestore());
  const viewer = new FlvClient(`${stand.relay.url}/live/lab.flv`);
  await viewer.untilPictures(25);
  isSetBack = true;
  await stand.relay.untilCamera('lab', ({ starts, state }) => starts === 2 && state === 'live', 30_000);
  expect((await stand.relay.camera('lab')).lastError).toMatchObject({ code: 'corrupt' });
  const before = viewer.pictures.length;
  await viewer.untilMorePictures(50);
  const [first, last] = [viewer.pictures[before]!, viewer.pictures.at(-1)!];
  expect(last.timestampMs - first.timestampMs).toBeGreaterThan(1_500);
  viewer.checkContinuity();
  expect((await stand.relay.camera('lab')).starts).toBe(2);
  await viewer.leave();
});
