/**
 * The relay's log: one line per event on standard error, every text in it redacted. What is secret is decided by
 * the `redact` function given; standard output is kept for the one line that says where the relay listens.
 */
import type { Writable } from 'node:stream';
import { destination, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** `auto`: text when standard error is a terminal, JSON elsewhere. */
  readonly format: 'auto' | 'json' | 'text';
  /** Pure: the text without its secrets. Called for every key and string of every line, at each level of nesting. */
  readonly redact: (text: string) => string;
  /** Where lines go instead of standard error. The caller keeps and closes it. */
  readonly stream?: Writable;
}

/**
 * A logger whose lines are written before the call returns, so that the last words before an exit are not lost.
 * Nothing to close. Child loggers redact too, their bindings included.
 */
export function createLogger(options: LogOptions): Logger {
  const toTerminal = options.stream === undefined && process.stderr.isTTY === true;
  const asText = options.format === 'text' || (options.format === 'auto' && toTerminal);
  const pretty = prettyFactory({
    colorize: toTerminal && process.env.NO_COLOR === undefined,
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  });

  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: errorsAsObjects },
      hooks: {
        // The finished line is the one place that bindings, nested values, stacks and formatted messages all reach.
        streamWrite: (line) => {
          const redacted = redactValue(JSON.parse(line), options.redact);
          return asText ? String(pretty(redacted)) : `${JSON.stringify(redacted)}\n`;
        },
      },
    },
    options.stream ?? destination({ fd: 2, sync: true }),
  );
}

/** Pino serialises an error under the key `err` only; under any other name it would become `{}`. */
function errorsAsObjects(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? stdSerializers.err(value) : value]),
  );
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), redactValue(item, redact)]));
}
