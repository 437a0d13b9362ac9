import { describe, expect, it } from 'vitest';
import { CLOSE } from '../../server/protocol.ts';
import { LOCAL_END } from './engine.ts';
import { EngineChoice, isEngineFailure } from './engine-choice.ts';

const CAN = { mediaSource: true, managedMediaSource: false, h264: true, h265: true, nativeHls: false };
const MEDIA = { code: LOCAL_END.media, reason: null };
const choiceOf = (capabilities = CAN) => new EngineChoice(capabilities, () => false);

describe('the choice of an engine', () => {
  it('falls from a failing engine to the next, once each, and then stays with the best', () => {
    const choice = choiceOf();
    const order = [choice.best];
    while (choice.fail(order.at(-1)!, MEDIA)) order.push(choice.best);
    expect(order).toEqual(['flv', 'mse', 'hls']);
    expect(choice.best).toBe('flv');
    expect(choice.fail('flv', MEDIA)).toBe(false);
    expect(choice.failures.map(({ engine }) => engine)).toEqual(['flv', 'mse', 'hls']);
  });

  it('goes over to another engine when the camera turns out to send H.265', () => {
    const choice = choiceOf();
    expect(choice.best).toBe('flv');
    choice.setCodec('hevc');
    expect(choice.best).toBe('mse');
    choice.setCodec(null);
    expect(choice.best).toBe('mse');
  });

  it('keeps what failed before the codec was known, and forgets it when the codec changes', () => {
    const choice = choiceOf();
    choice.fail('flv', MEDIA);
    choice.setCodec('h264');
    expect(choice.best).toBe('mse');
    choice.setCodec('hevc');
    choice.setCodec('h264');
    expect(choice.best).toBe('flv');
  });

  it('gives every engine another chance when the viewer picks one', () => {
    const choice = choiceOf();
    choice.fail('flv', MEDIA);
    choice.setWish('hls', true);
    expect(choice.best).toBe('hls');
    choice.setWish('hls', false);
    expect(choice.best).toBe('flv');
    expect(choice.failures).toEqual([]);
  });

  it('stays with the best where the browser decodes no H.265, since the relay makes H.264 of it', () => {
    const choice = choiceOf({ ...CAN, h265: false });
    expect(choice.setCodec('hevc')).toBe(true);
    expect(choice.setCodec('hevc')).toBe(false);
    expect(choice.best).toBe('flv');
  });

  it('is none where the browser decodes nothing', () => {
    const choice = choiceOf({ ...CAN, h264: false, h265: false });
    expect(choice.best).toBeNull();
    expect(choice.possible).toEqual([]);
  });
});

describe('an end is the engine’s failure', () => {
  it.each([
    ['a media error before any picture', LOCAL_END.media, 0, true],
    ['a media error after a few pictures', LOCAL_END.media, 4000, true],
    ['a media error after pictures for long', LOCAL_END.media, 60_000, false],
    ['a type that the browser does not know', LOCAL_END.unsupported, 60_000, true],
    ['a codec that the relay cannot serve in this format', CLOSE.codec, 0, true],
    ['a camera that changed to another codec', CLOSE.codec, 60_000, false],
    ['a lost connection', LOCAL_END.lost, 0, false],
    ['a camera that is away', CLOSE.cameraUnreachable, 0, false],
    ['a picture that stands still', LOCAL_END.frozen, 0, false],
    ['a relay that goes away', CLOSE.goingAway, 0, false],
  ])('%s', (_what, code, playedMs, expected) => {
    expect(isEngineFailure({ code, reason: null }, playedMs)).toBe(expected);
  });
});
