import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readHomes } from '../examples/neighbourhood/csv.ts';
import { type PvCase, withCase } from '../examples/neighbourhood/homes.ts';
import {
  booksOf,
  type MeterReading,
  type Posting,
  settleSlot,
  settlementDifference,
  type SettlementTerms,
  type SlotTrade,
} from '../src/index.ts';
import { mulberry32 } from './mulberry32.ts';
import { naiveSettlement } from './naive-settlement.ts';
import { DELIVERED, shuffled, TERMS } from './settlement-stage.ts';

const RUNS = { seed: 20_261_123, numRuns: 1500 };
const PARTIES = ['anna', 'ben', 'cleo', 'dora'];

const party = fc.constantFrom(...PARTIES);
const price = fc.integer({ min: -30, max: 60 });
const trade = fc.record({
  time: fc.integer({ min: 0, max: 3 }),
  buyer: fc.constantFrom(...PARTIES, 'grid'),
  seller: fc.constantFrom(...PARTIES, 'grid'),
  quantity: fc.integer({ min: 1, max: 12 }),
  price,
  buyerFee: fc.integer({ min: 0, max: 20 }),
  sellerFee: fc.integer({ min: 0, max: 20 }),
});
const numbered = fc
  .array(trade, { maxLength: 8 })
  .map((list): SlotTrade[] => list.map((each, i) => ({ ...each, trade: i })));
const reading = fc.record({
  party,
  version: fc.constant(1),
  quality: fc.constantFrom('measured', 'substituted', 'estimated'),
  imported: fc.integer({ min: 0, max: 15 }),
  exported: fc.integer({ min: 0, max: 15 }),
});
/** Several readings of a party, in versions one after the other. */
const versioned = fc.array(reading, { maxLength: 10 }).map((list): MeterReading[] => {
  const versions = new Map<string, number>();
  return list.map((each) => {
    const version = (versions.get(each.party) ?? 0) + 1;
    versions.set(each.party, version);
    return { ...each, version };
  });
});
const terms = fc
  .record({
    mode: fc.constantFrom('firm', 'delivered'),
    sharing: fc.constantFrom('fifo', 'proRata'),
    tariffs: fc.tuple(price, price).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    single: fc.option(fc.integer({ min: -30, max: 60 })),
    tolerancePpm: fc.constantFrom(0, 0, 100_000, 500_000, 1_000_000),
    share: fc.integer({ min: 0, max: 10 }),
  })
  .map(({ mode, sharing, tariffs, single, tolerancePpm, share }): SettlementTerms => {
    const [feedIn, retail] = tariffs;
    const imbalance = single === null ? undefined : { long: single, short: single };
    const { long, short } = imbalance ?? { long: feedIn, short: retail };
    const within = long + Math.floor(((short - long) * share) / 10);
    const tolerance = { ppm: tolerancePpm, price: within };
    const given = { mode, sharing, utility: 'grid', retail, feedIn, tolerance } as const;
    return imbalance === undefined ? given : { ...given, imbalance };
  });

/** Books without accounts that have got nothing, in order. */
function sorted(books: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...books].filter(([, amount]) => amount !== 0n).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('any settlement', () => {
  it('is what one comes to that counts quantum by quantum', () => {
    const property = fc.property(numbered, versioned, terms, (trades, readings, how) => {
      const settled = settleSlot(trades, readings, how);
      const naive = naiveSettlement(trades, readings, how);
      expect(new Map(settled.trades.map((each) => [each.trade, each.counted]))).toEqual(
        new Map([...naive.counted].map((entry) => entry)),
      );
      expect(sorted(booksOf(settled.postings))).toEqual(sorted(naive.books));
    });
    fc.assert(property, RUNS);
  });

  it('adds up: books to zero, statements to books, energy to what the meters counted', () => {
    const property = fc.property(numbered, versioned, terms, (trades, readings, how) => {
      const { postings, statements, trades: counted } = settleSlot(trades, readings, how);
      const books = booksOf(postings);
      expect([...books.values()].reduce((sum, amount) => sum + amount, 0n)).toBe(0n);
      for (const { amount } of postings) expect(amount > 0n).toBe(true);
      for (const each of statements) {
        expect(each.total).toBe(-(books.get(each.party) ?? 0n));
        expect(each.total).toBe(each.tradeCost + each.feeCost + each.imbalanceCost);
        const { imbalance, imported, exported, bought, sold } = each;
        expect(bought - sold + imbalance).toBe(imported - exported);
        const charged = each.charges.reduce((sum, { quantity }) => sum + quantity, 0);
        expect(charged).toBe(imbalance);
        expect(each.fromNeighbours + each.toNeighbours).toBeLessThanOrEqual(
          Math.abs(imported - exported),
        );
      }
      for (const { counted: part, quantity } of counted) {
        expect(part >= 0 && part <= quantity).toBe(true);
      }
    });
    fc.assert(property, RUNS);
  });

  it('depends on no order of trades and readings', () => {
    const property = fc.property(
      numbered,
      versioned,
      terms,
      fc.nat(),
      (trades, readings, how, seed) => {
        const draw = mulberry32(seed);
        const other = settleSlot(shuffled(trades, draw), shuffled(readings, draw), how);
        expect(other).toEqual(settleSlot(trades, readings, how));
      },
    );
    fc.assert(property, RUNS);
  });

  it('comes to the same books by corrections in any order', () => {
    const property = fc.property(
      numbered,
      versioned,
      terms,
      fc.nat(),
      (trades, readings, how, seed) => {
        const draw = mulberry32(seed);
        const known: { trades: SlotTrade[]; readings: MeterReading[] } = {
          trades: [],
          readings: [],
        };
        const news = shuffled([...trades, ...readings], draw);
        const booked: Posting[] = [];
        let last: readonly Posting[] = [];
        for (const each of news) {
          if ('trade' in each) known.trades.push(each);
          else known.readings.push(each);
          const { postings } = settleSlot(known.trades, known.readings, how);
          booked.push(...settlementDifference(last, postings));
          last = postings;
        }
        const final = settleSlot(trades, readings, how).postings;
        expect(sorted(booksOf(booked))).toEqual(sorted(booksOf(final)));
        expect(settlementDifference(booked, final)).toEqual([]);
      },
    );
    fc.assert(property, RUNS);
  });
});

