import { describe, expect, it } from 'vitest';
import { setUp } from './hls-output.fixture.ts';

const KEYFRAME_BYTES = 100_000;
const FRAME_BYTES = 500;
const GROUP_MS = 2_000;
const TRUE_BITRATE = ((KEYFRAME_BYTES + 49 * FRAME_BYTES) * 8000) / GROUP_MS;

/** Groups of pictures as a camera sends that looks at something still: nearly all bytes are the keyframe's. */
function still({ source, camera }: ReturnType<typeof setUp>, fromMs: number, lengthMs: number): void {
  for (let atMs = 0; atMs < lengthMs; atMs += 40) {
    const keyframe = atMs % GROUP_MS === 0;
    const bytes = keyframe ? KEYFRAME_BYTES : FRAME_BYTES;
    source.receiver!.take([camera.picture(fromMs + atMs, { keyframe, bytes })]);
  }
}

describe('the bit rates of a variant', () => {
  it('are not those of a segment that breaks off behind its keyframe', async () => {
    const stand = setUp();
    const asked = stand.output.variant(stand.signal);
    still(stand, 0, 12_200);
    await asked;
    stand.camera.sourceNumber = 1;
    still(stand, 12_200, 8_200);
    const { peakBitrate, averageBitrate } = await stand.output.variant(stand.signal);
    expect(peakBitrate).toBeGreaterThanOrEqual(TRUE_BITRATE);
    expect(peakBitrate).toBeLessThan(2 * TRUE_BITRATE);
    expect(averageBitrate).toBeLessThanOrEqual(peakBitrate);
  });

  it('never have the average above the peak, however short the first segment is', async () => {
    const stand = setUp({}, { keyframeIntervalMs: 500, frameMs: 40 });
    const asked = stand.output.variant(stand.signal);
    still(stand, 0, 400);
    await asked;
    stand.camera.sourceNumber = 1;
    still(stand, 400, 200);
    const { peakBitrate, averageBitrate } = await stand.output.variant(stand.signal);
    expect(averageBitrate).toBeLessThanOrEqual(peakBitrate);
  });
});
