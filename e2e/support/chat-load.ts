/** The chat's promises under load, as tests of any size: the small ones run always, the large ones by `--long`. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Crowd, comeAndGo, joinAndNeverRead } from './chat-crowd.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';
import { eventually } from './wait.ts';

export interface ChatLoad {
  readonly members: number;
  readonly seconds: number;
  /** 99 of 100 messages have reached their member by then. */
  readonly p99Ms: number;
  readonly rooms: number;
  readonly membersPerRoom: number;
  /** In each of the rooms. */
  readonly messagesPerSecond: number;
  readonly neverReading: number;
  readonly cycles: number;
  /** Growth of the relay's memory that is no leak: what V8 keeps for next time. */
  readonly growthBytes: number;
}

const PER_SECOND = 20;
const SPEAKERS = 20;
const MB = 1_048_576;
/** What is said at once to those who never read, at 6 KB a message. */
const ROUND_MESSAGES = 200;
const ROUND_PER_SECOND = 400;
const ROUND_MB = 1.2;
const MAX_MB_PER_MEMBER = 30;

export function testsUnderLoad(load: ChatLoad): void {
  let relay: RelayProcess;
  const crowds: Crowd[] = [];
  const crowd = () => {
    const made = new Crowd();
    crowds.push(made);
    return made;
  };
  const url = (room: string) => `${relay.wsUrl}/chat/${room}`;
  const rss = () => residentBytes(relay.pid);

  beforeAll(async () => {
    relay = await startRelay({
      config: {
        chat: {
          freeRooms: true,
          messages: 1000,
          perMs: 1_000,
          maxCharacters: 2_000,
          rememberMs: 1_000,
          pongTimeoutMs: 60_000,
        },
        log: { level: 'debug' },
      },
    });
  });
  afterEach(() => {
    for (const each of crowds.splice(0)) each.close();
  });
  afterAll(() => relay?.close());

  const { members, seconds } = load;
  it(`${members} members, ${PER_SECOND} messages a second: everyone gets everything in order, p99 under ${load.p99Ms} ms, no growth`, async () => {
    const all = crowd();
    const joinedAtMs = performance.now();
    await all.join(url('big'), members);
    // Each by name up to fifty, then their number once a second: not a million frames for a thousand members.
    const mostTold = Math.max(...all.members.map(({ timesToldWhoIsHere }) => timesToldWhoIsHere));
    expect(mostTold).toBeLessThanOrEqual(50 + 1 + (performance.now() - joinedAtMs) / 1_000);
    await all.speak(PER_SECOND * 2, PER_SECOND, SPEAKERS);
    await all.untilAllHeard();
    all.delaysMs.length = 0;
    const before = rss();
    await all.speak(PER_SECOND * seconds, PER_SECOND, SPEAKERS);
    await all.untilAllHeard();
    const expected = Array.from({ length: all.said }, (_, n) => n);
    // Senders are many and sockets are many, so the order is the room's; that it is the same for all is what counts.
    const order = all.members[0]!.seen;
    expect([...order].sort((a, b) => a - b)).toEqual(expected);
    for (const { seen } of all.members) expect(seen).toEqual(order);
    console.log(`p50 ${all.percentileMs(50).toFixed(1)} ms, p99 ${all.percentileMs(99).toFixed(1)} ms`);
    expect(all.closeCodes).toEqual([]);
    expect(rss() - before).toBeLessThan(load.growthBytes);
    expect(all.percentileMs(99)).toBeLessThan(load.p99Ms);
  });

  it(`${load.rooms} rooms of ${load.membersPerRoom}: each hears its own and nothing else`, async () => {
    const rooms = [];
    for (let i = 0; i < load.rooms; i++) {
      const each = crowd();
      await each.join(url(`room-${i}`), load.membersPerRoom);
      rooms.push(each);
    }
    await Promise.all(rooms.map((each) => each.speak(5, load.messagesPerSecond, 5)));
    await Promise.all(rooms.map((each) => each.untilAllHeard()));
    for (const each of rooms) {
      for (const { seen } of each.members) expect(seen).toEqual([0, 1, 2, 3, 4]);
      expect(each.closeCodes).toEqual([]);
    }
  });

  it(`${load.neverReading} members that never read: bounded memory, closed in the end, nobody else notices`, async () => {
    const readers = crowd();
    await readers.join(url('slow'), 20);
    await readers.speak(200, 200, SPEAKERS, 'x'.repeat(400));
    await readers.untilAllHeard();
    const before = rss();
    const stuck = [];
    for (let i = 0; i < load.neverReading; i++) stuck.push(await joinAndNeverRead(url('slow')));
    let peak = 0;
    // The operating system takes about 6 MB for a connection here; only then the queues begin to fill.
    for (let mb = 0; stuckLeft(relay) < load.neverReading && mb < MAX_MB_PER_MEMBER; mb += ROUND_MB) {
      readers.delaysMs.length = 0;
      await readers.speak(ROUND_MESSAGES, ROUND_PER_SECOND, SPEAKERS, '好'.repeat(1_950));
      await readers.untilAllHeard();
      peak = Math.max(peak, rss() - before);
    }
    console.log(`relay grew by ${(peak / MB).toFixed(1)} MB, readers' p99 ${readers.percentileMs(99).toFixed(1)} ms`);
    expect(readers.closeCodes).toEqual([]);
    expect(peak).toBeLessThan(load.growthBytes + load.neverReading * MB);
    expect(stuckLeft(relay)).toBe(load.neverReading);
    for (const socket of stuck) socket.terminate();
  });

  it(`${load.cycles} joins and leaves leave nothing`, async () => {
    const gauge = async (line: RegExp) => {
      const text = await (await fetch(`${relay.url}/metrics`)).text();
      return Number(line.exec(text)?.[1] ?? 0);
    };
    const sockets = () => gauge(/^nodejs_active_handles\{type="Socket"\} (\d+)/m);
    const rooms = () => gauge(/^sightline_chat_rooms (\d+)/m);
    const members = () => gauge(/^sightline_chat_members (\d+)/m);
    await eventually(members, (now) => now === 0, { withinMs: 20_000 });
    const socketsBefore = await sockets();
    // What V8 and the allocator keep for next time is taken by the first half; the second must not add to it.
    await comeAndGo(url('busy'), load.cycles / 2);
    const before = rss();
    await comeAndGo(url('busy'), load.cycles / 2);
    await eventually(sockets, (now) => now <= socketsBefore + 1, { withinMs: 20_000 });
    await eventually(rooms, (now) => now === 0, { withinMs: 20_000 });
    console.log(`relay grew by ${((rss() - before) / MB).toFixed(1)} MB`);
    expect(rss() - before).toBeLessThan(load.growthBytes);
    const fresh = crowd();
    await fresh.join(url('busy'), 1);
  });
}

/** Members that the relay itself let go of. */
function stuckLeft(relay: RelayProcess): number {
  return relay.logLines().filter(({ msg, reason }) => msg === 'chat member left' && reason === 'refused').length;
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
}
