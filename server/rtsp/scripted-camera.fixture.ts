/** An RTSP server that answers by a script, for what no real server at hand does: odd logins, redirects, refusals. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Challenge, serialiseChallenge, verifyAuthorization } from './authentication.ts';
import { header, type RtspHeaders, RtspParser, type RtspRequest, serialiseResponse } from './message.ts';

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: RtspHeaders;
  readonly body?: string;
}

/** An answer, or: say nothing, hang up, send these bytes. */
export type Script = (request: RtspRequest, camera: ScriptedCamera) => ScriptedAnswer | 'silent' | 'hang-up' | Buffer;

export interface ScriptedCamera {
  readonly port: number;
  url(path?: string): string;
  /** Every request so far, in order. */
  readonly requests: readonly RtspRequest[];
  /** Connections accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** One H.264 track and one of G.711 A-law. */
export const H264_SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=Session',
  'c=IN IP4 0.0.0.0',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; profile-level-id=42C01E; sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==',
  'a=control:trackID=0',
  'm=audio 0 RTP/AVP 8',
  'a=control:trackID=1',
  '',
].join('\r\n');

/**
 * OPTIONS is answered by itself unless the script is told to do that too. The caller closes it.
 * @param listenPort a free one when left out
 */
export async function startScriptedCamera(script: Script, host = '127.0.0.1', listenPort = 0): Promise<ScriptedCamera> {
  const requests: RtspRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    const parser = new RtspParser();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      for (const item of parser.push(chunk)) {
        if (item.kind !== 'request') continue;
        requests.push(item);
        const answer = script(item, camera);
        if (answer === 'silent') continue;
        if (answer === 'hang-up') socket.end();
        else if (Buffer.isBuffer(answer)) socket.write(answer);
        else {
          const headers: RtspHeaders = [['CSeq', header(item, 'CSeq') ?? '0'], ...(answer.headers ?? [])];
          socket.write(serialiseResponse({ ...answer, headers }));
        }
      }
    });
  });
  server.listen(listenPort, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const camera: ScriptedCamera = {
    port,
    url: (path = '/cam') => `rtsp://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    requests,
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return camera;
}

/** Pure: a camera that shows `sdp` to everybody. */
export function open(sdp = H264_SDP): Script {
  return ({ method }) => {
    if (method === 'OPTIONS') return { status: 200, headers: [['Public', 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']] };
    if (method !== 'DESCRIBE') return { status: 455 };
    return { status: 200, headers: [['Content-Type', 'application/sdp']], body: sdp };
  };
}

/** A camera that asks for a login, one `WWW-Authenticate` per challenge, before `inner` gets to answer. */
export function guarded(
  challenges: readonly Challenge[],
  users: Readonly<Record<string, string>>,
  inner: Script,
): Script {
  return (request, camera) => {
    const authorization = header(request, 'Authorization');
    const isIn = challenges.some((each) => verifyAuthorization(authorization, each, request, (name) => users[name]));
    if (request.method === 'OPTIONS' || isIn) return inner(request, camera);
    const headers = challenges.map((each) => ['WWW-Authenticate', serialiseChallenge(each)] as const);
    return { status: 401, headers };
  };
}
