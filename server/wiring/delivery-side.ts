/** The side of the viewers: everything that is made of a camera's tags for those who watch live. */
import { join } from 'node:path';
import { Mp4Cameras } from '../delivery/fmp4/mp4-cameras.ts';
import { HlsOutputs } from '../delivery/hls/hls-outputs.ts';
import { MjpegStreams } from '../delivery/snapshot/mjpeg-streams.ts';
import { Snapshots } from '../delivery/snapshot/snapshots.ts';
import { ViewerRegistry } from '../delivery/viewer-registry.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import { JpegCoder } from '../ffmpeg/jpeg-coder.ts';
import type { Ground } from './ground.ts';

export class DeliverySide {
  readonly viewers: ViewerRegistry;
  readonly mp4: Mp4Cameras;
  readonly snapshots: Snapshots;
  readonly mjpeg: MjpegStreams;
  readonly hls: HlsOutputs;

  constructor({ config, log }: Ground, ffmpeg: Ffmpeg) {
    const { connectTimeoutMs } = config.ffmpeg;
    const coder = new JpegCoder(ffmpeg);
    this.viewers = new ViewerRegistry({ ...config.delivery, log });
    this.mp4 = new Mp4Cameras(config.delivery);
    this.snapshots = new Snapshots({ coder, connectTimeoutMs });
    this.mjpeg = new MjpegStreams({ coder, mp4: this.mp4, connectTimeoutMs });
    this.hls = new HlsOutputs({
      mp4: this.mp4,
      limits: config.hls,
      connectTimeoutMs,
      maxWaiting: config.delivery.maxViewers,
      dataDir: config.dataDir,
      diskFolder: config.hls.storage === 'disk' ? (config.hls.path ?? join(config.dataDir, 'hls', 'segments')) : null,
      log,
    });
  }
}
