/** The access routes of the relay, as the page asks them. What is shown of their answers is its neighbours' business. */
import type { Problem, SessionAnswer } from '../../server/protocol.ts';
import { relayUrl } from '../relay-url.ts';

/** A refusal of the relay in its own words. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

/** Rejects with `Refusal`, or as `fetch` does when the relay is away. */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const json =
    body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(relayUrl(path), { method, cache: 'no-store', ...json });
  const text = await response.text();
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
  throw new Refusal(response.status, detailOf(text));
}

function detailOf(text: string): string {
  try {
    return (JSON.parse(text) as Partial<Problem>).detail ?? '';
  } catch {
    return '';
  }
}

/** Who is asking, kept for all parts of the page. Null until the first answer. */
export class SessionStore {
  readonly #listeners = new Set<() => void>();
  #answer: SessionAnswer | null = null;

  get answer(): SessionAnswer | null {
    return this.#answer;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Asks again; keeps what it knows when the relay is away. Never rejects. */
  async refresh(): Promise<void> {
    try {
      this.#answer = await ask<SessionAnswer>('GET', 'api/session');
    } catch {
      return;
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

export const session = new SessionStore();
