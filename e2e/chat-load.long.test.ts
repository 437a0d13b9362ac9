import { describe } from 'vitest';
import { testsUnderLoad } from './support/chat-load.ts';

describe('the chat under full load', () => {
  testsUnderLoad({
    members: 1_000,
    seconds: 60,
    p99Ms: 100,
    rooms: 100,
    membersPerRoom: 50,
    messagesPerSecond: 1,
    neverReading: 30,
    cycles: 10_000,
    growthBytes: 80 * 1_048_576,
  });
});
