/** Pure: what went wrong with a resource's machine, in words that do not name it. */
import { RelayError } from '../errors.ts';

const REFUSED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The resource refuses the connection.',
  ENOTFOUND: 'The resource’s name cannot be resolved.',
  EAI_AGAIN: 'The resource’s name cannot be resolved now.',
  ECONNRESET: 'The resource broke the connection.',
  EPIPE: 'The resource broke the connection.',
  EHOSTUNREACH: 'The resource cannot be reached.',
  ENETUNREACH: 'The resource cannot be reached.',
  HPE_HEADER_OVERFLOW: 'The resource’s headers are too long.',
};
const LATE = 'The resource did not answer in time.';

/** Pure: 504 for what took too long, 502 for everything else. The cause is kept for the log. */
export function upstreamFailure(thrown: unknown): RelayError {
  if (thrown instanceof RelayError) return thrown;
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ETIMEDOUT') return new RelayError('upstream-timeout', LATE, { cause: thrown });
  return new RelayError('upstream-failed', REFUSED[code] ?? wordsFor(code), { cause: thrown });
}

function wordsFor(code: string): string {
  if (code.startsWith('HPE_')) return 'The resource’s answer is not valid HTTP.';
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME|ISSUER|SIGNATURE/.test(code)) {
    return 'The encrypted connection to the resource failed.';
  }
  return 'The request to the resource failed.';
}
