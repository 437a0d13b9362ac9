import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RIGHTS, ROLES } from '../protocol.ts';
import {
  ANYONE,
  decide,
  hasRight,
  MEMBER,
  SOMEBODY,
  type Target,
  type TargetKind,
  VISITOR,
  type Who,
} from './permissions.ts';

const yard: Target = { kind: 'camera', id: 'yard' };
const shed: Target = { kind: 'camera', id: 'shed' };
const relay: Target = { kind: 'relay', id: '' };
const user = (more: Partial<Extract<Who, { kind: 'user' }>> = {}): Who => ({
  kind: 'user',
  name: 'u',
  role: 'viewer',
  ...more,
});
const link: Who = { kind: 'grant', id: 'g', camera: 'yard', video: null, rights: ['see', 'chat'] };
const videoLink: Who = { kind: 'grant', id: 'v', camera: null, video: 'a.mp4', rights: ['replay'] };
const token: Who = { kind: 'token', id: 't', name: 't', rights: ['see', 'manage'], cameras: ['yard'] };
const stranger: Who = { kind: 'stranger', why: 'Sign in.' };

describe('what a role may', () => {
  it.each([
    ['viewer', 'see listen replay snapshot chat'],
    ['operator', 'see listen record replay snapshot move chat moderate fetch'],
    ['admin', RIGHTS.join(' ')],
  ] as const)('%s: %s', (role, rights) => {
    const given = RIGHTS.filter((right) => hasRight(user({ role }), right, yard));
    expect(given.join(' ')).toBe(rights);
  });

  it('on the relay is for administrators to manage', () => {
    expect(ROLES.filter((role) => decide(user({ role }), 'manage', relay).ok)).toEqual(['admin']);
  });
});

describe('a link to a video', () => {
  const video = (id: string): Target => ({ kind: 'video', id });
  it.each<[string, Who, Target, boolean]>([
    ['plays it', videoLink, video('a.mp4'), true],
    ['and no other', videoLink, video('b.mp4'), false],
    ['and not the library', videoLink, { kind: 'library', id: '' }, false],
    ['and no camera', videoLink, yard, false],
    ['and no camera without a name', videoLink, { kind: 'camera', id: '' }, false],
    ['a link to a camera plays none', { ...link, rights: ['replay'] } as Who, video('yard'), false],
    ['whoever may replay plays any', user(), video('a.mp4'), true],
    ['a token too', { ...token, rights: ['replay'] } as Who, video('a.mp4'), true],
    ['unless it may not', token, video('a.mp4'), false],
  ])('%s', (_what, who, target, expected) => {
    expect(hasRight(who, 'replay', target)).toBe(expected);
  });
});

describe('a stranger', () => {
  it('visits a relay that is set up, and before that gets what anyone gets', () => {
    const visitor = { kind: VISITOR.of, id: '' } as const;
    const early: Who = { kind: 'stranger', why: 'Set it up.', beforeSetUp: true };
    expect(decide(stranger, null, visitor).ok).toBe(true);
    expect(decide(early, null, visitor)).toMatchObject({ code: 'not-signed-in', why: 'Set it up.' });
    expect(decide(early, null, { kind: ANYONE.of, id: '' }).ok).toBe(true);
  });
});

describe('rights of single cameras', () => {
  it.each<[string, Who, Target, boolean]>([
    ['are in place of the role’s', user({ role: 'admin', cameras: { yard: ['chat'] } }), yard, false],
    ['are given where the role gives none', user({ cameras: { yard: ['move', 'see'] } }), yard, true],
    ['leave nothing elsewhere', user({ cameras: { yard: ['see'] } }), shed, false],
    ['but what "*" gives', user({ cameras: { yard: [], '*': ['see'] } }), shed, true],
    [
      'which does not count where there is a line of its own',
      user({ cameras: { yard: [], '*': ['see'] } }),
      yard,
      false,
    ],
    ['are not taken from a prototype', user({ cameras: {} }), { kind: 'camera', id: 'constructor' }, false],
    ['of a token hold on its cameras', token, yard, true],
    ['and on no other', token, shed, false],
    ['of a link hold on its camera', link, yard, true],
    ['and on no other', link, shed, false],
  ])('%s', (_what, who, target, expected) => {
    expect(decide(who, 'see', target).ok).toBe(expected);
  });

  it('count for the chat room of the same name', () => {
    const room = (id: string): Target => ({ kind: 'room', id });
    expect(decide(link, 'chat', room('yard')).ok).toBe(true);
    expect(decide(link, 'chat', room('shed'))).toMatchObject({ code: 'no-such-room' });
    expect(decide(user({ cameras: { yard: ['see'] } }), 'chat', room('yard'))).toMatchObject({ code: 'not-allowed' });
  });

  it('do not reach the relay: who manages a camera manages no users', () => {
    expect(decide(user({ cameras: { '*': ['manage'] } }), 'manage', relay).ok).toBe(false);
    expect(decide(token, 'manage', yard).ok).toBe(true);
    for (const target of [relay, { kind: 'library', id: '' }, { kind: 'camera', id: '' }] as const) {
      expect(decide(token, 'manage', target).ok).toBe(false);
    }
  });

  it('of a token reach it when they are for all cameras', () => {
    const whole: Who = { ...token, cameras: ['*'] };
    for (const target of [relay, { kind: 'library', id: '' }] as const) {
      expect(decide(whole, 'manage', target).ok).toBe(true);
    }
  });
});

describe('an answer', () => {
  it.each<[string, Who, Target, string]>([
    ['401 for strangers, whatever there is', stranger, yard, 'not-signed-in'],
    ['404 for who may not see it', user({ cameras: {} }), yard, 'no-such-camera'],
    ['403 for who sees it', user(), yard, 'not-allowed'],
    ['403 for the relay', user(), relay, 'not-allowed'],
  ])('is %s', (_what, who, target, code) => {
    expect(decide(who, 'move', target)).toMatchObject({ ok: false, code });
  });

  it('names who lacks which right where', () => {
    expect(decide(user(), 'move', yard)).toMatchObject({
      why: 'The user u lacks the right "move" on the camera yard.',
    });
  });

  it('is yes for this machine, and for what anybody may fetch', () => {
    expect(decide({ kind: 'local' }, 'manage', relay).ok).toBe(true);
    expect(decide(stranger, ANYONE.right, { kind: ANYONE.of, id: '' }).ok).toBe(true);
    expect(decide(link, SOMEBODY.right, { kind: SOMEBODY.of, id: '' }).ok).toBe(true);
    expect(decide(link, MEMBER.right, { kind: MEMBER.of, id: '' }).ok).toBe(false);
  });

  const kinds: TargetKind[] = ['camera', 'room', 'resource', 'library', 'relay', 'member', 'somebody'];
  const targets = fc.record({
    kind: fc.constantFrom(...kinds),
    id: fc.constantFrom('yard', 'shed', '', '*', '__proto__'),
  });
  const rights = fc.constantFrom(...RIGHTS, null);

  it('is never yes for a stranger', () => {
    fc.assert(fc.property(targets, rights, (target, right) => !decide(stranger, right, target).ok));
  });

  it('is yes for a link only on its camera, by what it holds', () => {
    fc.assert(
      fc.property(targets, fc.constantFrom(...RIGHTS), (target, right) => {
        const opens = (target.kind === 'camera' || target.kind === 'room') && target.id === 'yard';
        return decide(link, right, target).ok === (opens && ['see', 'chat'].includes(right));
      }),
    );
  });
});
