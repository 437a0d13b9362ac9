/**
 * What a Range request is answered with, case by case, and where nginx 1.22 and Go 1.x's http.ServeContent answer
 * otherwise. Their answers were taken by asking them the same of the same file.
 */
import type { RangeCase } from './range-case.ts';
import { RANGE_CONDITIONS } from './range-conditions.ts';
import { RANGE_LISTS } from './range-lists.ts';
import { RANGE_POSITIONS } from './range-positions.ts';

export const RANGE_CASES: Readonly<Record<string, readonly RangeCase[]>> = {
  ...RANGE_POSITIONS,
  ...RANGE_LISTS,
  ...RANGE_CONDITIONS,
};
