/** A certificate of one's own for 127.0.0.1, for tests that speak TLS. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CertificateFiles {
  /** PEM files in the folder. */
  readonly cert: string;
  readonly key: string;
}

/** Writes `site.crt` and `site.key` into the folder, over those that are there. */
export async function writeCertificate(folder: string): Promise<CertificateFiles> {
  const files = { cert: join(folder, 'site.crt'), key: join(folder, 'site.key') };
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ...['-keyout', files.key, '-out', files.cert],
  ]);
  return files;
}
