/**
 * Looks at the machine: which programs are there and what rights we have. Fast for `npm start`, which must not spawn
 * anything; what the tests need is asked of the programs themselves. Decides nothing (`programs.mjs` does).
 */
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { MANAGERS } from './programs.mjs';
import { succeeds } from './run.mjs';

/** The first of the names that is an executable on PATH, as an absolute path. @param {readonly string[]} names */
export function findOnPath(names, path = process.env.PATH ?? '') {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  for (const name of names) {
    for (const folder of path.split(delimiter).filter(Boolean)) {
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (isExecutable(file)) return file;
      }
    }
  }
  return undefined;
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The Chromium to test with: SIGHTLINE_CHROMIUM, or one from PATH or where macOS keeps it.
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env.SIGHTLINE_CHROMIUM;
  if (named) return isExecutable(named) ? named : undefined;
  const mac = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  return (
    findOnPath(['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) ?? mac.find(isExecutable)
  );
}

const RTSP_SERVER_CHECK = `
import gi
gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
names = ["x264enc", "timeoverlay", "rtph264pay", "h264parse", "tsdemux", "avdec_h264"]
raise SystemExit(any(Gst.ElementFactory.find(name) is None for name in names))
`;

/** @type {Readonly<Record<import('./programs.mjs').Need, () => boolean | Promise<boolean>>>} */
const CHECKS = {
  ffmpeg: () => findOnPath(['ffmpeg']) !== undefined,
  chromium: () => findChromium() !== undefined,
  // The system's Python, since one from elsewhere would not see the system's GStreamer bindings.
  rtspServer: () =>
    succeeds([isExecutable('/usr/bin/python3') ? '/usr/bin/python3' : 'python3', '-c', RTSP_SERVER_CHECK]),
  redis: () => findOnPath(['redis-server', 'valkey-server']) !== undefined,
  // Debian keeps nginx where only root looks by default.
  nginx: () =>
    findOnPath(['nginx'], `${process.env.PATH ?? ''}${delimiter}/usr/sbin`) !== undefined &&
    findOnPath(['openssl']) !== undefined,
  downloaders: () => ['curl', 'wget', 'aria2c'].every((name) => findOnPath([name]) !== undefined),
  fonts: async () => process.platform === 'darwin' || ((await hasFont('DejaVu Sans')) && (await hasFont(':lang=zh'))),
};

/** @param {string} pattern */
async function hasFont(pattern) {
  return succeeds(['sh', '-c', 'fc-list "$1" family | grep -q .', 'sh', pattern]);
}

/**
 * Those of the needs that the machine lacks.
 * @param {readonly import('./programs.mjs').Need[]} needs
 */
export async function findMissing(needs) {
  const present = await Promise.all(needs.map((need) => CHECKS[need]()));
  return needs.filter((_need, index) => !present[index]);
}

/** @returns {import('./programs.mjs').Rights} */
export function readRights() {
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
  const manager = MANAGERS.find((name) => findOnPath([name]) !== undefined);
  return {
    manager,
    isRoot: process.getuid?.() === 0,
    hasSudo: findOnPath(['sudo']) !== undefined,
    isInteractive,
    lacksLists: manager === 'apt-get' && lacksPackageLists(),
  };
}

/** True when apt has never fetched its package lists, as in a fresh container. */
function lacksPackageLists() {
  try {
    return !readdirSync('/var/lib/apt/lists').some((name) => name.includes('_Packages'));
  } catch {
    return true;
  }
}

/**
 * The system programs that a command line needs: ffmpeg, unless it only asks for the help or its configuration brings
 * one of its own. Any mistake in that file is left to the server, which names it better.
 * @param {readonly string[]} argv @param {string} root @returns {import('./programs.mjs').Need[]}
 */
export function programsToRun(argv, root) {
  const asksForHelp = argv.includes('--help') || argv.includes('-h');
  return asksForHelp || bringsOwnFfmpeg(argv, root) ? [] : ['ffmpeg'];
}

/** @param {readonly string[]} argv @param {string} root */
function bringsOwnFfmpeg(argv, root) {
  const index = argv.findIndex((argument) => argument === '--config' || argument.startsWith('--config='));
  const given = argv[index]?.includes('=') ? argv[index].slice('--config='.length) : argv[index + 1];
  try {
    const config = JSON.parse(readFileSync(resolve(root, index === -1 ? 'ffmpeg.config.json' : given), 'utf8'));
    return typeof config.ffmpeg?.path === 'string' && config.ffmpeg.path !== 'ffmpeg';
  } catch {
    return false;
  }
}
