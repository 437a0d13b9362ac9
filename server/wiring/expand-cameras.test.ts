import { describe, expect, it } from 'vitest';
import { crossCheck } from '../config/checks.ts';
import { type ConfigInput, configSchema } from '../config/schema.ts';
import { validateConfig } from '../config/validate.ts';
import { expandCameras } from './expand-cameras.ts';

const parse = (cameras: ConfigInput['cameras']) => configSchema.parse({ cameras });
const expand = (cameras: ConfigInput['cameras']) => expandCameras(parse(cameras)).cameras;
const problems = (cameras: ConfigInput['cameras']) => {
  const { config, problems: wrong = [] } = validateConfig({ cameras });
  const all = config === undefined ? wrong : crossCheck(config);
  return all.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a recorder', () => {
  const nvr = { host: '192.168.1.9', username: 'admin', password: 'p', vendor: 'dahua', channels: '1-2,4' } as const;

  it('becomes a camera with main and sub per channel', () => {
    const cameras = expand({ gate: { url: 'demo:yard' }, nvr: { ...nvr, title: 'Hall', keep: 'always' } });
    expect(Object.keys(cameras)).toEqual(['gate', 'nvr-1', 'nvr-2', 'nvr-4']);
    expect(cameras['nvr-4']).toMatchObject({
      title: 'Hall 4',
      url: 'rtsp://192.168.1.9:554/cam/realmonitor?channel=4&subtype=0',
      sub: 'rtsp://192.168.1.9:554/cam/realmonitor?channel=4&subtype=1',
      username: 'admin',
      password: 'p',
      keep: 'always',
    });
    expect(cameras['nvr-4']).not.toHaveProperty('host');
  });

  it('of an unknown maker waits for who answers', () => {
    const cameras = expand({ nvr: { host: 'fe80::9', port: 8554, channels: '3' } });
    expect(cameras['nvr-3']).toMatchObject({ url: 'find://[fe80::9]:8554/3/main', sub: 'find://[fe80::9]:8554/3/sub' });
  });

  it('is the same after a second time', () => {
    const once = expandCameras(parse({ nvr }));
    expect(expandCameras(once)).toEqual(once);
  });

  it.each<[string, NonNullable<ConfigInput['cameras']>, RegExp]>([
    ['channel 0', { nvr: { ...nvr, channels: '0-3' } }, /nvr\.channels: found "0-3"; allowed are 1 to 256/],
    ['a range that runs backwards', { nvr: { ...nvr, channels: '8-1' } }, /allowed are 1 to 256/],
    ['too many', { nvr: { ...nvr, channels: '1-300' } }, /allowed are 1 to 256/],
    ['an id that is taken', { nvr, 'nvr-2': { url: 'demo:yard' } }, /a camera "nvr-2" is configured already/],
    ['channels without a host', { nvr: { url: 'rtsp://h/', channels: '1' } }, /belongs to "host"/],
    ['url and host', { nvr: { ...nvr, url: 'rtsp://u:secret@h/' } }, /"url" or "host", not both/],
    ['neither', { nvr: {} }, /nvr\.url: is missing/],
  ])('is refused with %s', (_, cameras, message) => {
    expect(problems(cameras).join('\n')).toMatch(message);
    expect(problems(cameras).join('\n')).not.toContain('secret');
  });
});

describe('an address', () => {
  it.each([
    'rtsp://admin:p@ss:w/rd#1@10.0.0.2:554/cam?channel=1&subtype=0',
    'rtsp://admin:50%?@cam.lan/x',
    'rtsp://kamera:schlüssel@[fe80::1]:8554/x',
    'rtsps://h/x',
    'rtmp://10.0.0.2/bcs/channel0_main.bcs?channel=0&stream=0',
    'http://other-relay:8080/live/door.flv',
    'https://h/video.mjpg',
  ])('%s is taken', (url) => expect(problems({ cam: { url } })).toEqual([]));

  it.each(['file:///etc/passwd', 'rtsp://', 'rtsp://u:p@/x', 'rtsp://h/a b', '-i'])('%s is not', (url) =>
    expect(problems({ cam: { url } })).toHaveLength(1),
  );
});
