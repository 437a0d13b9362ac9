/** Takes out of a text what has no business in a line of chat. Whether the rest may be said is `message-policy.ts`. */

/** Controls, surrogates alone, private use, unassigned line breakers; tab, line feed and carriage return are handled. */
const CONTROLS = /[\p{Cc}\p{Cs}\u2028\u2029\ufff9-\ufffb]/gu;
/**
 * Shown as nothing at all, among them the bidirectional embeddings, overrides and isolates, which can turn the text
 * around them. What stays: joiners and direction marks, which scripts need, and variation selectors and tags, which
 * emoji need.
 */
const INVISIBLE =
  /(?!\p{Variation_Selector}|[\u200c-\u200f\u061c\u{e0000}-\u{e0fff}])\p{Default_Ignorable_Code_Point}/gu;
/**
 * Tags outside a flag (UTS #51, emoji tag sequences) hide text. A flag is matched with its tags, to be put back: looking
 * back for one from each tag would take the square of their number.
 */
const TAG_CHARACTERS = /(\u{1f3f4}[\u{e0020}-\u{e007f}]*)|[\u{e0000}-\u{e007f}]/gu;
/** More marks than any script needs on one letter climb over the lines above. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Most lines are this, and the tables of Unicode need not be asked about them. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Pure: true for a line of printable ASCII. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** Pure: at most `maxLines` lines of printable text, normalised (NFC), trimmed, spaces in a row made one. */
export function cleanText(text: string, maxLines: number): string {
  if (isPlain(text)) return text.replace(/ +/g, ' ').trim();
  const lines = text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, ' ')
    .split('\n')
    .map(cleanLine)
    .filter((line) => line !== '');
  return [...lines.slice(0, maxLines - 1), lines.slice(maxLines - 1).join(' ')]
    .filter((line) => line !== '')
    .join('\n');
}

/** Pure: true when there is nothing to see. */
export function isBlank(text: string): boolean {
  if (/[\x21-\x7e]/.test(text)) return false;
  return !/[^\p{Z}\p{C}\p{M}\u115f\u1160\u2800\u3164\uffa0]/u.test(text);
}

/** Pure: length as people and limits count it here: Unicode code points. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function cleanLine(line: string): string {
  return line
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '')
    .replace(TAG_CHARACTERS, (_tag, flag: string | undefined) => flag ?? '')
    .replace(STACKED_MARKS, '$1')
    .replace(/\p{Zs}+/gu, ' ')
    .trim();
}
