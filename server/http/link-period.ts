/** Keeps who comes with a link to a period within it. */
import type { Request } from 'express';
import type { Period } from '../access/permissions.ts';
import { RelayError } from '../errors.ts';
import { admissionOf } from './admission.ts';
import { searchOf } from './search.ts';

/**
 * The part of a range that is theirs; all of their period when they name no range.
 * @throws RelayError `not-allowed` when nothing of it is
 */
export function withinLink(request: Request, range: Period): Period {
  const period = periodOf(request);
  if (period === null) return range;
  const search = searchOf(request.query);
  if (!search.has('from') && !search.has('to')) return period;
  const fromMs = Math.max(range.fromMs, period.fromMs);
  const toMs = Math.min(range.toMs, period.toMs);
  if (fromMs >= toMs) throw new RelayError('not-allowed', 'This link opens another period.');
  return { fromMs, toMs };
}

/** For what is named by file and not by time. @throws RelayError `not-allowed` with a link to a period */
export function refusePeriodLink(request: Request): void {
  if (periodOf(request) === null) return;
  throw new RelayError('not-allowed', 'This link opens a period: take it as index.m3u8 or export.mp4.');
}

/** The period of the link that let them in; null when there is none. */
export function periodOf(request: Request): Period | null {
  const { who } = admissionOf(request);
  return who.kind === 'grant' ? (who.period ?? null) : null;
}
