/**
 * The ways there are of encoding H.264, by the processor and by hardware: pure. Which of them works on this machine is
 * found out by `encoder-trial.ts`; whether anything has to be encoded is `codec-policy.ts`.
 */
import type { FfmpegCapabilities } from './capabilities.ts';

export const HARDWARE = ['nvenc', 'qsv', 'vaapi', 'v4l2m2m', 'videotoolbox'] as const;
export type Hardware = (typeof HARDWARE)[number];
export type HardwareChoice = Hardware | 'auto' | 'none';

export interface H264Encoder {
  /** ffmpeg's name of it, e.g. `libx264`, `h264_vaapi`. */
  readonly name: string;
  /** Null: the processor. */
  readonly hardware: Hardware | null;
  /** Options before the input, which open the device. */
  readonly inputOptions: readonly string[];
  /** The end of the filter chain, which brings pictures to where the encoder takes them; null: none. */
  readonly filter: string | null;
  readonly options: readonly string[];
}

const DEVICE = '/dev/dri/renderD128';
/** For encoders that know no constant quality in every driver: enough for 1080p. */
const BITRATE = ['-b:v', '3M', '-maxrate', '4M', '-bufsize', '4M'] as const;
const PLANAR = ['-pix_fmt', 'yuv420p'] as const;

const BY_HARDWARE: Readonly<Record<Hardware, Omit<H264Encoder, 'hardware'>>> = {
  nvenc: {
    name: 'h264_nvenc',
    inputOptions: [],
    filter: null,
    // Without it a forced keyframe is no place to begin.
    options: ['-tune', 'll', '-zerolatency', '1', '-forced-idr', '1', ...BITRATE, ...PLANAR],
  },
  qsv: {
    name: 'h264_qsv',
    inputOptions: [],
    filter: 'format=nv12',
    options: ['-preset', 'veryfast', '-forced_idr', '1', '-async_depth', '1', ...BITRATE],
  },
  vaapi: {
    name: 'h264_vaapi',
    inputOptions: ['-vaapi_device', DEVICE],
    filter: 'format=nv12,hwupload',
    options: ['-rc_mode', 'CQP', '-qp', '24'],
  },
  v4l2m2m: { name: 'h264_v4l2m2m', inputOptions: [], filter: null, options: [...BITRATE, ...PLANAR] },
  videotoolbox: {
    name: 'h264_videotoolbox',
    inputOptions: [],
    filter: null,
    options: ['-realtime', '1', ...BITRATE, ...PLANAR],
  },
};

/** Pure. */
export function hardwareEncoder(hardware: Hardware): H264Encoder {
  return { ...BY_HARDWARE[hardware], hardware };
}

/** Pure: the encoder that needs no hardware. */
export function softwareEncoder({ encoders }: Pick<FfmpegCapabilities, 'encoders'>): H264Encoder {
  const isX264 = encoders.has('libx264') || !encoders.has('libopenh264');
  const options = isX264 ? ['-preset', 'veryfast', '-tune', 'zerolatency'] : [];
  return {
    name: isX264 ? 'libx264' : 'libopenh264',
    hardware: null,
    inputOptions: [],
    filter: null,
    options: [...options, '-bf', '0', ...PLANAR],
  };
}

/** Pure: the hardware to try, in this order: what is wished for, of that what ffmpeg was built with. */
export function hardwareToTry(choice: HardwareChoice, { encoders }: Pick<FfmpegCapabilities, 'encoders'>): Hardware[] {
  const wished = choice === 'auto' ? HARDWARE : choice === 'none' ? [] : [choice];
  return wished.filter((hardware) => encoders.has(BY_HARDWARE[hardware].name));
}
