import { describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import type { Viewer } from '../hub/viewer.ts';
import { CountedSource } from './live-source.fixture.ts';
import { StreamOutput } from './stream-output.ts';

function setUp() {
  const direct = new CountedSource();
  const transcode = new CountedSource();
  const { waiting } = direct;
  let hevc = false;
  const output = new StreamOutput({
    direct,
    choose: () => (hevc ? transcode : direct),
  });
  const ends: RelayError[] = [];
  const viewer = (): Viewer => ({
    id: 'v',
    join: 'fast',
    audio: true,
    begin: () => {},
    push: () => {},
    end: (error) => void ends.push(error),
  });
  const sendHevc = () => {
    hevc = true;
    output.review();
  };
  return { direct, transcode, waiting, output, ends, viewer, sendHevc };
}

describe('viewers of H.264', () => {
  it('that wait are moved to the transcode when the camera turns out to send H.265', () => {
    const { direct, transcode, waiting, output, ends, viewer, sendHevc } = setUp();
    const first = viewer();
    waiting.add(first);
    output.attach(first);
    expect(direct.viewers).toContain(first);
    sendHevc();
    expect(direct.viewers.size).toBe(0);
    expect(transcode.viewers).toContain(first);
    output.detach(first);
    expect(transcode.viewers.size).toBe(0);
    expect(ends).toEqual([]);
  });

  it('that watch already are ended with codec, once', () => {
    const { direct, transcode, output, ends, viewer, sendHevc } = setUp();
    output.attach(viewer());
    sendHevc();
    sendHevc();
    expect(ends.map(({ code, closeCode }) => [code, closeCode])).toEqual([['codec', 4415]]);
    expect(direct.viewers.size + transcode.viewers.size).toBe(0);
  });

  it('that come later, or have a transcode already, are left where they are', () => {
    const { transcode, output, ends, viewer, sendHevc } = setUp();
    sendHevc();
    const late = viewer();
    output.attach(late);
    output.review();
    expect(transcode.viewers).toContain(late);
    expect(ends).toEqual([]);
  });
});

describe('viewers of what cannot be had any more', () => {
  it('go elsewhere where they wait, are ended where they watch, and stay where their own pull goes on', () => {
    const direct = new CountedSource();
    const instead = new CountedSource();
    let isGone = false;
    const { viewer, ends } = setUp();
    const output = new StreamOutput({ direct, choose: () => (isGone ? instead : direct) });
    const [waits, lost, goesOn] = [viewer(), viewer(), viewer()];
    direct.waiting.add(waits);
    for (const each of [waits, lost, goesOn]) output.attach(each);
    isGone = true;
    output.abandon(new RelayError('not-found'), (each) => each !== goesOn);
    expect([...instead.viewers]).toEqual([waits]);
    expect([...direct.viewers]).toEqual([goesOn]);
    expect(ends.map(({ code }) => code)).toEqual(['not-found']);
    instead.waiting.add(waits);
    expect([output.isWaiting(waits), output.isWaiting(goesOn)]).toEqual([true, false]);
    // Where they are already is no move.
    output.abandon(new RelayError('not-found'), (each) => each === waits);
    expect([...instead.viewers]).toEqual([waits]);
  });
});
