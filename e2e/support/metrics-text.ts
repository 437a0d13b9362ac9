/** Reads the Prometheus text format strictly, since its own checker is not at hand in tests. */

export interface MetricsText {
  /** What breaks the format, as sentences. */
  readonly contentErrors: readonly string[];
  /** Metric name to `counter`, `gauge`, `histogram` … */
  readonly types: ReadonlyMap<string, string>;
  /** The sample with exactly these labels; undefined when there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}(?:,${LABEL})*)?,?\\})? (\\S+)(?: -?\\d+)?$`);
const COMMENT = new RegExp(`^# (HELP|TYPE) (${NAME}) (.*)$`);
/** prom-client writes `Nan` for a mean of nothing, which Prometheus reads. */
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|Na[Nn])$/;
/** A histogram's and a summary's samples carry these behind the metric's name. */
const SUFFIX = /_(?:bucket|sum|count)$/;

/** Pure. */
export function readMetrics(text: string): MetricsText {
  const errors: string[] = [];
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples = new Map<string, number>();
  if (!text.endsWith('\n')) errors.push('The text does not end with a line feed.');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = COMMENT.exec(line);
    if (comment !== null) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string];
      if (kind === 'HELP' && helped.has(name)) errors.push(`A second HELP of ${name}.`);
      if (kind === 'TYPE' && types.has(name)) errors.push(`A second TYPE of ${name}.`);
      if (kind === 'HELP') helped.add(name);
      else types.set(name, rest);
      continue;
    }
    const sample = SAMPLE.exec(line);
    if (sample === null) {
      errors.push(`Not a sample: ${line}`);
      continue;
    }
    const [, name, labels = '', number] = sample as unknown as [string, string, string | undefined, string];
    const key = `${name}{${labels.match(new RegExp(LABEL, 'g'))?.sort().join(',') ?? ''}}`;
    const family = types.has(name) ? name : name.replace(SUFFIX, '');
    if (!types.has(family)) errors.push(`${name} has no TYPE before it.`);
    if (!helped.has(family)) errors.push(`${name} has no HELP before it.`);
    if (types.get(family) === 'counter' && !name.endsWith('_total'))
      errors.push(`The counter ${name} is not a _total.`);
    if (types.get(family) !== 'counter' && name.endsWith('_total')) errors.push(`${name} is named like a counter.`);
    if (!NUMBER.test(number)) errors.push(`Not a number: ${line}`);
    if (samples.has(key)) errors.push(`A second sample of ${key}.`);
    samples.set(key, Number(number.replace('Inf', 'Infinity')));
  }
  return {
    contentErrors: errors,
    types,
    value: (name, labels = {}) => {
      const parts = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return samples.get(`${name}{${parts.sort().join(',')}}`);
    },
  };
}
