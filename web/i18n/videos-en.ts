/** Texts of the videos and recordings in English; loaded with their view, since no first picture needs them. */
import type { ErrorCode } from '../../server/protocol.ts';

type KnownError =
  | Extract<
      ErrorCode,
      | 'not-signed-in'
      | 'not-allowed'
      | 'no-such-video'
      | 'no-such-camera'
      | 'no-such-page'
      | 'not-a-video'
      | 'not-playable'
      | 'being-recorded'
      | 'upload-too-big'
      | 'quota-reached'
      | 'mixed-recording'
      | 'ffmpeg-missing'
      | 'overloaded'
      | 'going-away'
    >
  | 'unreachable'
  | 'unknown';

const errors: Readonly<Record<KnownError, string>> = {
  'not-signed-in': 'Sign in to do this.',
  'not-allowed': 'You are not allowed to do this.',
  'no-such-video': 'There is no such video. It may have been deleted.',
  'no-such-camera': 'There is no such camera.',
  'no-such-page': 'Nothing was recorded then.',
  'not-a-video': 'This file is not a video that can be read.',
  'not-playable': 'No browser can play this video.',
  'being-recorded': 'This video is still being recorded. Stop the recording first.',
  'upload-too-big': 'This file is larger than uploads may be.',
  'quota-reached': 'There is no room left for this file.',
  'mixed-recording': 'The camera changed its format within this period. Export the parts before and after one by one.',
  'ffmpeg-missing': 'ffmpeg is not installed on the server.',
  overloaded: 'The server is too busy. Try again in a moment.',
  'going-away': 'The server is just restarting. Try again in a moment.',
  unreachable: 'Sightline does not answer.',
  unknown: 'That did not work.',
};

