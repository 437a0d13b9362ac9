/**
 * Tells when the page comes back from somewhere: another tab, a closed lid, a lost network. One set of listeners for
 * the whole page.
 */

export type PageEvent =
  | { readonly type: 'hidden' }
  /** The page can be seen again after `awayMs`. */
  | { readonly type: 'shown'; readonly awayMs: number }
  /** Timers stood still for `awayMs` although the page was not hidden: the machine slept. */
  | { readonly type: 'woke'; readonly awayMs: number }
  | { readonly type: 'online' };

type Listener = (event: PageEvent) => void;

const TICK_MS = 1000;
/** A busy page may miss some ticks; a sleeping machine misses more. */
const SLEEP_MS = 5000;

const listeners = new Set<Listener>();
let hiddenAtMs = 0;
let lastTickMs = 0;
let installed = false;

/** Subscribes until the returned function is called. */
export function onPageLife(listener: Listener): () => void {
  install();
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function emit(event: PageEvent): void {
  for (const listener of [...listeners]) listener(event);
}

/** The listeners and the timer live as long as the page. */
function install(): void {
  if (installed) return;
  installed = true;
  lastTickMs = Date.now();
  if (document.hidden) hiddenAtMs = Date.now();
  document.addEventListener('visibilitychange', () => {
    const nowMs = Date.now();
    if (document.hidden) {
      hiddenAtMs = nowMs;
      emit({ type: 'hidden' });
    } else {
      lastTickMs = nowMs;
      emit({ type: 'shown', awayMs: nowMs - hiddenAtMs });
    }
  });
  window.addEventListener('pageshow', ({ persisted }) => {
    if (persisted) emit({ type: 'woke', awayMs: SLEEP_MS });
  });
  document.addEventListener('resume', () => emit({ type: 'woke', awayMs: Date.now() - lastTickMs }));
  window.addEventListener('online', () => emit({ type: 'online' }));
  setInterval(() => {
    const nowMs = Date.now();
    const awayMs = nowMs - lastTickMs - TICK_MS;
    lastTickMs = nowMs;
    if (awayMs > SLEEP_MS && !document.hidden) emit({ type: 'woke', awayMs });
  }, TICK_MS);
}
