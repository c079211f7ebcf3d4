import { ByteReader, type Chunks, isSame, viewOf } from './bytes.ts';
import { HEADER_FIELDS, HEADER_SIZE, SIGNATURE_SIZE } from './header.ts';

/** Two chain files that are the same. */
export interface ChainsSame {
  readonly ok: true;
  readonly blocks: number;
}

/**
 * Where two chain files differ first.
 *
 * - `OTHER`: a block, or the genesis, is another one.
 * - `LONGER`: one goes on where the other one ends, or breaks off.
 */
export interface ChainsDiffer {
  readonly ok: false;
  readonly code: 'OTHER' | 'LONGER';
  /** Height of the block; 0 is the genesis. */
  readonly block: number;
  /** Of the header, or `genesis`, `length`, `signature`, `events`. */
  readonly field: string;
  /** Which event record of the block it is, from 0; undefined where it is none. */
  readonly record: number | undefined;
  /** Of the first byte that differs, in the record, or else in its field. */
  readonly offset: number;
  /** Which one goes on, where one does. */
  readonly longer: 'a' | 'b' | undefined;
  /** A sentence for people. */
  readonly detail: string;
}

const HEAD = HEADER_SIZE + SIGNATURE_SIZE;
const RECORD_HEAD = 24;

/**
 * Where two chain files differ, if they do: it compares bytes, and says nothing about either being good. Memory: a block of each.
 * @throws TypeError; what the iterables throw
 */
export async function compareChains(a: Chunks, b: Chunks): Promise<ChainsSame | ChainsDiffer> {
  const [left, right] = [new ByteReader(a, 'a'), new ByteReader(b, 'b')];
  try {
    for (let block = 0; ; block++) {
      const [one, other] = [await entryOf(left), await entryOf(right)];
      if (one.length === 0 && other.length === 0)
        return { ok: true, blocks: Math.max(block - 1, 0) };
      const at = firstDifference(one, other);
      if (at !== undefined) return difference(block, at, one, other);
    }
  } finally {
    await left.close();
    await right.close();
  }
}

/** An entry with its length in front; what there is of it at the end of the file. */
async function entryOf(reader: ByteReader): Promise<Uint8Array> {
  const there = await reader.fill(4);
  return reader.take(there < 4 ? there : 4 + reader.view.getUint32(reader.at));
}

function firstDifference(a: Uint8Array, b: Uint8Array): number | undefined {
  if (isSame(a, b)) return undefined;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  return at;
}

function difference(block: number, at: number, a: Uint8Array, b: Uint8Array): ChainsDiffer {
  const name = block === 0 ? 'the genesis' : `block ${block}`;
  const isEnd = at === a.length || at === b.length;
  const longer = isEnd ? (a.length > b.length ? 'a' : 'b') : undefined;
  const common = { ok: false, block, longer } as const;
  if (longer !== undefined) {
    const end = at === 0 ? `ends before ${name}` : `breaks off in ${name}, after ${at} bytes`;
    const detail = `${longer === 'a' ? 'b' : 'a'} ${end}, ${longer} goes on`;
    return { ...common, ...placeOf(block, at, a), code: 'LONGER', detail };
  }
  // A length that differs says that something behind it does: that is what is asked for.
  const behind = at < 4 ? firstDifference(a.subarray(4), b.subarray(4)) : undefined;
  const isOther = behind !== undefined && 4 + behind < Math.min(a.length, b.length);
  const found = isOther ? 4 + behind : at;
  const place = placeOf(block, found, a);
  const where =
    place.record === undefined
      ? `in ${place.field}, from byte ${place.offset} of it on`
      : `in event record ${place.record}, from byte ${place.offset} of it on`;
  return { ...common, ...place, code: 'OTHER', detail: `${name} differs ${where}` };
}

interface Place {
  readonly field: string;
  readonly record: number | undefined;
  readonly offset: number;
}

/** What stands at an offset of an entry. */
function placeOf(block: number, at: number, entry: Uint8Array): Place {
  const inField = (field: string, start: number): Place => ({
    field,
    record: undefined,
    offset: at - start,
  });
  if (at < 4) return inField('length', 0);
  if (block === 0) return inField('genesis', 4);
  if (at < 4 + HEADER_SIZE) {
    const fields = Object.entries(HEADER_FIELDS).filter(([, start]) => start <= at - 4);
    const [field, start] = fields.at(-1)!;
    return inField(field, 4 + start);
  }
  if (at < 4 + HEAD) return inField('signature', 4 + HEADER_SIZE);
  const view = viewOf(entry);
  let [record, start] = [0, 4 + HEAD];
  for (; start + 4 <= entry.length; record++) {
    const length = view.getUint32(start);
    if (length < RECORD_HEAD || at < start + length) break;
    start += length;
  }
  return { field: 'events', record, offset: at - start };
}
