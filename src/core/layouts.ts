import * as codes from './codes.ts';
import { type Kind, type KindName, KINDS } from './kinds.ts';

/**
 * The layout of every record. A record is a header, fixed fields in the order given here, then
 * strings (one length byte each, ASCII ids; length 0 where there is none).
 *
 *   header  length u32 (of the whole record) | type u16 | version u16 | sequence i64 | time i64
 *
 * In commands the first string is the command id, and behind the named strings stands one more for
 * each reference that is UNKNOWN: the id that was asked for.
 */
export const HEADER_SIZE = 24;
/** Offsets within the header. */
export const HEADER = { length: 0, type: 4, version: 6, sequence: 8, time: 16 } as const;

export type Field = readonly [name: string, kind: KindName];
export interface Layout {
  readonly type: number;
  readonly version: number;
  readonly fields: readonly Field[];
  readonly strings: readonly string[];
  /** Of each field. */
  readonly kinds: readonly Kind[];
  /** Bytes of each field. */
  readonly widths: readonly number[];
}

export const ACTOR = ['actor', 'account'] as const;
/** Who asks, and a digest of what was asked, for commands with an id (else 0). */
const STAMP = [ACTOR, ['digestHigh', 'number'], ['digestLow', 'number']] as const;
export interface LayoutOf<F extends readonly Field[], S extends readonly string[]> extends Layout {
  readonly fields: F;
  readonly strings: S;
}

function layout<const F extends readonly Field[], const S extends readonly string[]>(
  type: number,
  fields: F,
  strings: S,
): LayoutOf<F, S> {
  const kinds = fields.map(([, kind]): Kind => KINDS[kind]);
  return { type, version: 0, fields, strings, kinds, widths: kinds.map(({ size }) => size) };
}

export function command<const F extends readonly Field[], const S extends readonly string[] = []>(
  type: keyof typeof codes.CommandType,
  fields: F,
  strings: S = [] as unknown as S,
): LayoutOf<readonly [...typeof STAMP, ...F], readonly ['commandId', ...S]> {
  return layout(codes.CommandType[type], [...STAMP, ...fields], ['commandId', ...strings]);
}

export function event<const F extends readonly Field[], const S extends readonly string[] = []>(
  type: keyof typeof codes.EventType,
  fields: F,
  strings: S = [] as unknown as S,
): LayoutOf<F, S> {
  return layout(codes.EventType[type], fields, strings);
}
