import { nameOf, UNKNOWN } from './codes.ts';
import { type ByteLog, putI64, putId, readI64, readId } from './bytes.ts';
import { WattbookError } from './errors.ts';
import { commandFault } from './forms.ts';
import { isIdAt, MAX_INTEGER } from './limits.ts';
import { type KindName, KINDS } from './kinds.ts';
import { isSignable, SIGNED, SIGNED_SIZE, signedFault } from './signed.ts';
import {
  type CommandName,
  COMMANDS,
  type EVENTS,
  type EventName,
  HEADER,
  HEADER_SIZE,
  type Layout,
  LAYOUTS,
} from './registry.ts';

/** A place in a run of records; moved along instead of being made anew. */
export interface RecordCursor {
  view: DataView;
  at: number;
}

/** Kinds of fields that are row numbers. */
export type Reference = 'account' | 'asset' | 'product' | 'network' | 'zone';
/** Turns a row number into the id that users know. */
export type Naming = (kind: Reference, row: number) => string;

type NameOf<K extends KindName> = (typeof KINDS)[K] extends { names: infer N } ? keyof N : never;
type Value<K extends KindName> = K extends Reference
  ? string
  : K extends 'flag'
    ? boolean
    : [NameOf<K>] extends [never]
      ? number
      : NameOf<K>;
type Decoded<Name, L extends Layout> = {
  readonly type: Name;
  readonly sequence: number;
  readonly time: number;
} & { readonly [F in L['fields'][number] as F[0]]: Value<F[1]> } & {
  readonly [S in L['strings'][number]]: string;
};

/** Any event as a plain object; `type` tells which. Prices in ticks, quantities in lots, amounts in quanta. */
export type EventRecord = { [N in EventName]: Decoded<N, (typeof EVENTS)[N]> }[EventName];
/** Any command as a plain object; `type` tells which. */
export type CommandRecord = { [N in CommandName]: Decoded<N, (typeof COMMANDS)[N]> }[CommandName];

export function recordLength(view: DataView, at: number): number {
  return view.getUint32(at + HEADER.length);
}

export function recordType(view: DataView, at: number): number {
  return view.getUint16(at + HEADER.type);
}

function readField(view: DataView, at: number, size: number): number {
  if (size === 8) return readI64(view, at);
  if (size === 4) return view.getUint32(at);
  return size === 2 ? view.getUint16(at) : view.getUint8(at);
}

function putField(view: DataView, at: number, size: number, value: number): void {
  if (size === 8) putI64(view, at, value);
  else if (size === 4) view.setUint32(at, value);
  else if (size === 2) view.setUint16(at, value);
  else view.setUint8(at, value);
}

/** Starts a record of `size` bytes and writes its header; returns where it begins. */
export function beginRecord(
  log: ByteLog,
  type: number,
  size: number,
  sequence: number,
  time: number,
): number {
  const at = log.extend(size);
  putHeader(log.view, at, type, size, sequence, time);
  return at;
}

/** Writes the header of a record of `size` bytes. */
export function putHeader(
  view: DataView,
  at: number,
  type: number,
  size: number,
  sequence: number,
  time: number,
): void {
  view.setUint32(at + HEADER.length, size);
  view.setUint16(at + HEADER.type, type);
  view.setUint16(at + HEADER.version, 0);
  putI64(view, at + HEADER.sequence, sequence);
  putI64(view, at + HEADER.time, time);
}

/**
 * Appends a record by its layout. Values come in the layout's order: numbers for the fields, then
 * the strings. For the records that are not on the hot path.
 */
export function writeRecord(
  log: ByteLog,
  layout: Layout,
  sequence: number,
  time: number,
  values: readonly number[],
  strings: readonly string[] = [],
): void {
  const { widths } = layout;
  let size = HEADER_SIZE;
  for (const width of widths) size += width;
  for (const text of strings) size += 1 + text.length;
  let at = beginRecord(log, layout.type, size, sequence, time) + HEADER_SIZE;
  const { view } = log;
  for (let i = 0; i < widths.length; i++) {
    const width = widths[i] as number;
    putField(view, at, width, values[i] as number);
    at += width;
  }
  for (const text of strings) at = putId(log.bytes, at, text);
}

/**
 * The record at a place as a plain object, with ids for row numbers and names for table entries. A
 * reference that was unknown reads as the id asked for in a command, and as '' in an event.
 */
export function readRecord(view: DataView, start: number, naming: Naming): Record<string, unknown> {
  const { name: type, fields, strings, isCommand } = READERS.get(recordType(view, start))!;
  const record: Record<string, unknown> = {
    type,
    sequence: readI64(view, start + HEADER.sequence),
    time: readI64(view, start + HEADER.time),
  };
  const unknown: string[] = [];
  let at = start + HEADER_SIZE;
  for (const { name, size, reference, isFlag, names } of fields) {
    const value = readField(view, at, size);
    at += size;
    if (reference !== undefined) {
      const isUnknown = value === UNKNOWN;
      record[name] = isUnknown ? '' : naming(reference, value);
      if (isUnknown && isCommand) unknown.push(name);
    } else if (isFlag) record[name] = value === 1;
    else record[name] = names === undefined ? value : nameOf(names, value);
  }
  for (const name of [...strings, ...unknown]) {
    record[name] = readId(view, at);
    at += 1 + view.getUint8(at);
  }
  return record;
}

