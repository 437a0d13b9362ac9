/** What cameras send, each codec live over RTSP from a server that is not ours, and what viewers get of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAudioConfig } from '../../server/flv/audio-config.ts';
import { flvHeader } from '../../server/flv/tag.ts';
import { readVideoConfig } from '../../server/flv/video-config.ts';
import { decodeFile } from '../support/decode.ts';
import { FlvClient } from '../support/flv-client.ts';
import { type GstreamerCamera, type GstreamerMount, startGstreamerCamera } from '../support/gstreamer-camera.ts';
import { type RelayProcess, startRelay } from '../support/relay-process.ts';

const SMALL = { width: 160, height: 120, fps: 10, keyint: 10, bitrateKbps: 200 } as const;
/** Of AAC, that flv.js plays. */
const PLAYABLE_RATES_HZ = [44_100, 48_000];

interface Case {
  readonly mount: GstreamerMount;
  /** A copied picture comes as it is; a transcoded one shows its encoder. */
  readonly encoded: boolean;
  readonly sound: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  'MPEG-4': { mount: { codec: 'mpeg4' }, encoded: true, sound: false },
  'MJPEG with MP3': { mount: { codec: 'mjpeg', audio: 'mp3' }, encoded: true, sound: true },
  'H.264 with G.726': { mount: { audio: 'g726' }, encoded: false, sound: true },
  'H.264 with PCM': { mount: { audio: 'pcm' }, encoded: false, sound: true },
  'H.264 with G.711 A-law': { mount: { audio: 'alaw' }, encoded: false, sound: true },
  'H.264 with G.711 µ-law': { mount: { audio: 'mulaw' }, encoded: false, sound: true },
  'H.264 with Opus': { mount: { audio: 'opus' }, encoded: false, sound: true },
  'H.264 without sound': { mount: {}, encoded: false, sound: false },
  'H.264 of full range (yuvj420p), its parameter sets numbered 3': {
    mount: { x264Options: 'fullrange=on:sps-id=3' },
    encoded: false,
    sound: false,
  },
  'H.264 of a size that is no multiple of 16': { mount: { width: 166, height: 122 }, encoded: false, sound: false },
  'MPEG-4 of an odd size': { mount: { codec: 'mpeg4', width: 161, height: 121 }, encoded: true, sound: false },
};
const idOf = (name: string) => `cam${Object.keys(CASES).indexOf(name)}`;

describe('a camera of', () => {
  let gst: GstreamerCamera;
  let relay: RelayProcess;
  beforeAll(async () => {
    const names = Object.keys(CASES);
    const mounts = Object.fromEntries(names.map((name) => [`/${idOf(name)}`, { ...SMALL, ...CASES[name]!.mount }]));
    gst = await startGstreamerCamera({ mounts });
    const cameras = Object.fromEntries(names.map((name) => [idOf(name), { url: gst.url(`/${idOf(name)}`) }]));
    relay = await startRelay({ config: { cameras } });
  });
  afterAll(async () => {
    await relay?.close();
    await gst?.close();
  });

  it.concurrent.each(Object.entries(CASES))('%s plays', async (name, { mount, encoded, sound }) => {
    const viewer = new FlvClient(`${relay.url}/live/${idOf(name)}.flv`);
    await viewer.untilPictures(12);
    if (sound) await viewer.until('sound', () => viewer.ofKind('audio').length > 5);
    const camera = await relay.camera(idOf(name));
    await viewer.leave();

    expect(viewer.header).toEqual({ video: true, audio: sound });
    expect(() => viewer.checkContinuity()).not.toThrow();
    const flv = Buffer.concat([flvHeader(viewer.header!), ...viewer.tags.map(({ bytes }) => bytes)]);
    const { pictures, complaints } = await decodeFile(flv);
    expect(complaints).toBe('');
    expect(pictures).toBe(viewer.pictures.length);
    // 4:2:0 has even sides: one row and column of an odd picture are left out.
    const { width = SMALL.width, height = SMALL.height } = mount;
    const config = readVideoConfig(viewer.ofKind('video-header')[0]!);
    expect(config).toMatchObject({ codec: 'h264', width: width - (width % 2), height: height - (height % 2) });

    expect(camera).toMatchObject({ state: 'live', pulls: 1, starts: 1, lastError: null, transcodes: [] });
    expect(camera.streams.main.encoder).toEqual(encoded ? { name: 'libx264', hardware: null } : null);
    if (sound) expect(PLAYABLE_RATES_HZ).toContain(readAudioConfig(viewer.ofKind('audio-header')[0]!)?.sampleRateHz);
    else expect(camera.audio).toBeNull();
  });
});
