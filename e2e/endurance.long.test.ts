import { describe } from 'vitest';
import { testsOfEndurance } from './support/endurance.ts';

describe('a relay that goes on and on', () => {
  testsOfEndurance({ cycles: 1_000, rounds: 3, connectsPerRound: 10_000, growthBytesPerRound: 3 * 1_048_576 });
});
