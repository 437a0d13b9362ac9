import { describe, expect, it } from 'vitest';
import { RelayError } from '../../errors.ts';
import { type AskedCamera, DeviceLogin, HeldBackLogin, LoginMemory } from './login-memory.ts';

const refusal = { code: 'unauthorized', message: 'The camera refuses the password.', atMs: 1_000 } as const;

describe('LoginMemory', () => {
  it('holds a refused login back for so long and no longer', () => {
    const memory = new LoginMemory(600_000);
    expect(memory.refusedAt(0)).toBeNull();
    memory.observe(refusal);
    expect(memory.refusedAt(1_001)).toEqual(refusal);
    expect(memory.refusedAt(600_999)).toEqual(refusal);
    expect(memory.refusedAt(601_000)).toBeNull();
  });

  it('does not take an outage for an answer to the login', () => {
    const memory = new LoginMemory(600_000);
    memory.observe(refusal);
    memory.observe({ ...refusal, code: 'timeout' });
    expect(memory.refusedAt(2_000)).toEqual(refusal);
  });

  it('forgets when a person asks for another try', () => {
    const memory = new LoginMemory(600_000);
    memory.observe(refusal);
    memory.forget();
    expect(memory.refusedAt(2_000)).toBeNull();
  });
});

describe('the login of a device', () => {
  const HOLD_MS = 600_000;
  const channels = (count: number) => {
    const device = new DeviceLogin();
    return Array.from({ length: count }, () => new LoginMemory(HOLD_MS, device));
  };

  it('is left alone on all channels when two have refused it, until a person asks or the time is over', () => {
    const [one, two, three] = channels(3) as [LoginMemory, LoginMemory, LoginMemory];
    one.observe(refusal);
    one.observe(refusal);
    expect(three.refusedAt(2_000)).toBeNull();
    two.observe(refusal);
    expect(three.refusedAt(2_000)).toEqual(refusal);
    expect(three.refusedAt(601_000)).toBeNull();
    one.observe(refusal);
    two.observe(refusal);
    three.forget();
    expect(three.refusedAt(2_000)).toBeNull();
    expect(one.refusedAt(2_000)).toEqual(refusal);
  });

  it('that is right is not held against the rest when a channel refuses it, whichever was asked first', () => {
    const [wrong, alsoWrong, good, other] = channels(4) as [LoginMemory, LoginMemory, LoginMemory, LoginMemory];
    wrong.observe(refusal);
    expect(good.refusedAt(2_000)).toBeNull();
    good.accepted();
    wrong.observe(refusal);
    alsoWrong.observe(refusal);
    expect(wrong.refusedAt(2_000)).toEqual(refusal);
    for (const channel of [good, other]) expect(channel.refusedAt(2_000)).toBeNull();
  });

  it('that was right is left alone when channels that it opened refuse it: somebody has changed the password', () => {
    const all = channels(8);
    for (const channel of all) channel.accepted();
    for (const channel of all.slice(0, 2)) channel.observe(refusal);
    for (const channel of all) expect(channel.refusedAt(2_000)).toEqual(refusal);
  });

  it('is not what a channel means that forbids it', () => {
    const [one, two, three] = channels(3) as [LoginMemory, LoginMemory, LoginMemory];
    for (const channel of [one, two]) channel.observe({ ...refusal, code: 'forbidden' });
    expect(one.refusedAt(2_000)).toMatchObject({ code: 'forbidden' });
    expect(three.refusedAt(2_000)).toBeNull();
  });

  const never = () => new AbortController().signal;
  const asking = (ask: () => Promise<AskedCamera>) => {
    const asked: LoginMemory[] = [];
    return {
      asked,
      all: (memories: readonly LoginMemory[]) =>
        Promise.allSettled(
          memories.map((memory) =>
            memory.inTurn(async () => {
              asked.push(memory);
              await new Promise((resolve) => setTimeout(resolve, 20));
              return ask();
            }, never()),
          ),
        ),
    };
  };

  it('is shown by two of many channels that are opened at once when it is wrong', async () => {
    const all = channels(16);
    const device = asking(() => Promise.reject(new RelayError('unauthorized', 'No.')));
    const outcomes = await device.all(all);
    expect(device.asked).toHaveLength(2);
    expect(outcomes.filter((each) => each.status === 'rejected' && each.reason instanceof HeldBackLogin)).toHaveLength(
      14,
    );
    for (const channel of all)
      expect(channel.refusedAt(Date.now())).toMatchObject({ code: 'unauthorized', message: 'No.' });
    all[9]!.forget();
    await device.all([all[9]!]);
    expect(device.asked).toHaveLength(3);
  });

  it('is shown by all of them at once from when it was accepted', async () => {
    const device = asking(async () => ({ atMs: Date.now(), answer: { loginSent: true } }));
    const beganAtMs = performance.now();
    expect((await device.all(channels(40))).every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(performance.now() - beganAtMs).toBeLessThan(20 * 10);
  });

  it('waits for nobody for ever, and not at all when it is given up', async () => {
    const [one, two, three, four] = channels(4) as [LoginMemory, LoginMemory, LoginMemory, LoginMemory];
    const dead = new Promise<never>(() => {});
    for (const channel of [one, two]) void channel.inTurn(() => dead, never());
    const giving = new AbortController();
    const answer = async () => ({ atMs: 0, answer: null });
    const given = four.inTurn(answer, giving.signal);
    const beganAtMs = performance.now();
    giving.abort();
    await given;
    expect(performance.now() - beganAtMs).toBeLessThan(1_000);
    await three.inTurn(answer, never());
    expect(performance.now() - beganAtMs).toBeLessThan(4_000);
  });
});
