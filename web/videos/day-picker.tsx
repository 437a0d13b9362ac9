/** Chooses among the days that have recordings: the one before, the one after, or any in a calendar. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RecordedDay } from '../../server/protocol.ts';
import { BackIcon, ForwardIcon } from '../dashboard/icons.tsx';
import { CalendarIcon } from './icons.tsx';
import { monthAfter, monthOf, weeksOf } from './month.ts';
import { useVideosTexts } from './texts.ts';

interface DayPickerProps {
  readonly day: string;
  /** Ascending. */
  readonly days: readonly RecordedDay[];
  readonly onDay: (day: string) => void;
}

export function DayPicker({ day, days, onDay }: DayPickerProps) {
  const { t, formats } = useVideosTexts();
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const before = days.findLast((each) => each.day < day)?.day;
  const after = days.find((each) => each.day > day)?.day;
  useEffect(() => {
    if (!open) return;
    const onPress = ({ target }: Event) => {
      if (target instanceof Node && root.current?.contains(target) !== true) setOpen(false);
    };
    // Before the page's own Escape, which leaves the recordings; a month's button that goes dim loses the focus.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      close();
    };
    document.addEventListener('pointerdown', onPress);
    document.addEventListener('keydown', onKey, true);
    return () => {
      document.removeEventListener('pointerdown', onPress);
      document.removeEventListener('keydown', onKey, true);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>('.day-open')?.focus();
  };
  const step = (to: string | undefined, label: string, icon: ComponentChildren) => (
    <button
      type="button"
      class="button icon-only is-framed"
      aria-label={label}
      title={label}
      disabled={to === undefined}
      onClick={() => to !== undefined && onDay(to)}
    >
      {icon}
    </button>
  );
  return (
    <div ref={root} class="day-picker">
      {step(before, t.previousDay, <BackIcon />)}
      <button
        type="button"
        class="button is-framed day-open"
        aria-expanded={open}
        aria-label={`${t.chooseDay}: ${formats.day(day)}`}
        data-testid="day"
        data-day={day}
        onClick={() => setOpen(!open)}
      >
        <CalendarIcon />
        {formats.day(day)}
      </button>
      {step(after, t.nextDay, <ForwardIcon />)}
      {open && (
        <Calendar
          day={day}
          days={days}
          onDay={(chosen) => {
            onDay(chosen);
            close();
          }}
        />
      )}
    </div>
  );
}

function Calendar({ day, days, onDay }: DayPickerProps) {
  const { t, formats } = useVideosTexts();
  const [month, setMonth] = useState(monthOf(day));
  const table = useRef<HTMLTableElement>(null);
  const recorded = new Map(days.map((each) => [each.day, each.durationMs]));
  const [first, last] = [days[0]?.day ?? day, days.at(-1)?.day ?? day];
  useEffect(() => {
    const chosen = table.current?.querySelector<HTMLElement>('[aria-pressed="true"]');
    (chosen ?? table.current?.querySelector<HTMLElement>('button'))?.focus();
  }, []);
  return (
    <div class="calendar" role="dialog" aria-label={t.chooseDay} data-testid="calendar">
      <div class="calendar-head">
        <button
          type="button"
          class="button icon-only"
          aria-label={t.previousMonth}
          title={t.previousMonth}
          disabled={month <= monthOf(first)}
          onClick={() => setMonth(monthAfter(month, -1))}
        >
          <BackIcon />
        </button>
        <span role="status">{formats.month(month)}</span>
        <button
          type="button"
          class="button icon-only"
          aria-label={t.nextMonth}
          title={t.nextMonth}
          disabled={month >= monthOf(last)}
          onClick={() => setMonth(monthAfter(month, 1))}
        >
          <ForwardIcon />
        </button>
      </div>
      <table ref={table}>
        <thead>
          <tr>
            {formats.weekdays.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week.find((each) => each !== null)}>
              {week.map((each, index) => (
                <td key={index}>
                  {each !== null && (
                    <Day day={each} durationMs={recorded.get(each)} chosen={each === day} onDay={onDay} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DayProps {
  readonly day: string;
  /** Undefined for a day without recordings. */
  readonly durationMs: number | undefined;
  readonly chosen: boolean;
  readonly onDay: (day: string) => void;
}

function Day({ day, durationMs, chosen, onDay }: DayProps) {
  const { t, formats } = useVideosTexts();
  const number = Number(day.slice(8));
  if (durationMs === undefined) return <span class="calendar-none">{number}</span>;
  const label = `${formats.day(day)}, ${t.recordedThatDay(formats.length(durationMs))}`;
  return (
    <button type="button" aria-pressed={chosen} aria-label={label} title={label} onClick={() => onDay(day)}>
      {number}
    </button>
  );
}
