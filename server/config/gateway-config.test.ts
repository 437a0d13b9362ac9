import { describe, expect, it } from 'vitest';
import { validateConfig } from './validate.ts';

const told = (resource: object) => {
  const { config, problems = [] } = validateConfig({ resources: { nas: resource } });
  return config === undefined ? problems.map(({ message }) => message).join('; ') : config.resources.nas;
};

describe('the configuration of a resource', () => {
  it('has the gateway’s defaults', () => {
    expect(validateConfig({}).config?.gateway).toEqual({
      connectTimeoutMs: 30_000,
      tcpKeepAliveMs: 30_000,
      tlsTimeoutMs: 10_000,
      responseTimeoutMs: 10_000,
      idleTimeoutMs: 90_000,
      maxIdleConnections: 100,
      expectContinueMs: 1_000,
    });
    expect(told({ target: 'https://u:p@nas/media' })).toEqual({
      target: 'https://u:p@nas/media',
      headers: {},
      verifyTls: true,
    });
  });

  it.each([
    ['a query', { target: 'http://nas/?a' }],
    ['a fragment', { target: 'http://nas/#a' }],
    ['another scheme', { target: 'file:///etc/passwd' }],
    ['no host', { target: 'http://' }],
    ['a line break', { target: 'http://nas/a\r\nX: y' }],
    ['an unknown mode', { target: 'http://nas/', mode: 'pigeon' }],
    ['a short key', { target: 'http://nas/', signed: { key: 'short' } }],
    ['a header of ours', { target: 'http://nas/', headers: { 'Content-Length': '1' } }],
    ['a header with a line break', { target: 'http://nas/', headers: { 'X-A': 'a\r\nb' } }],
    ['a key that does not exist', { target: 'http://nas/', url: 'x' }],
  ])('%s is refused', (_, resource) => {
    expect(typeof told(resource)).toBe('string');
  });

  it('a refusal shows no secret', () => {
    const resource = {
      target: 'ftp://u:hunter2@nas/',
      signed: { key: 'hunter2' },
      headers: { Authorization: 'hunter2\n' },
    };
    expect(told(resource)).not.toContain('hunter2');
  });
});
