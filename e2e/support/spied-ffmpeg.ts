/** The real ffmpeg and ffprobe, each run written down with its arguments as the system passes them. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SpiedFfmpeg {
  /** For `ffmpeg.path`. */
  readonly path: string;
  /** Arguments of every run that opens something, in the order of their starts. */
  runs(): Promise<string[][]>;
  /** Runs from here on count. */
  forget(): Promise<void>;
}

const MARK = '\u001e';

/** The files lie in `folder`, which the caller removes. */
export async function spyOnFfmpeg(folder: string): Promise<SpiedFfmpeg> {
  const bin = join(folder, 'bin');
  const log = join(folder, 'runs');
  await mkdir(bin, { recursive: true });
  await writeFile(log, '');
  for (const name of ['ffmpeg', 'ffprobe']) {
    const real = execFileSync('/bin/sh', ['-c', `command -v ${name}`])
      .toString()
      .trim();
    // One write each, or two at a time would mix their lines.
    const script = `#!/bin/bash\nprintf -v line '%s\\x1f' "$@"\nprintf '%s\\x1e' "$line" >> '${log}'\nexec '${real}' "$@"\n`;
    await writeFile(join(bin, name), script);
    await chmod(join(bin, name), 0o755);
  }
  return {
    path: join(bin, 'ffmpeg'),
    runs: async () =>
      (await readFile(log, 'utf8'))
        .split(MARK)
        .filter((line) => line !== '')
        .map((line) => line.split('\u001f').slice(0, -1))
        .filter((args) => args.includes('-i') && !args.includes('lavfi')),
    forget: () => writeFile(log, ''),
  };
}
