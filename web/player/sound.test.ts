import { describe, expect, it, vi } from 'vitest';
import { Sound } from './sound.ts';

/** As much of a video element as sound needs; like a real one it tells of a change later, here when asked to. */
function fakeVideo() {
  const video = Object.assign(new EventTarget(), { muted: false });
  return { video: video as unknown as HTMLVideoElement, tell: () => video.dispatchEvent(new Event('volumechange')) };
}

function soundOf() {
  const { video, tell } = fakeVideo();
  const onChange = vi.fn();
  return { video, tell, onChange, sound: new Sound(video, onChange) };
}

describe('sound', () => {
  it('starts muted, so the stream needs none', () => {
    const { video, sound } = soundOf();
    expect(video.muted).toBe(true);
    expect([sound.muted, sound.begin(), sound.missing]).toEqual([true, false, false]);
  });

  it('is missing once it is turned on, until a stream with it begins', () => {
    const { sound, onChange } = soundOf();
    sound.begin();
    sound.setMuted(false);
    expect(onChange).toHaveBeenCalledOnce();
    expect(sound.missing).toBe(true);
    expect(sound.begin()).toBe(true);
    expect(sound.missing).toBe(false);
  });

  it('follows a script or the browser that turns it on, once for each change', () => {
    const { video, tell, sound, onChange } = soundOf();
    video.muted = false;
    tell();
    tell();
    expect(sound.muted).toBe(false);
    expect(onChange).toHaveBeenCalledOnce();
  });

  it('that dried up is left out, and tried again once after half a minute', () => {
    const { sound } = soundOf();
    sound.setMuted(false);
    sound.begin();
    sound.drop(1000);
    expect([sound.lost, sound.begin()]).toEqual([true, false]);
    expect(sound.retryDue(30_999, true)).toBe(false);
    expect(sound.retryDue(31_000, true)).toBe(true);
    expect([sound.lost, sound.begin()]).toEqual([false, true]);
    expect(sound.retryDue(90_000, true)).toBe(false);
  });

  it('that dried up is not tried again for one who has muted it, or a camera that has none', () => {
    const { sound } = soundOf();
    sound.setMuted(false);
    sound.drop(1000);
    expect(sound.retryDue(40_000, false)).toBe(false);
    sound.drop(1000);
    sound.setMuted(true);
    expect(sound.retryDue(40_000, true)).toBe(false);
    expect(sound.lost).toBe(false);
  });

  it('listens to nothing after its end', () => {
    const { video, tell, sound, onChange } = soundOf();
    sound.close();
    video.muted = false;
    tell();
    expect(onChange).not.toHaveBeenCalled();
  });
});
