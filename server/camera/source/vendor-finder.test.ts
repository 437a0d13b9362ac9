import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Challenge } from '../../rtsp/authentication.ts';
import {
  guarded,
  open,
  type Script,
  type ScriptedCamera,
  startScriptedCamera,
} from '../../rtsp/scripted-camera.fixture.ts';
import { VendorFinder } from './vendor-finder.ts';
import { bareHostUrl, VENDORS, vendorPath, vendorUrl } from './vendor-paths.ts';

const log = pino({ level: 'silent' });
const options = { timeoutMs: 2000, sha256Login: () => Promise.resolve(false) };
const main = { channel: 1, stream: 'main' } as const;
const digest: Challenge = { scheme: 'digest', realm: 'cam', nonce: 'n', algorithm: 'MD5', qopAuth: false };
const shows =
  (path: string): Script =>
  (request, camera) =>
    request.method !== 'DESCRIBE' || request.uri.endsWith(path) ? open()(request, camera) : { status: 404 };

let dataDir: string;
let camera: ScriptedCamera;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sightline-find-'));
});
afterEach(async () => {
  await camera.close();
  await rm(dataDir, { recursive: true });
});
const sourceOf = (stream: { channel: number; stream: 'main' | 'sub' } = main, password = 'right') => ({
  url: bareHostUrl('127.0.0.1', camera.port, stream),
  username: 'admin',
  password,
  transport: 'auto' as const,
  input: [],
});
const described = () => camera.requests.filter(({ method }) => method === 'DESCRIBE');

describe('a bare host', () => {
  it('is found on its maker’s path, which is written down and not looked for again', async () => {
    camera = await startScriptedCamera(shows('/h264Preview_01_main'));
    const reading = await new VendorFinder({ dataDir, log }).find(sourceOf(), options);
    expect(reading.source.url).toBe(`rtsp://127.0.0.1:${camera.port}/h264Preview_01_main`);
    expect(described()).toHaveLength(3);
    const saved = JSON.parse(await readFile(join(dataDir, 'cameras', 'paths.json'), 'utf8'));
    expect(saved).toMatchObject({ [`127.0.0.1:${camera.port}`]: { vendor: 'reolink' } });
    await new VendorFinder({ dataDir, log }).find(sourceOf(), options);
    expect(described()).toHaveLength(4);
  });

  it('is left alone after the first refused login', async () => {
    camera = await startScriptedCamera(guarded([digest], { admin: 'right' }, shows('/stream1')));
    const finder = new VendorFinder({ dataDir, log });
    await expect(finder.find(sourceOf(main, 'wrong'), options)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(described()).toHaveLength(2);
    expect((await finder.find(sourceOf(), options)).source.url).toContain('/stream1');
  });

  it('is searched once for all its channels', async () => {
    camera = await startScriptedCamera((request, itself) =>
      request.method === 'DESCRIBE' && !request.uri.includes('/cam/realmonitor')
        ? { status: 404 }
        : open()(request, itself),
    );
    const finder = new VendorFinder({ dataDir, log });
    const channels = [1, 2, 3].map((channel) => sourceOf({ channel, stream: 'sub' }));
    const readings = await Promise.all(channels.map((source) => finder.find(source, options)));
    expect(readings.map(({ source }) => source.url.split('?')[1])).toEqual([
      'channel=1&subtype=1',
      'channel=2&subtype=1',
      'channel=3&subtype=1',
    ]);
    expect(described()).toHaveLength(4);
  });

  it('that answers nowhere is not found, after each path once', async () => {
    camera = await startScriptedCamera(shows('/nowhere'));
    const finding = new VendorFinder({ dataDir, log }).find(sourceOf(), options);
    await expect(finding).rejects.toMatchObject({ code: 'not-found' });
    const paths = described().map(({ uri }) => uri.slice(camera.url('').length));
    expect(paths).toEqual(VENDORS.map((vendor) => vendorPath(vendor, main)));
  });
});

describe('a maker’s address', () => {
  it('has the channel and the stream in it', () => {
    expect(vendorUrl('10.0.0.2', 554, 'hikvision', { channel: 3, stream: 'sub' })).toBe(
      'rtsp://10.0.0.2:554/Streaming/Channels/302',
    );
    expect(vendorUrl('fe80::1', 8554, 'dahua', main)).toBe('rtsp://[fe80::1]:8554/cam/realmonitor?channel=1&subtype=0');
  });
});
