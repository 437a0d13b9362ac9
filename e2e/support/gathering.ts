/**
 * Gathers what leaves a relay, by where it was seen, so that a test can look through all of it for what must not be
 * there. What is looked for is `secret-forms.ts`.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Seen {
  readonly where: string;
  readonly text: string;
}

/** Of a stream without end the beginning is enough. */
const MAX_ANSWER_BYTES = 400_000;
const MAX_ANSWER_MS = 2_000;
const PIECES_OF_A_PLAYLIST = 3;

export class Gathering {
  readonly seen: Seen[] = [];
  readonly #url: string;

  /** `url` is the relay's. */
  constructor(url: string) {
    this.#url = url;
  }

  note(where: string, text: string): void {
    this.seen.push({ where, text });
  }

  /** Texts seen at a place whose name begins so. */
  at(where: string): string[] {
    return this.seen.filter((each) => each.where.startsWith(where)).map(({ text }) => text);
  }

  /** Status line, headers and body of an answer; of one without end the beginning. Returns the body. */
  async ask(path: string, init: RequestInit = {}): Promise<string> {
    const answer = await fetch(this.#url + path, init);
    const body = await beginningOf(answer);
    this.note(path, `${answer.status} ${JSON.stringify([...answer.headers])}\n${body}`);
    return body;
  }

  /** A playlist, the playlists it names, and of each its init segment and first pieces. */
  async askPlaylist(path: string): Promise<void> {
    const text = await this.ask(path);
    const named = [...text.matchAll(/URI="([^"]+)"|^([^#\s].*)$/gm)].map((match) => match[1] ?? match[2] ?? '');
    const addresses = [...new Set(named)].map((uri) => {
      const { pathname, search } = new URL(uri, this.#url + path);
      return pathname + search;
    });
    const isPlaylist = (address: string) => address.includes('.m3u8');
    const pieces = addresses.filter((address) => !isPlaylist(address)).slice(0, PIECES_OF_A_PLAYLIST);
    const playlists = addresses.filter(isPlaylist).map((address) => this.askPlaylist(address));
    await Promise.all([...playlists, ...pieces.map((address) => this.ask(address))]);
  }

  /** Name and contents of every file below a folder. */
  async readFolder(where: string, folder: string): Promise<void> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      this.note(`${where} ${path.slice(folder.length + 1)}`, await readFile(path, 'utf8'));
    }
  }
}

async function beginningOf(answer: Response): Promise<string> {
  if (answer.body === null) return '';
  const reader = answer.body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const enough = setTimeout(() => void reader.cancel(), MAX_ANSWER_MS);
  while (bytes < MAX_ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.length;
  }
  clearTimeout(enough);
  await reader.cancel();
  return Buffer.concat(chunks).toString();
}
