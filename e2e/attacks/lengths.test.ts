/** Lengths that lie, of uploads and of what is packed. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackedRelay, startAttackedRelay } from '../support/attacked-relay.ts';
import { rawRequest } from '../support/raw-http.ts';

let attacked: AttackedRelay;

beforeAll(async () => {
  attacked = await startAttackedRelay();
});
afterAll(() => attacked?.close());

describe('lengths that lie', () => {
  const create = (headers: string, body = '') => {
    const cookie = `Cookie: ${attacked.admin.headers.Cookie}\r\n`;
    const head = `POST /api/uploads HTTP/1.1\r\nHost: 127.0.0.1:${attacked.port}\r\n${cookie}Tus-Resumable: 1.0.0\r\nConnection: close\r\n`;
    return rawRequest(attacked.port, `${head}${headers}\r\n${body}`, 2_000);
  };
  const NAME = `Upload-Metadata: filename ${Buffer.from('a.mp4').toString('base64')}\r\n`;

  it.each(['-1', '1e3', '0x10', '9'.repeat(30), 'NaN', 'Infinity', '1.5', '+5', '5, 6', '', ' '])(
    'an upload of %j bytes is refused',
    async (length) => {
      const { status } = await create(`Upload-Length: ${length}\r\n${NAME}Content-Length: 0\r\n`);
      expect([400, 412, 413, 507]).toContain(status);
    },
  );

  it.each([
    'filename',
    'filename !!!!',
    `filename ${Buffer.from('../../../x.mp4').toString('base64')},filename ${Buffer.from('y.mp4').toString('base64')}`,
    ','.repeat(5_000),
    `__proto__ ${Buffer.from('x').toString('base64')}`,
    `is_partial ${Buffer.from('x').toString('base64')}`,
    `id ${Buffer.from('../../x').toString('base64')},path ${Buffer.from('/etc/passwd').toString('base64')}`,
  ])('the metadata %j leads to no other place', async (metadata) => {
    const { status, head } = await create(`Upload-Length: 10\r\nUpload-Metadata: ${metadata}\r\nContent-Length: 0\r\n`);
    expect(status).not.toBe(500);
    expect(status).toBeGreaterThan(0);
    expect(head).not.toMatch(/^location:.*(\.\.|passwd)/im);
    expect((await readdir(attacked.folder)).sort()).toEqual([
      'data',
      'secret.jsonl',
      'secret.mp4',
      'secret.txt',
      'web',
    ]);
  });

  it('more bytes than were declared are not kept', async () => {
    const { head, status } = await create(`Upload-Length: 10\r\n${NAME}Content-Length: 0\r\n`);
    expect(status).toBe(201);
    const id = /^location: *.*?([\w-]+)\r?$/im.exec(head)![1]!;
    const send = (length: number, body: string, offset = 0) =>
      rawRequest(
        attacked.port,
        `PATCH /api/uploads/${id} HTTP/1.1\r\nHost: 127.0.0.1:${attacked.port}\r\nCookie: ${attacked.admin.headers.Cookie}\r\nTus-Resumable: 1.0.0\r\n` +
          `Content-Type: application/offset+octet-stream\r\nUpload-Offset: ${offset}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`,
        1_500,
      );
    expect((await send(5_000, 'x'.repeat(5_000))).status).toBeGreaterThanOrEqual(400);
    expect((await send(1, 'x', -1)).status).toBeGreaterThanOrEqual(400);
    expect((await send(1, 'x', 9_999_999)).status).toBe(409);
    const file = await stat(join(attacked.folder, 'data', 'uploads', id)).catch(() => null);
    expect(file?.size ?? 0).toBeLessThanOrEqual(10);
  });

  it('a bomb of compressed JSON is not unpacked beyond what is taken', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(50 * 1_048_576, ' '));
    const before = process.memoryUsage().rss;
    const headers = { ...attacked.admin.headers, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' };
    const answer = await fetch(`${attacked.relay.url}/api/users`, { method: 'POST', headers, body: bomb });
    expect(answer.status).toBe(400);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1_048_576);
  });

  it('JSON a hundred thousand brackets deep is no more than bad', async () => {
    const body = '['.repeat(30_000) + ']'.repeat(30_000);
    const headers = { ...attacked.admin.headers, 'Content-Type': 'application/json' };
    expect((await fetch(`${attacked.relay.url}/api/users`, { method: 'POST', headers, body })).status).toBe(400);
  });
});
