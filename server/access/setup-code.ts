/** The one-time code that lets somebody at the relay's terminal make the first administrator from another machine. */
import { newCode, sameText } from './secrets.ts';

/** Wrong guesses after which another code is printed. */
const MAX_GUESSES = 10;

export class SetupCode {
  readonly #print: (code: string) => void;
  #code: string | null = null;
  #guesses = 0;

  /** @param print shows a code to who started the relay, and to nobody else */
  constructor(print: (code: string) => void) {
    this.#print = print;
  }

  /** Prints a code, unless one is out already. @returns whether it did */
  announce(): boolean {
    if (this.#code !== null) return false;
    this.#code = newCode();
    this.#guesses = 0;
    this.#print(this.#code);
    return true;
  }

  /** Whether it is the code, in capitals or not, with its dashes or without. */
  isRight(given: string): boolean {
    if (this.#code === null) return false;
    const bare = (text: string) => text.toUpperCase().replace(/[^0-9A-Z]/g, '');
    if (sameText(bare(given), bare(this.#code))) return true;
    if (++this.#guesses >= MAX_GUESSES) {
      this.#code = null;
      this.announce();
    }
    return false;
  }

  /** It has done its work. */
  end(): void {
    this.#code = null;
  }
}
