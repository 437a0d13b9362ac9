/** H.265 in tests: how a client says that it plays it, and which codecs came. */
import { tagBody } from '../../server/flv/tag.ts';
import { readVideoBody } from '../../server/flv/video-body.ts';
import type { FlvClient } from './flv-client.ts';

/** The query of a client that plays H.264 and H.265. */
export const PLAYS_HEVC = 'codecs=avc1.64001f,hvc1.1.6.L93.B0';

/** The codecs of the pictures that came, each once. */
export function codecsOf(client: FlvClient): string[] {
  return [...new Set(client.pictures.map((tag) => readVideoBody(tagBody(tag))?.codec ?? 'none'))];
}
