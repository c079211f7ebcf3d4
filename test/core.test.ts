import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteLog, putI64, putId, readI64, readId } from '../src/core/bytes.ts';
import * as codes from '../src/core/codes.ts';
import { CommandType, EventType, RejectCode, UNKNOWN } from '../src/core/codes.ts';
import { PRECEDENCE } from '../src/core/precedence.ts';
import { formatSteps, inQuanta, parseDecimal, parseSteps, quantum } from '../src/core/decimal.ts';
import { type KindName, KINDS } from '../src/core/kinds.ts';
import { isId } from '../src/core/limits.ts';
import { checkCommand, readRecord, recordLength, writeRecord } from '../src/core/records.ts';
import {
  COMMANDS,
  EVENTS,
  HEADER_SIZE,
  type Layout,
  LAYOUTS,
  offsetsOf,
} from '../src/core/registry.ts';
import { faultOf, thrownBy } from './stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { AGREEING } from './agreeing.ts';
import { DISAGREEING } from './disagreeing.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const safe = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.constantFrom(SAFE, -SAFE, 0, 1, -1));
const decimals = fc.integer({ min: 0, max: 15 });

/** Value of decimal text in units of 10^-30. */
function exact(text: string): bigint {
  const [whole, part = ''] = text.replace('-', '').split('.') as [string, string?];
  const digits = BigInt(whole + part.padEnd(30, '0'));
  return text.startsWith('-') ? -digits : digits;
}

describe('decimals', () => {
  it('come back from their text', () => {
    const property = fc.property(safe, decimals, (count, places) => {
      const step = quantum(places);
      const text = formatSteps(count, step);
      expect(exact(text)).toBe(BigInt(count) * 10n ** BigInt(30 - places));
      expect(parseSteps(text, step, 'x')).toBe(count);
      const parsed = parseDecimal(text, 'x');
      expect(BigInt(parsed.mantissa) * 10n ** BigInt(30 - parsed.decimals)).toBe(exact(text));
      expect(parsed.decimals === 0 || parsed.mantissa % 10 !== 0).toBe(true);
    });
    fc.assert(property, { seed: 71, numRuns: 2_000 });
  });

  it('of any text are what big integers make of them, or refused', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 17 });
    const text = fc
      .tuple(fc.constantFrom('', '', '-'), digits, fc.constantFrom('', '.'), digits)
      .map((parts) => parts.join(''));
    const form = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
    const property = fc.property(text, decimals, fc.integer({ min: 1, max: 30 }), (each, d, m) => {
      const step = { mantissa: m, decimals: d };
      const unit = BigInt(m) * 10n ** BigInt(30 - d);
      const part = each.split('.')[1] ?? '';
      const whole = each.replace('-', '').split('.')[0]!;
      const good = form.test(each) && whole.length <= 16 && part.length <= 15;
      const zero = /^-[0.]*$/.test(each);
      const value = good && !zero ? exact(each) : undefined;
      const bare = part === '' ? each : each.replace(/\.?0*$/, '');
      const size = BigInt(bare.replaceAll(/[-.]/g, '') || '0');
      const fits = value !== undefined && size <= BigInt(SAFE) && value % unit === 0n;
      const steps = fits ? value / unit : undefined;
      if (steps === undefined || steps > SAFE || steps < -SAFE) {
        expect(thrownBy(() => parseSteps(each, step, 'x'))).toBeInstanceOf(RangeError);
      } else {
        expect(parseSteps(each, step, 'x')).toBe(Number(steps));
        expect(exact(formatSteps(Number(steps), step))).toBe(value);
      }
    });
    fc.assert(property, { seed: 72, numRuns: 3_000 });
  });

  it('are written with the decimals of their step', () => {
    expect(formatSteps(0, quantum(0))).toBe('0');
    expect(formatSteps(0, quantum(3))).toBe('0.000');
    expect(formatSteps(-1, quantum(15))).toBe('-0.000000000000001');
    expect(formatSteps(3, { mantissa: 25, decimals: 2 })).toBe('0.75');
    expect(formatSteps(SAFE, { mantissa: SAFE, decimals: 0 })).toBe(`${BigInt(SAFE) ** 2n}`);
    expect(formatSteps(-SAFE, quantum(15))).toBe('-9.007199254740991');
  });

  it('turn into whole quanta or not at all', () => {
    expect(inQuanta(15n, 1, 3)).toBe(1_500n);
    expect(inQuanta(1_500n, 3, 1)).toBe(15n);
    expect(inQuanta(1_550n, 3, 1)).toBeUndefined();
    for (const places of [-1, 16]) expect(thrownBy(() => quantum(places)).name).toBe('RangeError');
  });
});

