/** Entity tags, their lists and their two comparisons: RFC 9110 section 8.8.3. Pure. */

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
/** One member of a list, with the comma and the empty members before it. */
const MEMBER = /[\s,]*((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)/y;

/** Pure. */
export function isEntityTag(text: string): boolean {
  return TAG.test(text);
}

/**
 * Pure: the tags of an If-Match or If-None-Match header, or `*`. A list that breaks off in something that is no tag
 * gives what stands before it.
 */
export function readEntityTags(header: string): '*' | readonly string[] {
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  MEMBER.lastIndex = 0;
  for (let found = MEMBER.exec(header); found !== null; found = MEMBER.exec(header)) tags.push(found[1]!);
  return tags;
}

/** Pure: the same bytes. A weak tag never says that, not even of itself. */
export function strongMatch(one: string, other: string): boolean {
  return one === other && !one.startsWith('W/');
}

/** Pure: the same content, be its bytes the same or not. */
export function weakMatch(one: string, other: string): boolean {
  return one.replace(/^W\//, '') === other.replace(/^W\//, '');
}
