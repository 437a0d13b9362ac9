/** Loads the code of engines when they are needed, each once; what failed is tried again at the next call. */
import type { EngineModule } from './engine.ts';
import type { EngineName } from './engine-policy.ts';

/** Calls once; again after a failure. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  };
}

const engines: Readonly<Record<EngineName, () => Promise<EngineModule>>> = {
  flv: once(() => import('./flv-engine.ts')),
  mse: once(() => import('./mse-engine.ts')),
  hls: once(() => import('./hls-engine.ts')),
  native: once(() => import('./native-hls-engine.ts')),
};

/** Rejects when the code cannot be had, which says nothing about the browser. */
export const loadEngine = (name: EngineName): Promise<EngineModule> => engines[name]();