describe('decimal text', () => {
  it.each([
    ['-0.00', ', where zero has no sign, got "-0.00"'],
    ['-0', ', where zero has no sign'],
    ['00.25', ' without a superfluous zero in front, got "00.25"'],
    ['-01', ' without a superfluous zero in front'],
    ['1'.repeat(17), ' of at most 16 digits before and 15 behind the point'],
    [`0.${'1'.repeat(19)}`, ' of at most 16 digits before and 15 behind the point'],
    ['1e3', ', got "1e3"'],
    ['.5', ', got ".5"'],
    ['-', ', got "-"'],
    ['', ', got ""'],
  ])('%j is refused by the rule that it breaks', (text, rule) => {
    const thrown = thrownBy(() => parseDecimal(text, 'price'));
    expect(thrown).toBeInstanceOf(RangeError);
    expect(thrown.message).toContain(`price must be decimal text such as '1.5'${rule}`);
  });
});

describe('bytes', () => {
  it('hold every safe integer, big-endian, signed', () => {
    const view = new DataView(new ArrayBuffer(24));
    const property = fc.property(safe, fc.nat(16), (value, at) => {
      putI64(view, at, value);
      expect(view.getBigInt64(at)).toBe(BigInt(value));
      expect(Object.is(readI64(view, at), value)).toBe(true);
    });
    fc.assert(property, { seed: 73, numRuns: 5_000 });
    for (let power = 0; power < 53; power++) {
      for (const value of [2 ** power, -(2 ** power), 2 ** power - 1]) {
        putI64(view, 0, value);
        expect(view.getBigInt64(0)).toBe(BigInt(value));
        expect(readI64(view, 0)).toBe(value);
      }
    }
  });

  it('grow as a log does, whatever is appended', () => {
    const random = mulberry32(74);
    for (const capacity of [1, 16, 4_096]) {
      const log = new ByteLog(capacity);
      const model: number[] = [];
      for (let round = 0; round < 60; round++) {
        const bytes = Uint8Array.from({ length: random(700) }, () => random(256));
        if (round % 2 === 0) log.append(bytes);
        else {
          const at = log.extend(bytes.length);
          log.bytes.set(bytes, at);
        }
        model.push(...bytes);
      }
      expect(log.length).toBe(model.length);
      expect(log.slice()).toEqual(Uint8Array.from(model));
      expect(log.view.getUint8(log.length - 1)).toBe(model.at(-1));
      const first = random(model.length);
      log.dropFirst(first);
      log.append(Uint8Array.of(7));
      expect(log.slice()).toEqual(Uint8Array.from([...model.slice(first), 7]));
      log.dropFirst(log.length);
      expect(log.slice()).toEqual(new Uint8Array());
    }
  });

  it('hold ids', () => {
    const bytes = new Uint8Array(80);
    const view = new DataView(bytes.buffer);
    for (const id of ['', 'a', '__proto__', 'Az09._:/@+|-', 'x'.repeat(64)]) {
      expect(putId(bytes, 3, id)).toBe(4 + id.length);
      expect(readId(view, 3)).toBe(id);
      expect(isId(id)).toBe(id !== '');
    }
    for (let code = 0; code < 256; code++) {
      const good = /[A-Za-z0-9._:/@+|-]/.test(String.fromCharCode(code));
      expect(isId(`a${String.fromCharCode(code)}`)).toBe(good && code < 128);
    }
    expect(isId('x'.repeat(65))).toBe(false);
  });
});

const ENTRIES = Object.entries({ ...COMMANDS, ...EVENTS }) as [string, Layout][];
const isReference = (kind: KindName) =>
  ['account', 'asset', 'product', 'network', 'zone'].includes(kind);
const naming = (kind: string, row: number) => `${kind}-${row}`;

/** What a field of a record looks like to a reader. */
function shown(kind: KindName, value: number): unknown {
  if (isReference(kind)) return naming(kind, value);
  if (kind === 'flag') return value === 1;
  const entry: { names?: Readonly<Record<string, number>> } = KINDS[kind];
  if (entry.names === undefined) return value;
  return Object.entries(entry.names).find(([, number]) => number === value)![0];
}

type Pick = (min: number, max: number) => number;

/** A record with chosen values at some place of a log, and what it should read as. */
function write(name: string, layout: Layout, pick: Pick, fixed: Record<string, number> = {}) {
  const log = new ByteLog(8);
  log.append(new Uint8Array(5));
  const values = layout.fields.map(
    ([field, kind]) => fixed[field] ?? pick(KINDS[kind].min, KINDS[kind].max),
  );
  const strings = layout.strings.map((_, i) => 'x'.repeat(pick(1, 64) > 32 ? 64 : 1 + i));
  const unknown = layout.fields.flatMap(([field, kind], i) =>
    isReference(kind) && values[i] === UNKNOWN ? [field] : [],
  );
  // Only a command says who it was that nobody knows.
  const named = name in COMMANDS ? unknown : [];
  const ids = [...strings, ...named.map((field) => `who.${field}`)];
  writeRecord(log, layout, SAFE, 123, values, ids);
  const expected: Record<string, unknown> = { type: name, sequence: SAFE, time: 123 };
  layout.fields.forEach(([field, kind], i) => (expected[field] = shown(kind, values[i]!)));
  for (const field of unknown) expected[field] = '';
  [...layout.strings, ...named].forEach((field, i) => (expected[field] = ids[i]));
  return { log, view: new DataView(log.slice().buffer), expected };
}

const leastOf: Pick = (min) => min;

