import { describe, expect, it } from 'vitest';
import type { ProbeReport } from '../protocol.ts';
import { reportText } from './report-text.ts';
import { REPORT_WORDS, type TrackPlan } from './report-words.ts';

const report: ProbeReport = {
  camera: 'door',
  title: 'Front door',
  at: '2026-01-01T00:00:00.000Z',
  tookMs: 3_000,
  address: { host: 'cam.example', port: 554, addresses: ['10.0.0.2'], lookupMs: 3, connectMs: 1 },
  rtsp: {
    status: 200,
    statusText: 'OK',
    server: 'Camera/1.0',
    logins: ['digest'],
    methods: [],
    describeMs: 12,
    tracks: [
      { kind: 'video', codec: 'h264', clockRateHz: 90_000, channels: 0 },
      { kind: 'audio', codec: 'pcm_alaw', clockRateHz: 8_000, channels: 1 },
    ],
  },
  stream: {
    video: { codec: 'h264', codecString: 'avc1.64001f', width: 640, height: 360, fps: 25 },
    audio: null,
    fps: 25,
    bitrate: 1_000_000,
    keyframeIntervalMs: 2_000,
    firstPictureMs: 400,
    wasLive: false,
    lostPackets: 3,
    lostShare: 0.01,
    measuredMs: 6_000,
  },
  plan: { video: 'V', audio: 'A' },
  reason: null,
  message: null,
  advice: [],
};

describe('a report as text', () => {
  it('in English', () => {
    expect(reportText(report).split('\n')).toEqual([
      'door  Front door',
      '  name     cam.example is 10.0.0.2 (3 ms)',
      '  port     554 accepts connections (1 ms)',
      '  RTSP     200 OK (12 ms), Camera/1.0, login: digest',
      '  tracks   video H.264, audio G.711 A-law',
      '  stream   H.264 640×360, 25 frames/s, 1.00 Mbit/s, a keyframe every 2 s',
      '  picture  after 0.4 s, with the start of the stream',
      '  packets  3 lost, about 1.0 %',
      '  policy   video: V; sound: A',
      '  ✓ Nothing to change.',
      '',
    ]);
  });

  it('in Chinese, in the same columns', () => {
    expect(reportText(report, 'zh').split('\n')).toEqual([
      'door  Front door',
      '  主机名   cam.example 解析为 10.0.0.2（3 ms）',
      '  端口     554 接受连接（1 ms）',
      '  RTSP     200 OK (12 ms), Camera/1.0, 登录：digest',
      '  轨道     视频 H.264, 音频 G.711 A-law',
      '  码流     H.264 640×360, 25 帧/秒, 1.00 Mbit/s, 每 2 s 一个关键帧',
      '  画面     0.4 s 后出现，包括启动码流的时间',
      '  数据包   丢失 3 个，约 1.0 %',
      '  处理     视频：V；声音：A',
      '  ✓ 无需更改。',
      '',
    ]);
  });

  it('names every plan in both languages, sound apart from picture where it is encoded', () => {
    const plans: readonly TrackPlan[] = [
      ...(['copied', 'encoded', 'reaches', 'copied-or-encoded'] as const).map((how) => ({ how, codec: 'X' })),
      { how: 'profile' },
      { how: 'none' },
    ];
    for (const plan of plans) {
      expect(REPORT_WORDS.zh.video(plan)).toMatch(/\p{Script=Han}/u);
      expect(REPORT_WORDS.en.video(plan)).not.toMatch(/\p{Script=Han}/u);
    }
    expect(REPORT_WORDS.en.audio({ how: 'encoded', codec: 'Opus' })).toBe('Opus becomes AAC');
    expect(REPORT_WORDS.zh.audio({ how: 'encoded', codec: 'Opus' })).toBe('Opus 转为 AAC');
  });
});
