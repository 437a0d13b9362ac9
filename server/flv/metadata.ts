/** What a stream's onMetaData claims (annex E.5). Hints only: the sequence headers are the authority. */
import { readScriptData } from './amf.ts';
import { type Tag, tagBody } from './tag.ts';

export interface Metadata {
  readonly width?: number;
  readonly height?: number;
  /** Frames per second. */
  readonly framerate?: number;
  /** Kilobits per second. */
  readonly videodatarate?: number;
  readonly audiodatarate?: number;
  readonly audiosamplerate?: number;
  readonly stereo?: boolean;
  readonly encoder?: string;
}

const NUMBERS = ['width', 'height', 'framerate', 'videodatarate', 'audiodatarate', 'audiosamplerate'] as const;

/** Pure: null when the tag is no metadata, or is damaged. Values of a wrong type, negative or infinite, are left out. */
export function readMetadata(tag: Tag): Metadata | null {
  if (tag.kind !== 'metadata') return null;
  let members: Record<string, unknown>;
  try {
    const { value } = readScriptData(tagBody(tag));
    if (typeof value !== 'object' || value === null) return null;
    members = { ...value };
  } catch {
    return null;
  }
  const metadata: { -readonly [Name in keyof Metadata]: Metadata[Name] } = {};
  for (const name of NUMBERS) {
    const value = members[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) metadata[name] = value;
  }
  if (typeof members.stereo === 'boolean') metadata.stereo = members.stereo;
  if (typeof members.encoder === 'string') metadata.encoder = members.encoder;
  return metadata;
}
