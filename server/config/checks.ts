/**
 * What is wrong with a configuration whose every key is valid by itself: names that lead nowhere, bounds that
 * contradict each other.
 */
import { BlockList, isIP } from 'node:net';
import { type Problem, showValue } from './problem.ts';
import { checkRecording } from './recording-checks.ts';
import type { CameraConfig, Config } from './schema.ts';
import { checkSource } from './source-checks.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Those that need no entry in `ffmpeg.profiles`; what they do is `profiles.ts`'. */
const BUILT_IN_PROFILES = ['copy', 'h264', 'low'] as const;

/** Pure: every contradiction in a valid configuration, in the order of its keys. */
export function crossCheck(config: Config): Problem[] {
  const problems: Problem[] = [];
  const { retryMinMs, retryMaxMs, profiles } = config.ffmpeg;
  if (retryMinMs > retryMaxMs) {
    problems.push({
      path: ['ffmpeg', 'retryMinMs'],
      message: `found ${retryMinMs}; allowed is at most ffmpeg.retryMaxMs, which is ${retryMaxMs}`,
    });
  }
  for (const [id, camera] of Object.entries(config.cameras)) {
    const sourceProblem = camera.source === 'push' ? checkPush(camera, id) : checkSource(camera, id, config.cameras);
    if (sourceProblem !== undefined) problems.push(sourceProblem);
    const names = new Set(['auto', ...BUILT_IN_PROFILES, ...Object.keys(profiles)]);
    if (!names.has(camera.profile)) {
      const path = ['cameras', id, 'profile'];
      const allowed = [...names].map((name) => JSON.stringify(name)).join(', ');
      problems.push({ path, message: `found ${showValue(camera.profile, path)}; allowed is one of ${allowed}` });
    }
  }
  problems.push(...checkRecording(config));
  return problems;
}

/** Pure: what is legal but may not be meant. Sentences for the log. */
export function findWarnings(config: Config): string[] {
  const warnings: string[] = [];
  const hasUsers = Object.keys(config.access.users).length > 0;
  if (config.access.open && !hasUsers && !isLoopbackHost(config.server.host)) {
    warnings.push('access.open is true: anyone who reaches the port sees every camera');
  }
  for (const [id, camera] of Object.entries(config.cameras)) {
    const inUrl = /^[a-z]+:\/\/[^/?#]*@/i.test(camera.url);
    if (inUrl && (camera.username !== undefined || camera.password !== undefined)) {
      warnings.push(`cameras.${id} has a login both in url and in username and password; the latter count`);
    }
  }
  return warnings;
}

/** Pure: true for 127.0.0.0/8, ::1 (in any spelling, with or without brackets) and localhost. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost') return true;
  const version = isIP(bare);
  return version !== 0 && LOOPBACK.check(bare, version === 4 ? 'ipv4' : 'ipv6');
}

function checkPush({ url, key }: CameraConfig, id: string): Problem | undefined {
  if (key === undefined) {
    return {
      path: ['cameras', id, 'key'],
      message: 'is missing; a camera with source "push" needs a text of 16 to 200 characters',
    };
  }
  if (url === '') return undefined;
  const path = ['cameras', id, 'url'];
  return { path, message: `found ${showValue(url, path)}; a camera with source "push" has no url` };
}
