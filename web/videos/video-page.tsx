/** One video of the library: its player, what is known of it, and what can be done with it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChatEntry, VideoFile } from '../../server/protocol.ts';
import { useRelayState } from '../context.ts';
import { lazy } from '../dashboard/lazy.ts';
import { goToHash, hashOf } from '../dashboard/route.ts';
import { errorText, findVideo, probeUrl, videoUrl } from './api.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { ChatIcon, DeleteIcon, DownloadIcon, TimelineIcon } from './icons.tsx';
import { KeyList } from './key-list.tsx';
import { MediaPlayer } from './media-player.tsx';
import { Failure, Loading, OnPicture } from './notices.tsx';
import { PlayerButton } from './player-buttons.tsx';
import { placeToGoOn, useRememberedPlace } from './resume.ts';
import { useVideosTexts } from './texts.ts';
import { useLoaded } from './use-loaded.ts';
import { formatName, hindranceOf, playsH265, recordedAtMs, stateOf } from './video-facts.ts';
import { VideoFacts } from './video-facts-list.tsx';

const replay = () => import('./replay-chat.tsx');
const ReplayOverlay = lazy(async () => (await replay()).ReplayOverlay);
const ReplayPanel = lazy(async () => (await replay()).ReplayPanel);

const READING_POLL_MS = 1_500;

export function VideoPage({ name }: { readonly name: string }) {
  const { value, error, reload } = useLoaded(
    name,
    (signal) => findVideo(name, signal),
    (video) => (stateOf(video) === 'reading' ? READING_POLL_MS : null),
  );
  if (value !== null && value.name === name) {
    // What is still recorded is opened anew when there is more of it.
    const key = value.growing ? `${name}/${value.sizeBytes}` : name;
    return <LoadedVideo key={key} video={value} onReload={reload} />;
  }
  return error === null ? <Loading /> : <Failure error={error} onRetry={reload} />;
}

function LoadedVideo({ video, onReload }: { readonly video: VideoFile; readonly onReload: () => void }) {
  const { t, formats } = useVideosTexts();
  const cameras = useRelayState().cameras ?? [];
  const element = useRef<HTMLVideoElement>(null);
  const [insists, setInsists] = useState(false);
  const [goOnMs, setGoOnMs] = useState(() => placeToGoOn(video.name));
  const [trouble, setTrouble] = useState<string | null>(null);
  const [hasPicture, setHasPicture] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [chatOpen, setChatOpen] = useState(false);
  const [entries, setEntries] = useState<readonly ChatEntry[]>([]);

  const camera = cameras.find(({ id }) => id === video.camera) ?? null;
  const hindrance = hindranceOf(video, insists || playsH265());
  const playUrl = hindrance === null && video.playUrl !== null ? videoUrl(video.playUrl) : null;
  const startedAtMs = recordedAtMs(video);
  const playable = playUrl !== null && trouble === null;

  useEffect(() => {
    const target = element.current;
    if (target === null || playUrl === null) return;
    // Where it goes on shows at once, while the viewer is asked whether to.
    if (goOnMs !== null) playUrl.hash = `t=${goOnMs / 1000}`;
    target.preload = 'auto';
    target.src = playUrl.href;
    if (goOnMs === null) target.play().catch(() => {});
    const onPicture = () => setHasPicture(true);
    const onError = () => {
      // The element does not say what the relay answered.
      probeUrl(videoUrl(video.playUrl!)).then(
        () => setTrouble(t.mediaError),
        (error: unknown) => setTrouble(errorText(error, t)),
      );
    };
    target.addEventListener('loadeddata', onPicture);
    target.addEventListener('error', onError);
    return () => {
      target.removeEventListener('loadeddata', onPicture);
      target.removeEventListener('error', onError);
      // Ends the download with the page.
      target.removeAttribute('src');
      target.load();
    };
  }, [playUrl === null]);
  useRememberedPlace(element, video.name, () => {
    const target = element.current;
    if (target === null || goOnMs !== null || !Number.isFinite(target.duration)) return null;
    return { atMs: target.currentTime * 1000, durationMs: target.duration * 1000 };
  });
  useEffect(() => {
    const target = element.current;
    if (target === null || goOnMs === null) return;
    const answered = () => setGoOnMs(null);
    target.addEventListener('play', answered);
    return () => target.removeEventListener('play', answered);
  }, [goOnMs]);

  const play = (fromMs: number) => {
    const target = element.current;
    if (target === null) return;
    if (Math.abs(target.currentTime * 1000 - fromMs) > 500) target.currentTime = fromMs / 1000;
    target.play().catch(() => {});
    setGoOnMs(null);
  };
  const hasChat = video.camera !== null && startedAtMs !== null;
  return (
    <div class={chatOpen && hasChat ? 'vpage has-chat' : 'vpage'} data-testid="video-page">
      <div class="vpage-player">
        <MediaPlayer
          video={element}
          label={camera?.title ?? video.name}
          fps={video.video?.fps ?? null}
          enabled={playable}
          asking={goOnMs !== null}
          onSeekBy={(ms) => {
            const target = element.current;
            if (target !== null) target.currentTime = Math.max(0, target.currentTime + ms / 1000);
          }}
          actions={
            hasChat && (
              <PlayerButton
                label={chatOpen ? t.hideChat : t.showChat}
                enabled
                testId="replay-button"
                onClick={() => setChatOpen(!chatOpen)}
              >
                <ChatIcon />
              </PlayerButton>
            )
          }
        >
          {hasChat && (
            <ReplayOverlay
              room={video.camera}
              video={element}
              momentMs={() => (element.current === null ? null : startedAtMs + element.current.currentTime * 1000)}
              onEntries={setEntries}
            />
          )}
          {goOnMs !== null && playable && (
            <OnPicture>
              <p>{t.goOnTitle(formats.position(goOnMs))}</p>
              <div class="vplayer-answers">
                <button type="button" class="button is-main" data-testid="go-on" onClick={() => play(goOnMs)}>
                  {t.goOn}
                </button>
                <button type="button" class="button is-framed" data-testid="from-start" onClick={() => play(0)}>
                  {t.fromStart}
                </button>
              </div>
            </OnPicture>
          )}
          {playable && !hasPicture && video.playable === 'remux' && (
            <OnPicture>
              <span class="spinner" />
              <p>{t.repacking}</p>
            </OnPicture>
          )}
          {trouble !== null && (
            <OnPicture grave>
              <p>{trouble}</p>
            </OnPicture>
          )}
          {hindrance === 'reading' && (
            <OnPicture>
              <span class="spinner" />
              <p>{t.reading}</p>
            </OnPicture>
          )}
          {hindrance === 'broken' && (
            <OnPicture grave>
              <p>{t.errors['not-a-video']}</p>
            </OnPicture>
          )}
          {hindrance === 'cannot-decode' && (
            <OnPicture grave>
              <p>{t.cannotDecode(formatName(video.video?.codec ?? video.container ?? ''))}</p>
            </OnPicture>
          )}
          {hindrance === 'no-h265' && (
            <OnPicture grave>
              <p>{t.noH265}</p>
              <button type="button" class="button is-framed" onClick={() => setInsists(true)}>
                {t.tryAnyway}
              </button>
            </OnPicture>
          )}
        </MediaPlayer>
      </div>
      {chatOpen && hasChat && <ReplayPanel entries={entries} onClose={() => setChatOpen(false)} />}
      <div class="vpage-about">
        {video.growing && (
          <p class="vpage-note">
            {t.growingNote}{' '}
            <button type="button" class="link" onClick={onReload}>
              {t.reload}
            </button>
          </p>
        )}
        <div class="vpage-actions">
          <a class="button is-framed" href={`${videoUrl(video.url).href}?download=1`} download data-testid="download">
            <DownloadIcon />
            {t.download}
          </a>
          {video.playable === 'remux' && (
            <a class="button is-framed" href={`${videoUrl(video.playUrl!).href}&download=1`} download>
              <DownloadIcon />
              {t.downloadMp4}
            </a>
          )}
          {video.camera !== null && camera !== null && startedAtMs !== null && (
            <a class="button is-framed" href={hashOf({ view: 'recordings', camera: camera.id, atMs: startedAtMs })}>
              <TimelineIcon />
              {t.onTimeline}
            </a>
          )}
          <button
            type="button"
            class="button is-framed is-grave"
            data-testid="delete"
            onClick={() => setDeleting(true)}
          >
            <DeleteIcon />
            {t.delete}
          </button>
        </div>
        {video.playable === 'remux' && <p class="vpage-note">{t.remuxNote(formatName(video.container ?? ''))}</p>}
        <VideoFacts video={video} camera={camera} />
        <KeyList marks={false} />
      </div>
      {deleting && (
        <DeleteDialog
          video={video}
          onClose={() => setDeleting(false)}
          onDeleted={() => goToHash(hashOf({ view: 'videos', name: null }))}
        />
      )}
    </div>
  );
}
