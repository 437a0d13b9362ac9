/** What a demo camera's address asks for: `demo:yard?fault=stall` in the config, `/yard?fault=stall` over RTSP. Pure. */
import { RelayError } from '../errors.ts';
import { type Fault, parseFault } from './faults.ts';
import { type PictureOptions, SCENE_NAMES } from './picture.ts';
import { readChoice, readInteger } from './query.ts';

/** `any` is TCP or UDP, as the client likes; the others are cameras that offer nothing else. */
export const DEMO_TRANSPORTS = ['any', 'tcp', 'udp', 'multicast'] as const;
export type DemoTransport = (typeof DEMO_TRANSPORTS)[number];

export interface DemoAddress {
  readonly picture: PictureOptions;
  readonly fault: Fault | null;
  readonly transport: DemoTransport;
  /** Scene and query as given, without a leading slash: what tells one demo camera from another. */
  readonly camera: string;
}

/**
 * Pure: reads `demo:yard?…`, `/yard?…` or `yard?…`. Unknown parameters are left alone, so that `?n=7` makes another
 * camera of the same picture. Throws `RelayError('config')` for a scene, fault or number that does not exist.
 */
export function parseDemoAddress(address: string): DemoAddress {
  const camera = address.replace(/^demo:/, '').replace(/^\/+/, '');
  const [path = '', search = ''] = camera.split(/\?(.*)/s, 2);
  const name = path.replace(/\/+$/, '');
  const scene = SCENE_NAMES.find((known) => known === name);
  if (!scene) {
    throw new RelayError('config', `There is no demo camera "${name}"; there are ${SCENE_NAMES.join(', ')}`);
  }
  const query = new URLSearchParams(search);
  const fault = parseFault(query);
  const fps = readInteger(query, 'fps', 1, 60) ?? 25;
  const transport = readChoice(query, 'transport', DEMO_TRANSPORTS) ?? 'any';
  if (transport === 'multicast' && fault?.name === 'resolution') {
    throw new RelayError('config', 'Demo cameras do not change the resolution of what they send to a group');
  }
  const wantsAudio = (readInteger(query, 'audio', 0, 1) ?? (scene === 'lab' ? 1 : 0)) === 1;
  return {
    camera,
    fault,
    transport,
    picture: {
      scene,
      width: even(readInteger(query, 'width', 320, 1920) ?? 640),
      height: even(readInteger(query, 'height', 180, 1080) ?? 360),
      fps,
      gop: readInteger(query, 'gop', 1, 600) ?? fps * 2,
      bitrateKbps: readInteger(query, 'bitrateKbps', 100, 20_000) ?? 700,
      // These faults are about sound that is announced, so there must be some.
      audio: wantsAudio || fault?.name === 'audio-dies' || fault?.name === 'video-dies' || fault?.name === 'no-audio',
    },
  };
}

/** Pure: the picture that the `resolution` fault changes to: three quarters of the size. */
export function otherResolution(picture: PictureOptions): PictureOptions {
  return { ...picture, width: even(picture.width * 0.75), height: even(picture.height * 0.75), audio: false };
}

/** Pure: equal for sessions that can share an encoder. */
export function pictureKey(picture: PictureOptions): string {
  const { scene, width, height, fps, gop, bitrateKbps, audio } = picture;
  return [scene, width, height, fps, gop, bitrateKbps, audio ? 'audio' : ''].join(' ');
}

/** 4:2:0 pictures have even sides. */
function even(value: number): number {
  return Math.floor(value / 2) * 2;
}
