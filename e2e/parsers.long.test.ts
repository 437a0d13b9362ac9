/**
 * Every parser that eats bytes from outside, fuzzed for a minute each: whatever comes, it says that it is wrong, in its
 * own words and in time, and is there for the next.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TagPipeline } from '../server/camera/tag-pipeline.ts';
import { cleanText } from '../server/chat/clean-text.ts';
import { readClientFrame } from '../server/chat/client-frame.ts';
import { crossCheck, findWarnings } from '../server/config/checks.ts';
import { expandEnvironment } from '../server/config/environment.ts';
import { JsonTextError, parseJsonText } from '../server/config/json-text.ts';
import { validateConfig } from '../server/config/validate.ts';
import { DemoCameras } from '../server/demo-camera/demo-cameras.ts';
import { RelayError } from '../server/errors.ts';
import { readScriptData } from '../server/flv/amf.ts';
import { AAC, H264, makeFlv, PICTURE, TONE } from '../server/flv/flv.fixture.ts';
import { readMetadata } from '../server/flv/metadata.ts';
import { type Tag, tagBody } from '../server/flv/tag.ts';
import { TagParser } from '../server/flv/tag-parser.ts';
import { readVideoBody } from '../server/flv/video-body.ts';
import { readOneRange, readRanges } from '../server/http-semantics/range.ts';
import { childBoxes } from '../server/mp4/box-reader.ts';
import { readMovie } from '../server/mp4/movie-reader.ts';
import { makeMp4, mux } from '../server/mp4/mp4.fixture.ts';
import { SAMPLE_READER_OUTPUT, SampleReader } from '../server/mp4/sample-reader.ts';
import { RtspParser } from '../server/rtsp/message.ts';
import { parseSdp } from '../server/rtsp/sdp.ts';
import { fileName } from '../server/videos/recording/file-names.ts';
import { readIndex } from '../server/videos/recording/fragment-index.ts';
import { recoverFile } from '../server/videos/recording/recover-file.ts';
import { startFuzzedRelay } from './support/fuzzed-relay.ts';
import { damaged, fuzzFor, onlyRelayErrors, pieces } from './support/fuzzing.ts';
import { rawRequest } from './support/raw-http.ts';

let folder: string;
let flv: Buffer;
let mp4: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sightline-parsers-'));
  flv = await makeFlv([...PICTURE, ...TONE, ...H264, '-g', '5', ...AAC], 1);
  mp4 = await makeMp4([...PICTURE, ...TONE], [...H264, '-g', '5', ...AAC, ...SAMPLE_READER_OUTPUT], 1);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const garbage = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));
const size = fc.constantFrom(1, 3, 17, 1_400, 65_536);

/** As a stream takes them from its parser on to the muxer of every MP4. */
function follow(tags: readonly Tag[]): void {
  for (const tag of tags) {
    onlyRelayErrors(() => readMetadata(tag));
    onlyRelayErrors(() => readVideoBody(tagBody(tag)));
    onlyRelayErrors(() => readScriptData(tagBody(tag)));
  }
  onlyRelayErrors(() => mux(tags, 'keyframe'));
}

