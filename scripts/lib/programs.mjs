/**
 * Which system programs Sightline and its tests need, what they are called in each package manager, and the
 * commands that install them. Pure; looking and installing is done by `setup.mjs`.
 */

/**
 * @typedef {'ffmpeg' | 'chromium' | 'rtspServer' | 'redis' | 'nginx' | 'downloaders' | 'fonts'} Need
 * @typedef {'apt-get' | 'dnf' | 'pacman' | 'apk' | 'zypper' | 'brew'} Manager
 * @typedef {{ readonly manager: Manager | undefined, readonly isRoot: boolean, readonly hasSudo: boolean,
 *   readonly isInteractive: boolean, readonly lacksLists: boolean }} Rights
 *   `lacksLists`: the manager has to fetch its package lists before it knows any package
 * @typedef {{ readonly kind: 'install' | 'ask', readonly commands: string[][] }
 *   | { readonly kind: 'refuse', readonly sentence: string }} Plan `install`: go ahead; `ask`: only after a yes
 */

/** @type {Readonly<Record<Need, string>>} */
export const TITLES = {
  ffmpeg: 'ffmpeg',
  chromium: 'Chromium',
  rtspServer: 'GStreamer’s RTSP server',
  redis: 'Redis',
  nginx: 'nginx and OpenSSL',
  downloaders: 'curl, wget and aria2',
  fonts: 'fonts with Latin and Chinese letters',
};

/** @type {readonly Manager[]} */
export const MANAGERS = ['apt-get', 'dnf', 'pacman', 'apk', 'zypper', 'brew'];

/** @type {Readonly<Record<Manager, Readonly<Record<Need, string>>>>} */
const PACKAGES = {
  'apt-get': {
    ffmpeg: 'ffmpeg',
    chromium: 'chromium',
    rtspServer:
      'gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good ' +
      'gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-x',
    redis: 'redis-server',
    nginx: 'nginx-light openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig fonts-dejavu-core fonts-noto-cjk',
  },
  dnf: {
    ffmpeg: 'ffmpeg-free',
    chromium: 'chromium',
    rtspServer:
      'gstreamer1-rtsp-server python3-gobject gstreamer1-plugins-base gstreamer1-plugins-good ' +
      'gstreamer1-plugins-bad-free gstreamer1-plugins-ugly gstreamer1-plugin-libav',
    redis: 'redis',
    nginx: 'nginx openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig dejavu-sans-fonts google-noto-sans-cjk-fonts',
  },
  pacman: {
    ffmpeg: 'ffmpeg',
    chromium: 'chromium',
    rtspServer:
      'gst-rtsp-server python-gobject gst-plugins-base gst-plugins-good gst-plugins-bad gst-plugins-ugly gst-libav',
    redis: 'redis',
    nginx: 'nginx openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig ttf-dejavu noto-fonts-cjk',
  },
  apk: {
    ffmpeg: 'ffmpeg',
    chromium: 'chromium',
    rtspServer:
      'gst-rtsp-server py3-gobject3 gst-plugins-base gst-plugins-good gst-plugins-bad gst-plugins-ugly gst-libav',
    redis: 'redis',
    nginx: 'nginx openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig font-dejavu font-noto-cjk',
  },
  zypper: {
    ffmpeg: 'ffmpeg',
    chromium: 'chromium',
    rtspServer:
      'typelib-1_0-GstRtspServer-1_0 python3-gobject gstreamer-plugins-base gstreamer-plugins-good ' +
      'gstreamer-plugins-bad gstreamer-plugins-ugly gstreamer-plugins-libav',
    redis: 'redis',
    nginx: 'nginx openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig dejavu-fonts noto-sans-sc-fonts',
  },
  brew: {
    ffmpeg: 'ffmpeg',
    chromium: '--cask google-chrome',
    rtspServer: 'gstreamer pygobject3',
    redis: 'redis',
    nginx: 'nginx openssl',
    downloaders: 'curl wget aria2',
    fonts: 'fontconfig',
  },
};

