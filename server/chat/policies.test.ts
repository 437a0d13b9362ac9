import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultAvatar, judgeAvatar } from './avatar-policy.ts';
import { characters, cleanText, isBlank } from './clean-text.ts';
import { skeleton } from './confusables.ts';
import { judgeMessage, type MessageLimits, type Said } from './message-policy.ts';
import { isModeratorKey } from './moderator-policy.ts';
import { judgeName } from './name-policy.ts';
import { EMPTY, FRESH_RATE, HELLO_WAIT_MS, helloAgain, judgeRate, type RateState, strike } from './rate-policy.ts';
import { WordList } from './word-list.ts';

const LIMITS: MessageLimits = { maxCharacters: 500, words: new WordList(['darn', '傻瓜']), wordAction: 'mask' };
const say = (text: string, last: Said | null = null, atMs = 0, type: 'message' | 'danmaku' = 'message') =>
  judgeMessage(type, text, LIMITS, last, atMs);

describe('what may be said', () => {
  it.each([
    ['nothing', '', 'empty'],
    ['spaces', ' \t\n\u3000', 'empty'],
    ['joiners and marks alone', '\u200d\u200b\ufe0f\u0301', 'empty'],
    ['an invisible letter', '\u3164\u2800', 'empty'],
    ['501 characters', 'x'.repeat(501), 'too-long'],
    ['501 emoji', '🙂'.repeat(501), 'too-long'],
  ])('refuses %s', (_what, text, code) => {
    expect(say(text)).toMatchObject({ ok: false, code });
  });

  it.each([
    ['500 characters', 'x'.repeat(500)],
    ['500 emoji', '🙂'.repeat(500)],
    ['Chinese', '你好，世界'],
    ['right-to-left', 'שלום עולם، مرحبا'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag of tags', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a skin tone', '👍🏽'],
    ['Persian with a joiner', 'می‌خواهم'],
    ['markup, which stays text', '<img src=x onerror=alert(1)>'],
    ['a link, which stays text', 'javascript:alert(1) https://example.org/?a=b'],
  ])('takes %s as it is', (_what, text) => {
    expect(say(text)).toMatchObject({ ok: true, text });
  });

  it('takes out what turns or hides other text', () => {
    expect(say('a\u202eb\u2066c\u0000d\u200be\u{e0041}')).toMatchObject({ text: 'abcde' });
  });

  it('keeps the tags of a flag and no others, however many there are', () => {
    const scotland = '🏴󠁧󠁢󠁳󠁣󠁴󠁿';
    const [hidden, beginning] = ['\u{e0041}', '\u{e0001}'];
    expect(cleanText(`${hidden}${scotland}a${hidden}🏴${beginning}${hidden}b`, 1)).toBe(`${scotland}a🏴b`);
    // A minute's work, if each looked back over all before it.
    expect(cleanText(`x${hidden.repeat(100_000)}y`, 1)).toBe('xy');
  });

  it('does no work on a text that is far too long whatever is taken out of it', () => {
    expect(say(`x${'\u200b'.repeat(3_999)}`)).toMatchObject({ ok: true, text: 'x' });
    expect(say(`x${'\u200b'.repeat(4_000)}`)).toMatchObject({ ok: false, code: 'too-long' });
  });

  it('flattens letters that climb', () => {
    expect(cleanText(`Z${'\u0335'.repeat(60)}`, 1).length).toBe(5);
  });

  it('keeps five lines of a message and one of a danmaku', () => {
    expect(say('1\n2\r\n\n3\r4\n5\n6')).toMatchObject({ text: '1\n2\n3\n4\n5 6' });
    expect(say('1\n2', null, 0, 'danmaku')).toMatchObject({ text: '1 2' });
  });

  it.each([
    ['the same', 'Hello', true],
    ['the same with other dots and capitals', ' hello!! ', true],
    ['the same in look-alike letters', 'Неllо', true],
    ['something else', 'Goodbye', false],
    ['signs alone', '???', false],
  ])('%s within ten seconds is a duplicate: %s', (_what, text, duplicate) => {
    const first = say('Hello');
    const again = say(text, first.ok ? first.said : null, 9_999);
    expect(again.ok).toBe(!duplicate);
    expect(say(text, first.ok ? first.said : null, 10_000).ok).toBe(true);
  });

  it.each([
    ['darn it', '**** it'],
    ['DARN it', '**** it'],
    ['dаrn (with a Cyrillic a)', '**** (with a Cyrillic a)'],
    ['d4rn', '****'],
    ['Darn! and darn, $darn', '****! and ****, $****'],
    ['darned', 'darned'],
    ['你真是傻瓜啊', '你真是**啊'],
  ])('masks listed words: %s', (text, masked) => {
    expect(say(text)).toMatchObject({ text: masked });
    expect(judgeMessage('message', text, { ...LIMITS, wordAction: 'refuse' }, null, 0).ok).toBe(text === masked);
  });

  it('never throws, never lengthens beyond the limit, and cleaning twice changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const verdict = say(text);
        const cleaned = cleanText(text, 5);
        expect(cleanText(cleaned, 5)).toBe(cleaned);
        if (verdict.ok) {
          expect(characters(verdict.text)).toBeLessThanOrEqual(500);
          expect(isBlank(verdict.text)).toBe(false);
          expect(() => encodeURIComponent(verdict.text)).not.toThrow();
        }
      }),
    );
  });
});

