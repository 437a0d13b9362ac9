/** The proof of resuming: an upload that breaks off, a relay that is killed, and a client that goes on. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Upload } from 'tus-js-client';
import { expect } from 'vitest';
import type { ConfigInput } from '../../server/config/schema.ts';
import { ask } from './range-client.ts';
import { startRelay } from './relay-process.ts';
import { breakOff, createUpload, makeLargeVideo, offsetOf, uploadUrl } from './upload-client.ts';
import { newVideoFolder } from './video-folder.ts';

/** Uploads a video of `sizeBytes` in two halves with a killed relay between them, and compares what is kept. */
export async function provesResume(sizeBytes: number): Promise<void> {
  const folder = await newVideoFolder();
  const config: ConfigInput = { dataDir: folder.dataDir };
  let relay = await startRelay({ config });
  try {
    const path = join(folder.dataDir, 'large.mp4');
    await makeLargeVideo(path, sizeBytes);
    const content = await readFile(path);
    const declared = { filename: 'large.mp4', filetype: 'video/mp4', length: content.length };
    const url = uploadUrl(relay.url, await createUpload(relay.url, declared));
    await breakOff(url, content, Math.floor(content.length * 0.6));
    relay.kill('SIGKILL');
    await relay.exited;
    await relay.close();

    relay = await startRelay({ config, args: ['--port', String(relay.port)] });
    const { offset } = await offsetOf(url);
    expect(offset).toBeGreaterThan(content.length * 0.3);
    expect(offset).toBeLessThan(content.length);
    const { sentFrom, name } = await resume(url, content);
    expect(sentFrom).toBe(offset);
    const kept = await ask(`${relay.url}/api/video/${name}`);
    expect(sha256(kept.body)).toBe(sha256(content));
  } finally {
    await relay.close();
    await folder.remove();
  }
}

/** By tus-js-client, as the page does it. */
function resume(url: string, content: Buffer): Promise<{ sentFrom: number; name: string }> {
  return new Promise((resolve, reject) => {
    let sentFrom = Number.NaN;
    const upload = new Upload(content, {
      uploadUrl: url,
      chunkSize: 4_194_304,
      onProgress: (sent) => {
        if (Number.isNaN(sentFrom)) sentFrom = sent;
      },
      onError: reject,
      onSuccess: ({ lastResponse }) => resolve({ sentFrom, name: lastResponse.getHeader('Video-Name') ?? '' }),
    });
    upload.start();
  });
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
