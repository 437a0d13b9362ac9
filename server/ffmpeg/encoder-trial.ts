/**
 * Finds the H.264 encoder of this machine: hardware counts only after it has encoded a picture, since ffmpeg lists what
 * it was built with and not what is there.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import type { FfmpegCapabilities } from './capabilities.ts';
import { keyframeOptions } from './codec-policy.ts';
import {
  type H264Encoder,
  type HardwareChoice,
  hardwareEncoder,
  hardwareToTry,
  softwareEncoder,
} from './h264-encoder.ts';

const run = promisify(execFile);
/** A driver that opens its device slowly needs a second or two; one that hangs is of no use. */
const TRIAL_TIMEOUT_MS = 8_000;

export interface EncoderTrialOptions {
  readonly path: string;
  readonly hwaccel: HardwareChoice;
  readonly capabilities: FfmpegCapabilities;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The first hardware that works, in the order of preference, else the processor. Never rejects. */
export async function findEncoder(options: EncoderTrialOptions): Promise<H264Encoder> {
  const { hwaccel, capabilities, log } = options;
  const software = softwareEncoder(capabilities);
  const candidates = hardwareToTry(hwaccel, capabilities).map(hardwareEncoder);
  // All at once: a viewer waits for the answer.
  const works = await Promise.all(candidates.map((encoder) => encodesOnePicture(encoder, options)));
  const found = candidates.find((_encoder, index) => works[index]);
  if (found !== undefined) {
    log.info({ encoder: found.name }, 'hardware encodes H.264');
    return found;
  }
  if (hwaccel !== 'none' && hwaccel !== 'auto') {
    log.warn(
      { hwaccel, encoder: software.name },
      'the hardware that is configured encodes nothing; the processor does',
    );
  }
  return software;
}

async function encodesOnePicture(encoder: H264Encoder, options: EncoderTrialOptions): Promise<boolean> {
  const { path, signal, log } = options;
  try {
    await run(path, trialArguments(encoder), { signal, timeout: TRIAL_TIMEOUT_MS, killSignal: 'SIGKILL' });
    return true;
  } catch (error) {
    log.debug({ encoder: encoder.name, err: error }, 'hardware does not encode');
    return false;
  }
}

/** Pure: one grey picture through the same options that a camera's pictures will get. */
export function trialArguments(encoder: H264Encoder): string[] {
  const { name, inputOptions, filter, options } = encoder;
  return [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...inputOptions],
    ...['-f', 'lavfi', '-i', 'color=gray:size=640x360:rate=25'],
    ...(filter === null ? [] : ['-vf', filter]),
    ...['-frames:v', '1', '-c:v', name, ...options, ...keyframeOptions(), '-f', 'null', '-'],
  ];
}
