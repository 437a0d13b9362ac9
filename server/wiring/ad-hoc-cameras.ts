/** Builds the cameras that requests name: with the relay's own options, and none of any configured camera's. */
import { isIPv6 } from 'node:net';
import type { Logger } from 'pino';
import { AdHocCameras } from '../ad-hoc/ad-hoc-cameras.ts';
import { Camera } from '../camera/camera.ts';
import { budgetHosts, type SessionBudget } from '../camera/session-budget.ts';
import type { Config } from '../config/schema.ts';
import type { Ffmpeg } from '../ffmpeg/ffmpeg.ts';
import type { Redactor } from '../ffmpeg/redact.ts';
import type { RtspSource } from '../ffmpeg/rtsp-input.ts';
import { profilesOf } from './profiles.ts';

export interface AdHocWiring {
  readonly config: Config;
  readonly budget: SessionBudget;
  readonly ffmpeg: Ffmpeg;
  /** Whether that ffmpeg can log in by Digest with SHA-256. */
  readonly sha256Login: () => Promise<boolean>;
  readonly redactor: Redactor;
  readonly log: Logger;
}

/** @throws RelayError `config` when the allow-list cannot be read. The caller closes it. */
export function newAdHocCameras({ config, budget, ffmpeg, sha256Login, redactor, log }: AdHocWiring): AdHocCameras {
  const { ffmpeg: timings, delivery } = config;
  const profileOf = profilesOf(timings);
  const hostOf = budgetHosts(Object.values(config.cameras));
  const nothingKnown = () => ({ sources: null, neverCopyVideo: false });
  return new AdHocCameras({
    allow: config.adHoc.allow,
    connectTimeoutMs: timings.connectTimeoutMs,
    refusedLoginRetryMs: timings.refusedLoginRetryMs,
    sha256Login,
    newCamera: (id, source, login) =>
      new Camera({
        id,
        title: id,
        demo: false,
        source: { ...source, transport: 'tcp', input: timings.input },
        profileOutput: null,
        profileOf,
        memories: { main: nothingKnown(), sub: nothingKnown() },
        sharing: 'shared',
        keep: 'onDemand',
        idleTimeoutMs: timings.idleTimeoutMs,
        timings,
        login,
        budget,
        host: hostOf(urlOfDevice(source)),
        stream: delivery,
        ffmpeg,
        redactor,
        log,
        onChanged: () => {},
      }),
  });
}

/** Pure: a URL that names the device by its address, as those do that are tied to none. */
function urlOfDevice({ url, address }: Pick<RtspSource, 'url' | 'address'>): string {
  if (address === undefined) return url;
  return `rtsps://${isIPv6(address) ? `[${address}]` : address}/`;
}
