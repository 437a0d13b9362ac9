import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LoginTrial } from './login-trial.ts';

/** Answers challenges as an ffmpeg would that knows SHA-256. */
const KNOWS_SHA256 = `#!/usr/bin/env node
const { connect } = require('node:net');
const { createHash } = require('node:crypto');
const url = new URL(process.argv.find((each) => each.startsWith('rtsp://')).replace('rtsp', 'http'));
const uri = 'rtsp://' + url.host + '/';
const hash = (...parts) => createHash('sha256').update(parts.join(':')).digest('hex');
const socket = connect(url.port, url.hostname);
const ask = (more = '') => socket.write('DESCRIBE ' + uri + ' RTSP/1.0\\r\\nCSeq: 1\\r\\n' + more + '\\r\\n');
ask();
socket.on('data', (data) => {
  const text = String(data);
  if (!text.includes(' 401 ')) process.exit(1);
  const of = (name) => new RegExp(name + '="([^"]*)"').exec(text)[1];
  const response = hash(hash(url.username, of('realm'), url.password), of('nonce'), '00000001', 'c', 'auth', hash('DESCRIBE', uri));
  ask('Authorization: Digest username="' + url.username + '", realm="' + of('realm') + '", nonce="' + of('nonce') +
    '", uri="' + uri + '", response="' + response + '", algorithm=SHA-256, qop=auth, cnonce="c", nc=00000001\\r\\n');
});
`;

it('an ffmpeg that can log in by Digest with SHA-256 shows it, and is asked once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-trial-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'ffmpeg');
  await writeFile(path, KNOWS_SHA256);
  await chmod(path, 0o755);
  const trial = new LoginTrial(path);
  expect(await trial.sha256()).toBe(true);
  await rm(path);
  expect(await trial.sha256()).toBe(true);
});

it.each(['false', '/nowhere/ffmpeg'])('one that does not answer the challenge cannot: %s', async (path) => {
  expect(await new LoginTrial(path).sha256()).toBe(false);
});
