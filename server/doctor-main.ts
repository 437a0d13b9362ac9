/**
 * `npm run doctor`: examines every camera of the configuration, or those named, and says what to change. A relay that
 * runs with that configuration is asked to do it, so that its cameras get no second session; otherwise it is done here.
 * Exit codes: 0, 1 a camera shows no picture, 2 config.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { HostTurns } from './camera/source/host-turns.ts';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { nearestKey } from './config/validate.ts';
import { type DoctorLanguage, doctorLanguage } from './doctor/advice-words.ts';
import { reportText } from './doctor/report-text.ts';
import { RelayError } from './errors.ts';
import { Redactor } from './ffmpeg/redact.ts';
import type { ProbeReport } from './protocol.ts';
import { CameraSide } from './wiring/camera-side.ts';
import { expandCameras } from './wiring/expand-cameras.ts';

const USAGE = `Usage: npm run doctor -- [camera …] [options]

  --config FILE   the configuration to use (default: ffmpeg.config.json)
  --token TOKEN   an access token for the relay that runs, if it has users; also as SIGHTLINE_TOKEN
  --json          one JSON report per line
  --lang zh|en    the language of the report (default: that of LANG)
  --help          show this text
`;
const MAX_AT_ONCE = 4;
const ASK_TIMEOUT_MS = 3_000;

interface Examiner {
  examine(id: string, language: DoctorLanguage): Promise<ProbeReport>;
  close(): Promise<void>;
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  if (values.help) return void process.stdout.write(USAGE);
  const loaded = await loadConfig(values.config ?? 'ffmpeg.config.json');
  const config = expandCameras({ ...loaded.config, dataDir: loaded.dataDir });
  const unknown = positionals.find((id) => !Object.hasOwn(config.cameras, id));
  if (unknown !== undefined) throw noSuchCamera(unknown, Object.keys(config.cameras));
  const ids = positionals.length > 0 ? positionals : Object.keys(config.cameras);
  const token = values.token ?? process.env.SIGHTLINE_TOKEN;
  const examiner = (await runningRelay(config, token)) ?? (await ownExaminer(config));
  const language = doctorLanguage(values.lang || process.env.LC_ALL || process.env.LANG);
  const turns = new HostTurns(MAX_AT_ONCE);
  const never = new AbortController().signal;
  let failed = false;
  const one = async (id: string) => {
    const report = await examiner.examine(id, language);
    failed ||= report.reason !== null;
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${reportText(report, language)}\n`);
  };
  try {
    await Promise.all(ids.map((id) => turns.run(hostOf(config.cameras[id]?.url ?? id), () => one(id), never)));
    // Before closing: what is waited for there does not by itself keep the process alive.
    process.exitCode = failed ? 1 : 0;
  } finally {
    await examiner.close();
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        token: { type: 'string' },
        json: { type: 'boolean' },
        lang: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new RelayError('config', `${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function noSuchCamera(id: string, known: readonly string[]): RelayError {
  const nearest = nearestKey(id, known);
  const help = nearest === undefined ? `; there are ${known.join(', ') || 'none'}.` : `; did you mean "${nearest}"?`;
  return new RelayError('config', `No camera "${id}" is configured${help}`);
}

/** Cameras of one device wait for each other. */
function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^/]*@)?(\[[^\]]+\]|[^:/?#]+)/i.exec(url)?.[1] ?? url;
}

/** The relay that listens where this configuration says, when it has these cameras; null: there is none. */
async function runningRelay({ server, cameras }: Config, token: string | undefined): Promise<Examiner | null> {
  const { host, port, basePath } = server;
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const base = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}${basePath.replace(/\/$/, '')}`;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = (path: string, init: RequestInit = {}) => fetch(`${base}${path}`, { ...init, headers });
  const answer = await ask('/api/cameras', { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) }).catch(() => null);
  if (answer === null) return null;
  if (answer.status === 401 || answer.status === 403) {
    throw new RelayError(
      'config',
      'A relay runs with this configuration and has users: give a token with the right to manage, by --token.',
    );
  }
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok || !knowsOne(body, cameras)) return null;
  process.stderr.write(`Asking the relay at ${base}, which runs.\n`);
  return {
    examine: async (id, lang) => {
      const report = await ask(`/api/cameras/${id}/probe?lang=${lang}`, { method: 'POST' });
      if (!report.ok) throw new RelayError('internal', `The relay answers ${report.status} for the camera ${id}.`);
      return (await report.json()) as ProbeReport;
    },
    close: async () => {},
  };
}

function knowsOne(body: unknown, cameras: Config['cameras']): boolean {
  const list = typeof body === 'object' && body !== null && 'cameras' in body ? body.cameras : null;
  return Array.isArray(list) && list.some((each: { id?: unknown }) => Object.hasOwn(cameras, String(each.id)));
}

async function ownExaminer(config: Config): Promise<Examiner> {
  const side = new CameraSide({ config, redactor: new Redactor(), log: pino({ level: 'silent' }) });
  await side.load();
  return {
    examine: (id, language) => side.doctor.examine(side.cameras.get(id), { language }),
    close: async () => {
      await side.stop();
      await side.close();
    },
  };
}

main().catch((error: unknown) => {
  const isOurs = error instanceof RelayError;
  process.stderr.write(`${isOurs || !(error instanceof Error) ? String((error as Error).message) : error.stack}\n`);
  process.exit(isOurs && error.code === 'config' ? 2 : 1);
});
