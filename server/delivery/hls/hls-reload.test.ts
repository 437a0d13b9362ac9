import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isPending, segmentsIn, setUp } from './hls-output.fixture.ts';

describe('a reload of an HLS playlist', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('holds a reload until the part is there, and answers at once for what is there already', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    expect(await playlist({ sequence: 100, part: null })).toContain('main-abcd-100.m4s\n');
    const part = playlist({ sequence: 101, part: 0 });
    const whole = playlist({ sequence: 101, part: null });
    feed(80);
    expect(await part).toContain('main-abcd-101.0.m4s",INDEPENDENT');
    feed(1_700);
    expect(await isPending(whole)).toBe(true);
    feed(100);
    expect(segmentsIn(await whole)).toEqual([100, 101]);
    output.close();
  });

  it('takes a part behind a segment’s last for the first of the next segment', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const beyond = playlist({ sequence: 100, part: 40 });
    expect(await isPending(beyond)).toBe(true);
    feed(80);
    expect(await beyond).toContain('main-abcd-101.0.m4s",INDEPENDENT');
    output.close();
  });

  it('refuses what is too far ahead', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_480);
    await first;
    const refused = { code: 'bad-request' };
    await expect(playlist({ sequence: 103 })).rejects.toMatchObject(refused);
    await expect(playlist({ sequence: 101, part: 20 })).rejects.toMatchObject(refused);
    expect(await isPending(playlist({ sequence: 102 }))).toBe(true);
    expect(await isPending(playlist({ sequence: 101, part: 10 }))).toBe(true);
    output.close();
  });

  it('gives a reload up after three target durations', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const reload = playlist({ sequence: 101 });
    const answer = expect(reload).rejects.toMatchObject({ code: 'stalled', status: 503 });
    await vi.advanceTimersByTimeAsync(6_100);
    await answer;
    output.close();
  });

  it('answers a request for the hinted part when it comes, and for others at once that there are none', async () => {
    const { feed, playlist, output, signal } = setUp();
    const first = playlist();
    feed(2_200);
    expect(await first).toContain('PRELOAD-HINT:TYPE=PART,URI="main-abcd-101.0.m4s"');
    const hinted = output.part(101, 0, signal);
    expect(await isPending(hinted)).toBe(true);
    expect(await output.part(101, 1, signal)).toBeNull();
    expect(await output.part(99, 0, signal)).toBeNull();
    feed(80);
    expect(Buffer.isBuffer(await hinted)).toBe(true);
    output.close();
  });

  it('answers 404 for a hinted part when the segment ends without it', async () => {
    const { feed, playlist, output, signal, source, camera } = setUp();
    const first = playlist();
    feed(2_240);
    await first;
    const hinted = output.part(101, 1, signal);
    camera.sourceNumber = 1;
    source.receiver!.take([camera.picture(2_400, { keyframe: true })]);
    expect(await hinted).toBeNull();
    output.close();
  });

  it('answers 50 reloads in one go, and refuses more than may wait', async () => {
    const { feed, playlist, output } = setUp();
    const first = playlist();
    feed(2_200);
    await first;
    const held = Array.from({ length: 60 }, () => playlist({ sequence: 101, part: 0, skip: true }));
    await Promise.resolve();
    await expect(playlist({ sequence: 101 })).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    feed(80);
    const texts = await Promise.all(held);
    expect(new Set(texts).size).toBe(1);
    output.close();
  });
});
