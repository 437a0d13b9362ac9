/** The text of a configuration, fuzzed for a minute: it is refused in words, and reaches no prototype. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crossCheck, findWarnings } from '../../server/config/checks.ts';
import { expandEnvironment } from '../../server/config/environment.ts';
import { JsonTextError, parseJsonText } from '../../server/config/json-text.ts';
import { checkRest } from '../../server/config/rest-checks.ts';
import { validateConfig } from '../../server/config/validate.ts';
import { fuzzFor, onlyRelayErrors } from '../support/fuzzing.ts';

it('the text of a configuration', async () => {
  const key = fc.constantFrom(
    'server',
    'host',
    'port',
    'cameras',
    'yard',
    'url',
    'sub',
    'profile',
    'record',
    'schedule',
    'access',
    'users',
    'open',
    'trustedProxies',
    'resources',
    'target',
    'ffmpeg',
    'input',
    'profiles',
    'output',
    'videos',
    'adHoc',
    'allow',
    '__proto__',
    'constructor',
    'channels',
    'hls',
    'chat',
    'recording',
    'timeZone',
  );
  const leaf = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(
      'rtsp://u:p@h/x',
      'demo:yard',
      'rtsp://@@@',
      'http://[',
      '1-99999999999',
      '9-1',
      '1,,',
      '$' + '{X}',
      '$' + '{',
      '*',
      '10.0.0.0/99',
      'Europe/Nowhere',
      '-i',
    ),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
      fc.array(tie('tree'), { maxLength: 4 }),
    ),
  }));
  const written = tree.map((value) => JSON.stringify(value));
  const broken = fc
    .tuple(written, fc.nat({ max: 300 }), fc.string({ maxLength: 3 }))
    .map(([text, at, more]) => text.slice(0, at) + more + text.slice(at + 1));
  const text = fc.oneof(
    written,
    broken,
    fc.string({ maxLength: 100 }),
    fc.constantFrom('['.repeat(100_000), '{"a":'.repeat(50_000), '"'.repeat(100_000), '1'.repeat(100_000)),
  );
  await fuzzFor(text, (source) => {
    let input: unknown;
    try {
      input = parseJsonText(source);
    } catch (error) {
      if (error instanceof JsonTextError) return;
      throw error;
    }
    const { value, templates } = expandEnvironment(input, { X: 'y' });
    const { config, problems } = validateConfig(value, templates);
    if (config === undefined) {
      onlyRelayErrors(() => checkRest(value, problems));
      return;
    }
    onlyRelayErrors(() => crossCheck(config));
    findWarnings(config);
  });
  expect(Object.keys(Object.prototype)).toEqual([]);
});
