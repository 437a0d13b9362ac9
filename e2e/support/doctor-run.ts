/** Runs `npm run doctor` from the sources, as a person would, and says how it ended. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface DoctorRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Never rejects: a doctor that finds something wrong ends with a code of its own. */
export function runDoctor(configPath: string, ...args: readonly string[]): Promise<DoctorRun> {
  return new Promise((resolve) => {
    const command = ['--import', 'tsx', 'server/doctor-main.ts', '--config', configPath, ...args];
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
