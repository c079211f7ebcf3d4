import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invoiceOf, settleSlot, type Statement } from '../src/index.ts';
import { meters, statementOf, TERMS, trades } from './settlement-stage.ts';
import { thrownBy } from './stage.ts';

const CENT = 10_000_000;

/** A statement of ben's over so many nano-EUR. */
function owed(total: number): Statement {
  const settled = settleSlot([], meters({ ben: 1 }), { ...TERMS, retail: total, feedIn: total });
  return statementOf(settled, 'ben');
}

describe('an invoice', () => {
  it('adds up what was bought, what came from neighbours and what was saved', () => {
    const traded = trades(['anna', 'ben', 4000, 200_000]);
    const quarters = [4200, 3900].map((drawn) =>
      statementOf(settleSlot(traded, meters({ anna: -4000, ben: drawn }), TERMS), 'ben'),
    );
    expect(invoiceOf(quarters, { centQuanta: CENT, carry: 4_000_000n })).toEqual({
      party: 'ben',
      bought: 8000n,
      sold: 0n,
      imported: 8100n,
      exported: 0n,
      fromNeighbours: 7900n,
      toNeighbours: 0n,
      tradeCost: 1_600_000_000n,
      feeCost: 0n,
      imbalanceCost: 52_000_000n,
      total: 1_652_000_000n,
      costAlone: 2_430_000_000n,
      saved: 778_000_000n,
      carriedIn: 4_000_000n,
      cents: 166n,
      carry: -4_000_000n,
    });
  });

  it.each([
    [0, 0n, 0n],
    [4_999_999, 0n, 4_999_999n],
    [5_000_000, 0n, 5_000_000n],
    [5_000_001, 1n, -4_999_999n],
    [15_000_000, 2n, -5_000_000n],
    [25_000_000, 2n, 5_000_000n],
    [-4_999_999, 0n, -4_999_999n],
    [-5_000_000, 0n, -5_000_000n],
    [-5_000_001, -1n, 4_999_999n],
    [-15_000_000, -2n, 5_000_000n],
    [-25_000_000, -2n, -5_000_000n],
  ])('rounds %d nano-EUR to %d cents, half to even', (total, cents, carry) => {
    expect(invoiceOf([owed(total)], { centQuanta: CENT })).toMatchObject({ cents, carry });
  });

  it('loses nothing over many invoices', () => {
    const totals = fc.array(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), { minLength: 1 });
    const property = fc.property(totals, fc.integer({ min: 1, max: CENT }), (list, centQuanta) => {
      let [carry, cents, due] = [0n, 0n, 0n];
      for (const total of list) {
        const invoice = invoiceOf([owed(total)], { centQuanta, carry });
        cents += invoice.cents;
        due += BigInt(total);
        carry = invoice.carry;
        expect(carry * 2n <= centQuanta && carry * -2n <= centQuanta).toBe(true);
      }
      expect(cents * BigInt(centQuanta) + carry).toBe(due);
    });
    fc.assert(property, { seed: 20_261_126, numRuns: 500 });
  });

  it('takes back what an earlier one said of a period that was corrected since', () => {
    const [wrong, right, next] = [owed(12_000_000), owed(31_000_000), owed(8_000_000)];
    const first = invoiceOf([wrong], { centQuanta: CENT });
    const { carry } = first;
    const second = invoiceOf([next, right], { centQuanta: CENT, carry, replaced: [wrong] });
    expect(second.total).toBe(27_000_000n);
    expect(second.imported).toBe(1n);
    expect((first.cents + second.cents) * BigInt(CENT) + second.carry).toBe(39_000_000n);
  });

  it.each([
    [[[], { centQuanta: 1 }], 'TypeError: statements[0].party must be an id (text), got undefined'],
    [[{}, { centQuanta: 1 }], 'TypeError: statements and options.replaced must be arrays'],
    [
      [[owed(1)], { centQuanta: 1, replaced: 1 }],
      'TypeError: statements and options.replaced must be arrays',
    ],
    [[[owed(1)], 1], 'TypeError: options needs an object with fields, got 1'],
    [[[owed(1)], {}], 'TypeError: options.centQuanta must be a number, got undefined'],
    [
      [[owed(1)], { centQuanta: 0 }],
      'RangeError: options.centQuanta must be a whole number from 1 to 9007199254740991, got 0',
    ],
    [[[owed(1)], { centQuanta: 1, carry: 1 }], 'TypeError: options.carry must be a bigint, got 1'],
    [[[owed(1)], { centQuanta: 1, carri: 1n }], 'TypeError: options has no field "carri"'],
    [
      [[owed(1), { ...owed(1), party: 'anna' }], { centQuanta: 1 }],
      'RangeError: statements must be of one party, not of "ben" and "anna"',
    ],
  ])('is refused: case %#', (asked, message) => {
    const ask = () => invoiceOf(...(asked as unknown as Parameters<typeof invoiceOf>));
    expect(String(thrownBy(ask))).toBe(message);
  });
});
