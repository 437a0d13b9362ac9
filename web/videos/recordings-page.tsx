/** A camera's recordings: picture, timeline of a day, its periods, export. Loads what the day holds and ties it together. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatEntry, RecordingsAnswer } from '../../server/protocol.ts';
import { useRelayState } from '../context.ts';
import { lazy } from '../dashboard/lazy.ts';
import { errorText, listRecordings, type TimeSpan } from './api.ts';
import { DayPicker } from './day-picker.tsx';
import { ExportPanel } from './export-panel.tsx';
import { withMark } from './export-policy.ts';
import { ChatIcon, ZoomInIcon, ZoomOutIcon } from './icons.tsx';
import { KeyList } from './key-list.tsx';
import { MediaPlayer } from './media-player.tsx';
import { Failure, Loading, OnPicture } from './notices.tsx';
import { PeriodList } from './period-list.tsx';
import { PlayerButton } from './player-buttons.tsx';
import { readPosition, recordingsKey } from './positions.ts';
import { useRememberedPlace } from './resume.ts';
import { useVideosTexts } from './texts.ts';
import { Timeline } from './timeline.tsx';
import { anchorOf, playableFrom, showing, zoomed } from './timeline-scale.ts';
import { useLoaded } from './use-loaded.ts';
import { useMarkKeys } from './use-mark-keys.ts';
import { usePlayback } from './use-playback.ts';
import { clockOf, dayOf, knownZone, spanOfDay } from './zone-time.ts';

const replay = () => import('./replay-chat.tsx');
const ReplayOverlay = lazy(async () => (await replay()).ReplayOverlay);
const ReplayPanel = lazy(async () => (await replay()).ReplayPanel);

const DAY_MS = 24 * 3_600_000;
const TODAY_POLL_MS = 10_000;
const ZOOM_STEP = 2;

interface RecordingsPageProps {
  readonly camera: string;
  /** From the address; null for the newest day. */
  readonly atMs: number | null;
}

/** Finds the zone and the days first; the page of a day comes after. */
export function RecordingsPage({ camera, atMs }: RecordingsPageProps) {
  const { t } = useVideosTexts();
  const { value, error, reload } = useLoaded(`${camera} ${atMs}`, (signal) => {
    const toMs = atMs === null ? Date.now() + 1_000 : atMs + DAY_MS;
    return listRecordings(camera, { fromMs: toMs - DAY_MS, toMs }, signal);
  });
  if (value === null) return error === null ? <Loading /> : <Failure error={error} onRetry={reload} />;
  const timeZone = knownZone(value.timeZone);
  const newest = value.days.at(-1)?.day ?? null;
  if (newest === null) {
    return (
      <div class="vempty" data-testid="recordings-empty">
        <h2>{t.emptyRecordings}</h2>
        <p>{t.emptyRecordingsHint}</p>
        <div class="vdialog-buttons">
          <a class="button is-framed" href={`#/camera/${encodeURIComponent(camera)}`}>
            {t.live}
          </a>
          <button type="button" class="button is-framed" onClick={reload}>
            {t.tryAgain}
          </button>
        </div>
      </div>
    );
  }
  const day = atMs === null ? newest : dayOf(atMs, timeZone);
  return <Days key={`${camera} ${atMs}`} camera={camera} timeZone={timeZone} firstDay={day} firstMs={atMs} />;
}

interface DaysProps {
  readonly camera: string;
  readonly timeZone: string;
  readonly firstDay: string;
  readonly firstMs: number | null;
}

