/**
 * A bench's own processes: each answers commands over IPC, and each ends when the bench ends, however that ends
 * (an IPC channel closes with its owner's life). Ends of the bench itself are `bench.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process answers: one argument in, one result out, both JSON. */
export type Commands = Record<string, (argument: never) => unknown>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

const CLOSE_TIMEOUT_MS = 5_000;

/** In the bench: a handle on one process. */
export class Worker<C extends Commands> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  #nextId = 1;

  /** @param file beside this one. @param nodeOptions before the file on node's command line */
  constructor(file: string, nodeOptions: readonly string[] = []) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      execArgv: ['--import', 'tsx', '--expose-gc', ...nodeOptions],
      // Control-C reaches the bench alone, which then ends its processes in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer: Answer) => this.#answered(answer));
    this.#exited = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    void this.#exited.then(() => this.#failAll(new Error(`${file} has ended`)));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Rejects with what the command threw, or when the process ends before it answers. */
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>> {
    return new Promise((resolve, reject) => {
      const call: Call = { id: this.#nextId++, name, argument };
      this.#waiting.set(call.id, { resolve, reject });
      this.#child.send(call, (error) => {
        if (error !== null) reject(error);
      });
    });
  }

  /** Lets the process close what it has and awaits its exit; kills it when that takes too long. Idempotent. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #answered({ id, result, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error !== undefined) waiting?.reject(new Error(error));
    else waiting?.resolve(result as never);
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** In the process: answers commands until the bench lets go, then calls `close` and exits. */
export function answerCommands(commands: Commands, close: () => Promise<void> | void): void {
  process.on('message', async ({ id, name, argument }: Call) => {
    let answer: Answer;
    try {
      answer = { id, result: await commands[name]!(argument as never) };
    } catch (error) {
      answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    if (process.connected) process.send!(answer);
  });
  process.once('disconnect', async () => {
    await close();
    process.exit(0);
  });
}
