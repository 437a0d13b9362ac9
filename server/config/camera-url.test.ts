import { describe, expect, it } from 'vitest';
import { type Problem, pathText } from './problem.ts';
import { validateConfig } from './validate.ts';

const told = (content: unknown) =>
  (validateConfig(content).problems ?? []).map(({ path, message }: Problem) => `${pathText(path)}: ${message}`);

describe('the address of a camera', () => {
  it.each<[string, string]>([
    ['demo:yrad', 'found "demo:yrad"; there is no demo camera "yrad"; there are yard, street, harbour, lab'],
    [
      'demo:yard?fault=stal',
      'found "demo:yard?***"; demo cameras have no fault "stal"; there are silent, reset, stall, audio-dies, ' +
        'video-dies, wrong-password, no-audio, resolution, slow-start, late-reports',
    ],
    ['demo:yard?width=9', 'found "demo:yard?***"; "width" of a demo camera is "9"; allowed is 320 to 1920'],
  ])('is looked into when it is a demo camera’s: %s', (url, message) => {
    expect(told({ cameras: { yard: { url } } })).toEqual([`cameras.yard.url: ${message}`]);
    expect(told({ cameras: { yard: { url: 'demo:yard', sub: url } } })).toEqual([`cameras.yard.sub: ${message}`]);
  });

  it('is judged beside every other mistake, so that all are told at once', () => {
    const scheme = 'allowed is an address that begins with rtsp://, rtsps://, rtmp://, http://, https:// or demo:';
    expect(
      told({
        servr: {},
        cameras: {
          yard: { titel: 'Yard', url: 'demo:yrad' },
          door: { url: 'rtps://192.168.1.20/stream1', sub: 'rtsp://192.168.1.20/a b', transport: 'pigeon' },
        },
        resources: { nas: { target: 'ftp://nas/media' } },
      }),
    ).toEqual([
      'cameras.yard.url: found "demo:yrad"; there is no demo camera "yrad"; there are yard, street, harbour, lab',
      'cameras.yard.titel: unknown key; did you mean "title"?',
      `cameras.door.url: found "rtps://192.168.1.20/stream1"; ${scheme}`,
      'cameras.door.transport: found "pigeon"; allowed is one of "auto", "tcp", "udp", "multicast"',
      'cameras.door.sub: found "rtsp://192.168.1.20/a b"; allowed is an address without spaces',
      'resources.nas.target: found "ftp://nas/media"; allowed is an http:// or https:// URL without query and fragment',
      'servr: unknown key; did you mean "server"?',
    ]);
  });

  it('is not asked of a camera that has a host or is pushed', () => {
    const cameras = { nvr: { host: '192.168.1.9' }, garden: { source: 'push', key: '0123456789abcdef' } };
    expect(told({ cameras })).toEqual([]);
  });
});

describe('bounds and addresses that a rule of their own judges', () => {
  it.each<[object, string]>([
    [
      { hls: { segmentMs: 9000, maxSegmentMs: 8000 } },
      'hls.maxSegmentMs: found 8000; allowed is at least hls.segmentMs',
    ],
    [
      { access: { oidc: { issuer: 'http://id.lan/', clientId: 'a', clientSecret: 'b', publicUrl: 'http://a/' } } },
      'access.oidc.issuer: found "http://id.lan/"; allowed is an https:// address, or http:// on this machine',
    ],
  ])('say what is allowed: %j', (content, line) => {
    expect(told(content)).toEqual([line]);
  });
});
