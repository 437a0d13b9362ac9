/** The engine that the viewer picked: from the page's address (`?engine=`) for this visit, else kept in the browser. */
import { useEffect, useState } from 'preact/hooks';
import { readEngine, writeEngine } from '../preferences.ts';
import { type EngineName, parseEngine } from './engine-policy.ts';

/** Pure: null for the best, which `?engine=auto` asks for whatever is kept. */
export function pickOf(search: string, kept: string | null): EngineName | null {
  const asked = new URLSearchParams(search).get('engine');
  return parseEngine(asked ?? kept);
}

const listeners = new Set<() => void>();
let picked: EngineName | null | undefined;

export function pickedEngine(): EngineName | null {
  if (picked === undefined) picked = pickOf(location.search, readEngine());
  return picked;
}

/** Keeps the choice for all cameras of the page, and for the next visit. */
export function pickEngine(name: EngineName | null): void {
  picked = name;
  writeEngine(name);
  for (const listener of [...listeners]) listener();
}

/** The choice; renders again when it changes. */
export function usePickedEngine(): EngineName | null {
  const [name, setName] = useState(pickedEngine);
  useEffect(() => {
    const listener = () => setName(pickedEngine());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return name;
}
