import { pino } from 'pino';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { RelayError } from '../../errors.ts';
import type { RtspSource } from '../../ffmpeg/rtsp-input.ts';
import { LoginMemory } from '../pull/login-memory.ts';
import { type CameraCheck, CameraChecks, type CheckedCamera } from './camera-checks.ts';
import type { SourceReading } from './source-check.ts';

const log = pino({ level: 'silent' });
const sourceAt = (url: string): RtspSource => ({ url, transport: 'auto', input: [] });
const readingOf = (source: RtspSource): SourceReading => ({ atMs: Date.now(), source, tracks: null, answer: null });

function camera(id: string, url: string, login = new LoginMemory(600_000)) {
  const noted: CameraCheck[] = [];
  const checked: CheckedCamera & { idle: boolean } = {
    id,
    idle: true,
    get checkTarget() {
      return this.idle ? { source, login } : null;
    },
    noteCheck: (check) => void noted.push(check),
  };
  const source = sourceAt(url);
  return { checked, noted, login };
}

let checks: CameraChecks | null = null;
afterEach(() => checks?.close());
const start = (
  cameras: readonly CheckedCamera[],
  check: (source: RtspSource) => Promise<SourceReading>,
  everyMs = 20,
) => {
  checks = new CameraChecks({ preparer: { check }, everyMs, log, random: () => 0.5 });
  checks.start(cameras);
};

describe('checks of unwatched cameras', () => {
  it('tell again and again whether a camera lets itself be pulled', async () => {
    const { checked, noted } = camera('a', 'rtsp://a/');
    let isThere = false;
    start([checked], async (source) => {
      if (!isThere) throw new RelayError('unreachable', 'There is no way to it.');
      return readingOf(source);
    });
    await vi.waitFor(() => expect(noted[0]?.failure?.code).toBe('unreachable'));
    isThere = true;
    await vi.waitFor(() => expect(noted.at(-1)?.failure).toBeNull());
  });

  it('of sixty cameras are no leak to Node', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    const asked = Array.from({ length: 60 }, (_, index) => camera(`c${index}`, `rtsp://c${index}/`));
    start(
      asked.map(({ checked }) => checked),
      async (source) => readingOf(source),
    );
    await vi.waitFor(() => expect(asked.every(({ noted }) => noted.length > 0)).toBe(true));
    expect(warnings).toEqual([]);
  });

  it('leave a watched camera alone', async () => {
    const { checked } = camera('a', 'rtsp://a/');
    checked.idle = false;
    const check = vi.fn(async (source: RtspSource) => readingOf(source));
    start([checked], check);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(check).not.toHaveBeenCalled();
  });

  it('try a refused login once, for all cameras of the device', async () => {
    const login = new LoginMemory(600_000);
    const cameras = [1, 2, 3].map((channel) => camera(`nvr-${channel}`, `rtsp://nvr/${channel}`, login));
    const check = vi.fn(async (): Promise<SourceReading> => {
      throw new RelayError('unauthorized');
    });
    start(
      cameras.map(({ checked }) => checked),
      check,
    );
    await vi.waitFor(() => expect(login.refusedAt(Date.now())?.code).toBe('unauthorized'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(check).toHaveBeenCalledTimes(1);
  });

  it('ask one camera of a host at a time, and other hosts meanwhile', async () => {
    const running = new Map<string, number>();
    const most = new Map<string, number>();
    let together = 0;
    const cameras = ['one', 'one', 'one', 'two'].map((host, index) => camera(`c${index}`, `rtsp://${host}/${index}`));
    start(
      cameras.map(({ checked }) => checked),
      async (source) => {
        const { hostname } = new URL(source.url);
        const now = (running.get(hostname) ?? 0) + 1;
        running.set(hostname, now);
        most.set(hostname, Math.max(most.get(hostname) ?? 0, now));
        together = Math.max(
          together,
          [...running.values()].reduce((sum, each) => sum + each),
        );
        await new Promise((resolve) => setTimeout(resolve, 15));
        running.set(hostname, now - 1);
        return readingOf(source);
      },
    );
    await vi.waitFor(() => expect(cameras.every(({ noted }) => noted.length > 1)).toBe(true));
    expect(most.get('one')).toBe(1);
    expect(together).toBe(2);
  });

  it('are off at 0, and end at once', async () => {
    const { checked } = camera('a', 'rtsp://a/');
    const check = vi.fn(async (source: RtspSource) => readingOf(source));
    start([checked], check, 0);
    await checks?.close();
    start([checked], check, 60_000);
    await checks?.close();
    expect(check).not.toHaveBeenCalled();
  });
});
