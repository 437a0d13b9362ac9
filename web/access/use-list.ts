/** A list of the relay, asked again after each change. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from './api.ts';

/** @param path null for none @returns the list (null until it has come) and a way to ask again */
export function useList<Answer>(path: string | null): readonly [Answer | null, () => Promise<void>] {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const reload = useCallback(async () => {
    if (path === null) return;
    try {
      setAnswer(await ask<Answer>('GET', path));
    } catch {
      // What is shown stays; the next change asks again.
    }
  }, [path]);
  useEffect(() => void reload(), [reload]);
  return [answer, reload];
}
