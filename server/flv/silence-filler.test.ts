import { describe, expect, it } from 'vitest';
import { AAC, decode, H264, makeFlv, PICTURE, parse, TONE, toFile } from './flv.fixture.ts';
import { SilenceFiller } from './silence-filler.ts';
import type { Tag } from './tag.ts';

const camera = async (seconds: number, audio: readonly string[] = ['-ac', '1']) =>
  parse(await makeFlv([...PICTURE, ...TONE, ...H264, '-g', '25', ...AAC, ...audio], seconds)).filter(
    (tag) => tag.kind !== 'video-end',
  );

const pass = (filler: SilenceFiller, tags: readonly Tag[]) => tags.flatMap((tag) => filler.push(tag));
const sound = (tags: readonly Tag[]) => tags.filter((tag) => tag.kind === 'audio').map((tag) => tag.timestampMs);
const without = (tags: readonly Tag[], fromMs: number, toMs = Number.POSITIVE_INFINITY) =>
  tags.filter((tag) => tag.kind !== 'audio' || tag.timestampMs < fromMs || tag.timestampMs >= toMs);

function expectSteady(timesMs: readonly number[], frameMs: number): void {
  for (let index = 1; index < timesMs.length; index++) {
    const stepMs = timesMs[index]! - timesMs[index - 1]!;
    expect(stepMs).toBeGreaterThan(0);
    expect(stepMs).toBeLessThanOrEqual(Math.ceil(frameMs) * 2);
  }
}

describe('SilenceFiller', () => {
  it('leaves healthy sound alone', async () => {
    const tags = await camera(3);
    expect(pass(new SilenceFiller(), tags)).toEqual(tags);
  });

  it.each([
    ['mono 44.1 kHz', ['-ac', '1'], 44_100, 1],
    ['stereo 48 kHz', ['-ac', '2', '-ar', '48000'], 48_000, 2],
    ['mono 16 kHz', ['-ac', '1', '-ar', '16000'], 16_000, 1],
  ])(
    'keeps sound going when it dies, and what it makes decodes to silence: %s',
    async (_name, args, rate, channels) => {
      const frameMs = 1_024_000 / rate;
      const out = pass(new SilenceFiller(), without(await camera(4, args), 1_000));
      let soundMs = 0;
      for (const tag of out) {
        if (tag.kind === 'audio') soundMs = tag.timestampMs + frameMs;
        else if (tag.kind === 'frame' && tag.timestampMs > 500)
          expect(tag.timestampMs - soundMs).toBeLessThanOrEqual(200);
      }
      expectSteady(sound(out), frameMs);
      const { raw, complaints } = await decode(toFile(out), ['-vn', '-f', 's16le']);
      expect(complaints).toBe('');
      const samples = new Int16Array(new Uint8Array(raw).buffer);
      const loudest = (fromS: number, toS: number) =>
        samples
          .subarray(fromS * rate * channels, toS * rate * channels)
          .reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      expect(loudest(0.2, 0.8)).toBeGreaterThan(1_000);
      expect(loudest(1.3, 3.5)).toBe(0);
      expect(samples.length / channels / rate).toBeGreaterThan(3.6);
    },
  );

  it('gives way when real sound returns, without going back', async () => {
    const tags = await camera(5);
    const filler = new SilenceFiller();
    const out = pass(filler, without(tags, 1_000, 3_000));
    expect(filler.filling).toBe(false);
    expectSteady(sound(out), 1_024_000 / 44_100);
    const returned = new Set(tags.filter((tag) => tag.kind === 'audio' && tag.timestampMs >= 3_250));
    expect(out.filter((tag) => returned.has(tag))).toHaveLength(returned.size);
    expect((await decode(toFile(out), ['-f', 'null'])).complaints).toBe('');
  });

  it('keeps silence ahead of the picture once the sound is dead, so that it holds up nobody', async () => {
    let soundMs = 0;
    let leadMs = Number.POSITIVE_INFINITY;
    for (const tag of pass(new SilenceFiller(), without(await camera(4), 1_000))) {
      if (tag.kind === 'audio') soundMs = tag.timestampMs + 1_024_000 / 44_100;
      else if (tag.kind === 'frame' && tag.timestampMs > 2_500) leadMs = Math.min(leadMs, soundMs - tag.timestampMs);
    }
    expect(leadMs).toBeGreaterThanOrEqual(150);
    expect(leadMs).toBeLessThanOrEqual(250);
  });

  it.each([0, 350])('is patient again when sound comes back from the dead %i ms late', async (lateMs) => {
    const tags = without(await camera(7), 1_000, 4_000);
    const late = tags
      .map((tag) => ({ tag, atMs: tag.timestampMs + (tag.kind === 'audio' ? lateMs : 0) }))
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ tag }) => tag);
    const out = pass(new SilenceFiller(), late);
    const kept = new Set(out);
    const lost = late.filter((tag) => tag.kind === 'audio' && tag.timestampMs > 4_000 && !kept.has(tag));
    expect(lost.every((tag) => tag.timestampMs < 5_000)).toBe(true);
    expectSteady(sound(out), 1_024_000 / 44_100);
  });

  it('fills in for sound that was announced and never came', async () => {
    const out = pass(new SilenceFiller(), without(await camera(2), 0));
    expect(sound(out)[0]).toBeLessThan(100);
    expect(sound(out).at(-1)).toBeGreaterThan(1_600);
    expect((await decode(toFile(out), ['-f', 'null'])).complaints).toBe('');
  });

  it('does not drown sound that always comes late', async () => {
    const tags = await camera(4);
    const late = tags
      .map((tag) => ({ tag, atMs: tag.timestampMs + (tag.kind === 'audio' ? 350 : 0) }))
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ tag }) => tag);
    const out = new Set(pass(new SilenceFiller(), late));
    const lost = tags.filter((tag) => tag.kind === 'audio' && !out.has(tag));
    expect(lost.every((tag) => tag.timestampMs < 1_000)).toBe(true);
  });

  it('repeats the header when a new source has no sound at all', async () => {
    const tags = await camera(2);
    const filler = new SilenceFiller();
    pass(
      filler,
      tags.filter((tag) => tag.timestampMs < 1_000),
    );
    filler.restarted();
    const out = pass(
      filler,
      without(tags, 0).filter((tag) => tag.timestampMs >= 1_000),
    );
    const kinds = out.map((tag) => tag.kind).filter((kind) => kind.startsWith('audio'));
    expect(kinds.slice(0, 2)).toEqual(['audio-header', 'audio']);
    expect(kinds.filter((kind) => kind === 'audio-header')).toHaveLength(1);
  });

  it('passes layouts through that it has no silence for', async () => {
    const tags = without(await camera(2, ['-ac', '6']), 500);
    expect(pass(new SilenceFiller(), tags)).toEqual(tags);
    const silentCamera = parse(await makeFlv([...PICTURE, ...H264], 1));
    expect(pass(new SilenceFiller(), silentCamera)).toEqual(silentCamera);
  });
});
