/**
 * Ends ffmpegs whose relay is gone. A relay killed with SIGKILL can clean up nothing, and an ffmpeg that waits for a
 * silent camera never notices the broken pipe; so a small `sh` holds a list of pids and reads from a pipe that closes
 * with the relay. The orderly way to end an ffmpeg is `process.ts`.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { Logger } from 'pino';

/**
 * Lines `add PID` and `del PID`; at the end of input all still listed get SIGTERM, which lets them take leave of the
 * camera, and a second later SIGKILL. A pid counts only while its process is the one that was added: by its start time
 * where there is /proc (field 22 of stat, the 20th after the name), else by its command's name.
 */
const SCRIPT = `
trap '' INT TERM HUP
identify() {
  id=
  if [ -r /proc/self/stat ]; then
    read -r stat 2>/dev/null </proc/$1/stat || return 0
    set -- \${stat##*) }
    [ "$1" = Z ] && return 0
    shift 19
    id=$1
  else
    id=$(ps -o comm= -p "$1" 2>/dev/null | tr -d ' \\n')
  fi
}
signal() {
  for entry in $list; do
    identify "\${entry%%=*}"
    [ -n "$id" ] && [ "$id" = "\${entry#*=}" ] && kill "-$1" "\${entry%%=*}" 2>/dev/null
  done
}
list=
while read -r verb pid; do
  if [ "$verb" = add ]; then
    identify "$pid"
    [ -n "$id" ] && list="$list $pid=$id"
  elif [ "$verb" = del ]; then
    rest=
    for entry in $list; do
      [ "\${entry%%=*}" = "$pid" ] || rest="$rest $entry"
    done
    list=$rest
  fi
done
[ -z "$list" ] && exit 0
signal TERM
sleep 1
signal KILL
exit 0
`;

type Shell = ChildProcessByStdio<Writable, null, null>;

/** One per relay. Its owner closes it, after the ffmpegs. Without `sh` it does nothing. */
export class OrphanGuard {
  readonly #log: Logger;
  readonly #pids = new Set<number>();
  #shell: Shell | null = null;
  #unavailable = process.platform === 'win32';
  #closed = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** The guard's own process, for tests. */
  get pid(): number | undefined {
    return this.#shell?.pid;
  }

  add(pid: number): void {
    if (this.#closed || this.#unavailable) return;
    this.#pids.add(pid);
    if (this.#shell) this.#shell.stdin.write(`add ${pid}\n`);
    else this.#startShell();
  }

  remove(pid: number): void {
    if (this.#pids.delete(pid)) this.#shell?.stdin.write(`del ${pid}\n`);
  }

  /** Ends the shell; whatever is still listed is ended with it. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#shell?.stdin.end();
    await this.#ended;
  }

  #startShell(): void {
    // Its own session, so that neither Ctrl-C nor a closed terminal reaches it.
    const shell: Shell = spawn('/bin/sh', ['-c', SCRIPT, 'sightline-orphan-guard'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    this.#shell = shell;
    this.#ended = new Promise((resolve) => {
      const ended = () => {
        // Should it be killed, the next ffmpeg starts another one, with all that run listed.
        if (this.#shell === shell) this.#shell = null;
        resolve();
      };
      shell.once('exit', ended);
      shell.once('error', (error) => {
        this.#unavailable = true;
        this.#log.warn({ err: error }, 'no shell for the orphan guard: an ffmpeg may outlive a killed relay');
        ended();
      });
    });
    shell.stdin.on('error', () => {});
    // It must not keep the relay alive; it ends by itself when the relay does.
    shell.unref();
    for (const pid of this.#pids) shell.stdin.write(`add ${pid}\n`);
  }
}
