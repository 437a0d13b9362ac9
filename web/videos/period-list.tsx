/** The recorded periods of a day in words: to be read, pressed and saved one by one. */
import type { RecordedPeriod } from '../../server/protocol.ts';
import { memo } from '../dashboard/memo.ts';
import { exportUrl } from './api.ts';
import { DownloadIcon } from './icons.tsx';
import { useVideosTexts } from './texts.ts';

interface PeriodListProps {
  readonly camera: string;
  readonly periods: readonly RecordedPeriod[];
  readonly timeZone: string;
  readonly onPlay: (fromMs: number) => void;
}

export const PeriodList = memo(function PeriodList({ camera, periods, timeZone, onPlay }: PeriodListProps) {
  const { t, formats } = useVideosTexts();
  if (periods.length === 0) return null;
  return (
    <section class="periods" aria-labelledby="periods-title">
      <h2 id="periods-title" class="vheading">
        {t.periods}
      </h2>
      <ul>
        {periods.map(({ from, to, durationMs, bytes, growing }) => {
          const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
          const begin = formats.clock(fromMs, timeZone);
          return (
            <li key={from}>
              <button
                type="button"
                class="period"
                aria-label={`${t.playFrom(begin)}, ${formats.length(durationMs)}`}
                onClick={() => onPlay(fromMs)}
              >
                {growing && <span class="rec-dot" />}
                <span class="period-time">
                  {begin} – {growing ? t.untilNow : formats.clock(toMs, timeZone)}
                </span>
                <span class="period-facts">
                  {formats.length(durationMs)} · {formats.size(bytes)}
                </span>
              </button>
              <a
                class="button icon-only"
                href={exportUrl(camera, { fromMs, toMs }).href}
                download
                aria-label={`${t.downloadMp4}: ${begin}`}
                title={t.downloadMp4}
              >
                <DownloadIcon />
              </a>
            </li>
          );
        })}
      </ul>
    </section>
  );
});
