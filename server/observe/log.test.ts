import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { createLogger, type LogOptions } from './log.ts';

const SECRET = 'p"ss\\w/rd';
const redact = (text: string) => text.replaceAll(SECRET, '***');

function logTo(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log: createLogger({ level: 'trace', format: 'json', redact, stream, ...options }), lines };
}

describe('the log', () => {
  it('writes one JSON line per event, with the level in words and the time in ISO 8601', () => {
    const { log, lines } = logTo();
    log.info({ camera: 'yard', viewers: 2 }, 'viewer joined');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\n$/);
    const line = JSON.parse(lines[0]!);
    expect(line).toMatchObject({ level: 'info', camera: 'yard', viewers: 2, msg: 'viewer joined' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = logTo({ level: 'warn' });
    log.info('quiet');
    log.warn('loud');
    expect(lines).toHaveLength(1);
  });

  it.each([
    ['a message', (log: Log) => log.info(`url is rtsp://u:${SECRET}@cam/`)],
    ['an interpolated value', (log: Log) => log.info('url is %s', SECRET)],
    ['nested objects and arrays', (log: Log) => log.info({ a: { b: [{ c: [SECRET] }] } }, 'x')],
    ['a key', (log: Log) => log.info({ [SECRET]: 1 }, 'x')],
    ['a child logger’s bindings', (log: Log) => log.child({ url: SECRET }).info('x')],
    ['an error', (log: Log) => log.error(new Error(SECRET))],
    ['an error’s cause', (log: Log) => log.error(new RelayError('dns', 'x', { cause: new Error(SECRET) }), 'x')],
    ['an error under its own key', (log: Log) => log.error({ problem: new Error(SECRET) }, 'x')],
    ['an error’s own properties', (log: Log) => log.error({ err: Object.assign(new Error('x'), { url: SECRET }) })],
    ['several errors', (log: Log) => log.error({ err: new AggregateError([new Error(SECRET)], 'x') })],
  ])('redacts %s', (_where, write) => {
    for (const format of ['json', 'text'] as const) {
      const { log, lines } = logTo({ format });
      write(log);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain('***');
      expect(lines[0]).not.toContain('ss\\');
      expect(lines[0]).not.toContain('w/rd');
    }
  });

  it('keeps message, stack and cause of an error', () => {
    const { log, lines } = logTo();
    log.error({ problem: new RelayError('dns', 'no such name', { cause: new Error('ENOTFOUND cam') }) }, 'pull failed');
    const { problem } = JSON.parse(lines[0]!);
    expect(problem).toMatchObject({
      type: 'RelayError',
      code: 'dns',
      message: expect.stringContaining('no such name'),
    });
    expect(problem.stack).toContain('log.test.ts');
    expect(problem.stack).toContain('ENOTFOUND cam');
  });

  it('writes text without colours for anything but a terminal', () => {
    const { log, lines } = logTo({ format: 'text' });
    log.warn({ camera: 'yard' }, 'stalled');
    expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: stalled \{"camera":"yard"\}\n$/);
  });
});

type Log = ReturnType<typeof createLogger>;
