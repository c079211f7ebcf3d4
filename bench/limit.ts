import { mulberry32 } from '../test/mulberry32.ts';
import { SIZES } from './courses.ts';
import { median } from './rounds.ts';
import type { Case } from './suite.ts';

const TOUCHES = 2_000_000;
/** Numbers of 4 bytes in a record of 64. */
const WIDTH = 16;
/** The first fields of a record: whom it follows, and who follows it. */
const PREVIOUS = 0;
const NEXT = 1;
const MARK = 2;
/** A field that is always 0. */
const ZERO = 3;

/**
 * The memory that a cancel cannot do without, on records of 64 bytes in a chain whose order has nothing
 * to do with where they stand: an entry of an index, the record that it names, and both its neighbours, which
 * are written to. Nothing else is done.
 */
export function limitCases(): Case[] {
  return [...casesOf('', touch), ...casesOf('in-turn-', touchInTurn)];
}

function casesOf(prefix: string, run: typeof touch): Case[] {
  return SIZES.map(([size, full]) => ({
    name: `${prefix}${size}`,
    async measure(plan, note) {
      const orders = plan.size(full);
      const touches = plan.size(TOUCHES);
      const { index, records } = chained(orders);
      const draws = Int32Array.from({ length: touches }, drawing(orders));
      const seconds: number[] = [];
      let sum = 0;
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        records.forEach((_, at) => at % WIDTH === MARK && (records[at] = 0));
        const before = performance.now();
        run(index, records, draws);
        seconds.push((performance.now() - before) / 1000);
        sum = records.reduce(
          (total, value, at) => (at % WIDTH === MARK ? total + value : total),
          0,
        );
        if (sum !== 2 * touches) throw new Error(`${sum} neighbours were met`);
      }
      return {
        unit: 'touches/s',
        median: touches / median(seconds.slice(1)),
        details: { orders },
        checksum: '',
      };
    },
  }));
}

/** The processor may begin with the next touch while it waits for this one. */
function touch(index: Int32Array, records: Int32Array, draws: Int32Array): void {
  for (let i = 0; i < draws.length; i++) {
    const at = index[draws[i]!]! * WIDTH;
    records[records[at + PREVIOUS]! * WIDTH + MARK]! += 1;
    records[records[at + NEXT]! * WIDTH + MARK]! += 1;
  }
}

/**
 * It may not: so it is where more is done between two cancels than a processor looks ahead, which is some
 * hundred instructions.
 */
function touchInTurn(index: Int32Array, records: Int32Array, draws: Int32Array): void {
  let zero = 0;
  for (let i = 0; i < draws.length; i++) {
    const at = index[draws[i]! + zero]! * WIDTH;
    const previous = records[at + PREVIOUS]! * WIDTH;
    const next = records[at + NEXT]! * WIDTH;
    records[previous + MARK]! += 1;
    records[next + MARK]! += 1;
    zero = records[previous + ZERO]! | records[next + ZERO]!;
  }
}

function drawing(orders: number): () => number {
  const draw = mulberry32(1);
  return () => draw(orders);
}

/** Records in a ring, in an order drawn at random, and an index of them in another. */
function chained(orders: number): { index: Int32Array; records: Int32Array } {
  const draw = mulberry32(2);
  const shuffled = (): Int32Array => {
    const all = Int32Array.from({ length: orders }, (_, record) => record);
    for (let i = orders - 1; i > 0; i--) {
      const j = draw(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all;
  };
  const chain = shuffled();
  const records = new Int32Array(orders * WIDTH);
  for (const [place, record] of chain.entries()) {
    records[record * WIDTH + PREVIOUS] = chain.at(place - 1)!;
    records[record * WIDTH + NEXT] = chain[(place + 1) % orders]!;
  }
  return { index: shuffled(), records };
}