describe('names', () => {
  const reserved = ['operator', 'Admin', '管理员'];
  const judge = (name: string, moderator = false) => judgeName(name, reserved, moderator);

  it.each([
    ['operator'],
    ['Operator'],
    ['0perator'],
    ['Оperator'],
    ['ορεrator'],
    ['Ｏｐｅｒａｔｏｒ'],
    ['𝐎𝐩𝐞𝐫𝐚𝐭𝐨𝐫'],
    ['o.p.e.r.a.t.o.r'],
    ['opérator'],
    ['op\u200berator'],
    ['The Operator'],
    ['operator 2'],
    ['Operator1'],
    ['ADMIN'],
    ['@dm!n'],
    ['аdmіn'],
    ['adrnin'],
    ['管理员'],
  ])('reserves %s for moderators', (name) => {
    expect(judge(name)).toMatchObject({ ok: false, code: 'name-reserved' });
    expect(judge(name, true).ok).toBe(true);
  });

  it.each([
    ['Ann', 'Ann'],
    ['  Ann   Lee ', 'Ann Lee'],
    ['Ａｎｎ', 'Ann'],
    ['小明', '小明'],
    ['مريم', 'مريم'],
    ['Zoë', 'Zoë'],
    ['Roperatorix', 'Roperatorix'],
    ['🦊 Fox', '🦊 Fox'],
    ['<b>Bold</b>', '<b>Bold</b>'],
  ])('takes %s', (raw, name) => {
    expect(judge(raw)).toMatchObject({ ok: true, name });
  });

  it.each([[''], ['   '], ['!!!'], ['\u200d'], ['🦊'], ['x'.repeat(33)]])('refuses %j', (name) => {
    expect(judge(name)).toMatchObject({ ok: false, code: 'bad-name' });
  });

  it('gives look-alikes one skeleton', () => {
    expect(skeleton('Pаyраl')).toBe(skeleton('paypal'));
    expect(skeleton('Il')).toBe(skeleton('lI'));
    expect(skeleton('Ann')).not.toBe(skeleton('Anna'));
  });

  it('is stable: a name that was taken is taken again as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (raw) => {
        const first = judge(raw);
        if (first.ok) expect(judge(first.name)).toEqual(first);
      }),
    );
  });
});

