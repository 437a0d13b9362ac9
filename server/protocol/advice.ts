/** What to do about a camera that shows no picture, for the page and the doctor. */
import type { CameraReason } from './errors.ts';

/** One sentence for whoever looks after the cameras. Holds nothing of any camera. */
export const ADVICE: Readonly<Record<CameraReason, string>> = {
  dns: 'Check the spelling of the host name, or use the camera’s address.',
  refused: 'Check the port (RTSP is 554 on most cameras), that RTSP is switched on, and the transport.',
  unreachable: 'Check the address, that the camera has power, and that this network leads to it.',
  timeout: 'Check that the port is the one for RTSP; restart the camera if it has hung.',
  unauthorized: 'Check user name and password, and wait before you try again: cameras lock accounts.',
  forbidden: 'Give this user the right to watch live video in the camera’s settings.',
  'not-found': 'Check path and query of the address; channel and stream numbers differ between makers.',
  'too-many-sessions': 'End other viewers of the camera, or raise its limit of connections.',
  redirected: 'Write the address it names into the configuration, if you know and trust it.',
  tls: 'Check that the port is the one for RTSP over TLS; old cameras speak only old versions of it.',
  codec: 'Choose H.264 in the camera, or the profile “auto” here.',
  'no-video': 'Check that the stream is switched on in the camera and that it is a video channel.',
  stalled: 'Check network and power of the camera; over Wi-Fi, lower its bit rate.',
  ended: 'Check that the port is the one for RTSP and that the camera does not restart.',
  corrupt: 'Use TCP for the transport and check the network; update the camera’s firmware.',
  'no-publisher': 'Start the ffmpeg that sends the picture here, and check its address and key.',
  'ffmpeg-missing': 'Install ffmpeg, or set ffmpeg.path to where it is.',
  'ffmpeg-crashed': 'Check the extra options in “input” and “profiles”; the log has ffmpeg’s own words.',
};

/** The same in Chinese. */
export const ADVICE_ZH: Readonly<Record<CameraReason, string>> = {
  dns: '请检查主机名的拼写，或直接使用摄像机的 IP 地址。',
  refused: '请检查端口（多数摄像机的 RTSP 端口为 554）、RTSP 是否已启用以及传输方式。',
  unreachable: '请检查地址、摄像机是否通电，以及本网络能否到达摄像机。',
  timeout: '请确认端口是 RTSP 端口；如果摄像机卡死，请重启。',
  unauthorized: '请检查用户名和密码，并稍候再试：摄像机会锁定账户。',
  forbidden: '请在摄像机设置中授予该用户观看实时视频的权限。',
  'not-found': '请检查地址中的路径和参数；各厂商的通道号和码流号不同。',
  'too-many-sessions': '请关闭其他正在观看该摄像机的程序，或提高摄像机的连接数上限。',
  redirected: '如果您了解并信任该地址，请将它写入配置。',
  tls: '请确认端口是加密 RTSP 的端口；旧摄像机只支持旧版本的加密协议。',
  codec: '请在摄像机中选择 H.264，或在此处使用“auto”配置。',
  'no-video': '请检查摄像机中该码流是否已启用，以及它是否为视频通道。',
  stalled: '请检查摄像机的网络和供电；使用 Wi-Fi 时请降低码率。',
  ended: '请确认端口是 RTSP 端口，并检查摄像机是否在反复重启。',
  corrupt: '请改用 TCP 传输并检查网络；更新摄像机固件。',
  'no-publisher': '请启动推送画面的 ffmpeg，并检查其地址和密钥。',
  'ffmpeg-missing': '请安装 ffmpeg，或用 ffmpeg.path 指定它的位置。',
  'ffmpeg-crashed': '请检查“input”和“profiles”中的附加选项；日志中有 ffmpeg 的原文。',
};