describe('RTSP', () => {
  const WORDS = ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'ANNOUNCE', '$', 'X'];
  const value = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      '1',
      '-1',
      '99999999999999999999',
      'RTP/AVP/TCP;unicast;interleaved=0-1',
      'RTP/AVP;unicast;client_port=1-2',
    ),
    fc.constantFrom(
      'RTP/AVP/TCP;interleaved=255-256',
      'RTP/AVP;client_port=0-0;destination=10.0.0.1',
      'npt=0-',
      'Digest username="x"',
      ','.repeat(500),
    ),
  );
  const names = [
    'CSeq',
    'Transport',
    'Session',
    'Range',
    'Authorization',
    'Content-Length',
    'Content-Type',
    'Require',
    'Accept',
    '',
  ];
  const message = (port: number) =>
    fc
      .record({
        method: fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 })),
        uri: fc.oneof(
          fc.constantFrom(
            '*',
            `rtsp://127.0.0.1:${port}/yard`,
            `rtsp://127.0.0.1:${port}/yard/track1`,
            'rtsp://[',
            '/',
          ),
          fc.string({ maxLength: 30 }),
        ),
        headers: fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 }),
        body: fc.string({ maxLength: 30 }),
      })
      .map(({ method, uri, headers, body }) => {
        const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`);
        return Buffer.from(`${method} ${uri} RTSP/1.0\r\nCSeq: 1\r\n${lines.join('')}\r\n${body}`);
      });

  it('the demo cameras’ server', async () => {
    const cameras = new DemoCameras({ ffmpegPath: 'ffmpeg', log: pino({ level: 'silent' }) });
    await cameras.start();
    try {
      const { port } = cameras;
      const bytes = fc.array(fc.oneof({ weight: 5, arbitrary: message(port) }, { weight: 1, arbitrary: garbage }), {
        maxLength: 5,
      });
      const count = await fuzzFor(bytes, async (messages) => {
        await say(port, Buffer.concat(messages), 30);
        expect(await say(port, Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n'), 5_000, 'CSeq: 7')).toContain(
          '200 OK',
        );
      });
      expect(count).toBeGreaterThan(100);
    } finally {
      await cameras.close();
    }
  });

  it('messages of cameras, and their descriptions', async () => {
    const sdp = fc
      .array(
        fc.constantFrom(
          'v=0',
          'm=video 0 RTP/AVP 96',
          'a=rtpmap:96 H264/90000',
          'a=fmtp:96 sprop-parameter-sets=,',
          'a=control:',
          'b=AS:9999999999',
          'c=IN IP4 x',
          'm=',
          'a=',
          '=',
          'a=range:npt=-',
        ),
      )
      .map((lines) => lines.join('\r\n'));
    const wire = fc.oneof(
      message(554),
      garbage,
      garbage.map((bytes) => Buffer.concat([Buffer.from([0x24, 0, 0xff, 0xff]), bytes])),
    );
    await fuzzFor(
      fc.tuple(fc.array(wire, { maxLength: 4 }), size, fc.oneof(sdp, fc.string({ maxLength: 200 }))),
      ([items, step, text]) => {
        const parser = new RtspParser();
        onlyRelayErrors(() => {
          for (const piece of pieces(Buffer.concat(items), step)) parser.push(piece);
        });
        onlyRelayErrors(() => parseSdp(text));
      },
    );
  });
});

it('FLV, from its bytes to the muxer', async () => {
  await fuzzFor(
    fc.tuple(fc.oneof({ weight: 5, arbitrary: damaged(flv, 40_000) }, { weight: 1, arbitrary: garbage }), size),
    ([bytes, step]) => {
      const pipeline = new TagPipeline();
      const tags: Tag[] = [];
      onlyRelayErrors(() => {
        for (const piece of pieces(bytes, step)) tags.push(...pipeline.push(piece));
      });
      onlyRelayErrors(() => new TagParser().push(bytes));
      follow(tags);
    },
  );
});

it('the boxes of MP4, from ffmpeg and from the disk', async () => {
  const file = join(folder, fileName('yard', 1_700_000_000_000));
  await fuzzFor(
    fc.tuple(fc.oneof({ weight: 5, arbitrary: damaged(mp4, 60_000) }, { weight: 1, arbitrary: garbage }), size),
    async ([bytes, step]) => {
      const tags: Tag[] = [];
      const reader = new SampleReader();
      onlyRelayErrors(() => {
        for (const piece of pieces(bytes, step)) tags.push(...reader.push(piece));
      });
      onlyRelayErrors(() => reader.end());
      follow(tags);
      onlyRelayErrors(() => childBoxes(bytes));
      onlyRelayErrors(() => readMovie(bytes.subarray(8)));
      onlyRelayErrors(() => readIndex(bytes));
      await writeFile(file, bytes);
      // Any of these leaves the file as it is.
      await recoverFile(file).catch((error: unknown) => {
        if (!(error instanceof RelayError || error instanceof RangeError)) throw error;
      });
    },
  );
});

it('ranges', async () => {
  const piece = fc.constantFrom(
    'bytes',
    '=',
    '-',
    ',',
    ' ',
    '0',
    '1',
    '9',
    '99999999999999999999',
    '\t',
    'x',
    'items',
    '+',
    '.',
    '%',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(piece, { maxLength: 400 }).map((list) => `bytes=${list.join('')}`),
  );
  await fuzzFor(
    fc.tuple(text, fc.maxSafeInteger().map(Math.abs)),
    ([header, sizeBytes]) => {
      for (const answer of [readRanges(header, sizeBytes), [readOneRange(header, sizeBytes)].flat()]) {
        if (typeof answer === 'string') continue;
        for (const range of answer) {
          if (typeof range === 'string') continue;
          expect(range.first >= 0 && range.first <= range.last && range.last < sizeBytes).toBe(true);
        }
      }
    },
    { numRuns: 5_000 },
  );
});

it('headers of tus', async () => {
  const { relay, ask, failures, close } = await startFuzzedRelay(await mkdtemp(join(folder, 'tus-')));
  try {
    const port = Number(new URL(relay.url).port);
    const number = fc.oneof(
      fc.integer().map(String),
      fc.constantFrom('', '1e9', '0x1', '9'.repeat(30), '-0', 'NaN', '1,2', ' 5'),
    );
    const base64 = fc.string({ maxLength: 60 }).map((text) => Buffer.from(text).toString('base64'));
    const metadata = fc.array(
      fc.tuple(
        fc.constantFrom('filename', 'filetype', '', '__proto__', 'x'),
        fc.oneof(base64, fc.string({ maxLength: 20 })),
      ),
      { maxLength: 5 },
    );
    const request = fc.record({
      method: fc.constantFrom('POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS', 'PUT'),
      id: fc.constantFrom('', '/', '/x', '/..', '/%2e%2e%2fx', '/0123456789abcdef0123456789abcdef'),
      version: fc.constantFrom('1.0.0', '1.0.0', '1.0.0', '0.2.2', '', '9'),
      length: fc.option(number),
      offset: fc.option(number),
      defer: fc.option(number),
      concat: fc.option(fc.constantFrom('partial', 'final;/a /b', 'final;', 'x')),
      type: fc.constantFrom('application/offset+octet-stream', 'text/plain', ''),
      metadata: fc.option(metadata),
      body: fc.string({ maxLength: 50 }),
    });
    await fuzzFor(
      request,
      async ({ method, id, version, length, offset, defer, concat, type, metadata: pairs, body }) => {
        const headers: Record<string, string | null> = {
          ...ask.headers,
          'Tus-Resumable': version,
          'Upload-Length': length,
          'Upload-Offset': offset,
          'Upload-Defer-Length': defer,
          'Upload-Concat': concat,
          'Upload-Metadata': pairs === null ? null : pairs.map((pair) => pair.join(' ')).join(','),
          'Content-Type': type,
        };
        const lines = Object.entries(headers).map(([name, text]) =>
          text === null ? '' : `${name}: ${printable(text)}\r\n`,
        );
        const bytes = Buffer.from(body);
        const head = `${method} /api/uploads${id} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n${lines.join('')}`;
        const { status } = await rawRequest(
          port,
          `${head}Content-Length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`,
          5_000,
        );
        expect(status).toBeGreaterThan(0);
        expect([500, 502]).not.toContain(status);
      },
    );
    expect(failures()).toEqual([]);
  } finally {
    await close();
  }
});

it('frames of the chat, and the text in them', async () => {
  const word = fc.constantFrom(
    'hello',
    'message',
    'danmaku',
    'ping',
    'moderate',
    'type',
    'text',
    'name',
    'colour',
    'lane',
    'action',
    'seconds',
    'member',
    '__proto__',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.string({ unit: 'grapheme', maxLength: 50 }),
    fc.constantFrom(
      '\u202e',
      '\u0301'.repeat(3_000),
      '🏴\u{e0067}'.repeat(1_000),
      ' '.repeat(9_000),
      '\r\n'.repeat(4_000),
    ),
  );
  const value = fc.oneof(word, text, fc.double(), fc.constant(null), fc.jsonValue());
  const frame = fc.oneof(
    text,
    fc.json(),
    fc.dictionary(fc.oneof(word, text), value, { maxKeys: 8 }).map((json) => JSON.stringify(json)),
    fc
      .record({ type: word, text: value, name: value, member: value, action: value, seconds: value, colour: value })
      .map((json) => JSON.stringify(json)),
  );
  await fuzzFor(
    fc.tuple(frame, text, fc.integer({ min: 1, max: 5 })),
    ([raw, line, lines]) => {
      const answer = readClientFrame(raw);
      if (!answer.ok) expect(answer.error.code).toMatch(/^[a-z-]+$/);
      const clean = cleanText(line, lines);
      expect(clean.split('\n').length).toBeLessThanOrEqual(lines);
      expect(clean).not.toMatch(/[\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
    },
    { numRuns: 1_000 },
  );
});

it('the text of a configuration', async () => {
  const key = fc.constantFrom(
    'server',
    'host',
    'port',
    'cameras',
    'yard',
    'url',
    'sub',
    'profile',
    'record',
    'schedule',
    'access',
    'users',
    'open',
    'trustedProxies',
    'resources',
    'target',
    'ffmpeg',
    'input',
    'profiles',
    'output',
    'videos',
    'adHoc',
    'allow',
    '__proto__',
    'constructor',
    'channels',
    'hls',
    'chat',
    'recording',
    'timeZone',
  );
  const leaf = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(
      'rtsp://u:p@h/x',
      'demo:yard',
      'rtsp://@@@',
      'http://[',
      '1-99999999999',
      '9-1',
      '1,,',
      '$' + '{X}',
      '$' + '{',
      '*',
      '10.0.0.0/99',
      'Europe/Nowhere',
      '-i',
    ),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }));
  const written = tree.map((value) => JSON.stringify(value));
  const broken = fc
    .tuple(written, fc.nat({ max: 300 }), fc.string({ maxLength: 3 }))
    .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at + 1));
  const text = fc.oneof(
    written,
    broken,
    fc.string({ maxLength: 100 }),
    fc.constantFrom('['.repeat(100_000), '{"a":'.repeat(50_000), '"'.repeat(100_000), '1'.repeat(100_000)),
  );
  await fuzzFor(text, (source) => {
    let input: unknown;
    try {
      input = parseJsonText(source);
    } catch (error) {
      if (error instanceof JsonTextError) return;
      throw error;
    }
    const { value, templates } = expandEnvironment(input, { X: 'y' });
    const { config } = validateConfig(value, templates);
    if (config === undefined) return;
    onlyRelayErrors(() => crossCheck(config));
    findWarnings(config);
  });
  expect(Object.keys(Object.prototype)).toEqual([]);
});

/** A header's value must be one line, or it would be another header. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}

/** Sends bytes and gathers what comes until `end` is among it, the connection ends, or the time is up. */
function say(port: number, bytes: Buffer, listenMs: number, end?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), listenMs);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (end !== undefined && text.includes(end)) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
  });
}
