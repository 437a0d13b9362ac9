/** Finds a font file for the clock in the demo pictures. Without one the text is left out. */
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

const USUAL_PLACES = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSans-Bold.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf',
  '/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf',
  '/System/Library/Fonts/Supplemental/Arial Bold.ttf',
  'C:/Windows/Fonts/arialbd.ttf',
];

let found: Promise<string | null> | undefined;

/** The path of a font, or null. Looks once per process; never rejects. */
export function findFont(): Promise<string | null> {
  found ??= look();
  return found;
}

async function look(): Promise<string | null> {
  for (const path of USUAL_PLACES) if (await isReadable(path)) return path;
  try {
    const answer = await promisify(execFile)('fc-match', ['-f', '%{file}', 'sans:bold'], { timeout: 3000 });
    const path = answer.stdout.trim();
    return path && (await isReadable(path)) ? path : null;
  } catch {
    return null;
  }
}

async function isReadable(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