describe('records', () => {
  const extremes: readonly Pick[] = [
    leastOf,
    (_, max) => max,
    (_, max) => (max === UNKNOWN ? UNKNOWN - 1 : max),
  ];
  it.each(ENTRIES)('%s come back as written', (name, layout) => {
    for (const pick of extremes) {
      const { log, expected } = write(name, layout, pick);
      expect(readRecord(log.view, 5, naming)).toEqual(expected);
      expect(recordLength(log.view, 5)).toBe(log.length - 5);
      const { view } = write(name, layout, pick, AGREEING[name]);
      const check = () => checkCommand(view, 5);
      if (name in COMMANDS) expect(check()).toBe(view.byteLength - 5);
      else expect(faultOf(check)).toBe('UNKNOWN_TYPE');
    }
  });

  it.each(Object.entries(COMMANDS) as [string, Layout][])('%s are checked', (name, layout) => {
    const good = write(name, layout, leastOf, AGREEING[name]).log.slice(5);
    const refusal = (change: (view: DataView) => void): string => {
      const bytes = good.slice();
      change(new DataView(bytes.buffer));
      const check = () => checkCommand(new DataView(bytes.buffer), 0);
      expect(faultOf(check)).toBe('BAD_RECORD');
      return thrownBy(check).message;
    };
    const offsets: Record<string, number> = offsetsOf(layout);
    for (const [field, kind] of layout.fields) {
      const { size, min, max } = KINDS[kind];
      const at = offsets[field]!;
      for (const wrong of [BigInt(min) - 1n, BigInt(max) + 1n]) {
        const holds = size === 8 || (wrong >= 0n && wrong < 256n ** BigInt(size));
        if (!holds) continue;
        const message = refusal((view) => {
          if (size === 8) view.setBigInt64(at, wrong);
          else if (size === 4) view.setUint32(at, Number(wrong));
          else view.setUint8(at, Number(wrong));
        });
        expect(message).toContain(`field ${field} `);
      }
    }
    for (let end = 0; end < good.length; end++) {
      const view = new DataView(good.buffer, 0, end);
      expect(faultOf(() => checkCommand(view, 0))).toBe('BAD_RECORD');
      if (end >= HEADER_SIZE) refusal((each) => each.setUint32(0, end));
    }
  });

  it.each(DISAGREEING)('%s with %o is no command', (name, wrong, message) => {
    const fixed = { ...AGREEING[name], ...wrong };
    const { view } = write(name, COMMANDS[name], leastOf, fixed);
    expect(faultOf(() => checkCommand(view, 5))).toBe('BAD_RECORD');
    expect(thrownBy(() => checkCommand(view, 5)).message).toContain(message);
  });
});

describe('the registry', () => {
  it('gives every number out once', () => {
    const types = ENTRIES.map(([, layout]) => layout.type);
    expect(new Set(types).size).toBe(types.length);
    expect([...LAYOUTS.keys()].sort((a, b) => a - b)).toEqual(types.sort((a, b) => a - b));
    for (const { type } of Object.values(COMMANDS)) expect(type).toBeLessThan(100);
    for (const { type } of Object.values(EVENTS)) expect(type).toBeGreaterThan(100);
    const commands = Object.entries(COMMANDS).map(([name, { type }]) => [name, type]);
    expect(Object.fromEntries(commands)).toEqual(CommandType);
    const events = Object.entries(EVENTS).map(([name, { type }]) => [name, type]);
    expect(Object.fromEntries(events)).toEqual(EventType);
    for (const [name, layout] of ENTRIES) expect(LAYOUTS.get(layout.type)?.name).toBe(name);
  });

  it('names every field of a layout once, and knows where it stands', () => {
    for (const [, layout] of ENTRIES) {
      const names = [...layout.fields.map(([name]) => name), ...layout.strings];
      expect(new Set([...names, 'type', 'sequence', 'time']).size).toBe(names.length + 3);
      let at = HEADER_SIZE;
      const offsets: Record<string, number> = offsetsOf(layout);
      for (const [name, kind] of layout.fields) {
        expect(offsets[name]).toBe(at);
        at += KINDS[kind].size;
      }
      expect(offsets['strings']).toBe(at);
    }
  });

  it('has every field hold its bounds', () => {
    for (const [name, { size, min, max }] of Object.entries(KINDS)) {
      const limit = size === 8 ? SAFE : 256 ** size - 1;
      expect(min, name).toBeGreaterThanOrEqual(size === 8 ? -SAFE : 0);
      expect(max, name).toBeLessThanOrEqual(limit);
    }
  });

  it('cannot be changed: tables of codes are frozen', () => {
    const tables = Object.values(codes).filter((each) => typeof each === 'object');
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables)
      expect(Object.isFrozen(table), String(Object.keys(table))).toBe(true);
  });

  it('puts every reject code once into the order of precedence, and gives every number out once', () => {
    expect([...PRECEDENCE].sort()).toEqual(Object.keys(RejectCode).sort());
    const numbers: readonly number[] = Object.values(RejectCode);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.min(...numbers)).toBe(1);
  });
});
