/** What one case of a Range request says, and what those of several kinds have in common. */

export interface RangeCase {
  readonly title: string;
  readonly range: string;
  /** `{etag}` and `{date}` stand for the file's own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: 'HEAD';
  /** Asked of an empty file in place of one of `FILE_BYTES`. */
  readonly empty?: true;
  /** The status, and after 206 the ranges as they come. */
  readonly answer: string;
  /** Where they differ from ours. */
  readonly nginx?: string;
  readonly go?: string;
  readonly why?: string;
}
export const FILE_BYTES = 10_000;

/** Why ours differs where another merges nothing. */
export const MERGED =
  'Ranges that overlap, touch or nearly touch are merged (RFC 9110 section 15.3.7.2): no byte goes out twice.';
