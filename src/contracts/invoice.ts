import { idArgument, integerArgument, objectArgument } from '../core/arguments.ts';
import { shown } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Statement } from './settlement.ts';

/** What goes into an invoice beside its statements. */
export interface InvoiceOptions {
  /** Money quanta in one cent, or whatever is paid in whole numbers: 10,000,000 where money is in nano-EUR. */
  readonly centQuanta: number;
  /** The carry of the party's last invoice; 0 unless told. */
  readonly carry?: bigint;
  /** Statements of earlier invoices in place of which there are new ones among `statements`. */
  readonly replaced?: readonly Statement[];
}

/** What a party owes for many delivery periods: energy in quanta, money in quanta unless it says cents. */
export interface Invoice {
  readonly party: string;
  readonly bought: bigint;
  readonly sold: bigint;
  readonly imported: bigint;
  readonly exported: bigint;
  /** Of what it drew, what came from neighbours: `Statement.fromNeighbours`, summed. */
  readonly fromNeighbours: bigint;
  readonly toNeighbours: bigint;
  readonly tradeCost: bigint;
  readonly feeCost: bigint;
  readonly imbalanceCost: bigint;
  /** All of it, above zero what the party owes, exact. */
  readonly total: bigint;
  /** What it would have owed with the utility alone. */
  readonly costAlone: bigint;
  /** What the market saved it: `costAlone - total`. */
  readonly saved: bigint;
  /** What was carried over into this invoice. */
  readonly carriedIn: bigint;
  /** To be paid, in whole cents: `total + carriedIn`, rounded once, half to even. Below zero the party is paid. */
  readonly cents: bigint;
  /** What rounding left, for the next invoice: `total + carriedIn - cents * centQuanta`, half a cent at most. */
  readonly carry: bigint;
}

const SUMS = [
  'bought',
  'sold',
  'imported',
  'exported',
  'fromNeighbours',
  'toNeighbours',
  'tradeCost',
  'feeCost',
  'imbalanceCost',
  'total',
  'costAlone',
] as const satisfies readonly (keyof Statement & keyof Invoice)[];

/**
 * Adds up the statements of one party, and rounds once. Nothing is ever lost by rounding: the cents of all invoices are
 * what all of them come to, up to the last carry. O(statements).
 * @param statements of the party, at least one
 * @throws TypeError or RangeError that names the argument; RangeError also for statements of two parties
 */
export function invoiceOf(statements: readonly Statement[], options: InvoiceOptions): Invoice {
  objectArgument(options, 'options', ['centQuanta', 'carry', 'replaced']);
  const { carry = 0n, replaced = [] } = options;
  const cent = BigInt(integerArgument(options.centQuanta, 'options.centQuanta', 1, MAX_INTEGER));
  if (typeof carry !== 'bigint') {
    throw new TypeError(`options.carry must be a bigint, got ${shown(carry)}`);
  }
  if (!Array.isArray(statements) || !Array.isArray(replaced)) {
    throw new TypeError('statements and options.replaced must be arrays');
  }
  const party = idArgument(statements[0]?.party, 'statements[0].party');
  const sums = { ...NOTHING };
  for (const statement of statements) add(sums, statement, 1n, party);
  for (const statement of replaced) add(sums, statement, -1n, party);
  const due = sums.total + carry;
  const cents = halfToEven(due, cent);
  const saved = sums.costAlone - sums.total;
  return { party, ...sums, saved, carriedIn: carry, cents, carry: due - cents * cent };
}

type Sums = Record<(typeof SUMS)[number], bigint>;

const NOTHING = Object.fromEntries(SUMS.map((name) => [name, 0n])) as Sums;

function add(sums: Sums, statement: Statement, sign: bigint, party: string): void {
  if (statement.party !== party) {
    const parties = `${shown(party)} and ${shown(statement.party)}`;
    throw new RangeError(`statements must be of one party, not of ${parties}`);
  }
  for (const name of SUMS) sums[name] += sign * BigInt(statement[name]);
}

/** The whole number next to amount / unit, of two that are equally near the even one. */
function halfToEven(amount: bigint, unit: bigint): bigint {
  const rest = ((amount % unit) + unit) % unit;
  const below = (amount - rest) / unit;
  const up = rest * 2n > unit || (rest * 2n === unit && below % 2n !== 0n);
  return up ? below + 1n : below;
}
