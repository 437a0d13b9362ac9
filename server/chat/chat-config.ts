/** The chat's configuration as rooms use it: the keys of the file, with the word list made ready. */
import type { Config } from '../config/schema.ts';
import { WordList } from './word-list.ts';

export type ChatConfig = Omit<Config['chat'], 'words'> & { readonly words: WordList };

/** Pure. */
export function chatConfig(config: Config['chat']): ChatConfig {
  return { ...config, words: new WordList(config.words) };
}
