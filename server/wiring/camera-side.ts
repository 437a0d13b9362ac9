/** The side of the cameras: ffmpeg, what is known of sources, and the cameras with all that asks and pulls them. */
import type { AdHocCameras } from '../ad-hoc/ad-hoc-cameras.ts';
import { CameraRegistry } from '../camera/camera-registry.ts';
import { SessionBudget } from '../camera/session-budget.ts';
import { CameraChecks } from '../camera/source/camera-checks.ts';
import { LoginTrial } from '../camera/source/login-trial.ts';
import { SourceMemory } from '../camera/source/source-memory.ts';
import { SourcePreparer } from '../camera/source/source-preparer.ts';
import { VendorFinder } from '../camera/source/vendor-finder.ts';
import { DemoCameras } from '../demo-camera/demo-cameras.ts';
import { Doctor } from '../doctor/doctor.ts';
import { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import { newAdHocCameras } from './ad-hoc-cameras.ts';
import { addConfiguredCameras, usesDemo } from './configured-cameras.ts';
import type { Ground } from './ground.ts';

export class CameraSide {
  readonly ffmpeg: Ffmpeg;
  readonly cameras = new CameraRegistry();
  readonly budget: SessionBudget;
  readonly doctor: Doctor;
  readonly adHoc: AdHocCameras;
  readonly #ground: Ground;
  readonly #demos: DemoCameras;
  readonly #sources: SourceMemory;
  readonly #preparer: SourcePreparer;
  readonly #checks: CameraChecks;

  /** @throws RelayError `config` when the allow-list for cameras of requests cannot be read */
  constructor(ground: Ground) {
    const { config, redactor, log } = ground;
    const { dataDir } = config;
    const { connectTimeoutMs, checkEveryMs, path } = config.ffmpeg;
    this.#ground = ground;
    this.ffmpeg = new Ffmpeg({ ...config.ffmpeg, log, redactor });
    const trial = new LoginTrial(path);
    const sha256Login = () => trial.sha256();
    this.#demos = new DemoCameras({ ffmpegPath: path, log });
    this.#sources = new SourceMemory({ dataDir, log });
    this.#preparer = new SourcePreparer({
      timeoutMs: connectTimeoutMs,
      sha256Login,
      vendors: new VendorFinder({ dataDir, log }),
    });
    this.#checks = new CameraChecks({ preparer: this.#preparer, everyMs: checkEveryMs, log });
    this.doctor = new Doctor({ preparer: this.#preparer, ffmpeg: this.ffmpeg, connectTimeoutMs });
    this.budget = new SessionBudget(config.limits);
    this.adHoc = newAdHocCameras({ ...ground, budget: this.budget, ffmpeg: this.ffmpeg, sha256Login });
  }

  /**
   * Reads what is remembered, starts the demo cameras if there are any, and adds those of the configuration. Rejects with
   * RelayError `config` for a demo address that does not exist.
   */
  async load(): Promise<void> {
    const hasDemos = Object.values(this.#ground.config.cameras).some(usesDemo);
    await Promise.all([this.#sources.load(), hasDemos ? this.#demos.start() : undefined]);
    addConfiguredCameras({
      ...this.#ground,
      cameras: this.cameras,
      sources: this.#sources,
      preparer: this.#preparer,
      budget: this.budget,
      ffmpeg: this.ffmpeg,
      resolveDemo: (url) => this.#demos.resolve(url),
    });
  }

  /** From here on cameras are pulled and checked by themselves. */
  start(): void {
    this.cameras.start();
    this.#checks.start(this.cameras.all);
  }

  /** Asks no camera any more, and ends them all with their viewers. Idempotent. */
  async stop(): Promise<void> {
    await this.#checks.close();
    await Promise.all([this.cameras.close(), this.adHoc.close()]);
  }

  /** Resolves when the last ffmpeg is gone; after `stop()`. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([this.#sources.close(), this.#demos.close(), this.ffmpeg.close()]);
  }
}
