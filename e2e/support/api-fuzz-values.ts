/** Values that a JSON schema allows, nearly allows, or does not allow at all. */
import fc from 'fast-check';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Texts that have broken programs before. */
const NASTY = fc.constantFrom(
  '',
  ' ',
  '\0',
  '\r\nX-Injected: 1',
  '../../../../etc/passwd',
  '..\\..\\',
  '%',
  '%00',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'NaN',
  '-1',
  '1e309',
  '9'.repeat(40),
  '{"a":1}',
  '[]',
  '#{7*7}',
  '<script>alert(1)</script>',
  '\ud800',
  '💥',
  '-i',
  'concat:/etc/passwd|x',
  '=',
  ';',
  '&',
  '#',
  '?',
  '/',
  'a'.repeat(3_000),
  '0000-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '9999-12-31T23:59:59+00:00',
  '2026-11-21T17:54:51Z',
);
/** Mostly one of those. */
export const word = fc.oneof(
  { weight: 3, arbitrary: NASTY },
  { weight: 2, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger().map(String) },
);

/** A value that a JSON schema allows, with a strange one in its place now and then. */
export function valueLike(schema: JsonSchema): fc.Arbitrary<unknown> {
  const fits = fittingValue(schema);
  return fc.oneof(
    { weight: 6, arbitrary: fits },
    { weight: 1, arbitrary: word },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function fittingValue(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { minimum = -1_000_000, maximum = 1_000_000 } = schema as { minimum?: number; maximum?: number };
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one: JsonSchema) => valueLike(one)));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if ('const' in schema) return fc.constant(schema.const);
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1_000_000), max: Math.min(maximum, 1_000_000) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueLike((schema.items ?? {}) as JsonSchema), { maxLength: 3 });
    case 'object': {
      const fields = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
      const known = fc.record(Object.fromEntries(fields.map(([name, one]) => [name, valueLike(one)])), {
        requiredKeys: (schema.required ?? []) as string[],
      });
      const more = fc.dictionary(word, fc.jsonValue(), { maxKeys: 1 });
      return fc.oneof(
        { weight: 4, arbitrary: known },
        { weight: 1, arbitrary: fc.tuple(known, more).map(([a, b]) => ({ ...a, ...b })) },
      );
    }
    default:
      return fc.oneof(word, fc.constantFrom('yard', 'a long enough password', '2099-01-01T00:00:00Z'));
  }
}
