import { describe, expect, it } from 'vitest';
import type { SourceTracks } from '../../ffmpeg/source-tracks.ts';
import { likelyTracks, soundIsMissing, soundPatienceMs } from './likely-source.ts';

const tracks = (video: string, audio: string | null, fps = 0): SourceTracks => ({
  video: { codec: video, width: 0, height: 0, fps },
  audio: audio === null ? null : { codec: audio, sampleRateHz: 8_000, channels: 1 },
});
const announced = tracks('h264', 'aac');
const exact = tracks('h264', 'aac', 25);
const other = tracks('h264', 'pcm_alaw');

describe('what a camera likely sends', () => {
  it.each([
    ['nothing while nothing is known', null, null, null, null],
    ['what it announces', announced, null, null, announced],
    ['what it sent where it announces nothing', null, exact, null, exact],
    ['the same more exactly', announced, exact, null, exact],
    ['what it announces anew', announced, other, null, announced],
    ['what it sent, once that and this announcement did not agree', announced, other, announced, other],
    ['what it announces, when that is another than did not agree', announced, other, tracks('hevc', null), announced],
  ])('is %s', (_what, announcement, sources, misannounced, likely) => {
    expect(likelyTracks(announcement, { sources, misannounced })).toBe(likely);
  });
});

describe('sound that is announced', () => {
  it('is missing for ten minutes after it did not come', () => {
    expect(soundIsMissing({}, 1e12)).toBe(false);
    expect(soundIsMissing({ soundMissedAtMs: 1e12 }, 1e12 + 599_000)).toBe(true);
    expect(soundIsMissing({ soundMissedAtMs: 1e12 }, 1e12 + 600_000)).toBe(false);
  });

  it.each([
    ['copy', 'transcode', 5_000],
    ['transcode', 'transcode', 7_000],
    ['copy', 'copy', null],
    ['copy', 'none', null],
    ['profile', 'profile', null],
  ] as const)('with video %s and audio %s has %s ms to come', (video, audio, patienceMs) => {
    expect(soundPatienceMs({ video, audio }, 10_000)).toBe(patienceMs);
    expect(soundPatienceMs({ video, audio }, 60_000)).toBe(patienceMs);
  });

  it('has less where the whole first picture has', () => {
    expect(soundPatienceMs({ video: 'copy', audio: 'transcode' }, 2_000)).toBe(1_400);
  });
});
