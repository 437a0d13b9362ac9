/** The picked engine, for components. */
import { useEffect, useState } from 'preact/hooks';
import type { EngineName } from './engine-policy.ts';
import { onPick, pickedEngine } from './picked-engine.ts';

/** The choice; renders again when it changes. */
export function usePickedEngine(): EngineName | null {
  const [name, setName] = useState(pickedEngine);
  useEffect(() => onPick(() => setName(pickedEngine())), []);
  return name;
}
