/** Live pictures, in every format. */
import { type Answer, integer, media, type Operation, oneOf, type Parameter, words } from '../operation.ts';

const STREAM: Readonly<Record<string, Parameter>> = {
  stream: oneOf('Which of the camera’s streams.', 'main', 'sub'),
  profile: words('`auto`, or a profile of the configuration.'),
  codecs: words('Video codecs that the client can decode, RFC 6381, with commas; without it H.264 is sent.'),
  audio: oneOf('0 leaves the sound out.', '0', '1'),
};
const PICTURE_STREAM = oneOf('Which of the camera’s streams; the one that runs without it.', 'main', 'sub');
const JOIN = oneOf('`fast` begins with the last keyframe, `live` with the next.', 'fast', 'live');
const ENDLESS = { ...STREAM, join: JOIN };

const flv: Answer = media('FLV without end.', 'video/x-flv');
const mp4: Answer = media('Fragmented MP4 without end.', 'video/mp4');

export const liveOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/live/:camera.flv',
    id: 'flv',
    tag: 'live',
    summary: 'FLV, over HTTP or WebSocket',
    query: ENDLESS,
    socket: true,
    answers: { 200: flv },
  },
  {
    method: 'post',
    path: '/live/:camera.flv',
    id: 'publish',
    tag: 'live',
    summary: 'Publishes a camera of `source: "push"`',
    about: 'The body is FLV without end. The camera’s key goes into `Authorization: Bearer` or `?key=`.',
    query: { key: words('The camera’s key, for clients that send no headers.') },
    body: { content: { media: 'video/x-flv' }, required: true },
    answers: { 200: { about: 'The publisher ended the stream.' } },
  },
  {
    method: 'get',
    path: '/live.flv',
    id: 'adHocFlv',
    tag: 'live',
    summary: 'A camera that the address names, over HTTP or WebSocket',
    about: 'Only hosts, ports and networks of `adHoc.allow`.',
    query: { url: words('`rtsp://` or `rtsps://`.'), audio: STREAM.audio!, join: JOIN },
    socket: true,
    answers: { 200: flv },
  },
  {
    method: 'get',
    path: '/live/:camera.mp4',
    id: 'mp4',
    tag: 'live',
    summary: 'Fragmented MP4, over HTTP or WebSocket',
    query: ENDLESS,
    socket: true,
    answers: { 200: mp4 },
  },
  {
    method: 'get',
    path: '/live/:camera/:file',
    id: 'hls',
    tag: 'live',
    summary: 'HLS and low-latency HLS: begin with `index.m3u8`',
    about: 'Playlists name everything else that is under this path: media playlists, init segments, segments, parts.',
    query: {
      ...STREAM,
      format: oneOf('`ts` gives MPEG-TS segments.', 'fmp4', 'ts'),
      _HLS_msn: integer('Wait for this segment (RFC 8216bis section 6.2.5.2).', 0),
      _HLS_part: integer('Wait for this part of it.', 0),
      _HLS_skip: oneOf('Leave out what has been told before.', 'YES', 'v2'),
    },
    answers: {
      200: media('A playlist or a file.', 'application/vnd.apple.mpegurl'),
      206: media('Part of a file.', 'video/mp4'),
    },
  },
  {
    method: 'get',
    path: '/live/:camera.jpg',
    id: 'snapshot',
    tag: 'live',
    summary: 'A picture now',
    query: {
      maxAgeMs: integer('How old a picture may be that is at hand already.', 0, 86_400_000),
      width: integer('Pixels; as wide as the video without it.', 16, 3840),
      stream: PICTURE_STREAM,
      start: oneOf('0 answers with what there is and starts no camera.', '0', '1'),
    },
    answers: { 200: media('The picture.', 'image/jpeg'), 304: { about: 'The one you have is the newest.' } },
  },
  {
    method: 'get',
    path: '/live/:camera.mjpeg',
    id: 'mjpeg',
    tag: 'live',
    summary: 'Pictures without end, for devices that know nothing else',
    query: {
      stream: PICTURE_STREAM,
      fps: { about: 'Pictures a second.', schema: { type: 'number', minimum: 0.2, maximum: 10 } },
      width: integer('Pixels; as wide as the video without it.', 16, 3840),
    },
    answers: { 200: media('One JPEG after the other.', 'multipart/x-mixed-replace') },
  },
];
