/** What is known of a video, as a list of names and values. */
import type { CameraInfo, VideoFile } from '../../server/protocol.ts';
import { useI18n } from '../context.ts';
import { useVideosTexts } from './texts.ts';
import { formatName, recordedAtMs } from './video-facts.ts';

export function VideoFacts({ video, camera }: { readonly video: VideoFile; readonly camera: CameraInfo | null }) {
  const { t, formats } = useVideosTexts();
  const i18n = useI18n();
  const { facts } = t;
  const startedAtMs = recordedAtMs(video);
  const picture = video.video;
  const sound = video.audio;
  const rows: (readonly [string, string])[] = [
    startedAtMs === null
      ? [facts.changed, formats.dateTime(Date.parse(video.modifiedAt))]
      : [facts.recorded, formats.dateTime(startedAtMs)],
  ];
  if (camera !== null) rows.push([facts.camera, camera.title]);
  if (video.durationMs !== null) rows.push([facts.duration, formats.length(video.durationMs)]);
  rows.push([facts.size, formats.size(video.sizeBytes)]);
  if (picture !== null) {
    const size = `${picture.width}\u2009×\u2009${picture.height}`;
    const parts = [formatName(picture.codec), size, picture.fps > 0 ? i18n.fps(picture.fps) : ''];
    rows.push([facts.video, parts.filter((part) => part !== '').join(', ')]);
    const soundText = sound === null ? facts.none : `${formatName(sound.codec)} ${i18n.kilohertz(sound.sampleRateHz)}`;
    rows.push([facts.sound, soundText]);
  }
  rows.push([facts.file, video.name]);
  return (
    <dl class="vfacts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
