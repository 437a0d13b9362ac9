/** What a viewer asks for, without the sound for whom may not hear it. */
import type { IncomingMessage } from 'node:http';
import { type HlsFile, readFileName } from '../delivery/hls/file-names.ts';
import { RelayError } from '../errors.ts';
import { type Admission, admissionOf } from './admission.ts';
import { searchOf } from './search.ts';

/** Pure: the query with `audio=0` where listening is not theirs, whatever it said. */
export function heard(query: URLSearchParams, admission: Pick<Admission, 'may'>): URLSearchParams {
  if (admission.may('listen')) return query;
  const silent = new URLSearchParams(query);
  silent.set('audio', '0');
  return silent;
}

/** The query of a request that the gate has let through, as `heard`. */
export function heardQuery(request: IncomingMessage & { readonly query: unknown }): URLSearchParams {
  return heard(searchOf(request.query), admissionOf(request));
}

/** Keeps files with sound from whom may not hear it. @throws RelayError `not-allowed` */
export function refuseSound(file: string, admission: Pick<Admission, 'may'>): void {
  if (admission.may('listen')) return;
  const known: HlsFile | null = readFileName(file);
  if (known !== null && 'rendition' in known && known.rendition.audio) {
    throw new RelayError('not-allowed', 'You may see this camera but not listen to it. Ask for ?audio=0.');
  }
}
