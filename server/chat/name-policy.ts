/** Which display names there may be. That they are unique in a room is seen to by `people.ts`. */
import { characters, cleanText } from './clean-text.ts';
import { skeleton } from './confusables.ts';

const MAX_NAME_CHARACTERS = 32;

export type NameVerdict =
  | { readonly ok: true; readonly name: string; readonly skeleton: string }
  | { readonly ok: false; readonly code: 'bad-name' | 'name-reserved'; readonly message: string };

/**
 * Pure: the name in its normal form (NFKC), or why it may not be used.
 * @param reserved names that only moderators carry
 */
export function judgeName(raw: string, reserved: readonly string[], isModerator: boolean): NameVerdict {
  const name = cleanText(raw.normalize('NFKC').replace(/[\u200c-\u200f\u061c]/g, ''), 1).normalize('NFKC');
  if (characters(name) > MAX_NAME_CHARACTERS) {
    return { ok: false, code: 'bad-name', message: `A name has at most ${MAX_NAME_CHARACTERS} characters.` };
  }
  const look = skeleton(name);
  if (!/[\p{L}\p{N}]/u.test(name) || look === '') {
    return { ok: false, code: 'bad-name', message: 'A name needs at least one letter or digit.' };
  }
  if (!isModerator && looksReserved(name, reserved)) {
    return { ok: false, code: 'name-reserved', message: 'This name, or one that looks like it, is reserved.' };
  }
  return { ok: true, name, skeleton: look };
}

/** Pure: whether a name as a whole, or one of its words, with or without digits behind it, looks like a reserved one. */
export function looksReserved(name: string, reserved: readonly string[]): boolean {
  const words = name.split(/[^\p{L}\p{M}\p{N}|!$@€]+/u);
  const looks = [name, ...words].flatMap((part) => [part, part.replace(/[\p{N}!|]+$/u, '')]).map(skeleton);
  return reserved.some((each) => {
    const look = skeleton(each);
    return look !== '' && looks.includes(look);
  });
}
