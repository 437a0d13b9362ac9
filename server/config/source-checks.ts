/** Pure: contradictions in where a camera's pictures come from: its address, or its host and channels. */
import { type Problem, showValue } from './problem.ts';
import type { CameraConfig, Config } from './schema.ts';

const MAX_CHANNELS = 256;
const MAX_ID_LENGTH = 64;

/** Pure: a problem of the camera's `host` and what belongs to it, or a `url` that is missing. */
export function checkSource(camera: CameraConfig, id: string, cameras: Config['cameras']): Problem | undefined {
  const path = (key: string) => ['cameras', id, key];
  const { host, url, channels } = camera;
  if (host === undefined) {
    const orphan = (['port', 'vendor', 'channels'] as const).find((key) => camera[key] !== undefined);
    if (orphan !== undefined) return { path: path(orphan), message: 'belongs to "host", which is missing' };
    return url === '' ? { path: path('url'), message: 'is missing; it is a text that is not empty' } : undefined;
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
