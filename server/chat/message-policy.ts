/** Whether a text may be said, and in which form. How often is `rate-policy.ts`; reading the frame is `client-frame.ts`. */
import type { ChatErrorCode } from '../protocol.ts';
import { characters, cleanText, isBlank, isPlain } from './clean-text.ts';
import { skeleton } from './confusables.ts';
import type { WordList } from './word-list.ts';

/** A chat message may be a short verse; a danmaku is one line. */
const MAX_LINES = { message: 5, danmaku: 1 } as const;
/** The same again within this time is a flood; later it is an answer that happens to be the same. */
const DUPLICATE_WITHIN_MS = 10_000;
/**
 * UTF-16 units of a raw text per character that is allowed: marks, tags and spaces that are taken out have room. What is
 * longer is refused before any work is done on it, since refusing must stay cheap.
 */
const RAW_UNITS_PER_CHARACTER = 8;

export interface MessageLimits {
  readonly maxCharacters: number;
  readonly words: WordList;
  readonly wordAction: 'mask' | 'refuse';
}

/** The last thing somebody said. */
export interface Said {
  readonly key: string;
  readonly atMs: number;
}

export type MessageVerdict =
  | { readonly ok: true; readonly text: string; readonly isMasked: boolean; readonly said: Said }
  | { readonly ok: false; readonly code: ChatErrorCode; readonly message: string };

/** Pure. @param last what the same person said before, null for the first time */
export function judgeMessage(
  type: 'message' | 'danmaku',
  raw: string,
  limits: MessageLimits,
  last: Said | null,
  nowMs: number,
): MessageVerdict {
  if (raw.length > limits.maxCharacters * RAW_UNITS_PER_CHARACTER) {
    return refuse('too-long', `Far more than the ${limits.maxCharacters} characters that are allowed.`);
  }
  const text = cleanText(raw, MAX_LINES[type]);
  if (text === '' || isBlank(text)) return refuse('empty', 'There is nothing to see in this message.');
  const length = characters(text);
  if (length > limits.maxCharacters) {
    return refuse('too-long', `${length} characters; at most ${limits.maxCharacters} are allowed.`);
  }
  const said = { key: duplicateKey(text), atMs: nowMs };
  if (last !== null && last.key === said.key && nowMs - last.atMs < DUPLICATE_WITHIN_MS) {
    return refuse('duplicate', 'You have just said that.');
  }
  const masked = limits.words.mask(text);
  if (masked !== text && limits.wordAction === 'refuse')
    return refuse('word', 'This message holds a word that is not allowed here.');
  return { ok: true, text: masked, isMasked: masked !== text, said };
}

/** Spaces, capitals and dots make no new message; a text of signs alone is compared as it is. */
function duplicateKey(text: string): string {
  const signs = isPlain(text) ? /[^A-Za-z0-9]/g : /[^\p{L}\p{M}\p{N}]/gu;
  return skeleton(text.replace(signs, '')) || text.replace(/\s/g, '');
}

function refuse(code: ChatErrorCode, message: string): MessageVerdict {
  return { ok: false, code, message };
}
