import { describe, expect, it } from 'vitest';
import { pickOf } from './picked-engine.ts';

describe('the engine that the viewer picked', () => {
  it.each([
    ['', null, null],
    ['', 'mse', 'mse'],
    ['?engine=hls', null, 'hls'],
    ['?engine=hls', 'mse', 'hls'],
    ['?engine=auto', 'mse', null],
    ['?engine=vlc', 'mse', null],
    ['?lang=zh', 'vlc', null],
  ])('with the address %j and %j kept is %j', (search, kept, expected) => {
    expect(pickOf(search, kept)).toBe(expected);
  });
});
