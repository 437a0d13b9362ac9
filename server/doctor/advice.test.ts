import { describe, expect, it } from 'vitest';
import { CAMERA_REASONS, type ProbeReport } from '../protocol.ts';
import { type AdviceFacts, adviseOn, missingAmpersand } from './advice.ts';
import { doctorLanguage } from './advice-words.ts';

const stream: NonNullable<ProbeReport['stream']> = {
  measuredMs: 6_000,
  wasLive: false,
  firstPictureMs: 900,
  video: { codec: 'h264', codecString: 'avc1.64001f', width: 1280, height: 720, fps: 25 },
  audio: null,
  fps: 25,
  bitrate: 2_000_000,
  keyframeIntervalMs: 2_000,
  lostPackets: 0,
  lostShare: 0,
};
const rtsp: NonNullable<ProbeReport['rtsp']> = {
  status: 200,
  statusText: 'OK',
  server: null,
  logins: ['digest'],
  methods: [],
  describeMs: 10,
  tracks: [{ kind: 'video', codec: 'h264', clockRateHz: 90_000, channels: 0 }],
};
const well: AdviceFacts = {
  camera: 'door',
  title: 'door',
  at: '2026-01-01T00:00:00.000Z',
  tookMs: 7_000,
  reason: null,
  message: null,
  address: { host: 'cam.lan', port: 554, addresses: ['10.0.0.2'], lookupMs: 2, connectMs: 1 },
  rtsp,
  stream,
  plan: null,
  pathAndQuery: '/cam/realmonitor?channel=1&subtype=0',
  transport: 'auto',
  hasSub: false,
  encrypted: false,
};
const sends = (kind: string, codec: string): Partial<AdviceFacts> => ({
  rtsp: { ...rtsp, tracks: [{ kind, codec, clockRateHz: 8_000, channels: 1 }] },
});
const measured = (more: Partial<typeof stream>): Partial<AdviceFacts> => ({ stream: { ...stream, ...more } });

