import { describe, expect, it } from 'vitest';
import { type BudgetMember, budgetHosts, SessionBudget } from './session-budget.ts';

const nvr = { key: '10.0.0.9', maxSessions: 2 };

function member(cameraId: string, more: Partial<BudgetMember> = {}): BudgetMember & { ended: number } {
  const made = { cameraId, host: nvr, idleSinceMs: null, ended: 0, ...more };
  return {
    ...made,
    makeRoom() {
      this.ended += 1;
      return Promise.resolve();
    },
  };
}

describe('SessionBudget', () => {
  it('turns away who comes when all sessions of the device are watched, and lets one in when one has left', async () => {
    const budget = new SessionBudget({ maxStreams: 10 });
    const [one, two, three] = [member('a'), member('b'), member('c')];
    await budget.enter(one);
    await budget.enter(two);
    await budget.enter(two);
    expect(() => budget.enter(three)).toThrowError(expect.objectContaining({ code: 'overloaded' }));
    expect(budget.info).toEqual({ streams: { used: 2, max: 10 }, hosts: [{ cameras: ['a', 'b'], used: 2, max: 2 }] });
    budget.leave(one);
    await budget.enter(three);
    expect(budget.info.hosts).toEqual([{ cameras: ['b', 'c'], used: 2, max: 2 }]);
  });

  it('ends the one that has been idle longest, once', async () => {
    const budget = new SessionBudget({ maxStreams: 2 });
    const [young, old] = [member('a', { idleSinceMs: 20 }), member('b', { idleSinceMs: 10 })];
    await budget.enter(young);
    await budget.enter(old);
    await budget.enter(member('c', { host: null }));
    expect([young.ended, old.ended]).toEqual([0, 1]);
    expect(budget.info.streams.used).toBe(2);
  });
});

describe('budgetHosts', () => {
  it('takes cameras of one host as one device with the smallest limit', () => {
    const hostOf = budgetHosts([
      { url: 'rtsp://10.0.0.9/ch1', maxSessions: 6 },
      { url: 'rtsp://u:p@10.0.0.9:8554/ch2', maxSessions: 4 },
      { url: 'rtsp://10.0.0.7/x' },
    ]);
    expect(hostOf('rtsp://10.0.0.9/ch7')).toEqual({ key: '10.0.0.9', maxSessions: 4 });
    expect(hostOf('rtsp://10.0.0.7/x')).toEqual({ key: '10.0.0.7', maxSessions: null });
    expect(hostOf('')).toBeNull();
  });
});
