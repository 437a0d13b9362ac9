/** One entry of the list of videos, of what is known of its file. Pure. */
import type { MediaFacts } from '../ffmpeg/media-files.ts';
import type { VideoFile } from '../protocol.ts';
import type { Finding } from './facts-cache.ts';
import { playability } from './playability.ts';
import type { VideoEntry } from './video-folder.ts';

/** Pure: null while it is not known, or when the file does not say. */
export function durationOf(finding: Finding | undefined): number | null {
  return finding !== undefined && 'facts' in finding ? finding.facts.durationMs : null;
}

/** Pure: addresses are relative to that of the list. */
export function describe(entry: VideoEntry, finding: Finding | undefined): VideoFile {
  const { name, camera, growing, sizeBytes } = entry;
  const facts: MediaFacts | null = finding !== undefined && 'facts' in finding ? finding.facts : null;
  const broken = finding !== undefined && 'broken' in finding ? finding.broken : null;
  const how = facts === null ? null : playability(facts);
  const url = `video/${encodeURIComponent(name)}`;
  const isPlayable = how?.kind === 'direct' || how?.kind === 'remux';
  return {
    name,
    sizeBytes,
    modifiedAt: new Date(entry.modifiedMs).toISOString(),
    camera,
    growing,
    state: broken !== null ? 'broken' : facts === null ? 'reading' : 'ready',
    container: facts?.container ?? null,
    durationMs: facts?.durationMs ?? null,
    bitrate: facts?.bitrate ?? null,
    video: facts?.video ?? null,
    audio: facts?.audio ?? null,
    playable: how?.kind ?? (broken === null ? 'unknown' : 'no'),
    reason: how?.kind === 'no' ? how.reason : broken,
    url,
    playUrl: isPlayable ? (how.kind === 'remux' && !growing ? `${url}?as=mp4` : url) : null,
    thumbnail: `${url}/thumbnail.jpg`,
  };
}
