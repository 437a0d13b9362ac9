import { describe, expect, it } from 'vitest';
import { parseSdp } from './sdp.ts';

/** As a Hikvision announces H.265 with G.711, ONVIF metadata, and odd spaces. */
const HIKVISION = `v=0
o=- 1 1 IN IP4 192.168.1.64
s=Media Presentation
c=IN IP4 0.0.0.0
t=0 0
m=video 0 RTP/AVP 96
a=control:rtsp://192.168.1.64/Streaming/Channels/101/trackID=1
a=framerate:12.5
a=x-dimensions:2560,1440
a=rtpmap:96 H265/90000
a=fmtp:96 profile-space=0;profile-id=1; sprop-vps=QAEMAf//AWAAAAMAsAAAAwAAAwB4rAk= ; sprop-sps=QgEBAWAAAAMAsAAAAwAAAwB4oAKggC0f5Z2pJZQ=;sprop-pps=RAHA8vA8kAA=
m=audio 0 RTP/AVP 0
a=recvonly
a=control:trackID=2
m=application 0 RTP/AVP 107
a=rtpmap:107 vnd.onvif.metadata/90000
m=audio 0 RTP/AVP 97
a=sendonly
a=rtpmap:97 MPEG4-GENERIC/16000/2
a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1410`;

describe('a session description', () => {
  it('is read as cameras write it', () => {
    const { tracks, multicastGroup } = parseSdp(HIKVISION);
    expect(multicastGroup).toBeNull();
    expect(tracks.map(({ kind, codec, sends }) => [kind, codec, sends])).toEqual([
      ['video', 'hevc', true],
      ['audio', 'pcm_mulaw', true],
      ['application', 'onvif-metadata', true],
      ['audio', 'aac', false],
    ]);
    const [video, , , talk] = tracks;
    expect(video).toMatchObject({ fps: 12.5, size: { width: 2560, height: 1440 }, clockRateHz: 90_000 });
    expect(video?.control).toBe('rtsp://192.168.1.64/Streaming/Channels/101/trackID=1');
    expect(video?.parameterSets.map((unit) => (unit[0]! >> 1) & 0x3f)).toEqual([32, 33, 34]);
    expect(talk).toMatchObject({ clockRateHz: 16_000, channels: 2 });
    expect(talk?.format.get('config')).toBe('1410');
  });

  it.each([
    ['m=video 0 RTP/AVP 26', 'mjpeg'],
    ['m=video 0 RTP/AVP 96\na=rtpmap:96 MP4V-ES/90000', 'mpeg4'],
    ['m=audio 0 RTP/AVP 8', 'pcm_alaw'],
    ['m=audio 0 RTP/AVP 97\na=rtpmap:97 G726-32/8000', 'adpcm_g726'],
    ['m=audio 0 RTP/AVP 97\na=rtpmap:97 opus/48000/2', 'opus'],
    ['m=audio 0 RTP/AVP 97\na=rtpmap:97 L16/16000', 'pcm_s16be'],
    ['m=video 0 RTP/AVP 99', 'unknown'],
  ])('%j carries %s', (text, codec) => expect(parseSdp(text).tracks[0]?.codec).toBe(codec));

  it('names a multicast group', () => {
    expect(parseSdp('c=IN IP4 239.1.2.3/16\nm=video 5000 RTP/AVP 26').multicastGroup).toBe('239.1.2.3');
    expect(parseSdp('c=IN IP6 ff15::1\nm=video 5000 RTP/AVP 26').multicastGroup).toBe('ff15::1');
  });

  it.each(['', 'm=', 'm=video', 'hello', 'm=video 0 RTP/AVP x\na=fmtp:\na=rtpmap:'])('bears %j', (text) => {
    expect(parseSdp(text).tracks.length).toBeLessThanOrEqual(1);
  });
});
