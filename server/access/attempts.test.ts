import { describe, expect, it } from 'vitest';
import { Attempts, waitSeconds } from './attempts.ts';
import { networkOf } from './client-address.ts';

const [wrong, right] = [() => false, () => true];
const TOO_MANY = { code: 'too-many-attempts' };

describe('waiting after failures', () => {
  it('grows to a quarter of an hour', () => {
    expect([-3, 0, 1, 2, 3, 4, 99].map(waitSeconds)).toEqual([0, 0, 1, 2, 4, 8, 900]);
  });

  it('is for the address that failed', async () => {
    const attempts = new Attempts();
    for (let i = 0; i < 5; i++) expect(await attempts.attempt('anna', '203.0.113.1', wrong)).toBe(false);
    await expect(attempts.attempt('ANNA', '203.0.113.1', right)).rejects.toMatchObject(TOO_MANY);
    expect(await attempts.attempt('anna', '203.0.113.2', right)).toBe(true);
    expect(await attempts.attempt('ben', '203.0.113.1', right)).toBe(true);
  });

  it('is not for who gets it right before', async () => {
    const attempts = new Attempts();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) await attempts.attempt('anna', '203.0.113.1', wrong);
      expect(await attempts.attempt('anna', '203.0.113.1', right)).toBe(true);
    }
  });

  it('is for an address that tries many names, too', async () => {
    const attempts = new Attempts();
    for (let i = 0; i < 17; i++) await attempts.attempt(`user${i}`, '203.0.113.1', wrong);
    await expect(attempts.attempt('another', '203.0.113.1', right)).rejects.toMatchObject(TOO_MANY);
  });

  it('is for all the addresses that one IPv6 line has', async () => {
    const attempts = new Attempts();
    for (let i = 0; i < 5; i++) await attempts.attempt('anna', `2001:db8:7:1::${i}`, wrong);
    await expect(attempts.attempt('anna', '2001:db8:7:1:ffff::9', right)).rejects.toMatchObject(TOO_MANY);
    expect(await attempts.attempt('anna', '2001:db8:7:2::9', right)).toBe(true);
  });
});

describe('many attempts at one time', () => {
  const atOnce = async (attempts: Attempts, names: readonly string[], address: string) => {
    let tried = 0;
    const check = async () => {
      tried += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return false;
    };
    const outcomes = await Promise.allSettled(names.map((name) => attempts.attempt(name, address, check)));
    return { tried, refused: outcomes.filter(({ status }) => status === 'rejected').length };
  };

  it('are no more guesses than one after the other', async () => {
    const attempts = new Attempts();
    const anna = Array.from({ length: 60 }, () => 'anna');
    expect(await atOnce(attempts, anna, '203.0.113.1')).toEqual({ tried: 4, refused: 56 });
    // The fifth begins the wait.
    expect((await atOnce(attempts, anna, '203.0.113.1')).tried).toBe(1);
    expect((await atOnce(attempts, anna, '203.0.113.1')).tried).toBe(0);
  });

  it('nor are those for many names from one address', async () => {
    const names = Array.from({ length: 60 }, (_, i) => `user${i}`);
    expect((await atOnce(new Attempts(), names, '203.0.113.1')).tried).toBe(16);
  });

  it('leave the way free again when a check fails', async () => {
    const attempts = new Attempts();
    const broken = () => Promise.reject(new Error('overloaded'));
    for (let i = 0; i < 40; i++) await expect(attempts.attempt('anna', '203.0.113.1', broken)).rejects.toThrow('overl');
    expect(await attempts.attempt('anna', '203.0.113.1', right)).toBe(true);
  });
});

describe('networkOf', () => {
  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:7:1:a:b:c:d', '2001:db8:7:1::/64'],
    ['2001:db8:7:1:a:b:c::', '2001:db8:7:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', ''],
  ])('of %s is %s', (address, expected) => {
    expect(networkOf(address)).toBe(expected);
  });
});
