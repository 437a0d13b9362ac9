/** What the videos view asks of the relay, and its refusals in the page's words. */
import type {
  ChatMessagesAnswer,
  Problem,
  RecordingAnswer,
  RecordingCommand,
  RecordingsAnswer,
  VideoFile,
  VideoSort,
  VideosAnswer,
} from '../../server/protocol.ts';
import type { KnownVideosError, VideosTexts } from '../i18n/videos-en.ts';
import { relayUrl } from '../relay-url.ts';

/** The relay refused, or did not answer at all (`status` 0). */
export class ApiError extends Error {
  readonly status: number;
  /** The problem's code; null when the answer held none. */
  readonly code: string | null;
  /** When what it is about happened, Unix ms; null where it has no time. */
  readonly atMs: number | null;

  constructor(status: number, code: string | null, detail: string, atMs: number | null = null) {
    super(detail);
    this.status = status;
    this.code = code;
    this.atMs = atMs;
  }
}

/** Pure: an error from an answer's status and text. */
export function errorOf(status: number, body: string): ApiError {
  try {
    const { code, detail, at } = JSON.parse(body) as Partial<Problem>;
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (typeof code === 'string') {
      return new ApiError(status, code, typeof detail === 'string' ? detail : '', Number.isNaN(atMs) ? null : atMs);
    }
  } catch {
    // Not from the relay: a proxy's page, say.
  }
  return new ApiError(status, null, '');
}

/** Pure: what went wrong, in words. The relay's own sentence stands in where the page has none. */
export function errorText(error: unknown, t: VideosTexts): string {
  if (!(error instanceof ApiError)) return t.errors.unknown;
  const { code, status, message } = error;
  if (code !== null && code in t.errors) return t.errors[code as KnownVideosError];
  if (status === 0) return t.errors.unreachable;
  if (status === 401) return t.errors['not-signed-in'];
  if (status === 403) return t.errors['not-allowed'];
  return message === '' ? t.errors.unknown : `${t.errors.unknown} ${message}`;
}

/** @throws ApiError */
async function ask(url: URL, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { cache: 'no-store', ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, null, '');
  }
  if (!response.ok) throw errorOf(response.status, await response.text().catch(() => ''));
  return response;
}

/** @throws ApiError, also for an answer that is cut short */
async function askJson<Answer>(url: URL, init?: RequestInit): Promise<Answer> {
  const response = await ask(url, init);
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    if (init?.signal?.aborted === true) throw error;
    throw new ApiError(0, null, '');
  }
}

export interface ListQuery {
  readonly offset: number;
  readonly limit: number;
  readonly sort: VideoSort;
  readonly order: 'asc' | 'desc';
  readonly text: string;
}

/** @throws ApiError */
export function listVideos(query: ListQuery, signal: AbortSignal): Promise<VideosAnswer> {
  const url = relayUrl('api/videos');
  const { offset, limit, sort, order, text } = query;
  for (const [key, value] of Object.entries({ offset, limit, sort, order })) url.searchParams.set(key, String(value));
  if (text !== '') url.searchParams.set('q', text);
  return askJson(url, { signal });
}

/** How many namesakes are looked through for one name. */
const NAMESAKES = 200;

/** @throws ApiError `no-such-video` */
export async function findVideo(name: string, signal: AbortSignal): Promise<VideoFile> {
  const query: ListQuery = { offset: 0, limit: NAMESAKES, sort: 'name', order: 'asc', text: name };
  const { videos } = await listVideos(query, signal);
  const found = videos.find((video) => video.name === name);
  if (found === undefined) throw new ApiError(404, 'no-such-video', '');
  return found;
}

/** @throws ApiError */
export async function deleteVideo(name: string): Promise<void> {
  await ask(relayUrl(`api/video/${encodeURIComponent(name)}`), { method: 'DELETE' });
}

/** Addresses in `GET /api/videos` are relative to it. */
export const videoUrl = (relative: string): URL => relayUrl(relative, relayUrl('api/videos').href);

const cameraUrl = (camera: string, path: string): URL => relayUrl(`api/cameras/${encodeURIComponent(camera)}/${path}`);

export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

function withSpan(url: URL, { fromMs, toMs }: TimeSpan): URL {
  url.searchParams.set('from', new Date(fromMs).toISOString());
  url.searchParams.set('to', new Date(toMs).toISOString());
  return url;
}

/** @throws ApiError */
export function listRecordings(camera: string, span: TimeSpan, signal: AbortSignal): Promise<RecordingsAnswer> {
  return askJson(withSpan(cameraUrl(camera, 'recordings'), span), { signal });
}

export const playlistUrl = (camera: string, span: TimeSpan): URL =>
  withSpan(cameraUrl(camera, 'recordings/index.m3u8'), span);

export const exportUrl = (camera: string, span: TimeSpan): URL =>
  withSpan(cameraUrl(camera, 'recordings/export.mp4'), span);

/** @throws ApiError */
export async function readPlaylist(url: URL, signal: AbortSignal): Promise<string> {
  return (await ask(url, { signal })).text();
}

/** @throws ApiError */
export function commandRecording(camera: string, command: RecordingCommand): Promise<RecordingAnswer> {
  const body = JSON.stringify(command);
  return askJson(cameraUrl(camera, 'recording'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  });
}

/**
 * Asks for the first byte, so that a refusal can be told in words instead of by the browser's download list.
 * @throws ApiError
 */
export async function probeUrl(url: URL, signal?: AbortSignal): Promise<void> {
  const response = await ask(url, { headers: { Range: 'bytes=0-0' }, ...(signal === undefined ? {} : { signal }) });
  await response.body?.cancel();
}

/** Has the browser save what is at an address of the relay. */
export function saveUrl(url: URL): void {
  const link = document.createElement('a');
  link.href = url.href;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

/** Chat of a period. @throws ApiError */
export function listMessages(room: string, span: TimeSpan, cursor: string | null): Promise<ChatMessagesAnswer> {
  const url = relayUrl(`api/rooms/${encodeURIComponent(room)}/messages`);
  url.searchParams.set('from', String(Math.floor(span.fromMs)));
  url.searchParams.set('to', String(Math.floor(span.toMs)));
  if (cursor !== null) url.searchParams.set('cursor', cursor);
  return askJson(url);
}