/** Whether fields of a kind are row numbers. */
export function isReference(kind: KindName): kind is Reference {
  if (kind === 'network' || kind === 'zone') return true;
  return kind === 'account' || kind === 'asset' || kind === 'product';
}

/** How a field of a record is read. */
interface FieldReader {
  readonly name: string;
  readonly size: number;
  readonly reference: Reference | undefined;
  readonly isFlag: boolean;
  /** The table that its numbers are of. */
  readonly names: Readonly<Record<string, number>> | undefined;
}

interface RecordReader {
  readonly name: string;
  readonly fields: readonly FieldReader[];
  readonly strings: readonly string[];
  readonly isCommand: boolean;
}

/** By type, worked out once: every event that somebody reads goes through them. */
const READERS: ReadonlyMap<number, RecordReader> = new Map(
  [...LAYOUTS].map(([type, { name, fields, strings }]) => {
    const readers = fields.map(([field, kind]) => readerOf(field, kind));
    return [type, { name, fields: readers, strings, isCommand: isCommand(name) }];
  }),
);

function readerOf(name: string, kind: KindName): FieldReader {
  const entry = KINDS[kind];
  return {
    name,
    size: entry.size,
    reference: isReference(kind) ? kind : undefined,
    isFlag: kind === 'flag',
    names: 'names' in entry ? entry.names : undefined,
  };
}

interface CommandLayout extends Layout {
  readonly name: CommandName;
  /** Of each field its size, and what it is at least and at most: numbers in a row are checked in a third of the time. */
  readonly bounds: Float64Array;
}

/** By type. */
const COMMAND_LAYOUTS: CommandLayout[] = [];
for (const [name, layout] of Object.entries(COMMANDS) as [CommandName, Layout][]) {
  const bounds = layout.kinds.flatMap(({ size, min, max }) => [size, min, max]);
  COMMAND_LAYOUTS[layout.type] = { name, ...layout, bounds: Float64Array.from(bounds) };
}

/**
 * Checks that a whole, well-formed command record stands at a place, so that `apply` may trust it.
 * @returns its length in bytes
 * @throws WattbookError BAD_RECORD or UNKNOWN_TYPE, naming the place and the field
 */
export function checkCommand(view: DataView, start: number): number {
  const left = view.byteLength - start;
  if (left < HEADER_SIZE) bad(start, `${left} bytes are too few for a header`);
  const length = recordLength(view, start);
  if (length > left) bad(start, `says it is ${length} bytes long, ${left} are left`);
  checkCounter(view, start, 'sequence');
  checkCounter(view, start, 'time');
  const layout = COMMAND_LAYOUTS[recordType(view, start)];
  const version = view.getUint16(start + HEADER.version);
  const isSigned = version === SIGNED && layout !== undefined && isSignable(layout.name);
  if (layout === undefined || (version !== layout.version && !isSigned)) {
    const what = `type ${recordType(view, start)} version ${version}`;
    throw new WattbookError('UNKNOWN_TYPE', `record at byte ${start}: ${what} is no known command`);
  }
  const end = start + length;
  const { name, fields, bounds } = layout;
  let strings = layout.strings.length;
  let at = start + HEADER_SIZE;
  for (let i = 0; i < fields.length; i++) {
    const size = bounds[3 * i]!;
    if (at + size > end) bad(start, `ends inside field ${fields[i]![0]}`);
    const value = readField(view, at, size);
    if (value < bounds[3 * i + 1]! || value > bounds[3 * i + 2]!) {
      const range = `${bounds[3 * i + 1]} to ${bounds[3 * i + 2]}`;
      bad(start, `field ${fields[i]![0]} is ${value}, not ${range}`);
    }
    if (value === UNKNOWN && isReference(fields[i]![1])) strings++;
    at += size;
  }
  const fault = commandFault(name, view, start);
  if (fault !== undefined) bad(start, fault);
  for (let i = 0; i < strings; i++) {
    if (at >= end || at + 1 + view.getUint8(at) > end) bad(start, `ends inside string ${i}`);
    const size = view.getUint8(at);
    const isLeftOut = size === 0 && isOptional(layout.strings[i]);
    if (!isLeftOut && !isIdAt(view, at + 1, size)) bad(start, `string ${i} is no id`);
    at += 1 + size;
  }
  if (isSigned) {
    if (at + SIGNED_SIZE > end) bad(start, 'ends inside its signature');
    const wrong = signedFault(view, at);
    if (wrong !== undefined) bad(start, wrong);
    at += SIGNED_SIZE;
  }
  if (at !== end) bad(start, `has ${end - at} bytes too many`);
  return length;
}

function checkCounter(view: DataView, start: number, field: 'sequence' | 'time'): void {
  const value = readI64(view, start + HEADER[field]);
  if (value < 0 || value > MAX_INTEGER) bad(start, `field ${field} is ${value}`);
}

function isOptional(string: string | undefined): boolean {
  return string === 'commandId' || string === 'clientOrderId';
}

function bad(start: number, what: string): never {
  throw new WattbookError('BAD_RECORD', `record at byte ${start}: ${what}`);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
