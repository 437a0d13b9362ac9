/** The row above a timeline: which day, whose clock, the way to the live picture, how much of the day is shown. */
import type { RecordingsAnswer } from '../../server/protocol.ts';
import { DayPicker } from './day-picker.tsx';
import { ZoomInIcon, ZoomOutIcon } from './icons.tsx';
import { PlayerButton } from './player-buttons.tsx';
import { useVideosTexts } from './texts.ts';
import { clockOf } from './zone-time.ts';

interface TimelineBarProps {
  readonly camera: string;
  readonly timeZone: string;
  readonly day: string;
  readonly days: RecordingsAnswer['days'];
  /** The whole day is shown. */
  readonly isWhole: boolean;
  readonly onDay: (day: string) => void;
  readonly onZoom: (direction: 1 | -1) => void;
  readonly onWhole: () => void;
}

export function TimelineBar({ camera, timeZone, day, days, isWhole, onDay, onZoom, onWhole }: TimelineBarProps) {
  const { t } = useVideosTexts();
  return (
    <div class="timeline-bar">
      <DayPicker day={day} days={days} onDay={onDay} />
      <span class="timeline-zone">{isElsewhere(timeZone) && t.zone(timeZone)}</span>
      <a class="button is-framed" href={`#/camera/${encodeURIComponent(camera)}`}>
        {t.live}
      </a>
      <span class="timeline-zoom">
        <PlayerButton label={t.zoomOut} shortcut="−" enabled={!isWhole} onClick={() => onZoom(-1)}>
          <ZoomOutIcon />
        </PlayerButton>
        <PlayerButton label={t.zoomIn} shortcut="+" enabled testId="zoom-in" onClick={() => onZoom(1)}>
          <ZoomInIcon />
        </PlayerButton>
        <button type="button" class="button" disabled={isWhole} onClick={onWhole}>
          {t.wholeDay}
        </button>
      </span>
    </div>
  );
}

/** Pure: whether the clocks of the zone differ from the viewer's now. */
function isElsewhere(timeZone: string): boolean {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return clockOf(Date.now(), timeZone).slice(0, 5) !== clockOf(Date.now(), own).slice(0, 5);
}