describe('advice', () => {
  it.each<[string, Partial<AdviceFacts>, string[]]>([
    ['a camera in good health', {}, []],
    [
      'a keyframe every 10 s',
      measured({ keyframeIntervalMs: 10_000 }),
      ['keyframe interval 10 s: set it to 2 s and switch the smart codec off.'],
    ],
    ['a keyframe every 5 s', measured({ keyframeIntervalMs: 5_000 }), ['keyframe interval 5 s: set it to 2 s.']],
    [
      'one keyframe in 12 s',
      measured({ keyframeIntervalMs: null, measuredMs: 12_000 }),
      ['There was no second keyframe within 12 s: set it to 2 s and switch the smart codec off.'],
    ],
    ['one keyframe in a short look', measured({ keyframeIntervalMs: null, measuredMs: 2_000 }), []],
    [
      'a late first picture',
      measured({ firstPictureMs: 4_300 }),
      ['The first picture took 4.3 s: shorten the keyframe interval, or set keep to "always".'],
    ],
    ['a first picture late because it was watched already', measured({ firstPictureMs: 4_300, wasLive: true }), []],
    [
      'loss',
      measured({ lostPackets: 20, lostShare: 0.021 }),
      ['About 2.1 % of the packets were lost: set transport to "tcp", or check the network.'],
    ],
    ['hardly any loss', measured({ lostPackets: 1, lostShare: 0.0001 }), []],
    [
      'few frames',
      measured({ fps: 3 }),
      ['3.0 frames a second: raise the frame rate, or the camera’s longest exposure is too long for the light.'],
    ],
    [
      'many bits',
      measured({ bitrate: 16_000_000 }),
      ['16.0 Mbit/s for each viewer: lower the bit rate, or watch the sub stream.'],
    ],
    [
      'a large picture without a sub stream',
      measured({ video: { ...stream.video!, width: 2560, height: 1440 } }),
      ['2560×1440 in every tile: name the camera’s second stream under "sub".'],
    ],
    ['a large picture with one', { ...measured({ video: { ...stream.video!, width: 2560 } }), hasSub: true }, []],
    ['MJPEG', sends('video', 'mjpeg'), ['MJPEG is encoded anew for browsers: choose H.264 in the camera.']],
    [
      'H.265',
      sends('video', 'hevc'),
      [
        'H.265: browsers that cannot decode it get H.264 encoded here, which costs a processor core; H.264 in the camera costs none.',
      ],
    ],
    ['G.711', sends('audio', 'pcm_alaw'), ['G.711 A-law sound becomes AAC here, at little cost.']],
    ['AAC', sends('audio', 'aac'), []],
    [
      'Basic in the open',
      { rtsp: { ...rtsp, logins: ['basic'] } },
      ['The camera takes its password by Basic, readable for anyone on the way: choose Digest in the camera.'],
    ],
    ['Basic beside Digest', { rtsp: { ...rtsp, logins: ['basic', 'digest'] } }, []],
    ['Basic under TLS', { rtsp: { ...rtsp, logins: ['basic'] }, encrypted: true }, []],
    [
      'a slow name',
      { address: { ...well.address!, lookupMs: 2_000 } },
      ['Resolving the name takes 2 s: write the address in its place.'],
    ],
    [
      'parameters grown together',
      {
        pathAndQuery: '/cam/realmonitor?channel=1subtype=0',
        reason: 'not-found',
        message: 'The camera has no stream under this path.',
        stream: null,
      },
      [
        '`channel=1subtype=0`: an `&` is missing.',
        'The camera has no stream under this path. Check path and query of the address; channel and stream numbers differ between makers.',
      ],
    ],
  ])('%s', (_, more, texts) => expect(adviseOn({ ...well, ...more }).map(({ text }) => text)).toEqual(texts));

  it.each(CAMERA_REASONS)('is never missing for %s', (reason) => {
    const [first] = adviseOn({ ...well, reason, message: null, stream: null });
    expect(first).toMatchObject({ code: 'failure', level: 'error', text: expect.stringMatching(/^[A-Z].+\.$/) });
  });
});

describe('the doctor’s Chinese', () => {
  it('is found by language tags, environments and headers', () => {
    expect(['zh', 'zh-CN,zh;q=0.9', 'zh_CN.UTF-8', 'en-GB', 'en,zh', undefined].map(doctorLanguage)).toEqual([
      ...['zh', 'zh', 'zh'],
      ...['en', 'en', 'en'],
    ]);
  });

  it('says all that the English does, with the same numbers', () => {
    const bad: AdviceFacts = { ...well, stream: { ...stream, keyframeIntervalMs: 10_000, fps: 5, bitrate: 9_000_000 } };
    const texts = adviseOn(bad, 'zh').map(({ text }) => text);
    expect(texts[0]).toBe('关键帧间隔 10 s：请设为 2 秒，并关闭智能编码。');
    expect(texts).toHaveLength(adviseOn(bad).length);
    for (const reason of CAMERA_REASONS) {
      const [first] = adviseOn({ ...well, reason, message: null, stream: null }, 'zh');
      expect(first?.text).toMatch(/\p{Script=Han}.*。$/u);
    }
  });
});

describe('a missing `&`', () => {
  it.each([
    ['/cam/realmonitor?channel=1subtype=0', 'channel=1subtype=0'],
    ['/x?channel=1&subtype=0stream=1', 'subtype=0stream=1'],
    ['/x?channel=1user=admin', 'channel=1user=…'],
    ['/x?stream=1password=secret', 'stream=1password=…'],
    ['/cam/realmonitor?channel=1&subtype=0', null],
    ['/axis-media/media.amp?resolution=640x360&camera=1', null],
    ['/h264Preview_01_main', null],
    ['', null],
  ])('in %j is %j', (text, found) => expect(missingAmpersand(text)).toBe(found));
});
