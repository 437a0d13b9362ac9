/** The query of a request as the platform's own type. */

/** Express types `request.query` as its own parser's answer; `app.ts` sets one that gives `URLSearchParams`. */
export function searchOf(query: unknown): URLSearchParams {
  return query instanceof URLSearchParams ? query : new URLSearchParams();
}
