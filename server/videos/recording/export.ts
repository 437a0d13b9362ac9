/**
 * A period of recordings as one plain MP4: tables in front, media copied from the files as it lies there. Nothing is
 * coded anew, and the answer's length is known before its first byte is sent.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { RelayError } from '../../errors.ts';
import { TRACK_ID } from '../../mp4/sample.ts';
import type { FilePiece, Piece } from './byte-source.ts';
import { readRuns } from './fragment-runs.ts';
import { walkFragments } from './fragment-walk.ts';
import { PlainMovie } from './plain-movie.ts';
import { parameterSetsOf, readTracks } from './recorded-tracks.ts';
import type { Stretch } from './vod-playlist.ts';

export interface Export {
  readonly pieces: readonly Piece[];
  readonly etag: string;
}

/** The track's durations are 32 bits of 1/90000 s. */
export const MAX_EXPORT_MS = 12 * 3_600_000;

/**
 * Reads the tables of all fragments of the stretches and puts the movie together; one movie can hold them all, see
 * `export-parts.ts`.
 * @throws RelayError `no-such-page` when a file is gone, or there is none
 */
export async function exportMovie(stretches: readonly Stretch[], signal: AbortSignal): Promise<Export> {
  let movie: PlainMovie | null = null;
  const media: Piece[] = [];
  const inits = new Set<string>();
  for (const stretch of stretches) {
    const handle = await open(stretch.file.path, 'r').catch(() => {
      throw new RelayError('no-such-page', 'A recording of this period is gone.');
    });
    try {
      const { init } = stretch;
      movie ??= new PlainMovie(init, readTracks(init).all);
      inits.add(init.toString('base64'));
      movie.beginFile();
      // From here on a player has to be told which parameter sets hold: the tables in front know one only.
      const announced = inits.size > 1 ? parameterSetsOf(init) : Buffer.alloc(0);
      await addStretch(handle, stretch, { movie, media, announced });
    } finally {
      await handle.close();
    }
    signal.throwIfAborted();
  }
  if (movie === null || media.length === 0) throw new RelayError('no-such-page', 'Nothing was recorded then.');
  const head = movie.head();
  // The media is named by its files and places, the tables by themselves.
  const hash = createHash('sha256').update(head);
  for (const piece of media) hash.update(Buffer.isBuffer(piece) ? piece : `${piece.path} ${piece.offset};`);
  return { pieces: [head, ...media], etag: `"${hash.digest('base64url').slice(0, 27)}"` };
}

async function addStretch(
  handle: FileHandle,
  { file, references }: Stretch,
  { movie, media, announced }: { movie: PlainMovie; media: Piece[]; announced: Buffer },
): Promise<void> {
  const last = references.at(-1)!;
  let isFirst = true;
  for await (const fragment of walkFragments(handle, references[0]!.offset, last.offset + last.bytes)) {
    const runs = readRuns(fragment.moof);
    const extra = isFirst && runs[0]?.trackId === TRACK_ID.video ? announced : Buffer.alloc(0);
    isFirst = false;
    movie.add(runs, extra.length);
    if (extra.length > 0) media.push(extra);
    const piece: FilePiece = {
      path: file.path,
      offset: fragment.dataOffset,
      length: fragment.endOffset - fragment.dataOffset,
    };
    media.push(piece);
  }
}
