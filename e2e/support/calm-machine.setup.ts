/** Before each test that holds the relay to a time. */
import { beforeEach } from 'vitest';
import { untilCalm } from './calm-machine.ts';

const CALM_WITHIN_MS = 600_000;

beforeEach(untilCalm, CALM_WITHIN_MS);