/** @type {Readonly<Record<Manager, string[]>>} */
const INSTALL = {
  'apt-get': ['apt-get', 'install', '-y', '--no-install-recommends'],
  dnf: ['dnf', 'install', '-y'],
  pacman: ['pacman', '-S', '--needed', '--noconfirm'],
  apk: ['apk', 'add'],
  zypper: ['zypper', '--non-interactive', 'install'],
  brew: ['brew', 'install'],
};

/** What a stale or missing package list is refreshed with. */
/** @type {Readonly<Partial<Record<Manager, string[]>>>} */
const REFRESH = {
  'apt-get': ['apt-get', 'update'],
  dnf: ['dnf', 'makecache'],
  pacman: ['pacman', '-Sy'],
  apk: ['apk', 'update'],
  zypper: ['zypper', '--non-interactive', 'refresh'],
};

/**
 * Pure: the commands that install what is missing, each an argument list. Homebrew's casks need one of their own.
 * @param {Manager} manager @param {readonly Need[]} needs @returns {string[][]}
 */
export function installCommands(manager, needs) {
  const lists = needs.map((need) => PACKAGES[manager][need].split(' '));
  const plain = lists.filter((list) => list[0] !== '--cask').flat();
  const casks = lists.filter((list) => list[0] === '--cask');
  return [...(plain.length > 0 ? [plain] : []), ...casks].map((list) => [...INSTALL[manager], ...list]);
}

/** @param {Manager} manager @returns {string[] | undefined} */
export function refreshCommand(manager) {
  return REFRESH[manager];
}

/**
 * Pure: what to do about missing programs. Nothing is ever installed without a yes from the person at the terminal,
 * or, where nobody sits, without being root already.
 * @param {readonly Need[]} missing at least one @param {Rights} rights @returns {Plan}
 */
export function planInstall(missing, rights) {
  const names = listInWords(missing.map((need) => TITLES[need]));
  const isOne = missing.length === 1 && !['fonts', 'nginx', 'downloaders'].includes(missing[0] ?? '');
  const verb = isOne ? 'is' : 'are';
  const { manager } = rights;
  if (manager === undefined) {
    const sentence = `${names} ${verb} missing, and this system has no package manager that Sightline knows (${listInWords(
      MANAGERS,
    )}). Install ${missing.length === 1 ? 'it' : 'them'} so that the programs are on PATH, then run this again.`;
    const where = missing.includes('ffmpeg') ? ' ffmpeg for every system: https://ffmpeg.org/download.html' : '';
    return { kind: 'refuse', sentence: sentence + where };
  }
  const needsRoot = manager !== 'brew';
  const refresh = rights.lacksLists ? refreshCommand(manager) : undefined;
  const commands = [...(refresh === undefined ? [] : [refresh]), ...installCommands(manager, missing)];
  const elevated = needsRoot && !rights.isRoot ? commands.map((command) => ['sudo', ...command]) : commands;
  const mayInstall = !needsRoot || rights.isRoot || (rights.hasSudo && rights.isInteractive);
  if (!mayInstall) {
    const [who, typed] = rights.hasSudo ? ['Run', elevated] : ['As root, run', commands];
    const sentence = `${names} ${verb} missing, and installing needs root rights. ${who}:\n\n  ${commandText(typed)}\n\nthen run this again.`;
    return { kind: 'refuse', sentence };
  }
  return { kind: rights.isInteractive ? 'ask' : 'install', commands: elevated };
}

/** Pure: the commands as a person would type them. @param {readonly string[][]} commands */
export function commandText(commands) {
  return commands.map((command) => command.join(' ')).join(' && ');
}

/** Pure: "a", "a and b", "a, b and c". @param {readonly string[]} names */
export function listInWords(names) {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