describe('avatars', () => {
  it.each([
    ['star', [], 'star'],
    ['nothing-we-ship', [], null],
    ['https://pics.example/a.png', ['pics.example'], 'https://pics.example/a.png'],
    ['https://pics.example:8443/a.png', ['pics.example'], null],
    ['https://pics.example.evil.example/a.png', ['pics.example'], null],
    ['https://pics.example@evil.example/a.png', ['pics.example'], null],
    ['https://u:p@pics.example/a.png', ['pics.example'], null],
    ['http://pics.example/a.png', ['pics.example'], null],
    ['javascript:alert(1)', [''], null],
    ['data:image/png;base64,AAAA', [''], null],
  ])('%s with %j gives %s', (avatar, hosts, result) => {
    expect(judgeAvatar(avatar, hosts)).toBe(result);
  });

  it('gives the same person the same one', () => {
    expect(defaultAvatar('a1b2c3d4')).toBe(defaultAvatar('a1b2c3ff'));
  });
});

describe('how often', () => {
  const limits = { messages: 3, perMs: 2_000, pauseMs: 10_000 };
  const run = (times: readonly number[], slowModeMs = 0) => {
    let state: RateState = FRESH_RATE;
    return times.map((atMs) => {
      const verdict = judgeRate(state, limits, slowModeMs, atMs);
      state = verdict.state;
      return verdict.ok ? 'ok' : `${verdict.code} ${verdict.waitMs}`;
    });
  };

  it.each([
    ['three at once pass, the fourth pauses', [0, 0, 0, 0], ['ok', 'ok', 'ok', 'slow-down 10000']],
    ['three in two seconds, again and again', [0, 700, 1400, 2000, 2700], ['ok', 'ok', 'ok', 'ok', 'ok']],
    ['the fourth just within two seconds', [0, 700, 1400, 1999], ['ok', 'ok', 'ok', 'slow-down 10000']],
    [
      'tries during the pause do not prolong it',
      [0, 0, 0, 1, 5_001, 10_000, 10_001],
      ['ok', 'ok', 'ok', 'slow-down 10000', 'slow-down 5000', 'slow-down 1', 'ok'],
    ],
  ])('%s', (_what, times, verdicts) => {
    expect(run(times)).toEqual(verdicts);
  });

  it('in slow mode counts from the last message taken', () => {
    expect(run([0, 10_000, 29_999, 30_000], 30_000)).toEqual(['ok', 'slow-mode 20000', 'slow-mode 1', 'ok']);
  });

  it('never lets more than three through in any two seconds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 }), (steps) => {
        let atMs = 0;
        const times = steps.map((step) => (atMs += step));
        const verdicts = run(times);
        const taken = times.filter((_, index) => verdicts[index] === 'ok');
        for (const start of taken) {
          if (taken.filter((each) => each >= start && each < start + 2_000).length > 3)
            throw new Error('a fourth passed');
        }
      }),
      { numRuns: 50 },
    );
  });

  it('counts refusals: 30 at once are borne, 31 are not, two a second are borne for ever', () => {
    let level: typeof EMPTY | null = EMPTY;
    for (let i = 0; i < 30; i++) level = level && strike(level, 1_000);
    expect(level).not.toBeNull();
    expect(level && strike(level, 1_000)).toBeNull();
    let slow: typeof EMPTY | null = EMPTY;
    for (let i = 0; i < 1_000; i++) slow = slow && strike(slow, i * 500);
    expect(slow).not.toBeNull();
  });

  it('counts hellos: five at once are answered, and one in two seconds for ever', () => {
    let level: typeof EMPTY | null = EMPTY;
    for (let i = 0; i < 5; i++) level = level && helloAgain(level, 1_000);
    expect(level).not.toBeNull();
    expect(level && helloAgain(level, 2_900)).toBeNull();
    for (let i = 1; i < 1_000; i++) level = level && helloAgain(level, 1_000 + i * HELLO_WAIT_MS);
    expect(level).not.toBeNull();
  });
});

describe('who moderates', () => {
  const KEY = 'a-key-of-some-length';
  it.each([
    ['with the key', KEY, KEY, true],
    ['with a wrong key', 'another-key-of-length', KEY, false],
    ['without a key', undefined, KEY, false],
    ['nobody by key when there is none', '', undefined, false],
  ])('%s', (_what, presented, configured, expected) => {
    expect(isModeratorKey(presented, configured)).toBe(expected);
  });
});
