import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programsToRun } from './machine.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sightline-machine-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'ffmpeg.config.json'), '{}');
writeFileSync(join(folder, 'own.json'), '{ "ffmpeg": { "path": "/opt/ffmpeg" } }');
writeFileSync(join(folder, 'broken.json'), '{ "ffmpeg": ');

describe('what a start needs of the system', () => {
  it.each<[string, string[], string[]]>([
    ['is ffmpeg', [], ['ffmpeg']],
    ['is ffmpeg with another configuration', ['--config', 'broken.json'], ['ffmpeg']],
    ['is ffmpeg where the configuration does not exist', ['--config=missing.json'], ['ffmpeg']],
    ['is nothing with an ffmpeg of its own', ['--port', '0', '--config', 'own.json'], []],
    ['is nothing with an ffmpeg of its own, written in one', ['--config=own.json'], []],
    ['is nothing for the help', ['--help'], []],
    ['is nothing for the short form of it', ['-h', '--port', '1'], []],
  ])('%s', (_what, argv, needs) => {
    expect(programsToRun(argv, folder)).toEqual(needs);
  });
});
