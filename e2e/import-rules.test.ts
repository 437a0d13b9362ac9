import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMPORT = /(?:^|\n)\s*(?:import|export)\s[^'";]*?from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

interface Import {
  /** From the repository's root, e.g. `server/hub/stream.ts`. */
  readonly file: string;
  /** A path from the repository's root, or a package's name as it is written. */
  readonly target: string;
}

function filesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|fixture|d)\.ts$/.test(name))
    .map((name) => join(folder, name));
}

/** Pure. */
function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const written = match[1] ?? match[2]!;
    const target = written.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), written)) : written;
    return { file, target };
  });
}

const imports = ['server', 'web'].flatMap((folder) =>
  filesUnder(folder).flatMap((file) => importsIn(file, readFileSync(join(ROOT, file), 'utf8'))),
);
const inFolder = (folder: string) => imports.filter(({ file }) => file.startsWith(`${folder}/`));
const filesThatImport = (name: string) => [
  ...new Set(imports.filter(({ target }) => target === name || target.startsWith(`${name}/`)).map(({ file }) => file)),
];
const foldersTheyReach = (folder: string) => [
  ...new Set(
    inFolder(folder)
      .map(({ target }) => /^server\/([^/]+)\//.exec(target)?.[1])
      .filter((reached) => reached !== undefined && `server/${reached}` !== folder),
  ),
];

describe('imports point along the way of a frame', () => {
  it('is read from every form of import', () => {
    const text = [
      "import { a,\n  b } from './a.ts';",
      "import type { C } from '../hub/c.ts';",
      "export * from './d.ts';",
      "import 'side-effect';",
      "const lazy = await import('./e.ts');",
      '// import nothing',
    ].join('\n');
    expect(importsIn('server/flv/x.ts', text).map(({ target }) => target)).toEqual([
      'server/flv/a.ts',
      'server/hub/c.ts',
      'server/flv/d.ts',
      'side-effect',
      'server/flv/e.ts',
    ]);
    expect(imports.length).toBeGreaterThan(100);
  });

  it.each([
    ['server/flv', []],
    ['server/mp4', ['flv']],
    ['server/hub', ['flv', 'mp4']],
    ['server/ffmpeg', ['flv']],
    // `delivery` is handed cameras; it does not build them, and never sees what feeds them.
    ['server/delivery', ['hub', 'flv', 'mp4', 'camera', 'http-semantics']],
    ['server/http-semantics', []],
    // Recordings are cut from the hub; the library itself is handed files.
    // A recorder takes the samples that delivery shares out.
    ['server/videos', ['hub', 'flv', 'mp4', 'camera', 'ffmpeg', 'http-semantics', 'delivery', 'config']],
    ['server/camera', ['hub', 'flv', 'mp4', 'ffmpeg', 'rtsp']],
    ['server/ad-hoc', ['camera', 'ffmpeg', 'rtsp']],
    // Demo cameras know what their addresses may ask for.
    ['server/config', ['demo-camera']],
    // Who may what is decided without knowing what is asked for.
    ['server/access', ['config']],
    ['server/gateway', []],
    ['server/demo-camera', ['ffmpeg', 'flv', 'rtsp']],
    ['server/doctor', ['camera', 'ffmpeg', 'flv', 'hub', 'rtsp']],
    ['server/rtsp', []],
  ])('%s reaches into no other folder of the server than %j', (folder, allowed) => {
    const strangers = foldersTheyReach(folder).filter((reached) => !(allowed as string[]).includes(reached!));
    const culprits = inFolder(folder).filter(({ target }) => strangers.some((s) => target.startsWith(`server/${s}/`)));
    expect(culprits).toEqual([]);
  });

  it('only delivery’s types of a camera are used, never its code', () => {
    const valueImports = filesUnder('server/delivery').filter((file) =>
      /import\s+(?!type\b)[^;]*from\s*'\.\.\/camera\//.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(valueImports).toEqual([]);
  });

  it('only relay.ts, wiring/ and http/ itself see http/', () => {
    const seers = imports.filter(({ target }) => target.startsWith('server/http/')).map(({ file }) => file);
    const others = seers.filter(
      (file) => !file.startsWith('server/http/') && file !== 'server/relay.ts' && !file.startsWith('server/wiring/'),
    );
    expect(others).toEqual([]);
  });

  it('the page shares protocol.ts with the server and nothing else', () => {
    const shared = inFolder('web').filter(({ target }) => target.startsWith('server/'));
    expect(shared.filter(({ target }) => target !== 'server/protocol.ts')).toEqual([]);
    const parts = imports.filter(({ file }) => file.startsWith('server/protocol'));
    expect(parts.filter(({ target }) => !target.startsWith('server/protocol/'))).toEqual([]);
  });

  it('the server knows nothing of the page', () => {
    const outside = inFolder('server').filter(({ target }) => target.startsWith('web/') || target.startsWith('e2e/'));
    expect(outside).toEqual([]);
  });

  it.each([
    ['fluent-ffmpeg', 'server/ffmpeg/command.ts'],
    ['websocket-stream', 'server/delivery/ws-flv.ts'],
    ['flv.js', 'web/player/flv-engine.ts'],
    ['hls.js', 'web/player/hls-engine.ts'],
    ['tus-js-client', 'web/videos/tus-upload.ts'],
    ['openid-client', 'server/access/oidc.ts'],
    ['rate-limiter-flexible', 'server/access/attempts.ts'],
  ])('%s is known to %s alone', (name, owner) => {
    expect(filesThatImport(name)).toEqual([owner]);
  });
});
