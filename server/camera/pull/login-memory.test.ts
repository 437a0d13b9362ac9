import { describe, expect, it } from 'vitest';
import { DeviceLogin, LoginMemory } from './login-memory.ts';

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

  it('is told by one camera of a device to the others, unless the login is known to be right', () => {
    const device = new DeviceLogin();
    const [one, two] = [new LoginMemory(600_000, device), new LoginMemory(600_000, device)];
    one.observe(refusal);
    expect(two.refusedAt(2_000)).toEqual(refusal);
    two.forget();
    two.accepted();
    one.observe(refusal);
    expect(one.refusedAt(2_000)).toEqual(refusal);
    expect(two.refusedAt(2_000)).toBeNull();
  });
});
