// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own placeholders look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandEnvironment } from './environment.ts';

const env = { PW: 'p@ss:w/r#d?', NAME: 'yard', EMPTY: '' };
const expand = (value: unknown) => expandEnvironment(value, env).value;

describe('variables in the configuration', () => {
  it('are replaced in every string value, and in keys never', () => {
    const input = { '${NAME}': ['${NAME}', { deep: 'a ${NAME} b ${NAME}' }, 1, null, true] };
    expect(expand(input)).toEqual({ '${NAME}': ['yard', { deep: 'a yard b yard' }, 1, null, true] });
  });

  it('may be empty', () => {
    expect(expand('[${EMPTY}]')).toBe('[]');
  });

  it('are percent-encoded in the user part of a URL, so that the URL still names the same host', () => {
    const url = expand('rtsp://viewer:${PW}@cam/${NAME}?x=${PW}');
    expect(url).toBe('rtsp://viewer:p%40ss%3Aw%2Fr%23d%3F@cam/yard?x=p@ss:w/r#d?');
    expect(new URL(String(url)).hostname).toBe('cam');
  });

  it('survive the way through a URL whatever the password is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (password) => {
        const { value } = expandEnvironment('rtsp://u:${P}@cam:554/1', { P: password });
        const url = new URL(String(value));
        expect(url.host).toBe('cam:554');
        expect(decodeURIComponent(url.password)).toBe(password);
      }),
    );
  });

  it('are taken as they are outside the user part', () => {
    expect(expand('${PW}')).toBe('p@ss:w/r#d?');
    expect(expand('rtsp://cam/a@${PW}')).toBe('rtsp://cam/a@p@ss:w/r#d?');
  });

  it('are not expanded a second time', () => {
    expect(expandEnvironment('${A}', { A: '${B}', B: 'x' }).value).toBe('${B}');
  });

  it('are written with two dollars to stay as they are', () => {
    expect(expand('$${NAME} costs $5')).toBe('${NAME} costs $5');
  });

  it('that are missing or misspelt are each a problem with its path', () => {
    const { problems, value } = expandEnvironment(
      { cameras: { door: { url: '${NO}${NEITHER}', title: '${A B}' } } },
      env,
    );
    expect(problems).toEqual([
      { path: ['cameras', 'door', 'url'], message: 'the environment variable NO is not set' },
      { path: ['cameras', 'door', 'url'], message: 'the environment variable NEITHER is not set' },
      { path: ['cameras', 'door', 'title'], message: expect.stringContaining('write "$${"') },
    ]);
    expect(value).toEqual({ cameras: { door: { url: '${NO}${NEITHER}', title: '${A B}' } } });
  });
});