export const videosEn = {
  videos: 'Videos',
  recordings: 'Recordings',
  recordingsOf: (camera: string) => `Recordings of ${camera}`,
  files: 'Files',
  errors,
  tryAgain: 'Try again',
  loading: 'Loading…',

  count: (n: string, size: string) => (n === '1' ? `1 video, ${size}` : `${n} videos, ${size}`),
  range: (from: string, to: string, all: string) => `${from}–${to} of ${all}`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  find: 'Find a video',
  clear: 'Clear',
  sortBy: 'Sort by',
  sorts: {
    'modified-desc': 'Newest first',
    'modified-asc': 'Oldest first',
    'name-asc': 'Name',
    'duration-desc': 'Longest first',
    'size-desc': 'Largest first',
  },
  noMatch: (text: string) => `No video matches “${text}”.`,
  emptyTitle: 'No videos yet',
  emptyText: 'There are three ways to get some:',
  emptyRecord: 'Open a camera and press the record button, or let a camera record by itself with this in its settings:',
  emptyUpload: 'Upload a file from this device: press “Upload”, or drop it here.',
  emptyFolder: 'Copy files into the folder “videos” of the server’s data folder. What recorders write is understood.',
  emptyRecordings: 'Nothing is recorded of this camera yet.',
  emptyRecordingsHint: 'Press the record button on the live picture, or set “record” in the camera’s settings.',
  growing: 'Recording',
  reading: 'Being read…',
  broken: 'Damaged',
  cannotPlay: 'Cannot be played',
  watched: (percent: string) => `${percent} watched`,
  open: (title: string) => `Play ${title}`,

  play: 'Play',
  pause: 'Pause',
  seek: 'Position',
  position: (at: string, all: string) => `${at} of ${all}`,
  mute: 'Mute',
  unmute: 'Turn sound on',
  volume: 'Volume',
  speed: 'Speed',
  back10: 'Back 10 seconds',
  forward10: 'Forward 10 seconds',
  previousFrame: 'Previous picture',
  nextFrame: 'Next picture',
  goOnTitle: (at: string) => `You stopped at ${at}`,
  goOn: 'Go on',
  fromStart: 'From the start',
  download: 'Download',
  downloadMp4: 'Download as MP4',
  delete: 'Delete',
  deleteTitle: 'Delete this video?',
  deleteText: (name: string) => `“${name}” is removed from the server for good.`,
  cancel: 'Cancel',
  deleting: 'Deleting…',
  repacking: 'Repacking for this browser. This happens once and may take a moment.',
  remuxNote: (container: string) => `${container} is repacked as MP4 for the browser; the file itself stays as it is.`,
  cannotDecode: (codec: string) => `No browser decodes ${codec} video. Download it and use a player such as VLC.`,
  noH265: 'This browser cannot decode H.265 video. Safari can, and most Chrome and Edge. You can still download it.',
  mediaError: 'The browser could not play this video.',
  tryAnyway: 'Try anyway',
  growingNote: 'Still being recorded: this is what there was when it was opened.',
  reload: 'Load what is new',
  onTimeline: 'Show in the day',
  keysTitle: 'Keys',
  keys: {
    space: 'Play, pause',
    arrows: 'Back and forward 5 s',
    jl: 'Back and forward 10 s',
    frames: 'Picture by picture',
    speed: 'Slower, faster',
    marks: 'Start and end of the export',
    zoom: 'Zoom the timeline',
  },
  facts: {
    recorded: 'Recorded',
    changed: 'Changed',
    duration: 'Length',
    size: 'Size',
    video: 'Video',
    sound: 'Sound',
    camera: 'Camera',
    file: 'File',
    none: 'None',
  },

  day: 'Day',
  previousDay: 'Previous recorded day',
  nextDay: 'Next recorded day',
  chooseDay: 'Choose a day',
  previousMonth: 'Previous month',
  nextMonth: 'Next month',
  recordedThatDay: (duration: string) => `${duration} recorded`,
  timeline: 'Timeline of the day',
  timelineHelp: 'Arrow keys move by 10 seconds, with Shift by 1 minute, Page keys by 10 minutes; + and − zoom.',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  wholeDay: 'Whole day',
  zone: (zone: string) => `Times of ${zone}`,
  nothingThatDay: 'Nothing was recorded on this day.',
  periods: 'Recorded periods',
  playFrom: (time: string) => `Play from ${time}`,
  untilNow: 'until now',
  pickTime: 'Choose a time on the bar below.',
  export: 'Export a period',
  exportFrom: 'From',
  exportTo: 'To',
  setFrom: 'Start here',
  setTo: 'End here',
  exportButton: 'Download MP4',
  exportLength: (duration: string) => `${duration} of time`,
  exportPreparing: 'Preparing…',
  exportBad: 'The end has to be after the start.',
  exportTooLong: 'At most 12 hours can be exported at once.',
  exportMixed: (time: string) =>
    `The camera changed its format at ${time}, and one file cannot hold both. Export up to then, and from then on, one by one.`,
  live: 'Live',
  endOfRecordings: 'This is the end of what is recorded.',

  record: 'Record',
  stopRecording: 'Stop recording',
  recordingNow: (since: string) => `Recording since ${since}`,
  recordState: {
    armed: 'Waits for an event',
    waiting: 'Waits for the picture',
    recording: 'Recording',
    'disk-full': 'The disk is full',
    failed: 'The disk fails',
  },
  recordReason: {
    manual: 'by hand',
    event: 'after an event',
    always: 'always',
    schedule: 'by schedule',
    watched: 'while watched',
  },
  byRule: (reason: string) => `Recorded ${reason}; its settings end that.`,

  upload: 'Upload',
  uploads: 'Uploads',
  dropHere: 'Drop videos to upload them',
  uploadOf: (name: string) => `Upload of ${name}`,
  uploadState: {
    waiting: 'Waiting',
    sending: 'Uploading',
    paused: 'Paused',
    retrying: 'No connection. Going on by itself.',
    checking: 'Being checked',
    done: 'Done',
    unfinished: 'Choose the same file again to go on',
  },
  sent: (done: string, all: string) => `${done} of ${all}`,
  left: (time: string) => `${time} left`,
  pauseUpload: 'Pause',
  resumeUpload: 'Go on',
  chooseAgain: 'Choose file',
  removeUpload: 'Remove',
  cancelUpload: 'Cancel',
  watch: 'Watch',
  otherFile: (name: string) => `That is another file than “${name}”.`,

  chat: 'Chat of that time',
  showChat: 'Show the chat of that time',
  hideChat: 'Hide chat',
  chatEmpty: 'What was said at this time appears here as the video plays.',
};

/** The texts every language must have; a missing one does not compile. */
export type VideosTexts = typeof videosEn;
export type KnownVideosError = KnownError;
