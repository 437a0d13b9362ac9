/** Chooses a period, by the picture or by the clock, and saves it as one MP4. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RecordedPeriod } from '../../server/protocol.ts';
import { ApiError, errorText, exportUrl, probeUrl, saveUrl, type TimeSpan } from './api.ts';
import { bytesWithin, MAX_EXPORT_MS, withMark } from './export-policy.ts';
import { DownloadIcon } from './icons.tsx';
import { useVideosTexts } from './texts.ts';
import { clockOf, momentOf } from './zone-time.ts';

interface ExportPanelProps {
  readonly camera: string;
  readonly day: string;
  readonly timeZone: string;
  readonly periods: readonly RecordedPeriod[];
  readonly marks: TimeSpan | null;
  /** The moment on the picture; null while there is none. */
  readonly atMs: number | null;
  readonly onMarks: (marks: TimeSpan | null) => void;
}

export function ExportPanel({ camera, day, timeZone, periods, marks, atMs, onMarks }: ExportPanelProps) {
  const { t, formats } = useVideosTexts();
  const [state, setState] = useState<'idle' | 'preparing' | { readonly error: unknown }>('idle');
  const asking = useRef<AbortController | null>(null);
  useEffect(() => () => asking.current?.abort(), []);
  useEffect(() => setState('idle'), [marks]);

  const refusalText = (error: unknown) =>
    error instanceof ApiError && error.code === 'mixed-recording' && error.atMs !== null
      ? t.exportMixed(clockOf(error.atMs, timeZone))
      : errorText(error, t);
  const setMark = (which: 'from' | 'to', clock: string) => {
    const typedMs = clock === '' ? Number.NaN : momentOf(day, clock, timeZone);
    if (Number.isNaN(typedMs)) return;
    const { fromMs, toMs } = marks ?? { fromMs: typedMs, toMs: typedMs };
    onMarks(which === 'from' ? { fromMs: typedMs, toMs } : { fromMs, toMs: typedMs });
  };
  const bytes = marks === null ? 0 : bytesWithin(periods, marks);
  const problem =
    marks === null
      ? null
      : marks.toMs <= marks.fromMs
        ? t.exportBad
        : marks.toMs - marks.fromMs > MAX_EXPORT_MS
          ? t.exportTooLong
          : bytes === 0
            ? t.errors['no-such-page']
            : typeof state === 'object'
              ? refusalText(state.error)
              : null;
  const onExport = async () => {
    if (marks === null) return;
    const url = exportUrl(camera, marks);
    const controller = new AbortController();
    asking.current?.abort();
    asking.current = controller;
    setState('preparing');
    try {
      await probeUrl(url, controller.signal);
      saveUrl(url);
      setState('idle');
    } catch (error) {
      if (!controller.signal.aborted) setState({ error });
    }
  };
  const field = (which: 'from' | 'to', ms: number | null) => (
    <label class="export-field">
      <span>{which === 'from' ? t.exportFrom : t.exportTo}</span>
      <input
        type="time"
        step={1}
        value={ms === null ? '' : clockOf(ms, timeZone)}
        data-testid={`export-${which}`}
        onChange={(event) => setMark(which, event.currentTarget.value)}
      />
      <button
        type="button"
        class="button is-framed"
        disabled={atMs === null}
        title={which === 'from' ? `${t.setFrom} (I)` : `${t.setTo} (O)`}
        data-testid={`mark-${which}`}
        onClick={() => atMs !== null && onMarks(withMark(marks, which, atMs))}
      >
        {which === 'from' ? t.setFrom : t.setTo}
      </button>
    </label>
  );
  return (
    <section class="export" aria-labelledby="export-title">
      <h2 id="export-title" class="vheading">
        {t.export}
      </h2>
      <div class="export-row">
        {field('from', marks?.fromMs ?? null)}
        {field('to', marks?.toMs ?? null)}
        <button
          type="button"
          class="button is-main"
          disabled={marks === null || marks.toMs <= marks.fromMs || bytes === 0 || state === 'preparing'}
          data-testid="export"
          onClick={() => void onExport()}
        >
          <DownloadIcon />
          {state === 'preparing' ? t.exportPreparing : t.exportButton}
        </button>
        {marks !== null && marks.toMs > marks.fromMs && bytes > 0 && (
          <span class="export-facts">
            {t.exportLength(formats.length(marks.toMs - marks.fromMs))} · ≈ {formats.size(bytes)}
          </span>
        )}
      </div>
      <p class="export-problem" role="alert">
        {problem}
      </p>
    </section>
  );
}
