/** Something asked of the relay for a component, asked again when `key` changes, when told, or every so often. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** The last answer, kept while the next is on its way. */
  readonly value: T | null;
  /** Why the last question failed; null when it did not. */
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** @param everyMs asks again so often while the page is seen, by what the answer says; null: not by itself */
export function useLoaded<T>(
  key: string,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: (value: T) => number | null = () => null,
): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown; loading: boolean }>({
    value: null,
    error: null,
    loading: true,
  });
  const [visit, setVisit] = useState(0);
  const latest = useRef({ load, everyMs });
  latest.current = { load, everyMs };
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const again = () => {
      // A page that nobody sees asks when it is seen again.
      if (document.hidden) document.addEventListener('visibilitychange', again, { once: true, signal });
      else void ask();
    };
    const ask = async () => {
      try {
        const value = await latest.current.load(signal);
        if (signal.aborted) return;
        setState({ value, error: null, loading: false });
        const ms = latest.current.everyMs(value);
        if (ms !== null) timer = setTimeout(again, ms);
      } catch (error) {
        if (!signal.aborted) setState((old) => ({ ...old, error, loading: false }));
      }
    };
    setState((old) => ({ ...old, loading: true }));
    void ask();
    return () => {
      controller.abort();
      if (timer !== null) clearTimeout(timer);
    };
  }, [key, visit]);
  const reload = useCallback(() => setVisit((n) => n + 1), []);
  return { ...state, reload };
}
