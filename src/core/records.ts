import { nameOf, UNKNOWN } from './codes.ts';
import { type ByteLog, putI64, putId, readI64, readId } from './bytes.ts';
import { WattbookError } from './errors.ts';
import { commandFault } from './forms.ts';
import { isId, MAX_INTEGER } from './limits.ts';
import {
  type CommandName,
  COMMANDS,
  type EVENTS,
  type EventName,
  HEADER,
  HEADER_SIZE,
  type KindName,
  KINDS,
  type Layout,
  LAYOUTS,
} from './registry.ts';

/** A place in a run of records; moved along instead of being made anew. */
export interface RecordCursor {
  view: DataView;
  at: number;
}

type Reference = 'account' | 'asset' | 'product';
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
  const view = log.view;
  view.setUint32(at + HEADER.length, size);
  view.setUint16(at + HEADER.type, type);
  view.setUint16(at + HEADER.version, 0);
  putI64(view, at + HEADER.sequence, sequence);
  putI64(view, at + HEADER.time, time);
  return at;
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
  const layout = LAYOUTS.get(recordType(view, start)) as Layout & { name: string };
  const record: Record<string, unknown> = {
    type: layout.name,
    sequence: readI64(view, start + HEADER.sequence),
    time: readI64(view, start + HEADER.time),
  };
  const unknown: string[] = [];
  let at = start + HEADER_SIZE;
  for (const [name, kind] of layout.fields) {
    const value = readField(view, at, KINDS[kind].size);
    const isUnknown = value === UNKNOWN && isReference(kind);
    record[name] = isUnknown ? '' : display(kind, value, naming);
    if (isUnknown && isCommand(layout.name)) unknown.push(name);
    at += KINDS[kind].size;
  }
  for (const name of [...layout.strings, ...unknown]) {
    record[name] = readId(view, at);
    at += 1 + view.getUint8(at);
  }
  return record;
}

function isReference(kind: KindName): kind is Reference {
  return kind === 'account' || kind === 'asset' || kind === 'product';
}

function display(kind: KindName, value: number, naming: Naming): unknown {
  if (isReference(kind)) return naming(kind, value);
  if (kind === 'flag') return value === 1;
  const entry = KINDS[kind];
  if (!('names' in entry)) return value;
  return nameOf(entry.names, value);
}

/**
 * Checks that a whole, well-formed command record stands at a place, so that `apply` may trust it.
 * @returns its length in bytes
 * @throws WattbookError BAD_RECORD or UNKNOWN_TYPE, naming the place and the field
 */
export function checkCommand(view: DataView, start: number): number {
  const bad = (what: string): never => {
    throw new WattbookError('BAD_RECORD', `record at byte ${start}: ${what}`);
  };
  const left = view.byteLength - start;
  if (left < HEADER_SIZE) return bad(`${left} bytes are too few for a header`);
  const length = recordLength(view, start);
  if (length > left) return bad(`says it is ${length} bytes long, ${left} are left`);
  for (const field of ['sequence', 'time'] as const) {
    const value = readI64(view, start + HEADER[field]);
    if (value < 0 || value > MAX_INTEGER) return bad(`field ${field} is ${value}`);
  }
  const layout = LAYOUTS.get(recordType(view, start));
  const version = view.getUint16(start + HEADER.version);
  if (layout === undefined || !isCommand(layout.name) || layout.version !== version) {
    const what = `type ${recordType(view, start)} version ${version}`;
    throw new WattbookError('UNKNOWN_TYPE', `record at byte ${start}: ${what} is no known command`);
  }
  const end = start + length;
  let at = start + HEADER_SIZE;
  let strings = layout.strings.length;
  const values: Record<string, number> = {};
  for (const [name, kind] of layout.fields) {
    const { size, min, max } = KINDS[kind];
    if (at + size > end) return bad(`ends inside field ${name}`);
    const value = readField(view, at, size);
    if (value < min || value > max) return bad(`field ${name} is ${value}, not ${min} to ${max}`);
    if (value === UNKNOWN && isReference(kind)) strings++;
    values[name] = value;
    at += size;
  }
  const fault = commandFault(layout.name, (field) => values[field] as number);
  if (fault !== undefined) return bad(fault);
  for (let i = 0; i < strings; i++) {
    if (at >= end || at + 1 + view.getUint8(at) > end) return bad(`ends inside string ${i}`);
    const id = readId(view, at);
    const optional = layout.strings[i] === 'commandId' || layout.strings[i] === 'clientOrderId';
    if (!isId(id) && !(optional && id === '')) return bad(`string ${i} is no id`);
    at += 1 + id.length;
  }
  return at === end ? length : bad(`has ${end - at} bytes too many`);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
