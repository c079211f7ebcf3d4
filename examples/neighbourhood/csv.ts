import { readFileSync } from 'node:fs';
import type { Neighbourhood } from './homes.ts';

/**
 * Reads homes from a CSV file: one row per hour, and per home the columns NAME_load_wh and
 * NAME_pv_wh in whole Wh. Other columns are passed over.
 * @throws Error naming file, line and column of what is wrong
 */
export function readHomes(file: string): Neighbourhood {
  const lines = readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const header = (lines[0] ?? '').split(',').map((name) => name.trim());
  const names = header.filter((name) => name.endsWith('_load_wh')).map((name) => name.slice(0, -8));
  if (names.length === 0) throw new Error(`${file}:1: no column ends in _load_wh`);
  checkNames(names, header, file);
  const columns = names.map((name) => {
    const pv = header.indexOf(`${name}_pv_wh`);
    if (pv < 0) throw new Error(`${file}:1: column ${name}_pv_wh is missing`);
    return { load: header.indexOf(`${name}_load_wh`), pv };
  });
  const load: number[][] = names.map(() => []);
  const pv: number[][] = names.map(() => []);
  lines.slice(1).forEach((text, i) => {
    const line = i + 2;
    const fields = text.split(',');
    if (fields.length !== header.length) {
      const column = header[fields.length];
      const which =
        column === undefined
          ? `nothing after ${header.at(-1)} is known`
          : `column ${column} is missing`;
      const count = `${fields.length} fields, the header has ${header.length}`;
      throw new Error(`${file}:${line}: ${which} (${count})`);
    }
    const at = (column: number): number =>
      wattHours(fields[column] as string, `${file}:${line}: column ${header[column]}`);
    columns.forEach((column, home) => {
      load[home]?.push(at(column.load));
      pv[home]?.push(at(column.pv));
    });
  });
  if (lines.length < 2) throw new Error(`${file}:2: no rows below the header`);
  return { names, load, pv, periods: lines.length - 1, minutes: 60 };
}

/** Accounts that the market has of its own. */
const TAKEN = ['utility', 'outside', 'fees', 'operator'];

function checkNames(names: readonly string[], header: readonly string[], file: string): void {
  for (const name of names) {
    const where = `${file}:1: column ${name}_load_wh`;
    if (!/^[A-Za-z0-9._:/@+|-]{1,64}$/.test(name)) {
      throw new Error(`${where}: ${JSON.stringify(name)} cannot name a home`);
    }
    if (TAKEN.includes(name)) throw new Error(`${where}: no home can be called ${name}`);
    for (const column of [`${name}_load_wh`, `${name}_pv_wh`]) {
      if (header.indexOf(column) !== header.lastIndexOf(column)) {
        throw new Error(`${file}:1: column ${column} stands there twice`);
      }
    }
  }
}

/** 1 GWh in one period: more than any home, so more is a slip of the unit. */
const MAX_WH = 1_000_000_000;

function wattHours(text: string, where: string): number {
  const digits = text.trim();
  if (!/^\d+$/.test(digits)) {
    throw new Error(`${where}: ${JSON.stringify(text)} is no whole number of Wh`);
  }
  const value = Number(digits);
  if (value > MAX_WH) throw new Error(`${where}: ${digits} Wh is more than ${MAX_WH}`);
  return value;
}
