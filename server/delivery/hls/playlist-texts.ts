/** A media playlist's text as things stand, rendered once for all who ask between two changes. Its form is `playlist.ts`. */
import type { Cutter } from './cutter.ts';
import type { FileNames } from './file-names.ts';
import { mediaPlaylist, type RenditionReport } from './playlist.ts';
import type { SegmentWindow } from './segment-window.ts';

export interface PlaylistTextsOptions {
  readonly window: SegmentWindow;
  /** It has a plan before a text is asked for. */
  readonly cutter: Pick<Cutter, 'plan' | 'expectsNextSegment'>;
  readonly names: FileNames;
  /** Parts are told, and delta updates given. */
  readonly lowLatency: boolean;
  readonly reports: () => readonly RenditionReport[];
}

export class PlaylistTexts {
  readonly #options: PlaylistTextsOptions;
  #full: string | null = null;
  #delta: string | null = null;

  constructor(options: PlaylistTextsOptions) {
    this.#options = options;
  }

  /** What was rendered holds no more. */
  changed(): void {
    this.#full = null;
    this.#delta = null;
  }

  /** @param skip a delta update will do */
  text(skip: boolean): string {
    if (skip && this.#options.lowLatency) {
      this.#delta ??= this.#render(true);
      return this.#delta;
    }
    this.#full ??= this.#render(false);
    return this.#full;
  }

  #render(skip: boolean): string {
    const { window, cutter, names, lowLatency, reports } = this.#options;
    const plan = cutter.plan!;
    const { listed, open, openSequence, mediaSequence, discontinuitySequence } = window;
    const hint = cutter.expectsNextSegment
      ? { sequence: openSequence + 1, part: 0 }
      : { sequence: openSequence, part: open?.parts.length ?? 0 };
    return mediaPlaylist(
      {
        targetDurationS: plan.targetDurationS,
        partTargetMs: lowLatency ? plan.partTargetMs : null,
        listed,
        open,
        mediaSequence,
        discontinuitySequence,
        hint,
        names,
        reports: reports(),
      },
      { skip },
    );
  }
}
