/**
 * The frame around every bench: options from the command line, and an end for everything it started, on success, on
 * failure and on Control-C.
 */

export interface BenchOptions {
  /** Shorter and with fewer steps: does it run, not how fast is it. */
  readonly quick: boolean;
  /** `--minutes N`, where the bench has a long mode. */
  readonly minutes: number | null;
  /** `--viewers N,N`, where the bench has levels of them. */
  readonly viewers: readonly number[] | null;
}

export interface Closable {
  close(): Promise<void> | void;
}

/** Owns what a bench starts, and ends it in reverse order. */
export class Belongings {
  readonly #owned: Closable[] = [];

  add<T extends Closable>(thing: T): T {
    this.#owned.push(thing);
    return thing;
  }

  /** Ends one thing before the rest. */
  async release(thing: Closable): Promise<void> {
    const index = this.#owned.indexOf(thing);
    if (index >= 0) this.#owned.splice(index, 1);
    await thing.close();
  }

  async close(): Promise<void> {
    for (let thing = this.#owned.pop(); thing !== undefined; thing = this.#owned.pop()) await thing.close();
  }
}

/** Runs a bench as the process's main job; sets the exit code. */
export async function runBench(run: (options: BenchOptions, belongings: Belongings) => Promise<void>): Promise<void> {
  const belongings = new Belongings();
  let interrupted = false;
  const interrupt = () => {
    if (interrupted) return;
    interrupted = true;
    void belongings.close().finally(() => process.exit(130));
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await run(readOptions(process.argv.slice(2)), belongings);
    await belongings.close();
    process.exit(0);
  } catch (error) {
    if (interrupted) return;
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    await belongings.close();
    process.exit(1);
  }
}

/** Pure. */
export function readOptions(argv: readonly string[]): BenchOptions {
  return {
    quick: argv.includes('--quick'),
    minutes: numbersOf(argv, '--minutes')?.[0] ?? null,
    viewers: numbersOf(argv, '--viewers'),
  };
}

function numbersOf(argv: readonly string[], option: string): number[] | null {
  const at = argv.indexOf(option);
  if (at < 0) return null;
  const numbers = (argv[at + 1] ?? '').split(',').map(Number);
  if (!numbers.every((value) => value > 0)) throw new Error(`${option} wants a number above 0.`);
  return numbers;
}

export function sleepMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
