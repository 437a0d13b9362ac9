/** `/metrics` in the Prometheus text format. Values are read when asked for; nothing is counted on the way of a tag. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { CameraRegistry } from '../camera/camera-registry.ts';
import type { ChatRooms } from '../chat/rooms.ts';
import type { HlsOutputs } from '../delivery/hls/hls-outputs.ts';
import type { ViewerRegistry } from '../delivery/viewer-registry.ts';
import type { CameraInfo, CameraState } from '../protocol.ts';
import { addGatewayMetrics, type GatewayNumbers } from './gateway-metrics.ts';

const EVENT_LOOP_SAMPLE_MS = 100;
const STATES: readonly CameraState[] = ['idle', 'starting', 'live', 'waiting', 'closed'];
/** promtool refuses these gauges of prom-client for their counter-like names. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

export interface MetricsSources {
  readonly cameras: CameraRegistry;
  readonly viewers: ViewerRegistry;
  readonly hls: HlsOutputs;
  readonly chat: ChatRooms;
  readonly gateway: GatewayNumbers;
  /** ffmpeg processes there are now. */
  readonly ffmpegs: () => number;
}

export class Metrics {
  readonly #registry = new Registry();

  constructor(sources: MetricsSources) {
    const registers = [this.#registry];
    // Sampling the event loop every 10 ms, the default, would cost more than most of what is measured.
    collectDefaultMetrics({ register: this.#registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
    for (const name of MISNAMED) this.#registry.removeSingleMetric(name);
    new Gauge({
      name: 'sightline_camera_state',
      help: '1 for the state a camera is in, 0 for the others.',
      labelNames: ['camera', 'state'],
      registers,
      collect() {
        for (const { id, state } of sources.cameras.infos) {
          for (const each of STATES) this.set({ camera: id, state: each }, each === state ? 1 : 0);
        }
      },
    });
    new Gauge({
      name: 'sightline_camera_reason',
      help: '1 for why a camera shows no picture, or would show none; reason="none" when nothing speaks against it.',
      labelNames: ['camera', 'reason'],
      registers,
      collect() {
        this.reset();
        for (const { id, reason } of sources.cameras.infos) this.set({ camera: id, reason: reason ?? 'none' }, 1);
      },
    });
    const perCamera = (name: string, help: string, value: (camera: CameraInfo) => number) =>
      new Gauge({
        name: `sightline_camera_${name}`,
        help,
        labelNames: ['camera'],
        registers,
        collect() {
          for (const camera of sources.cameras.infos) this.set({ camera: camera.id }, value(camera));
        },
      });
    perCamera('viewers', 'Viewers attached to the camera.', (camera) => camera.viewers);
    perCamera('pulls', 'ffmpegs that pull the camera now.', (camera) => camera.pulls);
    perCamera('bits_per_second', 'Bit rate of the live camera.', (camera) => camera.bitrate);
    perCamera('frames_per_second', 'Frame rate of the live camera.', (camera) => camera.video?.fps ?? 0);
    const now = (name: string, help: string, value: () => number) =>
      new Gauge({
        name: `sightline_${name}`,
        help,
        registers,
        collect() {
          this.set(value());
        },
      });
    now('ffmpeg_processes', 'ffmpeg processes there are now.', sources.ffmpegs);
    now('hls_outputs', 'HLS outputs that run now.', () => sources.hls.totals.running);
    now('hls_window_bytes', 'Bytes of HLS segments in memory.', () => sources.hls.totals.bytes);
    now('hls_disk_bytes', 'Bytes of HLS segments on disk.', () => sources.hls.totals.diskBytes);
    now('hls_disk_failing', '1 while HLS segments should be on disk and cannot be written.', () =>
      Number(sources.hls.totals.diskFailing),
    );
    now('chat_rooms', 'Chat rooms that are open now.', () => sources.chat.totals.rooms);
    now('chat_members', 'Connections in all chat rooms.', () => sources.chat.totals.members);
    const total = (name: string, help: string, value: () => number) =>
      new Counter({
        name: `sightline_${name}_total`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(value());
        },
      });
    addGatewayMetrics(this.#registry, sources.gateway);
    total('sent_bytes', 'Bytes of FLV and fragmented MP4 handed to viewers.', () => sources.viewers.totals.sentBytes);
    total('dropped_tags', 'Tags left out for slow viewers.', () => sources.viewers.totals.droppedTags);
    total('ffmpeg_starts', 'ffmpegs started for cameras.', () =>
      sources.cameras.infos.reduce((sum, camera) => sum + camera.starts, 0),
    );
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
