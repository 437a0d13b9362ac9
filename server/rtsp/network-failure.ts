/** What the system says of a connection that failed, in the words of a camera's reasons. */
import { RelayError } from '../errors.ts';
import type { CameraReason } from '../protocol.ts';

const BY_SYSTEM_CODE: Readonly<Record<string, readonly [CameraReason, string]>> = {
  ENOTFOUND: ['dns', 'The camera’s name cannot be resolved.'],
  EAI_AGAIN: ['dns', 'The camera’s name cannot be resolved at the moment.'],
  EAI_FAIL: ['dns', 'The camera’s name cannot be resolved.'],
  ECONNREFUSED: ['refused', 'The camera refuses the connection.'],
  EHOSTUNREACH: ['unreachable', 'There is no way to the camera’s address.'],
  ENETUNREACH: ['unreachable', 'There is no way to the camera’s address.'],
  EHOSTDOWN: ['unreachable', 'There is no way to the camera’s address.'],
  ENETDOWN: ['unreachable', 'There is no way to the camera’s address.'],
  EADDRNOTAVAIL: ['unreachable', 'There is no way to the camera’s address.'],
  EINVAL: ['unreachable', 'There is no way to the camera’s address.'],
  ETIMEDOUT: ['timeout', 'The camera did not answer in time.'],
  ECONNRESET: ['ended', 'The camera reset the connection.'],
  EPIPE: ['ended', 'The camera closed the connection.'],
};

/** Pure: what a socket's error means for a camera. */
export function networkFailure(error: Error): RelayError {
  const code = 'code' in error ? String(error.code) : '';
  // Several addresses were tried (happy eyeballs): the last refusal speaks for all.
  if (error instanceof AggregateError && error.errors.length > 0) {
    const last: unknown = error.errors.at(-1);
    if (last instanceof Error) return networkFailure(last);
  }
  const known = BY_SYSTEM_CODE[code];
  if (known) return new RelayError(known[0], known[1], { cause: error });
  if (/^ERR_(?:SSL|TLS)|^EPROTO|CERT|SELF_SIGNED|^UNABLE_TO/.test(code)) {
    return new RelayError('tls', 'The encrypted connection to the camera failed.', { cause: error });
  }
  return new RelayError('unreachable', 'The connection to the camera failed.', { cause: error });
}
