/** A data folder as a relay leaves it that has shown cameras by HLS before, so that their rhythm need not be learnt. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Rhythm } from '../../server/delivery/hls/segment-plan.ts';

/** The caller removes it. */
export async function dataDirThatKnows(cameras: readonly string[], rhythm: Rhythm): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sightline-rhythms-'));
  await mkdir(join(dataDir, 'hls'));
  const rhythms = Object.fromEntries(cameras.map((id) => [id, rhythm]));
  await writeFile(join(dataDir, 'hls', 'rhythms.json'), JSON.stringify(rhythms));
  return dataDir;
}
