import { describe, expect, it } from 'vitest';
import type { RelayError } from '../errors.ts';
import { admitUpload, MAX_PENDING_UPLOADS, nameFor, RESERVED_BYTES, type Room } from './upload-policy.ts';

const limits = { enabled: true, maxBytes: 1_000, types: ['mp4', 'ts'], quotaBytes: 5_000 };
const empty: Room = { usedBytes: 0, pendingBytes: 0, pendingUploads: 0, freeBytes: RESERVED_BYTES + 1_000_000 };
const clip = { sizeBytes: 1_000, filename: 'clip.mp4', filetype: 'video/mp4' };
const refusal = (run: () => string): string => {
  try {
    return run();
  } catch (error) {
    return (error as RelayError).code;
  }
};

describe('an upload may begin', () => {
  it.each([
    'video/mp4',
    'VIDEO/MP4; codecs=x',
    '',
    undefined,
    null,
    'application/octet-stream',
    'text/vnd.trolltech.linguist',
  ])('as %j', (filetype) => expect(admitUpload({ ...clip, filetype }, limits, empty)).toBe('clip.mp4'));

  it('when it fits exactly', () => {
    expect(admitUpload(clip, limits, { ...empty, usedBytes: 3_000, pendingBytes: 1_000 })).toBe('clip.mp4');
  });

  it('without a quota, for as long as the disk has room', () => {
    const much = { ...empty, usedBytes: 1e12 };
    expect(admitUpload(clip, { ...limits, quotaBytes: 0 }, much)).toBe('clip.mp4');
  });

  it.each([
    ['switched off', clip, { ...limits, enabled: false }, empty, 'not-allowed'],
    ['too big', { ...clip, sizeBytes: 1_001 }, limits, empty, 'upload-too-big'],
    ['empty', { ...clip, sizeBytes: 0 }, limits, empty, 'not-a-video'],
    ['of unknown size', { ...clip, sizeBytes: undefined }, limits, empty, 'bad-request'],
    ['without a name', { ...clip, filename: null }, limits, empty, 'bad-request'],
    ['of another ending', { ...clip, filename: 'clip.avi' }, limits, empty, 'not-a-video'],
    ['of another type', { ...clip, filetype: 'image/png' }, limits, empty, 'not-a-video'],
    ['over the quota', clip, limits, { ...empty, usedBytes: 4_001 }, 'quota-reached'],
    ['over the quota with those under way', clip, limits, { ...empty, pendingBytes: 4_001 }, 'quota-reached'],
    ['over what the disk has', clip, limits, { ...empty, freeBytes: RESERVED_BYTES + 999 }, 'quota-reached'],
    ['one too many', clip, limits, { ...empty, pendingUploads: MAX_PENDING_UPLOADS }, 'overloaded'],
  ])('unless it is %s', (_case, declared, its, room, code) => {
    expect(refusal(() => admitUpload(declared, its, room))).toBe(code);
  });
});

describe('the name of a finished upload', () => {
  it.each([
    ['mp4', 'a.mp4', 'a.mp4'],
    ['mp4', 'a.mov', 'a.mov'],
    ['mp4', 'a.ts', 'a.mp4'],
    ['mpegts', 'a.b.mp4', 'a.b.ts'],
    ['matroska', 'a.webm', 'a.webm'],
    ['something', 'a.mp4', 'a.mp4'],
  ])('of %s that is called %s is %s', (container, name, fitting) => expect(nameFor(container, name)).toBe(fitting));
});
