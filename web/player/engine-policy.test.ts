import { describe, expect, it } from 'vitest';
import {
  type Capabilities,
  ENGINES,
  type EngineName,
  type EngineWish,
  engineToStart,
  parseEngine,
  possibleEngines,
  streamPath,
  streamToWatch,
} from './engine-policy.ts';

const none: Capabilities = {
  mediaSource: false,
  managedMediaSource: false,
  h264: false,
  h265: false,
  nativeHls: false,
};
const chromium = { ...none, mediaSource: true, h264: true };
const chromiumWithHls = { ...chromium, nativeHls: true };
const desktopSafari = { mediaSource: true, managedMediaSource: true, h264: true, h265: true, nativeHls: true };
const iPhone = { ...desktopSafari, mediaSource: false };
const oldIPhone = { ...none, h264: true, h265: true, nativeHls: true };

describe('engines that can play, best first', () => {
  it.each<[string, Capabilities, string | null, boolean, EngineName[]]>([
    ['Chromium, H.264', chromium, 'h264', false, ['flv', 'mse', 'hls']],
    ['Chromium, not known yet', chromium, null, false, ['flv', 'mse', 'hls']],
    ['Chromium, H.264, no WebSockets', chromium, 'h264', true, ['flv', 'hls']],
    ['Chromium without an H.265 decoder, H.265', chromium, 'hevc', false, ['flv', 'mse', 'hls']],
    ['Chromium with one, H.265', { ...chromium, h265: true }, 'hevc', false, ['mse', 'flv', 'hls']],
    ['Chromium with one, H.265, no WebSockets', { ...chromium, h265: true }, 'hevc', true, ['flv', 'hls']],
    ['Chromium with HLS of its own, H.264', chromiumWithHls, 'h264', false, ['flv', 'mse', 'hls', 'native']],
    ['Chromium with HLS of its own but no decoder, H.265', chromiumWithHls, 'hevc', false, [...ENGINES]],
    [
      'a browser that decodes nothing but H.265',
      { ...none, mediaSource: true, h265: true },
      'hevc',
      false,
      ['mse', 'hls'],
    ],
    ['Chromium without H.264 (no licence)', { ...none, mediaSource: true }, 'h264', false, []],
    ['Safari on a computer, H.264', desktopSafari, 'h264', false, ['flv', 'mse', 'hls', 'native']],
    ['Safari on a computer, H.265', desktopSafari, 'hevc', false, ['mse', 'flv', 'hls', 'native']],
    ['iPhone, H.264', iPhone, 'h264', false, ['mse', 'hls', 'native']],
    ['iPhone, H.265', iPhone, 'hevc', false, ['mse', 'hls', 'native']],
    ['iPhone, not known yet', iPhone, null, false, ['mse', 'hls', 'native']],
    ['iPhone, no WebSockets', iPhone, 'h264', true, ['hls', 'native']],
    ['old iPhone, H.264', oldIPhone, 'h264', false, ['native']],
    ['old iPhone, H.265', oldIPhone, 'hevc', true, ['native']],
    ['a browser that can do nothing', none, 'h264', false, []],
  ])('%s', (_who, capabilities, codec, webSocketsBlocked, expected) => {
    expect(possibleEngines({ capabilities, codec, webSocketsBlocked })).toEqual(expected);
  });
});

describe('the engine that is started', () => {
  const all = ENGINES;
  const of = (wish: Partial<EngineWish>) =>
    engineToStart({ possible: all, picked: null, alone: true, failed: [], ...wish });

  it.each<[string, Partial<EngineWish>, EngineName | null]>([
    ['is the best', {}, 'flv'],
    ['is the next when it failed', { failed: ['flv'] }, 'mse'],
    ['is the one after when that failed too', { failed: ['mse', 'flv'] }, 'hls'],
    ['is the best again when all have failed', { failed: [...all] }, 'flv'],
    ['is what the viewer picked', { picked: 'hls' }, 'hls'],
    ['is the best of the others when that failed', { picked: 'hls', failed: ['hls'] }, 'flv'],
    ['is what the viewer picked when all have failed', { picked: 'mse', failed: [...all] }, 'mse'],
    ['is the best when the picked one cannot play here', { picked: 'flv', possible: ['mse', 'hls'] }, 'mse'],
    ['is no HLS by choice among other cameras', { picked: 'hls', alone: false }, 'flv'],
    ['nor the browser’s own', { picked: 'native', alone: false }, 'flv'],
    ['but HLS where nothing else can play', { possible: ['native'], alone: false }, 'native'],
    ['and where all else failed', { alone: false, failed: ['flv', 'mse'] }, 'hls'],
    ['is the picked one among other cameras when it is no HLS', { picked: 'mse', alone: false }, 'mse'],
    ['is none where none is possible', { possible: [], picked: 'flv' }, null],
  ])('%s', (_what, wish, expected) => {
    expect(of(wish)).toBe(expected);
  });

  it('asks the relay for its own format, ids encoded', () => {
    expect(ENGINES.map((engine) => streamPath(engine, 'a/b c'))).toEqual([
      'live/a%2Fb%20c.flv',
      'live/a%2Fb%20c.mp4',
      'live/a%2Fb%20c/index.m3u8?stream=main',
      'live/a%2Fb%20c/index.m3u8?stream=main',
    ]);
  });

  it('asks for the smaller stream, and for H.265 where it is decoded', () => {
    expect(streamPath('flv', 'a', { stream: 'sub', h265: true })).toBe('live/a.flv?stream=sub');
    expect(streamPath('mse', 'a', { h265: true })).toBe('live/a.mp4?codecs=avc1,hvc1');
    expect(streamPath('hls', 'a', { stream: 'sub', h265: true })).toBe('live/a/index.m3u8?stream=sub&codecs=avc1,hvc1');
  });

  it.each([
    [true, true, 'main'],
    [true, false, 'main'],
    [false, true, 'sub'],
    [false, false, 'main'],
  ] as const)('of a camera that is alone: %s, and has a sub stream: %s, plays %s', (alone, hasSub, stream) => {
    expect(streamToWatch({ alone, hasSub })).toBe(stream);
  });

  it('is known by name from an address or a store, and nothing else is', () => {
    expect(ENGINES.map(parseEngine)).toEqual([...ENGINES]);
    expect([null, '', 'FLV', 'auto', '__proto__'].map(parseEngine)).toEqual([null, null, null, null, null]);
  });
});
