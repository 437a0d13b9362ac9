import { describe, expect, it } from 'vitest';
import type { CameraInfo } from '../server/protocol.ts';
import { withCamera } from './api.ts';
import { relayUrl } from './relay-url.ts';

const camera = (id: string, viewers = 0) => ({ id, viewers }) as CameraInfo;

describe('addresses of the relay', () => {
  it('lie below the page’s base, whatever path a proxy gave it', () => {
    expect(relayUrl('api/events', 'https://home.example/cams/').href).toBe('https://home.example/cams/api/events');
    expect(relayUrl('live/a.flv', 'http://h:1/#/camera/a').href).toBe('http://h:1/live/a.flv');
  });
});

describe('a camera’s change', () => {
  it('replaces what was known, in its place', () => {
    const cameras = [camera('a'), camera('b'), camera('c')];
    expect(withCamera(cameras, camera('b', 3)).map((c) => [c.id, c.viewers])).toEqual([
      ['a', 0],
      ['b', 3],
      ['c', 0],
    ]);
  });

  it('adds a camera that was not known', () => {
    expect(withCamera([camera('a')], camera('z')).map(({ id }) => id)).toEqual(['a', 'z']);
  });
});
