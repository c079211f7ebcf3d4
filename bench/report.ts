import { cpus } from 'node:os';
import type { Figure } from './suite.ts';

const HEADINGS = [
  'case',
  'median',
  'unit',
  'p50',
  'p99',
  'p99.9',
  'times the peer',
  'details',
  'checksum',
];

function cells(figure: Figure): string[] {
  const { name, unit, p50ns, p99ns, p999ns, ratio, details = {}, checksum } = figure;
  const latency = [p50ns, p99ns, p999ns].map((ns) => (ns === undefined ? '' : `${whole(ns)} ns`));
  const times = ratio === undefined ? '' : ratio.toFixed(ratio < 10 ? 1 : 0);
  const counts = Object.entries(details).map(([what, count]) => `${what} ${shown(count)}`);
  return [name, shown(figure.median), unit, ...latency, times, counts.join(', '), checksum];
}

/** Three digits at least, where there are as many. */
function shown(value: number): string {
  return value >= 100 || Number.isInteger(value) ? whole(value) : value.toPrecision(3);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Rows of even width, numbers to the right. */
function aligned(figures: readonly Figure[]): string[][] {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    ),
  );
}

/** For the screen. */
export function table(figures: readonly Figure[]): string {
  return aligned(figures)
    .map((row) => `${row.join('  ').trimEnd()}\n`)
    .join('');
}

/** An entry of bench/RESULTS.md. */
export function markdown(figures: readonly Figure[]): string {
  const [headings, ...rows] = aligned(figures) as [string[], ...string[][]];
  const rules = headings.map(({ length }, column) =>
    isText(column) ? '-'.repeat(length) : `${'-'.repeat(length - 1)}:`,
  );
  const date = new Date().toISOString().slice(0, 10);
  const [processor] = cpus();
  const machine = `Node ${process.version}, ${cpus().length} x ${processor?.model ?? 'unknown'}`;
  const lines = [headings, rules, ...rows].map((row) => `| ${row.join(' | ')} |\n`);
  return `## ${date}\n\n${machine}.\n\n${lines.join('')}`;
}

function isText(column: number): boolean {
  return ['case', 'unit', 'details', 'checksum'].includes(HEADINGS[column]!);
}
