import { describe, expect, it } from 'vitest';
import { commandText, installCommands, listInWords, MANAGERS, planInstall, refreshCommand } from './programs.mjs';

const apt = { manager: 'apt-get', isRoot: true, hasSudo: false, isInteractive: false, lacksLists: false } as const;
const install = 'apt-get install -y --no-install-recommends ffmpeg';

describe('missing programs', () => {
  it('are installed at once by root where nobody sits', () => {
    const plan = planInstall(['ffmpeg'], apt);
    expect(plan).toEqual({ kind: 'install', commands: [install.split(' ')] });
  });

  it('are asked about on a terminal, also as root', () => {
    expect(planInstall(['ffmpeg'], { ...apt, isInteractive: true }).kind).toBe('ask');
  });

  it('are asked about with sudo for anyone else on a terminal', () => {
    const plan = planInstall(['ffmpeg'], { ...apt, isRoot: false, hasSudo: true, isInteractive: true });
    expect(plan).toEqual({ kind: 'ask', commands: [['sudo', ...install.split(' ')]] });
  });

  it.each([
    ['without a terminal', { isRoot: false, hasSudo: true, isInteractive: false }, `Run:\n\n  sudo ${install}`],
    ['without sudo', { isRoot: false, hasSudo: false, isInteractive: true }, `As root, run:\n\n  ${install}`],
    ['without either', { isRoot: false, hasSudo: false, isInteractive: false }, `As root, run:\n\n  ${install}`],
  ])('are left to a person who is told the command, %s', (_case, rights, told) => {
    expect(planInstall(['ffmpeg'], { ...apt, ...rights })).toEqual({
      kind: 'refuse',
      sentence: `ffmpeg is missing, and installing needs root rights. ${told}\n\nthen run this again.`,
    });
  });

  it('are installed, or to be installed, with package lists where apt has none yet', () => {
    const fresh = { ...apt, lacksLists: true };
    expect(planInstall(['ffmpeg'], fresh)).toEqual({
      kind: 'install',
      commands: [['apt-get', 'update'], install.split(' ')],
    });
    expect(planInstall(['ffmpeg'], { ...fresh, isRoot: false, hasSudo: true, isInteractive: true })).toHaveProperty(
      'commands',
      [
        ['sudo', 'apt-get', 'update'],
        ['sudo', ...install.split(' ')],
      ],
    );
    expect(planInstall(['ffmpeg'], { ...fresh, isRoot: false })).toHaveProperty(
      'sentence',
      expect.stringContaining(`As root, run:\n\n  apt-get update && ${install}\n`),
    );
  });

  it('are named on a system that is not known', () => {
    expect(planInstall(['chromium', 'redis'], { ...apt, manager: undefined })).toEqual({
      kind: 'refuse',
      sentence:
        'Chromium and Redis are missing, and this system has no package manager that Sightline knows ' +
        '(apt-get, dnf, pacman, apk, zypper and brew). ' +
        'Install them so that the programs are on PATH, then run this again.',
    });
  });

  it('are named on a system that is not known, with where ffmpeg is to be had', () => {
    const plan = planInstall(['ffmpeg'], { ...apt, manager: undefined });
    expect(plan).toHaveProperty(
      'sentence',
      expect.stringMatching(/ffmpeg is missing.*https:\/\/ffmpeg\.org\/download/),
    );
  });

  it('need no root with Homebrew, whose casks are installed by themselves', () => {
    const brew = { manager: 'brew', isRoot: false, hasSudo: true, isInteractive: false, lacksLists: false } as const;
    expect(planInstall(['ffmpeg', 'chromium'], brew)).toEqual({
      kind: 'install',
      commands: [
        ['brew', 'install', 'ffmpeg'],
        ['brew', 'install', '--cask', 'google-chrome'],
      ],
    });
  });

  it.each(MANAGERS.map((name) => [name]))('have a command that %s understands without asking back', (manager) => {
    const all = ['ffmpeg', 'chromium', 'rtspServer', 'redis', 'fonts'] as const;
    const commands = installCommands(manager, all);
    expect(commands.every(([program]) => program === manager)).toBe(true);
    expect(commands.flat()).not.toContain('');
    expect(refreshCommand(manager)?.[0] ?? manager).toBe(manager);
  });
});

describe('words', () => {
  it('join names as a sentence does', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listInWords)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });

  it('join commands as a shell does', () => {
    expect(commandText([['a', 'b'], ['c']])).toBe('a b && c');
  });
});
