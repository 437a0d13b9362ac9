/** Prints a bench's tables and writes its numbers to `e2e/bench/results/NAME.json`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Column<R> {
  readonly title: string;
  /** A number is right-aligned as it is formatted here. */
  readonly cell: (row: R) => string;
}

/** Pure: a table in Markdown, aligned for a terminal too. */
export function table<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]!.length), 3));
  const line = (parts: readonly string[]) =>
    `| ${parts.map((part, index) => (index === 0 ? part.padEnd(widths[index]!) : part.padStart(widths[index]!))).join(' | ')} |`;
  const rule = `|${widths.map((width, index) => (index === 0 ? `${'-'.repeat(width + 1)}-` : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}

/** Pure: a number with a fixed number of decimals; a dash when there is none. */
export function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals) : '–';
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One line about what is going on, on standard error, so that the tables can be piped. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes the numbers with what they were measured on. */
export function writeResults(name: string, results: object): void {
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
  const file = `${folder}${name}.json`;
  writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, ...results }, null, 2)}\n`);
  say(`\nNumbers: ${file}`);
}
