import { describe, expect, it } from 'vitest';
import { RelayError } from '../errors.ts';
import { parseArguments } from './arguments.ts';

describe('the command line', () => {
  it('may be empty', () => {
    expect(parseArguments([])).toEqual({ configPath: undefined, overrides: {}, dev: false, help: false });
  });

  it.each([
    [['--config', 'a.json', '--port', '0', '--host', '::1', '--dev']],
    [['--config=a.json', '--port=0', '--host=::1', '--dev']],
    [['--port', '9', '--config', 'a.json', '--port', '0', '--dev', '--host', '::1']],
  ])('%j is understood', (argv) => {
    const expected = { configPath: 'a.json', overrides: { port: 0, host: '::1' }, dev: true, help: false };
    expect(parseArguments(argv)).toEqual(expected);
  });

  it.each([['--help'], ['-h']])('%s asks for help', (option) => {
    expect(parseArguments([option]).help).toBe(true);
  });

  it.each([
    [
      ['--prot', '1'],
      'Unknown option "--prot". Did you mean --port? The options are --config, --port, --host, --dev, --help.',
    ],
    [['8080'], 'Unknown option "8080". The options are --config, --port, --host, --dev, --help.'],
    [['--port'], '--port needs a value, as in --port 8080.'],
    [['--config', '--dev'], '--config needs a value, as in --config ffmpeg.config.json.'],
    [['--host='], '--host needs a value, as in --host 127.0.0.1.'],
    [['--dev=1'], '--dev=1: --dev takes no value.'],
    [['--port', '65536'], '--port 65536 is not a port; allowed is a whole number from 0 to 65535.'],
    [['--port', '0x50'], '--port 0x50 is not a port; allowed is a whole number from 0 to 65535.'],
  ])('%j is refused in words', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(new RelayError('config', message));
  });
});