function Days({ camera, timeZone, firstDay, firstMs }: DaysProps) {
  const { t, formats } = useVideosTexts();
  const known = useRelayState().cameras?.find(({ id }) => id === camera) ?? null;
  const [day, setDay] = useState(firstDay);
  const span = useMemo(() => spanOfDay(day, timeZone), [day, timeZone]);
  const { value, error, reload } = useLoaded(
    `${camera} ${day}`,
    (signal) => listRecordings(camera, span, signal),
    () => (span.toMs > Date.now() ? TODAY_POLL_MS : null),
  );
  const answer = value !== null && Date.parse(value.from) === span.fromMs ? value : null;
  const spans = useMemo(() => spansOf(answer), [answer]);
  const [view, setView] = useState<TimeSpan>(span);
  const [marks, setMarks] = useState<TimeSpan | null>(null);
  const [chatOpen, setChatOpen] = useState(false);
  const [entries, setEntries] = useState<readonly ChatEntry[]>([]);
  const element = useRef<HTMLVideoElement>(null);
  const { playback, state, atMs } = usePlayback(element, camera);
  const [goOnMs, setGoOnMs] = useState(() => (firstMs === null ? placeToGoOn(camera, timeZone, firstDay) : null));

  const showDay = (next: string) => {
    setDay(next);
    setView(spanOfDay(next, timeZone));
  };
  const playFrom = (ms: number) => {
    setGoOnMs(null);
    const from = playableFrom(ms, spans);
    if (from !== null) void playback.current?.playFrom(from);
  };
  // The address may name a moment; else the day's first picture waits.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || spans.length === 0) return;
    begun.current = true;
    const from = playableFrom(firstMs ?? goOnMs ?? spans[0]!.fromMs, spans);
    if (from !== null) void playback.current?.playFrom(from, firstMs !== null);
  }, [spans]);
  // The picture may walk into another day, or off the part that is shown.
  useEffect(() => {
    if (atMs === null || element.current?.paused !== false) return;
    const shown = dayOf(atMs, timeZone);
    if (shown !== day) showDay(shown);
    else setView((old) => showing(old, atMs, span));
  }, [atMs === null ? null : Math.floor(atMs / 1000)]);
  useRememberedPlace(element, recordingsKey(camera), () => {
    const moment = playback.current?.momentMs ?? null;
    // As the position of a file without an end.
    const watched = goOnMs === null && (element.current?.played.length ?? 0) > 0;
    return moment === null || !watched ? null : { atMs: moment, durationMs: Number.MAX_SAFE_INTEGER };
  });
  const zoomBy = (direction: 1 | -1) =>
    setView((old) => zoomed(old, ZOOM_STEP ** -direction, anchorOf(old, atMs, spans), span));
  useMarkKeys((which) => {
    if (atMs !== null) setMarks(withMark(marks, which, atMs));
  }, zoomBy);

  const recorded = spans.length > 0;
  const isWhole = view.toMs - view.fromMs >= span.toMs - span.fromMs;
  return (
    <div class={chatOpen ? 'vpage has-chat' : 'vpage'} data-testid="recordings-page">
      <div class="vpage-player">
        <MediaPlayer
          video={element}
          label={t.recordingsOf(known?.title ?? camera)}
          fps={null}
          enabled={state.phase === 'ready' || state.phase === 'ended'}
          asking={goOnMs !== null}
          onSeekBy={(ms) => playback.current?.seekBy(ms)}
          clock={atMs === null ? '–' : formats.clock(atMs, timeZone)}
          timeline={
            <>
              <div class="timeline-bar">
                <DayPicker day={day} days={answer?.days ?? value?.days ?? []} onDay={showDay} />
                <span class="timeline-zone">{isElsewhere(timeZone) && t.zone(timeZone)}</span>
                <a class="button is-framed" href={`#/camera/${encodeURIComponent(camera)}`}>
                  {t.live}
                </a>
                <span class="timeline-zoom">
                  <PlayerButton label={t.zoomOut} shortcut="−" enabled={!isWhole} onClick={() => zoomBy(-1)}>
                    <ZoomOutIcon />
                  </PlayerButton>
                  <PlayerButton label={t.zoomIn} shortcut="+" enabled testId="zoom-in" onClick={() => zoomBy(1)}>
                    <ZoomInIcon />
                  </PlayerButton>
                  <button type="button" class="button" disabled={isWhole} onClick={() => setView(span)}>
                    {t.wholeDay}
                  </button>
                </span>
              </div>
              <Timeline
                day={span}
                view={view}
                timeZone={timeZone}
                periods={spans}
                atMs={atMs}
                marks={marks}
                onView={setView}
                onSeek={playFrom}
              />
            </>
          }
          actions={
            <PlayerButton
              label={chatOpen ? t.hideChat : t.showChat}
              enabled
              testId="replay-button"
              onClick={() => setChatOpen(!chatOpen)}
            >
              <ChatIcon />
            </PlayerButton>
          }
        >
          <ReplayOverlay
            room={camera}
            video={element}
            momentMs={() => playback.current?.momentMs ?? null}
            onEntries={setEntries}
          />
          {goOnMs !== null && state.phase === 'ready' && (
            <OnPicture>
              <p>{t.goOnTitle(formats.dateTime(goOnMs, timeZone))}</p>
              <div class="vplayer-answers">
                <button type="button" class="button is-main" data-testid="go-on" onClick={() => playFrom(goOnMs)}>
                  {t.goOn}
                </button>
                <button type="button" class="button is-framed" onClick={() => playFrom(span.fromMs)}>
                  {t.fromStart}
                </button>
              </div>
            </OnPicture>
          )}
          {state.phase === 'failed' && (
            <OnPicture grave>
              <p>{state.error === 'media' ? t.mediaError : errorText(state.error, t)}</p>
              {atMs !== null && (
                <button type="button" class="button is-framed" onClick={() => void playback.current?.playFrom(atMs)}>
                  {t.tryAgain}
                </button>
              )}
            </OnPicture>
          )}
          {state.phase === 'ended' && (
            <OnPicture>
              <p>{t.endOfRecordings}</p>
              <a class="button is-framed" href={`#/camera/${encodeURIComponent(camera)}`}>
                {t.live}
              </a>
            </OnPicture>
          )}
          {answer !== null && !recorded && state.phase === 'idle' && (
            <OnPicture>
              <p>{t.nothingThatDay}</p>
            </OnPicture>
          )}
        </MediaPlayer>
      </div>
      {chatOpen && <ReplayPanel entries={entries} onClose={() => setChatOpen(false)} />}
      <div class="vpage-about">
        {error !== null && <Failure error={error} onRetry={reload} />}
        <ExportPanel
          camera={camera}
          day={day}
          timeZone={timeZone}
          periods={answer?.periods ?? []}
          marks={marks}
          atMs={atMs}
          onMarks={setMarks}
        />
        {answer !== null && (
          <PeriodList camera={camera} periods={answer.periods} timeZone={timeZone} onPlay={playFrom} />
        )}
        <KeyList marks />
      </div>
    </div>
  );
}

/** Pure: whether the clocks of the zone differ from the viewer's now. */
function isElsewhere(timeZone: string): boolean {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return clockOf(Date.now(), timeZone).slice(0, 5) !== clockOf(Date.now(), own).slice(0, 5);
}

function spansOf(answer: RecordingsAnswer | null): readonly TimeSpan[] {
  return (answer?.periods ?? []).map(({ from, to }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) }));
}

/** Where the viewer was, if that was on the day that is shown. */
function placeToGoOn(camera: string, timeZone: string, day: string): number | null {
  const position = readPosition(recordingsKey(camera));
  return position !== null && dayOf(position.atMs, timeZone) === day ? position.atMs : null;
}
