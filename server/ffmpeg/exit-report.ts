/** Pure: how an ffmpeg's end is reported, once it is known who ended it. What its own words mean is `diagnosis.ts`. */
import { diagnose, type Ending } from './diagnosis.ts';
import type { Redactor } from './redact.ts';
import type { FfmpegExit } from './run.ts';

export interface EndedRun extends Omit<Ending, 'lines'> {
  /** All that it printed, and the last of it; may hold credentials. */
  readonly stderr: { readonly all: Ending['lines']; readonly tail: readonly string[] };
  /** `stop`: we asked for the end; `redirect`: we cut it off before it followed the camera elsewhere; null: its own. */
  readonly endedFor: 'stop' | 'redirect' | null;
}

/** Pure but for the redactor, which nothing of the report gets past. */
export function reportExit(run: EndedRun, redactor: Pick<Redactor, 'redact'>): FfmpegExit {
  const { stderr, endedFor, exitCode, signal } = run;
  const stderrTail = stderr.tail.map((line) => redactor.redact(line));
  switch (endedFor) {
    case 'stop':
      return { end: 'stopped', reason: null, message: 'ffmpeg was stopped.', exitCode, signal, stderrTail };
    case 'redirect': {
      const message = 'The camera sends us elsewhere, though it did not when it was asked.';
      return { end: 'failed', reason: 'redirected', message, exitCode, signal, stderrTail };
    }
    case null: {
      const { reason, message } = diagnose({ ...run, lines: stderr.all });
      const end = exitCode === 0 ? 'ended' : 'failed';
      return { end, reason, message: redactor.redact(message), exitCode, signal, stderrTail };
    }
  }
}
