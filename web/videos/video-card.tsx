/** One video in the list: its picture, and what tells it from the others. */
import { useState } from 'preact/hooks';
import type { VideoFile } from '../../server/protocol.ts';
import { FilmIcon, WarningIcon } from '../dashboard/icons.tsx';
import { hashOf } from '../dashboard/route.ts';
import { videoUrl } from './api.ts';
import { isWorthGoingOn, readPosition } from './positions.ts';
import { useVideosTexts } from './texts.ts';
import { formatName, recordedAtMs, stateOf, titleOf } from './video-facts.ts';

interface VideoCardProps {
  readonly video: VideoFile;
  readonly cameraTitle: string | null;
}

export function VideoCard({ video, cameraTitle }: VideoCardProps) {
  const { t, formats } = useVideosTexts();
  const [noPicture, setNoPicture] = useState(false);
  const state = stateOf(video);
  const title = titleOf(video, cameraTitle);
  const position = readPosition(video.name);
  const watched = position !== null && isWorthGoingOn(position) ? position.atMs / position.durationMs : null;
  const atMs = recordedAtMs(video) ?? Date.parse(video.modifiedAt);
  const cannotPlay = state === 'ready' && video.playable === 'no';
  const picture = video.video;
  const facts = [
    formats.size(video.sizeBytes),
    picture === null ? '' : formatName(picture.codec),
    picture === null ? '' : `${picture.height}p`,
  ].filter((fact) => fact !== '');
  const hasThumbnail = state === 'ready' && !noPicture;
  return (
    <li class="vcard" data-testid="video-card" data-name={video.name} data-state={state}>
      <a href={hashOf({ view: 'videos', name: video.name })} title={video.name}>
        <span class="vthumb">
          {hasThumbnail ? (
            <>
              <FilmIcon />
              <img
                src={videoUrl(video.thumbnail).href}
                alt=""
                loading="lazy"
                decoding="async"
                onError={() => setNoPicture(true)}
              />
            </>
          ) : state === 'reading' ? (
            <span class="spinner" />
          ) : (
            <WarningIcon />
          )}
          {video.growing ? (
            <span class="vbadge is-recording">
              <span class="rec-dot" />
              {t.growing}
            </span>
          ) : (
            video.durationMs !== null && <span class="vbadge">{formats.position(video.durationMs)}</span>
          )}
          {watched !== null && (
            <span class="vwatched">
              <span style={{ width: `${watched * 100}%` }} />
              <span class="off-screen">{t.watched(formats.percent(watched))}</span>
            </span>
          )}
        </span>
        <span class="vcard-text">
          <span class="vcard-title">{title}</span>
          <span class="vcard-line">{formats.dateTime(atMs)}</span>
          <span class="vcard-line">
            {facts.join(' · ')}
            {state === 'reading' && ` · ${t.reading}`}
          </span>
          {(state === 'broken' || cannotPlay) && (
            <span class="vcard-warning">{state === 'broken' ? t.broken : t.cannotPlay}</span>
          )}
        </span>
      </a>
    </li>
  );
}
