/**
 * Folds text to what it looks like, so that `Оperator` with a Cyrillic O meets `operator`. A small table of the letters
 * people really use for this, in the spirit of UTS #39; who is compared with whom is decided elsewhere.
 */

/** Look-alikes of Latin letters that compatibility decomposition leaves alone, as lower-case letters. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  // Cyrillic
  а: 'a',
  в: 'b',
  ь: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  є: 'e',
  һ: 'h',
  н: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  ц: 'u',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  ү: 'y',
  з: 'e',
  // Greek
  α: 'a',
  β: 'b',
  ϲ: 'c',
  δ: 'd',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  μ: 'm',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  σ: 'o',
  ς: 'c',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  ω: 'w',
  ζ: 'z',
  // Armenian, Cherokee, Latin relatives
  օ: 'o',
  ս: 'u',
  ո: 'n',
  հ: 'h',
  ց: 'g',
  ꭰ: 'd',
  ꭱ: 'r',
  ı: 'i',
  ȷ: 'j',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ħ: 'h',
  ŧ: 't',
  ɑ: 'a',
  ɡ: 'g',
  ɩ: 'i',
  ʟ: 'l',
  ɴ: 'n',
  ʀ: 'r',
  ᴀ: 'a',
  ʙ: 'b',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ɢ: 'g',
  ʜ: 'h',
  ɪ: 'i',
  ᴊ: 'j',
  ᴋ: 'k',
  ᴍ: 'm',
  ᴏ: 'o',
  ᴘ: 'p',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ʏ: 'y',
  ᴢ: 'z',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'p',
  // Digits and signs
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '|': 'l',
  '!': 'l',
  $: 's',
  '@': 'a',
  '€': 'e',
};
const MARKS = /\p{M}/gu;

/** Folding a character takes microseconds, and people use few different ones. */
const MAX_KNOWN = 10_000;
const known = new Map<string, string>();

/**
 * Pure: what one character looks like in lower-case Latin where it looks like that, else its lower-case form without
 * marks. `i` and `l` are one, since capital I and small l are in most fonts. May be empty.
 */
export function foldCharacter(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  const plain = character.normalize('NFKD').replace(MARKS, '').toLowerCase();
  let folded = '';
  for (const part of plain.normalize('NFKD').replace(MARKS, '')) folded += LOOK_ALIKES[part] ?? part;
  folded = folded.replaceAll('i', 'l');
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(character, folded);
  return folded;
}

/** Pure: the letters and digits of a text as they look; two texts with one skeleton can be taken for each other. */
export function skeleton(text: string): string {
  let folded = '';
  for (const character of text.normalize('NFC')) folded += foldCharacter(character);
  const joined = folded.replaceAll('rn', 'm').replaceAll('vv', 'w');
  return /^[a-z0-9]*$/.test(joined) ? joined : joined.replace(/[^\p{L}\p{N}]/gu, '');
}
