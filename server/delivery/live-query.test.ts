import { describe, expect, it } from 'vitest';
import { liveQuery } from './live-query.ts';

const read = (text: string) => liveQuery(new URLSearchParams(text));

describe('the query of a live URL', () => {
  it('may be left out', () => {
    expect(read('')).toEqual({ join: 'fast', audio: true, wish: { stream: 'main', profile: 'auto', plays: [] } });
  });

  it.each([
    ['codecs=hvc1.1.6.L93.B0', ['hevc']],
    ['codecs=avc1.64001f,hvc1.1.6.L93.B0', ['h264', 'hevc']],
    ['codecs=avc1.64001f&codecs=hev1.1.6.L93.B0', ['h264', 'hevc']],
    ['codecs=H265', ['hevc']],
    ['codecs=h264, mp4a.40.2', ['h264']],
    ['codecs=av01.0.04M.08', []],
    ['codecs=', []],
  ])('names what the viewer plays: %s', (text, plays) => {
    expect(read(text).wish.plays).toEqual(plays);
  });

  it('chooses stream and profile', () => {
    expect(read('stream=sub&profile=low').wish).toMatchObject({ stream: 'sub', profile: 'low' });
  });

  it.each(['stream=third', 'stream=main&stream=sub', 'join=never', 'audio=2'])('is refused with %s', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});
