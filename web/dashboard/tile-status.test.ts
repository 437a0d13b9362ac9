import { describe, expect, it } from 'vitest';
import { CAMERA_REASONS, CLOSE } from '../../server/protocol.ts';
import { en } from '../i18n/en.ts';
import { LOCAL_END } from '../player/engine.ts';
import { endSentence, type TileStatusInput, tileStatus } from './tile-status.ts';

const view = { phase: 'playing', end: null, plan: null, retryAtMs: null, hasPicture: true } as const;
const live = { state: 'live', reason: null, nextTryAt: null, lastError: null } as const;
const ended = (code: number, plan: 'retry' | 'recheck' = 'retry') => ({
  ...view,
  phase: 'waiting' as const,
  end: { code, reason: null },
  plan,
  retryAtMs: 5000,
});

describe('a tile', () => {
  it('is live while it plays a camera that is', () => {
    expect(tileStatus({ view, camera: live, clockOffsetMs: 0, nowMs: 0 }, en)).toMatchObject({
      state: 'live',
      sentence: null,
    });
  });

  it('is live while it plays although the relay cannot be asked', () => {
    expect(tileStatus({ view, camera: null, clockOffsetMs: 0, nowMs: 0 }, en).state).toBe('live');
  });

  it('says why a camera shows nothing and when the relay tries again, by the page’s clock', () => {
    const nextTryAt = new Date(70_000).toISOString();
    const camera = { state: 'waiting', reason: 'unauthorized', nextTryAt, lastError: null } as const;
    expect(tileStatus({ view, camera, clockOffsetMs: 60_000, nowMs: 0 }, en)).toEqual({
      state: 'waiting',
      sentence: en.reasons.unauthorized,
      advice: en.advice.unauthorized,
      retryAtMs: 10_000,
      canRetry: true,
    });
  });

  it('promises no try of a refused login, which the relay does not repeat so soon', () => {
    const refused = { code: CLOSE.cameraUnreachable, reason: { code: 'unauthorized', message: '' } } as const;
    const status = tileStatus(
      { view: { ...ended(CLOSE.cameraUnreachable), end: refused }, camera: null, clockOffsetMs: 0, nowMs: 0 },
      en,
    );
    expect(status).toMatchObject({ sentence: en.reasons.unauthorized, retryAtMs: null, canRetry: true });
  });

  it('offers another try for a camera that waits, but not where the relay is the one that is called', () => {
    const waiting = (reason: 'refused' | 'no-publisher') =>
      tileStatus({ view, camera: { ...live, state: 'waiting', reason }, clockOffsetMs: 0, nowMs: 0 }, en).canRetry;
    expect(waiting('refused')).toBe(true);
    expect(waiting('no-publisher')).toBe(false);
  });

  it.each(CAMERA_REASONS)('has a sentence for %s', (reason) => {
    const camera = { state: 'waiting', reason, nextTryAt: null, lastError: null } as const;
    expect(tileStatus({ view, camera, clockOffsetMs: 0, nowMs: 0 }, en).sentence).toBe(en.reasons[reason]);
  });

  it('says whose fault it is when no engine can play here', () => {
    const cannot = { ...view, phase: 'unsupported' } as const;
    const video = { codec: 'hevc', codecString: '', width: 0, height: 0, fps: 0 };
    const sentence = (camera: TileStatusInput['camera']) =>
      tileStatus({ view: cannot, camera, clockOffsetMs: 0, nowMs: 0 }, en).sentence;
    expect(sentence(live)).toBe(en.unsupported);
    expect(sentence({ ...live, video })).toBe(en.noH265);
    expect(endSentence({ code: LOCAL_END.unsupported, reason: null }, en)).toBe(en.formatUnsupported);
  });

  it('catches up when the camera comes back', () => {
    const camera = { state: 'starting', reason: null, nextTryAt: null, lastError: null } as const;
    expect(tileStatus({ view, camera, clockOffsetMs: 0, nowMs: 0 }, en)).toMatchObject({
      state: 'starting',
      sentence: en.resuming,
    });
  });

  it('goes on saying why while the relay tries again', () => {
    const lastError = { code: 'refused', message: '', at: new Date(50_000).toISOString() } as const;
    const camera = { state: 'starting', reason: null, nextTryAt: null, lastError } as const;
    expect(tileStatus({ view, camera, clockOffsetMs: 0, nowMs: 55_000 }, en)).toMatchObject({
      state: 'waiting',
      sentence: en.reasons.refused,
    });
    expect(tileStatus({ view, camera, clockOffsetMs: 0, nowMs: 500_000 }, en)).toMatchObject({ state: 'starting' });
  });

  it('counts down to its own next try when the connection broke', () => {
    expect(tileStatus({ view: ended(LOCAL_END.lost), camera: null, clockOffsetMs: 0, nowMs: 0 }, en)).toEqual({
      state: 'waiting',
      sentence: en.relayLost,
      advice: null,
      retryAtMs: 5000,
      canRetry: true,
    });
  });

  it.each([
    [CLOSE.noSuchCamera, en.noSuchCamera],
    [CLOSE.notSignedIn, en.notSignedIn],
    [CLOSE.notAllowed, en.notAllowed],
    [CLOSE.codec, en.reasons.codec],
  ])('is offline without a countdown after close code %i', (code, sentence) => {
    const status = tileStatus({ view: ended(code, 'recheck'), camera: live, clockOffsetMs: 0, nowMs: 0 }, en);
    expect(status).toMatchObject({ state: 'offline', sentence, retryAtMs: null });
  });

  it('prefers the reason in the close frame to the code', () => {
    const end = { code: CLOSE.cameraUnreachable, reason: { code: 'tls', message: '' } as const };
    const broken = { ...ended(CLOSE.cameraUnreachable), end };
    expect(tileStatus({ view: broken, camera: null, clockOffsetMs: 0, nowMs: 0 }, en).sentence).toBe(en.reasons.tls);
  });
});
