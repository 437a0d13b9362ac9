/**
 * Judges what is sound of a configuration that holds mistakes, so that its contradictions are told beside them and
 * nobody has to mend a file in rounds.
 */
import { crossCheck } from './checks.ts';
import type { Problem } from './problem.ts';
import { validateConfig } from './validate.ts';

type Section = Readonly<Record<string, unknown>>;

/**
 * Pure: the contradictions among the cameras and sections without a mistake of their own. What may follow from a
 * mistake is left out: it would be told of a key that is right.
 * @param problems what `validateConfig` found wrong with the input
 */
export function checkRest(input: unknown, problems: readonly Problem[]): Problem[] {
  if (!isSection(input)) return [];
  const wrongSections = new Set(problems.filter(({ path }) => path[0] !== 'cameras').map(({ path }) => path[0]));
  const wrongCameras = new Set(problems.filter(({ path }) => path[0] === 'cameras').map(({ path }) => path[1]));
  const sound = without(input, wrongSections);
  const cameras = isSection(sound.cameras) ? without(sound.cameras, wrongCameras) : {};
  const { config } = validateConfig({ ...sound, cameras });
  if (config === undefined) return [];
  const knowsProfiles = !wrongSections.has('ffmpeg');
  return crossCheck(config).filter(({ path }) => knowsProfiles || path[2] !== 'profile');
}

function without(section: Section, keys: ReadonlySet<unknown>): Section {
  return Object.fromEntries(Object.entries(section).filter(([key]) => !keys.has(key)));
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
