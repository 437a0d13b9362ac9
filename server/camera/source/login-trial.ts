/**
 * Finds out whether an ffmpeg can log in by Digest with SHA-256, by letting it try at a camera that is none: releases
 * say nothing of it, and builds between them differ.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { type DigestChallenge, serialiseChallenge, verifyAuthorization } from '../../rtsp/authentication.ts';
import { header, RtspParser, type RtspRequest, serialiseResponse } from '../../rtsp/message.ts';

const run = promisify(execFile);
const TRIAL_TIMEOUT_MS = 5_000;
const USER = 'trial';

/** One for an ffmpeg; asked when the first camera wants such a login. Nothing to close: a trial ends by itself. */
export class LoginTrial {
  readonly #path: string;
  #answer: Promise<boolean> | null = null;

  /** @param path ffmpeg's, or its name on PATH */
  constructor(path: string) {
    this.#path = path;
  }

  /** Tried once and remembered. Never rejects: an ffmpeg that cannot be run cannot log in. */
  sha256(): Promise<boolean> {
    this.#answer ??= logsIn(this.#path).catch(() => false);
    return this.#answer;
  }
}

async function logsIn(path: string): Promise<boolean> {
  const password = randomBytes(12).toString('hex');
  const challenge: DigestChallenge = {
    scheme: 'digest',
    realm: USER,
    nonce: randomBytes(12).toString('hex'),
    algorithm: 'SHA-256',
    qopAuth: true,
  };
  let isIn = false;
  const answer = (request: RtspRequest): number => {
    if (request.method === 'OPTIONS') return 200;
    const authorization = header(request, 'Authorization');
    isIn ||= verifyAuthorization(authorization, challenge, request, (name) => (name === USER ? password : undefined));
    return isIn ? 404 : 401;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const parser = new RtspParser();
    socket.on('data', (chunk: Buffer) => {
      for (const item of parser.push(chunk)) {
        if (item.kind !== 'request') continue;
        const status = answer(item);
        const asks = status === 401 ? [['WWW-Authenticate', serialiseChallenge(challenge)] as const] : [];
        socket.write(serialiseResponse({ status, headers: [['CSeq', header(item, 'CSeq') ?? '0'], ...asks] }));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `rtsp://${USER}:${password}@127.0.0.1:${port}/`;
  const args = `-hide_banner -nostdin -loglevel quiet -rtsp_transport tcp -i ${url} -f null -`.split(' ');
  try {
    // It fails in any case: there is no stream.
    await run(path, args, { timeout: TRIAL_TIMEOUT_MS, killSignal: 'SIGKILL', windowsHide: true }).catch(() => {});
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
  return isIn;
}
