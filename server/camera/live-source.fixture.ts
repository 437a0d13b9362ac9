/** A source for tests that counts who is attached. */
import type { Viewer } from '../hub/viewer.ts';
import type { Place } from './stream-output.ts';

export class CountedSource implements Place {
  readonly id = 'yard';
  readonly viewers = new Set<Viewer>();
  /** Of them, or of those to come: who has seen nothing yet. */
  readonly waiting = new Set<Viewer>();

  attach(viewer: Viewer): void {
    this.viewers.add(viewer);
  }

  detach(viewer: Viewer): void {
    this.viewers.delete(viewer);
  }

  isWaiting(viewer: Viewer): boolean {
    return this.waiting.has(viewer);
  }
}
