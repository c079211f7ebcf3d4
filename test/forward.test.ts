import { describe, expect, test } from 'vitest';
import {
  Engine,
  fromSteps,
  type SettlementTerms,
  settleSlot,
  type SlotTrade,
  type TradeView,
} from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { deliver, must, read, settle, slotMarket, trade } from './forward-stage.ts';

const HOMES = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'];
const price = (ticks: number): string => fromSteps(ticks, '0.01');

/** A market that has traded at random, in kWh of up to 9.999. */
function traded(draw: Draw, min: number, max: number, funds = '100000'): Engine {
  const terms = { makerPpm: draw(3) * 1000, takerPpm: draw(3) * 1500 };
  const each = Object.fromEntries(HOMES.map((home) => [home, funds]));
  const engine = slotMarket({ min: price(min), max: price(max), terms, funds: each });
  for (let i = 0; i < 40; i++) {
    engine.submit({
      account: draw(8) === 0 ? 'grid' : HOMES[draw(HOMES.length)]!,
      product: 'slot',
      side: draw(2) === 0 ? 'buy' : 'sell',
      quantityLots: 1 + draw(9999),
      priceTicks: min + draw(max - min + 1),
      selfTrade: 'allow',
    });
  }
  return engine;
}

/** The meter readings of all homes, as they are corrected: some homes have several. */
function corrections(draw: Draw, many: number) {
  return Array.from({ length: many }, () => ({
    account: HOMES[draw(HOMES.length)]!,
    importedQuanta: draw(15_000),
    exportedQuanta: draw(15_000),
  }));
}

const slotTrades = (engine: Engine): SlotTrade[] =>
  [...engine.trades()].map((each) => ({
    trade: each.trade,
    time: each.time,
    buyer: each.buyer,
    seller: each.seller,
    quantity: each.quantityLots,
    price: each.priceTicks * 10_000,
    buyerFee: each.buyerFeeQuanta,
    sellerFee: each.sellerFeeQuanta,
  }));

