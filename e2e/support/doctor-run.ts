/** Runs what `npm run doctor` runs, as a person would, and says how it ended. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serverProgram } from './server-program.ts';

export interface DoctorRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Never rejects: a doctor that finds something wrong ends with a code of its own. */
export function runDoctor(configPath: string, ...args: readonly string[]): Promise<DoctorRun> {
  return new Promise((resolve) => {
    const command = [...serverProgram('doctor-main'), '--config', configPath, ...args];
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
