/** The library: recordings by camera, then files with search, order and pages. What a file is doing is the player's page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CameraInfo, VideoFile, VideosAnswer } from '../../server/protocol.ts';
import { useI18n, useRelayState } from '../context.ts';
import { BackIcon, CloseIcon, ForwardIcon, SearchIcon } from '../dashboard/icons.tsx';
import { lazy } from '../dashboard/lazy.ts';
import { hashOf } from '../dashboard/route.ts';
import { listVideos } from './api.ts';
import { EmptyLibrary } from './empty-library.tsx';
import { CalendarIcon } from './icons.tsx';
import {
  keepListState,
  type ListState,
  PAGE_SIZE,
  queryOf,
  readListState,
  SORTS,
  type SortChoice,
  sortChoice,
} from './list-state.ts';
import { Failure, Loading } from './notices.tsx';
import { useVideosTexts } from './texts.ts';
import { useLoaded } from './use-loaded.ts';
import { VideoCard } from './video-card.tsx';
import { stateOf } from './video-facts.ts';

const UploadButton = lazy(async () => (await import('./upload-panel.tsx')).UploadButton);
const UploadList = lazy(async () => (await import('./upload-panel.tsx')).UploadList);

const READING_POLL_MS = 1_500;
const GROWING_POLL_MS = 10_000;
/** Typing is over when nothing came for so long. */
const TYPING_MS = 250;

export function VideoList() {
  const cameras = useRelayState().cameras ?? [];
  const [state, setState] = useState<ListState>(readListState);
  const change = (next: Partial<ListState>) =>
    setState((old) => {
      const changed = { ...old, page: 0, ...next };
      keepListState(changed);
      return changed;
    });
  const query = queryOf(state);
  const answer = useLoaded(JSON.stringify(query), (signal) => listVideos(query, signal), pollMs);
  const { value, error, reload } = answer;
  // The last page may have gone with what was on it.
  useEffect(() => {
    if (value !== null && value.videos.length === 0 && value.total > 0 && state.page > 0) {
      change({ page: Math.ceil(value.total / PAGE_SIZE) - 1 });
    }
  }, [value]);
  const isEmpty = value !== null && value.total === 0 && query.text === '' && error === null;
  return (
    <div class="vlist" data-testid="video-list">
      <RecordingsOfCameras cameras={cameras} />
      <ListBar state={state} answer={value} isEmpty={isEmpty} onChange={change} />
      <UploadList onUploaded={reload} />
      {isEmpty ? (
        <EmptyLibrary />
      ) : (
        <>
          {value === null && error === null && <Loading />}
          {error !== null && <Failure error={error} onRetry={reload} />}
          {value !== null && error === null && (
            <Cards videos={value.videos} cameras={cameras} text={query.text} stale={answer.loading} />
          )}
          {value !== null && error === null && (
            <Pager
              answer={value}
              page={state.page}
              onPage={(page) => {
                change({ page });
                document.querySelector('.videos')?.scrollTo({ top: 0 });
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

/** Pure: how soon the list may look different. */
function pollMs({ videos }: VideosAnswer): number | null {
  if (videos.some((video) => stateOf(video) === 'reading')) return READING_POLL_MS;
  return videos.some(({ growing }) => growing) ? GROWING_POLL_MS : null;
}

function RecordingsOfCameras({ cameras }: { readonly cameras: readonly CameraInfo[] }) {
  const { t } = useVideosTexts();
  if (cameras.length === 0) return null;
  return (
    <section class="vcameras" aria-labelledby="recordings-title">
      <h2 id="recordings-title" class="vheading">
        {t.recordings}
      </h2>
      <ul>
        {cameras.map(({ id, title, recording }) => (
          <li key={id}>
            <a
              class="button is-framed"
              href={hashOf({ view: 'recordings', camera: id, atMs: null })}
              data-testid="recordings-link"
              data-camera={id}
            >
              {recording?.state === 'recording' ? <span class="rec-dot" title={t.growing} /> : <CalendarIcon />}
              {title}
              {recording?.state === 'recording' && <span class="off-screen">({t.growing})</span>}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ListBarProps {
  readonly state: ListState;
  readonly answer: VideosAnswer | null;
  readonly isEmpty: boolean;
  readonly onChange: (next: Partial<ListState>) => void;
}

function ListBar({ state, answer, isEmpty, onChange }: ListBarProps) {
  const { t, formats } = useVideosTexts();
  const i18n = useI18n();
  const [text, setText] = useState(state.text);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const onText = (next: string, waitMs: number) => {
    setText(next);
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange({ text: next }), waitMs);
  };
  return (
    <div class="vbar">
      <h2 class="vheading">{t.files}</h2>
      <p class="vbar-count" role="status" data-testid="video-count">
        {answer !== null && !isEmpty && t.count(i18n.integer(answer.total), formats.size(answer.totalBytes))}
      </p>
      <span class="vbar-upload">
        <UploadButton />
      </span>
      <div class="search" hidden={isEmpty}>
        <SearchIcon />
        <input
          type="search"
          value={text}
          placeholder={t.find}
          aria-label={t.find}
          data-testid="video-search"
          onInput={(event) => onText(event.currentTarget.value, TYPING_MS)}
        />
        {text !== '' && (
          <button type="button" class="search-clear" aria-label={t.clear} onClick={() => onText('', 0)}>
            <CloseIcon />
          </button>
        )}
      </div>
      <label class="columns vsort" hidden={isEmpty}>
        <span class="off-screen">{t.sortBy}</span>
        <select
          value={state.sort}
          data-testid="video-sort"
          onChange={(event) => onChange({ sort: sortChoice(event.currentTarget.value) })}
        >
          {SORTS.map((sort: SortChoice) => (
            <option key={sort} value={sort}>
              {t.sorts[sort]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

interface CardsProps {
  readonly videos: readonly VideoFile[];
  readonly cameras: readonly CameraInfo[];
  readonly text: string;
  readonly stale: boolean;
}

function Cards({ videos, cameras, text, stale }: CardsProps) {
  const { t } = useVideosTexts();
  if (videos.length === 0) {
    return (
      <p class="vnotice" role="status">
        {t.noMatch(text)}
      </p>
    );
  }
  return (
    <ul class="vcards" aria-busy={stale}>
      {videos.map((video) => (
        <VideoCard
          key={video.name}
          video={video}
          cameraTitle={cameras.find(({ id }) => id === video.camera)?.title ?? null}
        />
      ))}
    </ul>
  );
}

interface PagerProps {
  readonly answer: VideosAnswer;
  readonly page: number;
  readonly onPage: (page: number) => void;
}

function Pager({ answer, page, onPage }: PagerProps) {
  const { t } = useVideosTexts();
  const { integer } = useI18n();
  const { total, offset, videos, next } = answer;
  if (total <= PAGE_SIZE) return null;
  return (
    <nav class="vpager" aria-label={t.range(integer(offset + 1), integer(offset + videos.length), integer(total))}>
      <button
        type="button"
        class="button icon-only is-framed"
        aria-label={t.previousPage}
        title={t.previousPage}
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
      >
        <BackIcon />
      </button>
      <span role="status">{t.range(integer(offset + 1), integer(offset + videos.length), integer(total))}</span>
      <button
        type="button"
        class="button icon-only is-framed"
        aria-label={t.nextPage}
        title={t.nextPage}
        disabled={next === null}
        data-testid="next-page"
        onClick={() => onPage(page + 1)}
      >
        <ForwardIcon />
      </button>
    </nav>
  );
}
