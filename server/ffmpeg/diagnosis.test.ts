import { describe, expect, it } from 'vitest';
import { diagnose, type Ending } from './diagnosis.ts';

const ending = (lines: string[], more: Partial<Ending> = {}): Ending => ({
  lines,
  exitCode: 1,
  signal: null,
  ranMs: 200,
  timeoutMs: 2_000,
  opened: false,
  spawnError: null,
  ...more,
});
const URL = 'rtsp://user:pw@127.0.0.1:554/v';
const opened = { opened: true, exitCode: 0 };

// Recorded from ffmpeg 5.1.9 against servers that behave so.
describe.each<[string, string[], Partial<Ending>]>([
  [
    'unauthorized',
    [
      '[rtsp @ 0x5] method DESCRIBE failed: 401 Unauthorized',
      `${URL}: Server returned 401 Unauthorized (authorization failed)`,
    ],
    {},
  ],
  [
    'forbidden',
    ['[rtsp @ 0x5] method DESCRIBE failed: 403 Forbidden', `${URL}: Server returned 403 Forbidden (access denied)`],
    {},
  ],
  ['not-found', ['[rtsp @ 0x5] method DESCRIBE failed: 404 Not Found', `${URL}: Server returned 404 Not Found`], {}],
  ['not-found', [`${URL}: Server returned 400 Bad Request`], {}],
  [
    'too-many-sessions',
    [
      '[rtsp @ 0x5] method DESCRIBE failed: 453 Not Enough Bandwidth',
      `${URL}: Server returned 4XX Client Error, but not one of 40{0,1,3,4}`,
    ],
    {},
  ],
  [
    'too-many-sessions',
    ['[rtsp @ 0x5] method DESCRIBE failed: 503 Service Unavailable', `${URL}: Server returned 5XX Server Error reply`],
    {},
  ],
  [
    'unreachable',
    [
      '[rtsp @ 0x5] method DESCRIBE failed: 500 Internal Server Error',
      `${URL}: Server returned 5XX Server Error reply`,
    ],
    {},
  ],
  ['refused', ['[rtsp @ 0x5] method SETUP failed: 461 Unsupported Transport'], {}],
  [
    'refused',
    [
      '[tcp @ 0x5] Connection to tcp://127.0.0.1:1?timeout=3000000 failed: Connection refused',
      `${URL}: Connection refused`,
    ],
    {},
  ],
  [
    'dns',
    ['[tcp @ 0x5] Failed to resolve hostname nosuch.invalid: Name or service not known', `${URL}: Input/output error`],
    {},
  ],
  ['tls', ['[tls @ 0x5] An unexpected TLS packet was received.', 'rtsps://127.0.0.1/v: Input/output error'], {}],
  ['timeout', [`${URL}: Invalid data found when processing input`], { ranMs: 2_100 }],
  ['ended', [`${URL}: Invalid data found when processing input`], { ranMs: 60 }],
  ['stalled', [`${URL}: Connection timed out`], opened],
  ['ended', ['  Stream #0:0 -> #0:0 (copy)'], opened],
  [
    'no-video',
    ["Stream map '0:v:0' matches no streams.", "To ignore this, add a trailing '?' to the map."],
    { ...opened, exitCode: 1 },
  ],
  ['no-video', ['Output file #0 does not contain any stream'], { ...opened, exitCode: 1 }],
  [
    'codec',
    [
      '[flv @ 0x5] Video codec hevc not compatible with flv',
      'Could not write header for output file #0 (incorrect codec parameters ?): Function not implemented',
    ],
    { ...opened, exitCode: 1 },
  ],
  ['codec', ["Unknown encoder 'nosuch'"], { ...opened, exitCode: 1 }],
  ['ffmpeg-crashed', ["Unrecognized option 'nosuch'.", 'Error splitting the argument list: Option not found'], {}],
  ['ffmpeg-crashed', ["[tcp @ 0x5] Protocol 'tcp' not on whitelist 'rtp'!", `${URL}: Invalid argument`], {}],
  ['ffmpeg-crashed', [], { exitCode: null, signal: 'SIGSEGV' }],
  ['ffmpeg-missing', [], { exitCode: null, spawnError: 'ENOENT' }],
  ['ffmpeg-missing', [], { exitCode: null, spawnError: 'EACCES' }],
  ['ffmpeg-crashed', [], { exitCode: null, spawnError: 'EMFILE' }],
])('%s', (reason, lines, more) => {
  it(`is told from ${JSON.stringify(lines[0] ?? more)}`, () => {
    const diagnosis = diagnose(ending(lines, more));
    expect(diagnosis.reason).toBe(reason);
    expect(diagnosis.message).not.toContain('pw@');
    expect(diagnosis.message).toMatch(/\.$/);
  });
});
