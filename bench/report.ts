import type { Figure } from './suite.ts';

const HEADINGS = ['case', 'median', 'unit', 'p50', 'p99', 'p99.9', 'times the peer', 'checksum'];

function cells(figure: Figure): string[] {
  const { name, unit, p50ns, p99ns, p999ns, ratio, checksum } = figure;
  const latency = [p50ns, p99ns, p999ns].map((ns) => (ns === undefined ? '' : `${whole(ns)} ns`));
  const times = ratio === undefined ? '' : ratio.toFixed(ratio < 10 ? 1 : 0);
  return [name, whole(figure.median), unit, ...latency, times, checksum];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Columns of even width, numbers to the right. */
export function table(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const aligned = (cell: string, column: number): string =>
    isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => `${row.map(aligned).join('  ').trimEnd()}\n`).join('');
}

/** The same for bench/RESULTS.md. */
export function markdown(figures: readonly Figure[]): string {
  const rules = HEADINGS.map((_, column) => (isText(column) ? '---' : '---:'));
  const rows = [HEADINGS, rules, ...figures.map(cells)];
  return rows.map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function isText(column: number): boolean {
  return ['case', 'unit', 'checksum'].includes(HEADINGS[column]!);
}
