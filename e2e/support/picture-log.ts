/**
 * Writes down, inside a page, what a video element shows: each picture's block code as it stands on the screen, and what
 * the page says about its delay meanwhile. Decoded here; which player shows it does not matter.
 */
import type { Page } from 'playwright/test';
import { decodePictureCells, pictureCodeCells } from '../../server/demo-camera/picture-code.ts';

/** The video element of a camera on any page of ours. */
export const videoOf = (id: string) => `video[data-camera="${id}"]`;

interface RawFrame {
  readonly atMs: number;
  readonly lumas: number[];
  readonly width: number;
}

/** The tile's `data-delay-ms` at some moment, and which picture was on the screen; -1 before the first. */
interface RawReading {
  readonly atMs: number;
  readonly delayMs: number | null;
  readonly frameIndex: number;
}

interface RawLog {
  readonly frames: RawFrame[];
  readonly readings: RawReading[];
}

declare global {
  interface Window {
    pictureLogs?: Record<string, RawLog>;
  }
}

export interface ShownPicture {
  /** Page clock (Unix ms) when it came on the screen. */
  readonly atMs: number;
  /** From the picture; null when it holds no intact code. */
  readonly frame: number | null;
  readonly clockMs: number | null;
  /** Of the video, in pixels. */
  readonly width: number;
}

export interface DelayReading {
  readonly atMs: number;
  /** What the tile says. */
  readonly shownMs: number | null;
  /** Age of the picture on the screen by its own clock; null when unreadable. */
  readonly trueMs: number | null;
}

export interface PictureLog {
  readonly pictures: readonly ShownPicture[];
  readonly readings: readonly DelayReading[];
}

/**
 * Begins to write down the pictures of a camera, afresh when it was begun before. Costs a drawing of 256x24 pixels per
 * picture. Ends with the page, or when `element` leaves it.
 */
export async function beginPictureLog(page: Page, id: string): Promise<void> {
  await page.locator(videoOf(id)).waitFor({ state: 'attached' });
  await page.evaluate(
    ({ selector, id, cells }) => {
      const video = document.querySelector<HTMLVideoElement>(selector)!;
      const log: RawLog = { frames: [], readings: [] };
      const begun = window.pictureLogs?.[id] !== undefined;
      window.pictureLogs = { ...window.pictureLogs, [id]: log };
      if (begun) return;
      const current = () => window.pictureLogs![id]!;
      const left = Math.min(...cells.map(({ x }) => x));
      const top = Math.min(...cells.map(({ y }) => y));
      const right = Math.max(...cells.map(({ x }) => x));
      const bottom = Math.max(...cells.map(({ y }) => y));
      const canvas = document.createElement('canvas');
      canvas.width = 256;
      canvas.height = 24;
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      const halfCellX = (right - left) / 62;
      const halfCellY = (bottom - top) / 4;
      const lumas = (): number[] => {
        const { videoWidth, videoHeight } = video;
        context.drawImage(
          video,
          (left - halfCellX) * videoWidth,
          (top - halfCellY) * videoHeight,
          (right - left + 2 * halfCellX) * videoWidth,
          (bottom - top + 2 * halfCellY) * videoHeight,
          0,
          0,
          256,
          24,
        );
        const { data } = context.getImageData(0, 0, 256, 24);
        return cells.map((_cell, index) => {
          const x = (index % 32) * 8 + 4;
          const y = Math.floor(index / 32) * 8 + 4;
          const at = (y * 256 + x) * 4;
          return Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
        });
      };
      const onFrame = () => {
        video.requestVideoFrameCallback(onFrame);
        current().frames.push({ atMs: Date.now(), lumas: lumas(), width: video.videoWidth });
      };
      video.requestVideoFrameCallback(onFrame);
      // A period that does not divide a frame's, so that readings fall on every moment of it.
      setInterval(() => {
        const { delayMs } = video.closest<HTMLElement>('[data-testid="tile"]')?.dataset ?? {};
        const { frames, readings } = current();
        const reading = delayMs === undefined ? null : Number(delayMs);
        readings.push({ atMs: Date.now(), delayMs: reading, frameIndex: frames.length - 1 });
      }, 33);
    },
    { selector: videoOf(id), id, cells: pictureCodeCells() },
  );
}

/** What was written down since `beginPictureLog`, in order. */
export async function readPictureLog(page: Page, id: string): Promise<PictureLog> {
  const raw = await page.evaluate((id) => window.pictureLogs?.[id] ?? { frames: [], readings: [] }, id);
  const pictures = raw.frames.map(({ atMs, lumas, width }): ShownPicture => {
    const code = decodePictureCells(lumas);
    return { atMs, width, frame: code?.frame ?? null, clockMs: code?.clockMs ?? null };
  });
  const readings = raw.readings.map(({ atMs, delayMs, frameIndex }): DelayReading => {
    const clockMs = pictures[frameIndex]?.clockMs ?? null;
    return { atMs, shownMs: delayMs, trueMs: clockMs === null ? null : atMs - clockMs };
  });
  return { pictures, readings };
}

/** Pure: the pictures whose code could be read. */
export function readable(pictures: readonly ShownPicture[]): { atMs: number; frame: number; clockMs: number }[] {
  return pictures.flatMap(({ atMs, frame, clockMs }) =>
    frame === null || clockMs === null ? [] : [{ atMs, frame, clockMs }],
  );
}

/** Pure: the middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
