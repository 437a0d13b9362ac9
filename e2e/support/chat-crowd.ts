/** Many chat members on real sockets, cheap enough to leave the machine to the relay, and what they saw. */
import { WebSocket } from 'ws';
import { percentile } from '../bench/support/measure.ts';
import { eventually, sleep } from './wait.ts';

/** How many connections are opened at one time. */
const OPENING_AT_ONCE = 50;

export interface CrowdMember {
  readonly socket: WebSocket;
  /** Number of each message in the order in which they came. */
  readonly seen: number[];
  /** How often this member was told that somebody came or how many are here. */
  timesToldWhoIsHere: number;
}

/** What was said carries its number and when it was said. */
const saying = (n: number, fill: string) => `#${n} @${performance.now().toFixed(2)} ${fill}`;
const SAID = /"text":"#(\d+) @([\d.]+)[ "]/;

export class Crowd {
  readonly members: CrowdMember[] = [];
  readonly delaysMs: number[] = [];
  /** Close codes of members that did not close themselves. */
  readonly closeCodes: number[] = [];
  #said = 0;

  /** Opens so many members and resolves when all are welcome. */
  async join(url: string, count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += OPENING_AT_ONCE) {
      const wave = Array.from({ length: Math.min(OPENING_AT_ONCE, count - opened) }, () => this.#open(url));
      await Promise.all(wave);
    }
  }

  /** Says `count` messages at a steady rate, in turns from the first `speakers` members. */
  async speak(count: number, perSecond: number, speakers: number, fill = ''): Promise<void> {
    const startMs = performance.now();
    for (let i = 0; i < count; i++) {
      const dueMs = startMs + (i * 1000) / perSecond;
      if (dueMs > performance.now()) await sleep(dueMs - performance.now());
      const n = this.#said++;
      const text = saying(n, fill);
      this.members[n % speakers]!.socket.send(JSON.stringify({ type: 'message', text, clientId: `n${n}` }));
    }
  }

  get said(): number {
    return this.#said;
  }

  /** Waits until everybody saw everything; rejects saying who did not. */
  async untilAllHeard(withinMs = 20_000): Promise<void> {
    await eventually(
      () => this.members.filter(({ seen }) => seen.length < this.#said).length,
      (behind) => behind === 0,
      { withinMs },
    );
  }

  percentileMs(percent: number): number {
    return percentile(this.delaysMs, percent);
  }

  /** Cuts all connections. */
  close(): void {
    for (const { socket } of this.members) socket.removeAllListeners('close').terminate();
  }

  #open(url: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
      const member: CrowdMember = { socket, seen: [], timesToldWhoIsHere: 0 };
      socket.on('error', reject);
      socket.on('open', () => socket.send('{"type":"hello"}'));
      socket.on('close', (code) => this.closeCodes.push(code));
      socket.on('message', (data: Buffer) => {
        const text = data.toString('latin1', 0, 600);
        if (text.startsWith('{"type":"welcome"')) {
          this.members.push(member);
          resolve();
          return;
        }
        if (/^{"type":"(joined|left|presence)"/.test(text)) member.timesToldWhoIsHere++;
        const match = SAID.exec(text);
        if (match === null) return;
        member.seen.push(Number(match[1]));
        this.delaysMs.push(performance.now() - Number(match[2]));
      });
    });
  }
}

/** A member that opens its connection and never reads from it again. */
export async function joinAndNeverRead(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  socket.pause();
  return socket;
}

/** Joins, says nothing and leaves, `cycles` times, some of them without a word. */
export async function comeAndGo(url: string, cycles: number): Promise<void> {
  const one = (index: number) =>
    new Promise<void>((resolve) => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on('error', () => {});
      socket.on('open', () => socket.send(`{"type":"hello","name":"Passer ${index}"}`));
      socket.on('message', () => (index % 2 === 0 ? socket.close() : socket.terminate()));
      socket.on('close', () => resolve());
    });
  for (let done = 0; done < cycles; done += OPENING_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(OPENING_AT_ONCE, cycles - done) }, (_, i) => one(done + i)));
  }
}
