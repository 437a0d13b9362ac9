import { describe, expect, it } from 'vitest';
import { RelayError } from '../../errors.ts';
import { H264, makeFlv, PICTURE, parse } from '../../flv/flv.fixture.ts';
import { ByteViewer } from '../../hub/byte-viewer.ts';
import { Muxer } from '../../mp4/muxer.ts';
import type { Sample } from '../../mp4/sample.ts';
import type { SampleReceiver } from '../fmp4/sample-stream.ts';
import { MjpegStream } from './mjpeg-stream.ts';
import type { PictureForm } from './picture-batch.ts';
import type { PictureSeriesRequest } from './picture-coder.ts';

const tags = parse(await makeFlv([...PICTURE, ...H264, '-g', '5'], 1));
const otherTags = parse(await makeFlv(['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25', ...H264], 1));

function samplesOf(muxer: Muxer, of: typeof tags): Sample[] {
  return of.flatMap((tag) => muxer.push(tag));
}

class Series {
  readonly request: PictureSeriesRequest;
  written: Buffer[] = [];
  backlogBytes = 0;
  closed = false;

  constructor(request: PictureSeriesRequest) {
    this.request = request;
  }

  write(mp4: Buffer): void {
    this.written.push(mp4);
  }

  close(): void {
    this.closed = true;
  }
}

function create(firstPictureTimeoutMs = 10_000) {
  const receivers = new Set<SampleReceiver>();
  const series: Series[] = [];
  const over: true[] = [];
  const stream = new MjpegStream({
    cameraId: 'yard',
    query: { width: 320, fps: 5 },
    source: { add: (receiver) => void receivers.add(receiver), remove: (receiver) => void receivers.delete(receiver) },
    coder: {
      series: (request) => {
        const each = new Series(request);
        series.push(each);
        return each;
      },
    },
    firstPictureTimeoutMs,
    onOver: () => void over.push(true),
  });
  return { stream, receivers, series, over };
}

function viewer(options: { slow?: boolean } = {}) {
  const got: string[] = [];
  const ends: string[] = [];
  const written: (() => void)[] = [];
  const each = new ByteViewer<PictureForm>({
    id: 'v',
    join: 'fast',
    audio: false,
    maxQueueBytes: 400,
    maxLagMs: 10_000,
    sink: {
      write: (bytes, drained) => {
        got.push(...(bytes.toString('latin1').match(/jpeg\d+/g) ?? []));
        if (options.slow) written.push(drained);
        return !options.slow;
      },
      end: (error) => void ends.push(error.code),
    },
  });
  return { viewer: each, got, ends, written };
}