describe('settlement in a market', () => {
  test('books what settleSlot makes of the same trades and readings, 300 markets', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const draw = mulberry32(seed);
      const [min, max] = [-draw(30), 1 + draw(60)];
      const engine = traded(draw, min, max);
      const [one, other] = [min + draw(max - min + 1), min + draw(max - min + 1)];
      const [long, short] = [Math.min(one, other), Math.max(one, other)];
      const ppm = draw(2) * draw(400_000);
      const tolerated = long + draw(short - long + 1);
      const tolerance = ppm === 0 ? {} : { tolerance: { ppm, price: price(tolerated) } };
      const prices = { long: price(long), short: price(short) };
      must(engine.setImbalancePrices({ product: 'slot', ...prices, ...tolerance }));
      must(engine.advanceTime({ at: 2000 }));
      const readings = HOMES.filter(() => draw(4) > 0).map((party) => ({
        party,
        version: 1,
        quality: 'measured' as const,
        imported: draw(15_000),
        exported: draw(15_000),
      }));
      for (const { party, imported, exported } of readings) {
        const counted = { importedQuanta: imported, exportedQuanta: exported };
        const reading = { version: 1, quality: 'measured', ...counted } as const;
        must(engine.recordReading({ product: 'slot', account: party, ...reading }));
      }
      settle(engine);
      const terms: SettlementTerms = {
        mode: 'firm',
        utility: 'grid',
        retail: short * 10_000,
        feedIn: long * 10_000,
        ...(ppm === 0 ? {} : { tolerance: { ppm, price: tolerated * 10_000 } }),
      };
      const expected = settleSlot(slotTrades(engine), readings, terms);
      const costs = new Map(engine.settlement('slot')!.parties.map((each) => [each.account, each]));
      for (const { party, imbalance, imbalanceCost } of expected.statements) {
        const found = costs.get(party);
        const what = `seed ${seed}, ${party}`;
        expect(found?.imbalanceQuanta ?? 0, what).toBe(imbalance);
        const booked = BigInt((found?.booked ?? '0.000000000').replace('.', ''));
        expect(booked, what).toBe(imbalanceCost);
      }
      expect(engine.isConserved()).toBe(true);
    }
  });

  test('corrections in any order, settled after each or all at once, give the same books', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const draw = mulberry32(10_000 + seed);
      const engine = traded(draw, -10, 40);
      deliver(engine, price(draw(10) - 10), price(draw(40)));
      const latest = new Map(corrections(draw, 12).map((each) => [each.account, each]));
      for (const account of HOMES) {
        const none = { account, importedQuanta: 0, exportedQuanta: 0 };
        if (!latest.has(account)) latest.set(account, none);
      }
      const start = engine.snapshot();
      const books = [0, 1, 2].map((way) => {
        const other = Engine.restore(start);
        // First guesses in any order, with a settlement now and then; the readings that count come last for each.
        const versions = new Map<string, number>();
        const record = (each: ReturnType<typeof corrections>[number]): void => {
          const version = (versions.get(each.account) ?? 0) + 1;
          versions.set(each.account, version);
          const reading = { version, quality: 'estimated', ...each } as const;
          must(other.recordReading({ product: 'slot', ...reading }));
        };
        for (const guess of way === 0 ? [] : corrections(mulberry32(seed * 7 + way), 9)) {
          record(guess);
          if (way === 2) settle(other);
        }
        const order = [...latest.values()];
        if (way === 1) order.reverse();
        if (way === 2) order.push(...order.splice(0, 3));
        for (const each of order) {
          record(each);
          if (way > 0) settle(other);
        }
        settle(other, true);
        expect(other.isConserved()).toBe(true);
        return [...HOMES, 'grid', 'fees'].map((account) => other.balance(account, 'EUR').available);
      });
      expect(books[1], `seed ${seed}`).toEqual(books[0]);
      expect(books[2], `seed ${seed}`).toEqual(books[0]);
    }
  });

  test('what is locked pays for every fill and for the worst that can come of it', () => {
    let fills = 0;
    for (let seed = 1; seed <= 400; seed++) {
      const draw = mulberry32(20_000 + seed);
      const min = draw(3) === 0 ? draw(20) : -draw(30);
      const max = min + 1 + draw(60);
      // Little money, all of it in use: an account that locks too little cannot pay.
      const engine = traded(draw, min, max, `${1 + draw(4)}.${draw(1_000_000_000)}1`.slice(0, 11));
      fills += [...engine.trades()].length;
      const worst = draw(2) === 0;
      // All are at their worst: who sold delivers nothing when that is dear, who bought uses nothing when that costs most.
      deliver(engine, price(worst ? min : max), price(max));
      settle(engine);
      for (const home of HOMES) expect(engine.debts(home), `seed ${seed}, ${home}`).toEqual([]);
      expect(engine.isConserved(), `seed ${seed}`).toBe(true);
    }
    expect(fills).toBeGreaterThan(1500);
  });

  test('a correction that moves a sum from contracted energy to other is booked too', () => {
    const engine = slotMarket({ min: '0', max: '0.40', funds: { anna: '5', ben: '5' } });
    trade(engine, 'anna', 'ben', '5', '0.20');
    deliver(engine, '0.05', '0.10');
    read(engine, 'anna', '2', '0');
    read(engine, 'ben', '5', '0');
    // 5 at 0.20 and 2 at 0.10; then 4 at 0.30.
    settle(engine, true);
    read(engine, 'anna', '0', '1');
    must(engine.setImbalancePrices({ product: 'slot', long: '0.05', short: '0.30' }));
    const before = engine.sequence;
    settle(engine);
    const posted = [...engine.events({ after: before })].filter(
      ({ type }) => type === 'settlementPosted',
    );
    expect(posted).toMatchObject([{ account: 'anna', paid: 0 }]);
    must(engine.archiveProduct({ product: 'slot' }));
  });

  test('who has closed its position needs no reading, whatever was booked for it before', () => {
    const engine = slotMarket({ min: '0', max: '0.40', funds: { anna: '5', ben: '5' } });
    for (const [account, side] of [
      ['anna', 'sell'],
      ['ben', 'buy'],
    ] as const)
      must(engine.submit({ account, product: 'slot', side, quantity: '2', price: '0.20' }));
    deliver(engine, '0.10', '0.30');
    settle(engine);
    expect(engine.settlement('slot')!.parties).toMatchObject([
      { account: 'anna', booked: '0.600000000' },
      { account: 'ben', booked: '-0.200000000' },
    ]);
    expect(engine.settleProduct({ product: 'slot', final: true })).toMatchObject({
      code: 'READING_MISSING',
    });
    const [{ trade, quantityLots, priceTicks }] = [...engine.trades()] as [TradeView];
    const fees = { buyerFeeQuanta: 0, sellerFeeQuanta: 0 };
    const parties = { buyer: 'ben', seller: 'anna', ...fees };
    must(engine.recallTrade({ trade, product: 'slot', quantityLots, priceTicks, ...parties }));
    settle(engine, true);
    for (const account of ['anna', 'ben']) {
      expect(engine.balance(account, 'EUR')).toMatchObject({
        available: '5.000000000',
        locked: '0.000000000',
      });
    }
  });
});
