/** How the list of videos is sorted, searched and paged, kept while the page lives; the order also longer. */
import { VIDEO_SORTS } from '../../server/protocol.ts';
import type { ListQuery } from './api.ts';

export const PAGE_SIZE = 24;
const KEY = 'sightline.videos-sort';

export const SORTS = ['modified-desc', 'modified-asc', 'name-asc', 'duration-desc', 'size-desc'] as const;
export type SortChoice = (typeof SORTS)[number];

export interface ListState {
  readonly sort: SortChoice;
  readonly text: string;
  /** From 0. */
  readonly page: number;
}

/** Pure: one of ours, else the newest first. */
export function sortChoice(text: string | null): SortChoice {
  return SORTS.find((each) => each === text) ?? 'modified-desc';
}

/** Pure. */
export function queryOf({ sort, text, page }: ListState): ListQuery {
  const [key, order] = sort.split('-');
  return {
    offset: page * PAGE_SIZE,
    limit: PAGE_SIZE,
    sort: VIDEO_SORTS.find((each) => each === key) ?? 'modified',
    order: order === 'asc' ? 'asc' : 'desc',
    text: text.trim(),
  };
}

let kept: ListState | null = null;

/** As it was left: a video that was watched leads back to where it was found. */
export function readListState(): ListState {
  try {
    kept ??= { sort: sortChoice(localStorage.getItem(KEY)), text: '', page: 0 };
  } catch {
    kept ??= { sort: 'modified-desc', text: '', page: 0 };
  }
  return kept;
}

export function keepListState(state: ListState): void {
  kept = state;
  try {
    localStorage.setItem(KEY, state.sort);
  } catch {
    // It holds until the page is closed.
  }
}
