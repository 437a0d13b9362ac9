/** Pure: contradictions in where a camera's pictures come from: its address, or its host and channels. */
import { type Path, type Problem, showValue } from './problem.ts';
import type { CameraConfig, Config } from './schema.ts';

const SCHEMES = ['rtsp:', 'rtsps:', 'rtmp:', 'rtmps:', 'http:', 'https:', 'demo:'];
const MAX_CHANNELS = 256;
const MAX_ID_LENGTH = 64;

/** Pure: problems of the camera's `host` and what belongs to it, or of its `url`. */
export function checkSource(camera: CameraConfig, id: string, cameras: Config['cameras']): Problem | undefined {
  const path = (key: string) => ['cameras', id, key];
  const { host, url, channels } = camera;
  if (host === undefined) {
    const orphan = (['port', 'vendor', 'channels'] as const).find((key) => camera[key] !== undefined);
    if (orphan !== undefined) return { path: path(orphan), message: 'belongs to "host", which is missing' };
    return checkUrl(url, path('url'));
  }
  if (url !== '') {
    return {
      path: path('url'),
      message: `found ${showValue(url, path('url'))}; a camera has "url" or "host", not both`,
    };
  }
  if (channels === undefined) return undefined;
  const numbers = channelNumbers(channels);
  const found = `found ${JSON.stringify(channels)}; `;
  if (numbers.length === 0 || numbers.length > MAX_CHANNELS || numbers.includes(0)) {
    return { path: path('channels'), message: `${found}allowed are 1 to ${MAX_CHANNELS} channels from 1, like "1-32"` };
  }
  if (`${id}-${Math.max(...numbers)}`.length > MAX_ID_LENGTH) {
    return { path: path('channels'), message: `${found}with its channel the id gets longer than ${MAX_ID_LENGTH}` };
  }
  const taken = numbers.map((number) => `${id}-${number}`).find((each) => Object.hasOwn(cameras, each));
  if (taken === undefined) return undefined;
  return { path: path('channels'), message: `${found}a camera "${taken}" is configured already` };
}

/** Pure: the channels of `"1-4,7"` in ascending order, each once; a range that runs backwards has none. */
export function channelNumbers(text: string): number[] {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [from = 0, to = from] = part.split('-').map(Number);
    for (let number = from; number <= to; number++) numbers.add(number);
  }
  return [...numbers].sort((one, other) => one - other);
}

/** Pure: whether something like a camera's address stands there. A login in it may hold any character but spaces. */
export function checkUrl(url: string, path: Path): Problem | undefined {
  if (url === '') return { path, message: 'is missing; it is a text that is not empty' };
  const found = `found ${showValue(url, path)}; `;
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase();
  if (scheme === undefined || !SCHEMES.includes(scheme)) {
    const choices = 'rtsp://, rtsps://, rtmp://, http://, https:// or demo:';
    return { path, message: `${found}allowed is an address that begins with ${choices}` };
  }
  if (/[\s\p{Cc}]/u.test(url)) return { path, message: `${found}allowed is an address without spaces` };
  if (scheme === 'demo:' || namesHost(url)) return undefined;
  return {
    path,
    message:
      `${found}allowed is an address like ${scheme}//192.168.1.20:554/stream1. A user or password with ` +
      'special characters stands best in username and password, where it needs no escaping',
  };
}

/** Which `@` ends a login is decided in `ffmpeg/user-info.ts`; here it is enough that one of the readings is a host. */
function namesHost(url: string): boolean {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(url) ?? [];
  const readings = [rest, ...[...rest.matchAll(/@/g)].map(({ index }) => rest.slice(index + 1))];
  return readings.some((reading) => {
    const address = `${scheme}://${reading}`;
    return !reading.includes('@') && URL.canParse(address) && new URL(address).hostname !== '';
  });
}
