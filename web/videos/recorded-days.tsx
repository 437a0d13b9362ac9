/** The recorded days of a camera: picture, timeline, periods, export. Loads what the day holds and ties it together. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ChatEntry, RecordingsAnswer } from '../../server/protocol.ts';
import { useRelayState } from '../context.ts';
import { lazy } from '../dashboard/lazy.ts';
import { listRecordings, type TimeSpan } from './api.ts';
import { DayNotice } from './day-notice.tsx';
import { ExportPanel } from './export-panel.tsx';
import { withMark } from './export-policy.ts';
import { ChatIcon } from './icons.tsx';
import { KeyList } from './key-list.tsx';
import { MediaPlayer } from './media-player.tsx';
import { Failure } from './notices.tsx';
import { PeriodList } from './period-list.tsx';
import { PlayerButton } from './player-buttons.tsx';
import { readPosition, recordingsKey } from './positions.ts';
import { useRememberedPlace } from './resume.ts';
import { useVideosTexts } from './texts.ts';
import { Timeline } from './timeline.tsx';
import { TimelineBar } from './timeline-bar.tsx';
import { anchorOf, playableFrom, showing, zoomed } from './timeline-scale.ts';
import { useLoaded } from './use-loaded.ts';
import { useMarkKeys } from './use-mark-keys.ts';
import { usePlayback } from './use-playback.ts';
import { dayOf, spanOfDay } from './zone-time.ts';

const replay = () => import('./replay-chat.tsx');
const ReplayOverlay = lazy(async () => (await replay()).ReplayOverlay);
const ReplayPanel = lazy(async () => (await replay()).ReplayPanel);

const TODAY_POLL_MS = 10_000;
const ZOOM_STEP = 2;

interface RecordedDaysProps {
  readonly camera: string;
  readonly timeZone: string;
  readonly firstDay: string;
  readonly firstMs: number | null;
}

/** Picture, timeline, chat, periods and export of one day after another. Mounted anew for another camera or address. */
export function RecordedDays({ camera, timeZone, firstDay, firstMs }: RecordedDaysProps) {
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
              <TimelineBar
                camera={camera}
                timeZone={timeZone}
                day={day}
                days={answer?.days ?? value?.days ?? []}
                isWhole={isWhole}
                onDay={showDay}
                onZoom={zoomBy}
                onWhole={() => setView(span)}
              />
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
          <DayNotice
            state={state}
            goOnMs={goOnMs}
            atMs={atMs}
            nothing={answer !== null && !recorded}
            camera={camera}
            timeZone={timeZone}
            onPlay={playFrom}
            onFromStart={() => playFrom(span.fromMs)}
            onRetry={(ms) => void playback.current?.playFrom(ms)}
          />
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

function spansOf(answer: RecordingsAnswer | null): readonly TimeSpan[] {
  return (answer?.periods ?? []).map(({ from, to }) => ({ fromMs: Date.parse(from), toMs: Date.parse(to) }));
}

/** Where the viewer was, if that was on the day that is shown. */
function placeToGoOn(camera: string, timeZone: string, day: string): number | null {
  const position = readPosition(recordingsKey(camera));
  return position !== null && dayOf(position.atMs, timeZone) === day ? position.atMs : null;
}
