import { describe, expect, it } from 'vitest';
import { pathText } from './problem.ts';
import { checkRest } from './rest-checks.ts';
import { validateConfig } from './validate.ts';

/** The paths of what is told beside the mistakes. */
function rest(input: unknown): string[] {
  const { problems = [] } = validateConfig(input);
  expect(problems, 'the example holds a mistake').not.toEqual([]);
  return checkRest(input, problems).map(({ path }) => pathText(path));
}

describe('the contradictions beside a mistake', () => {
  it('are told of every camera and section that holds none', () => {
    const cameras = {
      yard: { url: 'demo:yrad', profile: 'tiny' },
      door: {},
      garden: { source: 'push' },
      gate: { url: 'rtsp://gate/1', profile: 'tiny' },
    };
    expect(rest({ cameras, servr: {}, recording: { timeZone: 'Mars' } })).toEqual([
      'cameras.door.url',
      'cameras.garden.key',
      'cameras.gate.profile',
      'recording.timeZone',
    ]);
  });

  it('leave out what may follow from the mistake', () => {
    expect(rest({ cameras: { door: { sorce: 'push', key: '0123456789abcdef' } } })).toEqual([]);
    expect(rest({ cameras: { nvr: { hots: '192.168.1.9', vendor: 'dahua' } } })).toEqual([]);
    expect(rest({ ffmpeg: { retryMinMs: 60_000, retryMaxMs: '60s' } })).toEqual([]);
    const tiny = { url: 'rtsp://cam/1', profile: 'tiny' };
    expect(rest({ ffmpeg: { profiles: { tiny: { outputs: [] } } }, cameras: { door: tiny } })).toEqual([]);
  });

  it.each([[[]], [null], [{ cameras: [] }], [{ cameras: { 'front door': {} } }]])('are none in %j', (input) => {
    expect(rest(input)).toEqual([]);
  });
});
