import { describe, expect, it } from 'vitest';
import { mjpegQuery, snapshotQuery } from './picture-query.ts';

const of = (text: string) => new URLSearchParams(text);

describe('the query of a picture', () => {
  it('asks for a picture of now in the video’s own size when it says nothing', () => {
    expect(snapshotQuery(of(''))).toEqual({ width: null, maxAgeMs: 0, start: true, stream: null });
    expect(mjpegQuery(of('cachebuster=7'))).toEqual({ width: null, fps: 5, stream: null });
  });

  it('takes the whole ranges, their ends included', () => {
    expect(snapshotQuery(of('width=16&maxAgeMs=86400000'))).toMatchObject({ width: 16, maxAgeMs: 86_400_000 });
    expect(snapshotQuery(of('width=3840&maxAgeMs=0'))).toMatchObject({ width: 3840, maxAgeMs: 0 });
    expect(snapshotQuery(of('start=0')).start).toBe(false);
    expect(mjpegQuery(of('fps=0.2'))).toMatchObject({ width: null, fps: 0.2 });
    expect(mjpegQuery(of('fps=10&width=640'))).toMatchObject({ width: 640, fps: 10 });
    expect(snapshotQuery(of('stream=sub')).stream).toBe('sub');
    expect(mjpegQuery(of('stream=main')).stream).toBe('main');
  });

  it('rounds a rate, so that viewers share encoders', () => {
    expect(mjpegQuery(of('fps=4.96')).fps).toBe(5);
    expect(mjpegQuery(of('fps=0.333')).fps).toBe(0.3);
  });

  it.each([
    'width=15',
    'width=3841',
    'width=0',
    'width=-640',
    'width=640.5',
    'width=',
    'width=1e3',
    'width=0x280',
    'width= 640',
    'width=640&width=320',
    'width=99999999999',
    'width=640px',
    'maxAgeMs=-1',
    'maxAgeMs=86400001',
    'maxAgeMs=NaN',
  ])('refuses %s and says what is allowed', (query) => {
    const name = query.split('=')[0]!;
    expect(() => snapshotQuery(of(query))).toThrow(
      expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(`^"${name}" is .* from \\d+ to`) }),
    );
  });

  it.each(['fps=0', 'fps=0.1', 'fps=10.1', 'fps=25', 'fps=five', 'fps=-1', 'fps=Infinity'])('refuses %s', (query) => {
    expect(() => mjpegQuery(of(query))).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  it('refuses another start than 0 and 1', () => {
    expect(() => snapshotQuery(of('start=no'))).toThrow('"start" is no; allowed is 0 or 1.');
  });

  it('does not repeat a long value', () => {
    expect(() => snapshotQuery(of(`width=${'9'.repeat(5_000)}`))).toThrow(/^.{1,120}$/);
  });
});
