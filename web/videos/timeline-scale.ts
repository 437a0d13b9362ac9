/** What part of a day the timeline shows, and where a moment lies on it. Pure. */
import type { TimeSpan } from './api.ts';

const MINUTE_MS = 60_000;
/** Closer than this single seconds would be as wide as a finger, and nobody needs that. */
export const MIN_SPAN_MS = 2 * MINUTE_MS;
const STEPS_MIN = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 180, 360];

/** Pure: the share of the way from the left edge, beyond 0 to 1 for what is not shown. */
export function shareOf(atMs: number, view: TimeSpan): number {
  return (atMs - view.fromMs) / (view.toMs - view.fromMs);
}

/** Pure: the moment at a share of the way. */
export function momentAt(share: number, view: TimeSpan): number {
  return view.fromMs + share * (view.toMs - view.fromMs);
}

/** Pure: moved and cut so that it lies within the day. */
function within(fromMs: number, spanMs: number, day: TimeSpan): TimeSpan {
  const length = Math.min(day.toMs - day.fromMs, Math.max(MIN_SPAN_MS, spanMs));
  const start = Math.min(Math.max(fromMs, day.fromMs), day.toMs - length);
  return { fromMs: start, toMs: start + length };
}

/** Pure: `factor` times as much is shown, and `anchorMs` stays where it is. */
export function zoomed(view: TimeSpan, factor: number, anchorMs: number, day: TimeSpan): TimeSpan {
  const length = view.toMs - view.fromMs;
  const next = Math.min(day.toMs - day.fromMs, Math.max(MIN_SPAN_MS, length * factor));
  return within(anchorMs - shareOf(anchorMs, view) * next, next, day);
}

/** Pure: what a zoom without a pointer keeps in place: the picture's moment, else the last period in view, else the middle. */
export function anchorOf(view: TimeSpan, atMs: number | null, periods: readonly TimeSpan[]): number {
  if (atMs !== null && atMs >= view.fromMs && atMs <= view.toMs) return atMs;
  const { fromMs, toMs } = periods.findLast((each) => each.fromMs < view.toMs && each.toMs > view.fromMs) ?? view;
  return (Math.max(fromMs, view.fromMs) + Math.min(toMs, view.toMs)) / 2;
}

/** Pure: moved by a share of what is shown. */
export function panned(view: TimeSpan, share: number, day: TimeSpan): TimeSpan {
  const length = view.toMs - view.fromMs;
  return within(view.fromMs + share * length, length, day);
}

/** Pure: moved as little as needed to show a moment, which then does not lie at the very edge. */
export function showing(view: TimeSpan, atMs: number, day: TimeSpan): TimeSpan {
  const share = shareOf(atMs, view);
  if (share >= 0 && share <= 1) return view;
  const length = view.toMs - view.fromMs;
  return within(atMs - length * (share < 0 ? 0.9 : 0.1), length, day);
}

/** Pure: round moments to be labelled, at least `minPx` apart on a bar of `widthPx`. */
export function ticksOf(view: TimeSpan, day: TimeSpan, widthPx: number, minPx: number): readonly number[] {
  const length = view.toMs - view.fromMs;
  const least = (length * minPx) / Math.max(1, widthPx);
  const step = (STEPS_MIN.find((minutes) => minutes * MINUTE_MS >= least) ?? STEPS_MIN.at(-1)!) * MINUTE_MS;
  const first = day.fromMs + Math.ceil((view.fromMs - day.fromMs) / step) * step;
  const ticks: number[] = [];
  for (let atMs = first; atMs <= view.toMs; atMs += step) ticks.push(atMs);
  return ticks;
}

/** Pure: where playing begins for a wish: there if it is recorded, else at the next recorded moment, else null. */
export function playableFrom(atMs: number, periods: readonly TimeSpan[]): number | null {
  const period = periods.find(({ toMs }) => toMs > atMs);
  return period === undefined ? null : Math.max(atMs, period.fromMs);
}
