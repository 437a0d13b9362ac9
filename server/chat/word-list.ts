/** Finds words that must not pass, also behind capitals, marks and look-alike letters. */
import { foldCharacter } from './confusables.ts';

const WORD_CHARACTER = /[\p{L}\p{N}]/u;
/** Scripts that do not put spaces between words: a listed word is found anywhere. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

interface Folded {
  readonly text: string;
  /** For every UTF-16 unit of `text`, the index of the character (code point) that it came from. */
  readonly origins: readonly number[];
}

export class WordList {
  readonly #words: readonly { readonly text: string; readonly anywhere: boolean }[];

  constructor(words: readonly string[]) {
    this.#words = words
      .map((word) => ({ text: fold([...word]).text, anywhere: UNSPACED.test(word) }))
      .filter(({ text }) => text !== '');
  }

  /** Pure: the text with every listed word as asterisks, one per character; the same text when there is none. */
  mask(text: string): string {
    if (this.#words.length === 0) return text;
    const parts = [...text.normalize('NFC')];
    const folded = fold(parts);
    let found = false;
    for (const word of this.#words) {
      for (let at = folded.text.indexOf(word.text); at >= 0; at = folded.text.indexOf(word.text, at + 1)) {
        const end = at + word.text.length;
        const before = parts[folded.origins[at - 1] ?? -1];
        const after = parts[folded.origins[end] ?? -1];
        if (!word.anywhere && (isWordCharacter(before) || isWordCharacter(after))) continue;
        found = true;
        for (let unit = at; unit < end; unit++) parts[folded.origins[unit]!] = '*';
      }
    }
    return found ? parts.join('') : text;
  }

  /** Pure. */
  holds(text: string): boolean {
    return this.mask(text) !== text;
  }
}

function fold(parts: readonly string[]): Folded {
  let text = '';
  const origins: number[] = [];
  parts.forEach((part, index) => {
    const folded = foldCharacter(part);
    text += folded;
    for (let unit = 0; unit < folded.length; unit++) origins.push(index);
  });
  return { text, origins };
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && WORD_CHARACTER.test(character);
}
