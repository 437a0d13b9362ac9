/** Pure: the doctor's sentences in the languages there are. Which of them a camera is given is `advice.ts`. */
import { ADVICE, ADVICE_ZH, type CameraReason } from '../protocol.ts';

export const DOCTOR_LANGUAGES = ['en', 'zh'] as const;
export type DoctorLanguage = (typeof DOCTOR_LANGUAGES)[number];

/** Durations come as text with their unit. `smart`: the interval is one that only a smart codec makes. */
export interface AdviceWords {
  readonly failure: Readonly<Record<CameraReason, string>>;
  readonly nothing: string;
  missingAmpersand(part: string): string;
  redirectTarget(): string;
  slowName(took: string): string;
  readableLogin(): string;
  noKeyframe(within: string, smart: boolean): string;
  keyframeInterval(interval: string, smart: boolean): string;
  lateFirstPicture(took: string): string;
  packetLoss(share: string, overTcp: boolean): string;
  lowFrameRate(fps: string): string;
  highBitRate(megabits: string): string;
  noSubStream(size: string): string;
  browserH265(): string;
  transcodedVideo(codec: string): string;
  transcodedAudio(codec: string): string;
}

const interval = (smart: boolean) => (smart ? 'set it to 2 s and switch the smart codec off' : 'set it to 2 s');
const intervalZh = (smart: boolean) => (smart ? '请设为 2 秒，并关闭智能编码' : '请设为 2 秒');

export const ADVICE_WORDS: Readonly<Record<DoctorLanguage, AdviceWords>> = {
  en: {
    failure: ADVICE,
    nothing: 'Nothing to change.',
    missingAmpersand: (part) => `\`${part}\`: an \`&\` is missing.`,
    redirectTarget: () => 'If you trust the host it names, list it under “redirects” of this camera.',
    slowName: (took) => `Resolving the name takes ${took}: write the address in its place.`,
    readableLogin: () =>
      'The camera takes its password by Basic, readable for anyone on the way: choose Digest in the camera.',
    noKeyframe: (within, smart) => `There was no second keyframe within ${within}: ${interval(smart)}.`,
    keyframeInterval: (text, smart) => `keyframe interval ${text}: ${interval(smart)}.`,
    lateFirstPicture: (took) =>
      `The first picture took ${took}: shorten the keyframe interval, or set keep to "always".`,
    packetLoss: (share, overTcp) =>
      `About ${share} of the packets were lost: ${overTcp ? 'check the network' : 'set transport to "tcp", or check the network'}.`,
    lowFrameRate: (fps) =>
      `${fps} frames a second: raise the frame rate, or the camera’s longest exposure is too long for the light.`,
    highBitRate: (megabits) => `${megabits} Mbit/s for each viewer: lower the bit rate, or watch the sub stream.`,
    noSubStream: (size) => `${size} in every tile: name the camera’s second stream under "sub".`,
    browserH265: () =>
      'H.265: browsers that cannot decode it get H.264 encoded here, which costs a processor core; H.264 in the camera costs none.',
    transcodedVideo: (codec) => `${codec} is encoded anew for browsers: choose H.264 in the camera.`,
    transcodedAudio: (codec) => `${codec} sound becomes AAC here, at little cost.`,
  },
  zh: {
    failure: ADVICE_ZH,
    nothing: '无需更改。',
    missingAmpersand: (part) => `\`${part}\`：缺少一个 \`&\`。`,
    redirectTarget: () => '如果您信任它指向的主机，请将其列入该摄像机的“redirects”。',
    slowName: (took) => `解析主机名耗时 ${took}：请直接填写 IP 地址。`,
    readableLogin: () => '摄像机以 Basic 方式接收密码，途中任何人都能读到：请在摄像机中改用 Digest。',
    noKeyframe: (within, smart) => `${within} 内没有第二个关键帧：${intervalZh(smart)}。`,
    keyframeInterval: (text, smart) => `关键帧间隔 ${text}：${intervalZh(smart)}。`,
    lateFirstPicture: (took) => `首个画面用时 ${took}：请缩短关键帧间隔，或将 keep 设为“always”。`,
    packetLoss: (share, overTcp) =>
      `约 ${share} 的数据包丢失：${overTcp ? '请检查网络' : '请将 transport 设为“tcp”，或检查网络'}。`,
    lowFrameRate: (fps) => `每秒 ${fps} 帧：请提高帧率，或摄像机的最长曝光时间对当前光线来说过长。`,
    highBitRate: (megabits) => `每位观众 ${megabits} Mbit/s：请降低码率，或观看子码流。`,
    noSubStream: (size) => `每个画面格都是 ${size}：请在“sub”中填写摄像机的第二码流。`,
    browserH265: () =>
      'H.265：无法解码的浏览器会收到在此编码的 H.264，占用一个处理器核心；在摄像机中选择 H.264 则没有这项开销。',
    transcodedVideo: (codec) => `${codec} 需要为浏览器重新编码：请在摄像机中选择 H.264。`,
    transcodedAudio: (codec) => `${codec} 声音在此转为 AAC，开销很小。`,
  },
};

/** Pure: the language of a tag like `zh-CN`, `zh_CN.UTF-8` or an `Accept-Language` header; English for any other. */
export function doctorLanguage(text: string | undefined): DoctorLanguage {
  return /^\s*zh\b|^\s*zh[_-]/i.test(text ?? '') ? 'zh' : 'en';
}
