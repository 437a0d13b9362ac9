/** A source for tests that counts who is attached. */
import type { Viewer } from '../hub/viewer.ts';
import type { LiveSource } from './stream-wish.ts';

export class CountedSource implements LiveSource {
  readonly id = 'yard';
  readonly viewers = new Set<Viewer>();

  attach(viewer: Viewer): void {
    this.viewers.add(viewer);
  }

  detach(viewer: Viewer): void {
    this.viewers.delete(viewer);
  }
}
