/** The engine that the viewer picked: from the page's address (`?engine=`) for this visit, else kept in the browser. */
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

/** Calls back after each choice, until the returned function is called. */
export function onPick(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Keeps the choice for all cameras of the page, and for the next visit. */
export function pickEngine(name: EngineName | null): void {
  picked = name;
  writeEngine(name);
  for (const listener of [...listeners]) listener();
}
