/** A data folder as a relay leaves it that has shown cameras by HLS before, so that their rhythm need not be learnt. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rhythm } from '../../server/hub/rhythm.ts';

/** The caller removes it. */
export async function dataDirThatKnows(rhythms: Readonly<Record<string, Rhythm>>): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-rhythms-'));
  await mkdir(join(dataDir, 'hls'));
  await writeFile(join(dataDir, 'hls', 'rhythms.json'), JSON.stringify(rhythms));
  return dataDir;
}
