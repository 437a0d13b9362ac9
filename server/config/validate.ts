/**
 * The schema's verdict on a parsed configuration, in words: for every mistake the path, the value found and what is
 * allowed. What no single key shows (a profile that does not exist, an open host) is `checks.ts`'.
 */
import type { z } from 'zod';
import { configJsonSchema, type SchemaNode } from './json-schema.ts';
import { type Path, type Problem, pathText, showValue } from './problem.ts';
import { type Config, configSchema } from './schema.ts';

/** The config when it is valid, else every problem; an invalid one has at least one. */
export type Validation =
  | { readonly config: Config; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly Problem[] };

/**
 * Pure: checks a value against the schema. `templates` names the values that came from the environment, whose
 * placeholder is shown in their place.
 */
export function validateConfig(input: unknown, templates: ReadonlyMap<string, string> = new Map()): Validation {
  const result = configSchema.safeParse(input);
  if (result.success) return { config: result.data };
  const root = configJsonSchema();
  const problems = result.error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.filter((key) => typeof key !== 'symbol');
    const node = nodeAt(root, path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, node) }));
    }
    if (issue.code === 'invalid_key') return [{ path, message: badName(nodeAt(root, path.slice(0, -1))) }];
    return [{ path, message: badValue(issue, input, path, node, templates) }];
  });
  return { problems };
}

function badValue(
  issue: z.core.$ZodIssue,
  input: unknown,
  path: Path,
  node: SchemaNode | undefined,
  templates: ReadonlyMap<string, string>,
): string {
  const allowed = node === undefined ? issue.message : describeAllowed(node);
  const found = valueAt(input, path);
  if (found === undefined) return `is missing; it is ${allowed}`;
  const shown = `found ${showValue(templates.get(pathText(path)) ?? found, path)}`;
  // A rule that no JSON Schema holds says itself what it allows.
  return issue.code === 'custom' ? `${shown}; ${issue.message}` : `${shown}; allowed is ${allowed}`;
}

function badName(parent: SchemaNode | undefined): string {
  const names = parent?.propertyNames;
  return `this name is not allowed. ${names?.description ?? `It has to match ${names?.pattern}`}`;
}

function unknownKey(key: string, parent: SchemaNode | undefined): string {
  const known = Object.keys(parent?.properties ?? {});
  const nearest = nearestKey(key, known);
  if (nearest !== undefined) return `unknown key; did you mean "${nearest}"?`;
  return `unknown key; known here are ${known.filter((name) => name !== '$schema').join(', ')}`;
}

/** Pure: type, range and choices of one value, e.g. "a whole number from 0 to 65535". */
export function describeAllowed(node: SchemaNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.map((choice) => JSON.stringify(choice)).join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `a whole number from ${node.minimum} to ${node.maximum}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list of texts';
    case 'object':
      return 'an object in braces';
    default:
      if (node.pattern !== undefined) return `a text that matches ${node.pattern.replaceAll('\\/', '/')}`;
      if (node.maxLength !== undefined) return `a text of ${node.minLength ?? 0} to ${node.maxLength} characters`;
      return node.minLength === undefined ? 'a text' : 'a text that is not empty';
  }
}

/** Pure: the known key that a typing mistake most likely meant, if one is near enough. */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(key.length / 3)) ? best.name : undefined;
}

/** Levenshtein distance with neighbouring letters swapped counted once (optimal string alignment). */
function editDistance(one: string, other: string): number {
  const rows = Array.from({ length: one.length + 1 }, (_, i) => [i, ...new Array<number>(other.length).fill(0)]);
  for (let j = 0; j <= other.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= one.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      let best = Math.min(replace, rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      rows[i]![j] = best;
    }
  }
  return rows[one.length]![other.length]!;
}

function nodeAt(root: SchemaNode, path: Path): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) {
    const others: SchemaNode | false | undefined = node?.additionalProperties;
    node = typeof key === 'number' ? node?.items : (node?.properties?.[key] ?? (others || undefined));
  }
  return node;
}

function valueAt(input: unknown, path: Path): unknown {
  let value: unknown = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}
