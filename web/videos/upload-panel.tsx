/** The button, the place to drop files, and how the uploads stand. What is sent when is `upload-queue.ts`. */
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { CloseIcon, PlayIcon } from '../dashboard/icons.tsx';
import { hashOf } from '../dashboard/route.ts';
import { ApiError, errorText } from './api.ts';
import { PauseIcon, UploadIcon } from './icons.tsx';
import { useVideosTexts } from './texts.ts';
import { isForgotten } from './upload-policy.ts';
import { type UploadItem, uploads } from './upload-queue.ts';

/** Browsers know no type for some of them. */
const ACCEPT = 'video/*,.mkv,.ts,.mts,.m2ts,.flv,.avi,.ogv,.mpg,.3gp';

export function UploadButton() {
  const { t } = useVideosTexts();
  const input = useRef<HTMLInputElement>(null);
  const dropping = useDrop((files) => uploads.add(files));
  return (
    <>
      <button type="button" class="button is-main" data-testid="upload" onClick={() => input.current?.click()}>
        <UploadIcon />
        {t.upload}
      </button>
      <input
        ref={input}
        class="off-screen"
        type="file"
        multiple
        accept={ACCEPT}
        tabIndex={-1}
        aria-label={t.upload}
        data-testid="upload-input"
        onChange={({ currentTarget }) => {
          uploads.add([...(currentTarget.files ?? [])]);
          // So that the same file can be chosen again.
          currentTarget.value = '';
        }}
      />
      {dropping && (
        <div class="vdrop">
          <UploadIcon />
          <p>{t.dropHere}</p>
        </div>
      )}
    </>
  );
}

/** How they stand, from the first one on; also what an earlier page left unfinished. */
export function UploadList({ onUploaded }: { readonly onUploaded: () => void }) {
  const { t } = useVideosTexts();
  const [items, setItems] = useState<readonly UploadItem[]>(uploads.items);
  const done = items.filter(({ state }) => state === 'done').length;
  useEffect(() => {
    void uploads.begin();
    setItems(uploads.items);
    return uploads.subscribe(() => setItems(uploads.items));
  }, []);
  useEffect(() => {
    if (done > 0) onUploaded();
  }, [done]);
  if (items.length === 0) return null;
  return (
    <section aria-label={t.uploads} data-testid="uploads">
      <ul class="vupload-list">
        {items.map((item) => (
          <UploadRow key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

function UploadRow({ item }: { readonly item: UploadItem }) {
  const { t, formats } = useVideosTexts();
  const { id, name, state, sizeBytes, sentBytes, error } = item;
  const titleId = useId();
  const input = useRef<HTMLInputElement>(null);
  const problem = error === null ? null : error === 'other-file' ? t.otherFile(name) : errorText(error, t);
  const sent = t.sent(formats.size(sentBytes), formats.size(sizeBytes));
  // A file that was refused for what it is will be refused again.
  const isFinal = error instanceof ApiError && isForgotten(error.status) && ![401, 403].includes(error.status);
  const rest = item.remainingMs === null ? '' : t.left(formats.length(item.remainingMs));
  return (
    <li class="vupload" data-testid="upload-item" data-state={state} data-name={name}>
      <span class="vupload-name" id={titleId} title={name}>
        {name}
      </span>
      <span class="vupload-state">
        {/* A number that changes all the time is not read out; a state is. */}
        <span role="status">
          {state === 'failed' ? problem : t.uploadState[state]}
          {state !== 'failed' && problem !== null && ` ${problem}`}
        </span>
        {state !== 'done' && state !== 'failed' && (
          <span class="vupload-numbers">{[sent, rest].filter((part) => part !== '').join(' · ')}</span>
        )}
      </span>
      {state !== 'done' && state !== 'failed' && (
        <progress max={sizeBytes} value={sentBytes} aria-labelledby={titleId} />
      )}
      <span class="vupload-buttons">
        {(state === 'sending' || state === 'retrying' || state === 'waiting') && (
          <RowButton label={t.pauseUpload} of={name} testId="upload-pause" onClick={() => uploads.pause(id)}>
            <PauseIcon />
          </RowButton>
        )}
        {(state === 'paused' || (state === 'failed' && !isFinal)) && (
          <RowButton
            label={state === 'paused' ? t.resumeUpload : t.tryAgain}
            of={name}
            testId="upload-resume"
            onClick={() => uploads.resume(id)}
          >
            <PlayIcon />
          </RowButton>
        )}
        {state === 'unfinished' && (
          <>
            <button type="button" class="button is-framed" onClick={() => input.current?.click()}>
              {t.chooseAgain}
            </button>
            <input
              ref={input}
              class="off-screen"
              type="file"
              accept={ACCEPT}
              tabIndex={-1}
              aria-label={t.uploadOf(name)}
              data-testid="upload-again"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                if (file !== undefined) uploads.addTo(id, file);
                currentTarget.value = '';
              }}
            />
          </>
        )}
        {state === 'done' && item.videoName !== null && (
          <a
            class="button is-framed"
            href={hashOf({ view: 'videos', name: item.videoName })}
            data-testid="upload-watch"
          >
            {t.watch}
          </a>
        )}
        {state !== 'checking' && (
          <RowButton
            label={state === 'done' || state === 'failed' ? t.removeUpload : t.cancelUpload}
            of={name}
            testId="upload-remove"
            onClick={() => void uploads.remove(id)}
          >
            <CloseIcon />
          </RowButton>
        )}
      </span>
    </li>
  );
}

interface RowButtonProps {
  readonly label: string;
  readonly of: string;
  readonly testId: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

function RowButton({ label, of, testId, onClick, children }: RowButtonProps) {
  return (
    <button
      type="button"
      class="button icon-only"
      aria-label={`${label}: ${of}`}
      title={label}
      data-testid={testId}
      onClick={onClick}
    >
      {children}
    </button>
  );
}

/** Files dropped anywhere on the page. @returns whether some are held over it */
function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    document.addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    document.addEventListener('dragleave', ({ relatedTarget }) => relatedTarget === null && setOver(false), { signal });
    document.addEventListener(
      'drop',
      (event) => {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        latest.current([...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => controller.abort();
  }, []);
  return over;
}
