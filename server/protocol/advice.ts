/** What to do about a camera that shows no picture, in English; the page's other languages have their own. */
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