describe('an MJPEG stream', () => {
  it('runs one encoder for all its viewers, gives a late one the newest picture at once, and ends with the last', () => {
    const { stream, receivers, series, over } = create();
    const [first, second] = [viewer(), viewer()];
    stream.attach(first.viewer);
    expect(receivers.size).toBe(1);
    stream.take(samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags));
    expect(series).toHaveLength(1);
    expect(series[0]!.request).toMatchObject({ camera: 'yard', width: 320, fps: 5 });
    expect(series[0]!.written.map((bytes) => bytes.toString('latin1', 4, 8))).toEqual(['ftyp', 'prft']);
    series[0]!.request.onPicture(Buffer.from('jpeg1'));
    stream.attach(second.viewer);
    series[0]!.request.onPicture(Buffer.from('jpeg2'));
    expect([first.got, second.got]).toEqual([
      ['jpeg1', 'jpeg2'],
      ['jpeg1', 'jpeg2'],
    ]);
    stream.detach(first.viewer);
    expect([series[0]!.closed, over.length]).toEqual([false, 0]);
    stream.detach(second.viewer);
    stream.detach(second.viewer);
    expect([series[0]!.closed, receivers.size, over.length]).toEqual([true, 0, 1]);
  });

  it('is multipart/x-mixed-replace with a length in every part', () => {
    const { stream, series } = create();
    const chunks: string[] = [];
    const sink = {
      write: (bytes: Buffer) => {
        chunks.push(bytes.toString());
        return true;
      },
      end: () => {},
    };
    stream.attach(
      new ByteViewer<PictureForm>({ id: 'v', join: 'fast', audio: false, maxQueueBytes: 1, maxLagMs: 1, sink }),
    );
    stream.take(samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags));
    for (const jpeg of ['one', 'three']) series[0]!.request.onPicture(Buffer.from(jpeg));
    expect(chunks.join('')).toBe(
      '--sightline-picture\r\n' +
        'Content-Type: image/jpeg\r\nContent-Length: 3\r\n\r\none\r\n--sightline-picture\r\n' +
        'Content-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nthree\r\n--sightline-picture\r\n',
    );
  });

  it('lets a slow viewer skip pictures without holding up the others', () => {
    const { stream, series } = create();
    const [slow, quick] = [viewer({ slow: true }), viewer()];
    for (const each of [slow, quick]) stream.attach(each.viewer);
    stream.take(samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags));
    for (let number = 1; number <= 20; number += 1) series[0]!.request.onPicture(Buffer.from(`jpeg${number}`));
    expect(quick.got).toHaveLength(20);
    while (slow.written.length > 0) slow.written.shift()!();
    expect(slow.got.length).toBeLessThan(8);
    series[0]!.request.onPicture(Buffer.from('jpeg21'));
    expect(slow.got.at(-1)).toBe('jpeg21');
  });

  it('begins at a keyframe, and goes on at one when the encoder falls behind', () => {
    const { stream, series } = create();
    stream.attach(viewer().viewer);
    const samples = samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags);
    stream.take(samples.slice(1, 4));
    expect(series).toHaveLength(0);
    stream.take(samples.slice(4, 7));
    const { written } = series[0]!;
    expect(written).toHaveLength(2);
    series[0]!.backlogBytes = 5_000_000;
    stream.take(samples.slice(7, 8));
    series[0]!.backlogBytes = 0;
    stream.take(samples.slice(8, 10));
    expect(written, 'frames without their keyframe').toHaveLength(2);
    stream.take(samples.slice(10, 12));
    expect(written).toHaveLength(3);
  });

  it('takes a new encoder when the camera’s picture changes its form, and its viewers stay', () => {
    const { stream, series } = create();
    const one = viewer();
    stream.attach(one.viewer);
    const muxer = new Muxer({ tracks: { audio: false, video: true } });
    stream.take(samplesOf(muxer, tags));
    series[0]!.request.onPicture(Buffer.from('jpeg1'));
    stream.take(samplesOf(muxer, otherTags));
    expect(series.map(({ closed }) => closed)).toEqual([true, false]);
    series[1]!.request.onPicture(Buffer.from('jpeg2'));
    expect(one.got).toEqual(['jpeg1', 'jpeg2']);
  });

  it('gets over the end of an encoder that had worked: a new one begins at the next keyframe', () => {
    const { stream, series } = create();
    const one = viewer();
    stream.attach(one.viewer);
    const samples = samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags);
    stream.take(samples.slice(0, 2));
    series[0]!.request.onPicture(Buffer.from('jpeg1'));
    series[0]!.request.onFailed(new RelayError('ffmpeg-crashed'));
    stream.take(samples.slice(2, 5));
    expect(series).toHaveLength(1);
    stream.take(samples.slice(5, 7));
    series[1]!.request.onPicture(Buffer.from('jpeg2'));
    expect(one.got).toEqual(['jpeg1', 'jpeg2']);
    expect(one.ends).toEqual([]);
  });

  it.each([
    ['the camera ends', ({ stream }: ReturnType<typeof create>) => stream.end(new RelayError('refused')), 'refused'],
    [
      'its encoder fails before it gave a picture',
      ({ series }: ReturnType<typeof create>) => series[0]!.request.onFailed(new RelayError('corrupt')),
      'corrupt',
    ],
  ])('tells its viewers when %s', (_what, happen, code) => {
    const all = create();
    const one = viewer();
    all.stream.attach(one.viewer);
    all.stream.take(samplesOf(new Muxer({ tracks: { audio: false, video: true } }), tags));
    happen(all);
    expect(one.ends).toEqual([code]);
    expect([all.series[0]!.closed, all.over.length]).toEqual([true, 1]);
  });

  it('gives up when no picture comes', async () => {
    const { stream, receivers, over } = create(20);
    const one = viewer();
    stream.attach(one.viewer);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(one.ends).toEqual(['timeout']);
    expect([receivers.size, over.length]).toEqual([0, 1]);
  });
});
