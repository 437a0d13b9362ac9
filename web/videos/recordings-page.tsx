/** A camera's recordings: finds the zone and the days. What is shown of a day is `recorded-days.tsx`. */
import { listRecordings } from './api.ts';
import { Failure, Loading } from './notices.tsx';
import { RecordedDays } from './recorded-days.tsx';
import { useVideosTexts } from './texts.ts';
import { useLoaded } from './use-loaded.ts';
import { dayOf, knownZone } from './zone-time.ts';

const DAY_MS = 24 * 3_600_000;

interface RecordingsPageProps {
  readonly camera: string;
  /** From the address; null for the newest day. */
  readonly atMs: number | null;
}

/** Asks first for the last day before `atMs`, whose answer names all days. */
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
  return <RecordedDays key={`${camera} ${atMs}`} camera={camera} timeZone={timeZone} firstDay={day} firstMs={atMs} />;
}