const ROOT = new URL('../../shared/data/', import.meta.url);
const HOMES = new URL('citylearn-2022-hourly/community17_hourly_wh.csv', ROOT);
const EXPECTED = new URL('reference/community_expected.json', ROOT);
const available = existsSync(HOMES) && existsSync(EXPECTED);
if (!available) console.log('skipped: the data of 17 real homes is not beside the project');

/** Lets who gives trade with who draws, in turn, at a price somewhere between the tariffs. */
function neighbourTrades(drawn: readonly number[], names: readonly string[]): SlotTrade[] {
  const left = [...drawn];
  const trades: SlotTrade[] = [];
  for (let buyer = 0, seller = 0; ;) {
    while (buyer < left.length && left[buyer]! <= 0) buyer++;
    while (seller < left.length && left[seller]! >= 0) seller++;
    if (buyer === left.length || seller === left.length) return trades;
    const quantity = Math.min(left[buyer]!, -left[seller]!);
    left[buyer]! -= quantity;
    left[seller]! += quantity;
    const number = trades.length;
    trades.push({
      trade: number,
      time: 0,
      buyer: names[buyer]!,
      seller: names[seller]!,
      quantity,
      price: 100_000 + ((number * 37_000) % 200_000),
    });
  }
}

describe.skipIf(!available)('a year of 17 real homes', () => {
  const cases: [string, PvCase][] = [
    ['citylearn17_all_pv_full_year', 'all-pv'],
    ['citylearn17_odd_homes_double_pv_full_year', 'odd-double-pv'],
  ];
  it.each(cases)('%s comes to the bills of the reference', (name, which) => {
    type Reference = Record<string, { tradable: number; bill_base: number; bill_p2p: number }>;
    const expected = (JSON.parse(readFileSync(EXPECTED, 'utf8')) as Reference)[name]!;
    const homes = withCase(readHomes(HOMES.pathname), which);
    const totals = { firm: 0n, delivered: 0n, alone: 0n, neighbours: 0 };
    for (let hour = 0; hour < homes.periods; hour++) {
      const drawn = homes.names.map((_, i) => homes.load[i]![hour]! - homes.pv[i]![hour]!);
      const trades = neighbourTrades(drawn, homes.names);
      const readings = homes.names.map((home, i): MeterReading => {
        const [imported, exported] = [Math.max(drawn[i]!, 0), Math.max(-drawn[i]!, 0)];
        return { party: home, version: 1, quality: 'measured', imported, exported };
      });
      for (const each of settleSlot(trades, readings, TERMS).statements) {
        totals.firm += each.total;
        totals.alone += each.costAlone;
        totals.neighbours += each.fromNeighbours;
        if (each.total > each.costAlone) throw new Error(`${each.party} loses in hour ${hour}`);
      }
      for (const each of settleSlot(trades, readings, DELIVERED).statements) {
        totals.delivered += each.total;
      }
    }
    expect(totals.alone).toBe(BigInt(expected.bill_base));
    expect(totals.firm).toBe(BigInt(expected.bill_p2p));
    expect(totals.delivered).toBe(BigInt(expected.bill_p2p));
    expect(totals.neighbours).toBe(expected.tradable);
  });
});
