/**
 * Pure: the words of an examination's report beside the advice, in the languages there are: its labels, and what happens
 * to picture and sound. What a camera said of itself stays as it said it.
 */
import type { DoctorLanguage } from './advice-words.ts';

/** What happens to one track on the way to viewers; codecs by the names that people know. */
export type TrackPlan =
  | { readonly how: 'copied' | 'encoded' | 'reaches'; readonly codec: string }
  /** H.265, which not every browser decodes. */
  | { readonly how: 'copied-or-encoded'; readonly codec: string }
  /** A profile of the configuration decides. */
  | { readonly how: 'profile' }
  /** The camera sends none. */
  | { readonly how: 'none' };

type Label = 'name' | 'port' | 'RTSP' | 'tracks' | 'stream' | 'picture' | 'packets' | 'policy';

/** Durations and sizes come as text with their unit. */
export interface ReportWords {
  readonly labels: Readonly<Record<Label, string>>;
  readonly kinds: Readonly<Record<'video' | 'audio', string>>;
  readonly noneLost: string;
  resolved(host: string, addresses: string, took: string): string;
  /** `took` null: it did not. */
  accepts(port: number, took: string | null): string;
  login(schemes: readonly string[]): string;
  frames(fps: number): string;
  oneKeyframe(within: string): string;
  keyframeEvery(interval: string): string;
  firstPicture(after: string, wasLive: boolean): string;
  lost(packets: number, percent: string): string;
  policy(video: string, audio: string): string;
  video(plan: TrackPlan): string;
  audio(plan: TrackPlan): string;
}

export const REPORT_WORDS: Readonly<Record<DoctorLanguage, ReportWords>> = {
  en: {
    labels: {
      ...{ name: 'name', port: 'port', RTSP: 'RTSP', tracks: 'tracks' },
      ...{ stream: 'stream', picture: 'picture', packets: 'packets', policy: 'policy' },
    },
    kinds: { video: 'video', audio: 'audio' },
    noneLost: 'none lost',
    resolved: (host, addresses, took) => `${host} is ${addresses} (${took})`,
    accepts: (port, took) =>
      took === null ? `${port} accepts no connection` : `${port} accepts connections (${took})`,
    login: (schemes) => `login: ${schemes.length === 0 ? 'none asked for' : schemes.join(' or ')}`,
    frames: (fps) => `${fps} frames/s`,
    oneKeyframe: (within) => `one keyframe in ${within}`,
    keyframeEvery: (interval) => `a keyframe every ${interval}`,
    firstPicture: (after, wasLive) =>
      `after ${after}${wasLive ? ', from the running stream' : ', with the start of the stream'}`,
    lost: (packets, percent) => `${packets} lost, about ${percent}`,
    policy: (video, audio) => `video: ${video}; sound: ${audio}`,
    video: (plan) => {
      switch (plan.how) {
        case 'copied':
          return `${plan.codec} is copied`;
        case 'copied-or-encoded':
          return `${plan.codec} is copied, and encoded to H.264 for browsers that cannot decode it`;
        case 'encoded':
          return `${plan.codec} is encoded to H.264`;
        case 'reaches':
          return `${plan.codec} reaches viewers`;
        case 'profile':
          return 'as the profile says';
        case 'none':
          return 'there is none';
      }
    },
    audio: (plan) => (plan.how === 'encoded' ? `${plan.codec} becomes AAC` : REPORT_WORDS.en.video(plan)),
  },
  zh: {
    labels: {
      ...{ name: '主机名', port: '端口', RTSP: 'RTSP', tracks: '轨道' },
      ...{ stream: '码流', picture: '画面', packets: '数据包', policy: '处理' },
    },
    kinds: { video: '视频', audio: '音频' },
    noneLost: '没有丢失',
    resolved: (host, addresses, took) => `${host} 解析为 ${addresses}（${took}）`,
    accepts: (port, took) => (took === null ? `${port} 不接受连接` : `${port} 接受连接（${took}）`),
    login: (schemes) => `登录：${schemes.length === 0 ? '无需登录' : schemes.join(' 或 ')}`,
    frames: (fps) => `${fps} 帧/秒`,
    oneKeyframe: (within) => `${within} 内只有一个关键帧`,
    keyframeEvery: (interval) => `每 ${interval} 一个关键帧`,
    firstPicture: (after, wasLive) => `${after} 后出现${wasLive ? '，取自运行中的码流' : '，包括启动码流的时间'}`,
    lost: (packets, percent) => `丢失 ${packets} 个，约 ${percent}`,
    policy: (video, audio) => `视频：${video}；声音：${audio}`,
    video: (plan) => {
      switch (plan.how) {
        case 'copied':
          return `${plan.codec} 直接复制`;
        case 'copied-or-encoded':
          return `${plan.codec} 直接复制，并为无法解码的浏览器编码为 H.264`;
        case 'encoded':
          return `${plan.codec} 编码为 H.264`;
        case 'reaches':
          return `${plan.codec} 送达观众`;
        case 'profile':
          return '按配置档处理';
        case 'none':
          return '没有';
      }
    },
    audio: (plan) => (plan.how === 'encoded' ? `${plan.codec} 转为 AAC` : REPORT_WORDS.zh.video(plan)),
  },
};
