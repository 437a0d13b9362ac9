import { describe } from 'vitest';
import { testsUnderLoad } from './support/chat-load.ts';

describe('the chat under some load', () => {
  testsUnderLoad({
    members: 200,
    seconds: 2,
    // Others use the machine while this runs; what is promised is measured by the long tests.
    p99Ms: 300,
    rooms: 5,
    membersPerRoom: 10,
    messagesPerSecond: 5,
    neverReading: 5,
    cycles: 200,
    growthBytes: 60 * 1_048_576,
  });
});
