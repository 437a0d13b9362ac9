/** Reads bounded whole numbers and words of a choice out of a query. Pure. */
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

/** The value of `name`, or undefined when it is not there. Throws `RelayError('config')` for a word that is no choice. */
export function readChoice<T extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const choice = choices.find((each) => each === text);
  if (choice === undefined) {
    const given = JSON.stringify(text);
    throw new RelayError('config', `"${name}" of a demo camera is ${given}; there are ${choices.join(', ')}`);
  }
  return choice;
}
