/** Reads bounded whole numbers out of a query. Pure. */
import { RelayError } from '../errors.ts';

/** The value of `name`, or undefined when it is not there. Throws `RelayError('config')` outside of `min` to `max`. */
export function readInteger(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < min || value > max) {
    throw new RelayError(
      'config',
      `"${name}" of a demo camera is ${JSON.stringify(text)}; allowed is ${min} to ${max}`,
    );
  }
  return value;
}
