/**
 * The command line: `--config FILE --port N --host H --dev --help`. Pure; what they change is applied in `load.ts`.
 */
import { RelayError } from '../errors.ts';
import { nearestKey } from './validate.ts';

/** What the command line may change of the configuration. */
export interface Overrides {
  readonly host?: string;
  readonly port?: number;
}

export interface CommandLine {
  /** As given; undefined when left out. */
  readonly configPath: string | undefined;
  readonly overrides: Overrides;
  /** Serve the page from its sources, with reload. */
  readonly dev: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: npm start -- [options]

  --config FILE   the configuration to use (default: ffmpeg.config.json)
  --port N        listen on this port instead of the configured one; 0 takes a free one
  --host H        listen on this address instead of the configured one
  --dev           serve the page from its sources and reload it when they change
  --help          show this text
`;

const OPTIONS = ['--config', '--port', '--host', '--dev', '--help'];

/**
 * Pure: reads the arguments behind the program's name, in the forms `--port 80` and `--port=80`; the last of equal
 * options counts. Throws RelayError `config` with a sentence for people.
 */
export function parseArguments(argv: readonly string[]): CommandLine {
  let configPath: string | undefined;
  let host: string | undefined;
  let port: number | undefined;
  let dev = false;
  let help = false;

  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [name, inline] = split(argument);
    const value = () => {
      const given = inline ?? rest.shift();
      if (given === undefined || given === '' || (inline === undefined && given.startsWith('--'))) {
        throw new RelayError('config', `${name} needs a value, as in ${name} ${EXAMPLES[name]}.`);
      }
      return given;
    };
    if (name === '--config') configPath = value();
    else if (name === '--host') host = value();
    else if (name === '--port') port = parsePort(value());
    else if (inline === undefined && name === '--dev') dev = true;
    else if (inline === undefined && (name === '--help' || name === '-h')) help = true;
    else throw unknownOption(argument, name);
  }
  return {
    configPath,
    overrides: { ...(host !== undefined && { host }), ...(port !== undefined && { port }) },
    dev,
    help,
  };
}

const EXAMPLES: Readonly<Record<string, string>> = {
  '--config': 'ffmpeg.config.json',
  '--host': '127.0.0.1',
  '--port': '8080',
};

function split(argument: string): [name: string, inline: string | undefined] {
  const equals = argument.indexOf('=');
  if (!argument.startsWith('--') || equals === -1) return [argument, undefined];
  return [argument.slice(0, equals), argument.slice(equals + 1)];
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65535) return port;
  throw new RelayError('config', `--port ${text} is not a port; allowed is a whole number from 0 to 65535.`);
}

function unknownOption(argument: string, name: string): RelayError {
  const known = OPTIONS.join(', ');
  if (OPTIONS.includes(name)) return new RelayError('config', `${argument}: ${name} takes no value.`);
  const nearest = name.startsWith('-') ? nearestKey(name, OPTIONS) : undefined;
  const hint = nearest === undefined ? '' : ` Did you mean ${nearest}?`;
  return new RelayError('config', `Unknown option ${JSON.stringify(argument)}.${hint} The options are ${known}.`);
}
