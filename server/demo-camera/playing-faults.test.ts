import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { cameras, client, eventually, useDemoCameras, watch } from './demo-cameras.fixture.ts';

useDemoCameras();

describe('faults of demo cameras', () => {
  it('silent: never answers', async () => {
    const answer = client('demo:yard?fault=silent')
      .request('OPTIONS')
      .catch(() => 'closed');
    expect(await Promise.race([answer, sleep(500, 'nothing')])).toBe('nothing');
  });

  it('wrong-password: refuses the right one', async () => {
    expect((await client('demo:yard?fault=wrong-password').request('DESCRIBE')).status).toBe(401);
  });

  it('slow-start: answers DESCRIBE late', async () => {
    const beganMs = Date.now();
    expect((await client('demo:yard?fault=slow-start&after=700').request('DESCRIBE')).status).toBe(200);
    expect(Date.now() - beganMs).toBeGreaterThanOrEqual(690);
  });

  it('reset: breaks the connection in the middle', async () => {
    const yard = client('demo:yard?fault=reset&after=600');
    await yard.play();
    const error = await yard.closed;
    // Node sends the end of its writing before the reset; a client that reads in between sees only that.
    if (error !== null) expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(yard.packets.length).toBeGreaterThan(5);
  });

  it('stall: sends nothing for a while, answers all the same, and goes on with a keyframe', async () => {
    const yard = client('demo:yard?fault=stall&after=800&for=600&gop=10');
    await yard.play();
    const playedMs = Date.now();
    await sleep(1100);
    expect((await yard.request('GET_PARAMETER')).status).toBe(200);
    await eventually(() => yard.count(0, playedMs, 1500, 1e6) > 3);
    expect(yard.count(0, playedMs, 0, 780)).toBeGreaterThan(5);
    expect(yard.count(0, playedMs, 880, 1380)).toBe(0);
    const after = yard.packets.find(({ channel, atMs }) => channel === 0 && atMs >= playedMs + 1390);
    expect(after!.payload[12]! & 0x1f).toBe(7);
  });

  it.each([
    ['audio-dies', 2, 0],
    ['video-dies', 0, 2],
  ])('%s: the other goes on', async (fault, dead, alive) => {
    const yard = client(`demo:yard?fault=${fault}&after=800`);
    await yard.play();
    const playedMs = Date.now();
    await eventually(() => yard.count(alive, playedMs, 1500, 1e6) > 5);
    expect(yard.count(dead, playedMs, 0, 780)).toBeGreaterThan(3);
    expect(yard.count(dead, playedMs, 880, 1e6)).toBe(0);
  });

  it('no-audio: announces it and never sends any', async () => {
    const yard = client('demo:yard?fault=no-audio');
    expect(await yard.play()).toContain('m=audio');
    await eventually(() => yard.count(0, 0, 0, Number.MAX_VALUE) > 20);
    expect(yard.count(2, 0, 0, Number.MAX_VALUE)).toBe(0);
  });

  it('resolution: changes the size in the middle of a session', async () => {
    const yard = client('demo:yard?fault=resolution&after=700&gop=10');
    await yard.play();
    const sets = () =>
      yard.packets
        .filter(({ channel, payload }) => channel === 0 && (payload[12]! & 0x1f) === 7)
        .map(({ payload }) => payload.toString('hex', 12));
    await eventually(() => new Set(sets()).size === 2);
    const { codes } = await watch(
      cameras.resolve('demo:yard?fault=resolution&after=600&gop=10'),
      ['-rtsp_transport', 'tcp'],
      50,
    );
    expect(codes.filter((code) => code === null)).toEqual([]);
  });
});
