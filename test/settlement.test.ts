import { describe, expect, it } from 'vitest';
import { booksOf, Engine, settleSlot, settlementDifference, type SlotTrade } from '../src/index.ts';
import { costOf, DELIVERED, meters, statementOf, TERMS, trades } from './settlement-stage.ts';
import { must } from './stage.ts';

const EUR = 1_000_000_000n;
const counted = (settled: ReturnType<typeof settleSlot>): number[] =>
  settled.trades.map((trade) => trade.counted);

describe('a delivery period is settled', () => {
  it('with what was contracted, metered, and out of balance', () => {
    const traded = trades(['anna', 'ben', 4000, 200_000], ['anna', 'cleo', 1000, 150_000]);
    const settled = settleSlot(traded, meters({ anna: -5500, ben: 4200, cleo: 900 }), TERMS);
    expect(statementOf(settled, 'anna')).toEqual({
      party: 'anna',
      bought: 0,
      sold: 5000,
      imported: 0,
      exported: 5500,
      quality: 'measured',
      imbalance: -500,
      charges: [{ kind: 'utility', quantity: -500, price: 80_000 }],
      fromNeighbours: 0,
      toNeighbours: 5000,
      tradeCost: -950_000_000n,
      feeCost: 0n,
      imbalanceCost: -40_000_000n,
      total: -990_000_000n,
      costAlone: -440_000_000n,
    });
    expect(statementOf(settled, 'ben')).toMatchObject({
      imbalance: 200,
      charges: [{ kind: 'utility', quantity: 200, price: 300_000 }],
      fromNeighbours: 4000,
      total: 860_000_000n,
      costAlone: 1_260_000_000n,
    });
    // 0.1 kWh that was bought and not used brings no more than the cheapest trade, and no more than feed-in.
    expect(statementOf(settled, 'cleo')).toMatchObject({
      imbalance: -100,
      charges: [{ kind: 'contract', quantity: -100, price: 80_000 }],
      fromNeighbours: 900,
      total: 142_000_000n,
    });
    expect(settled.missing).toEqual([]);
    expect(settled.postings).toEqual([
      { from: 'ben', to: 'anna', amount: 800_000_000n, reason: 'energy', trade: 1 },
      { from: 'cleo', to: 'anna', amount: 150_000_000n, reason: 'energy', trade: 2 },
      { from: 'grid', to: 'anna', amount: 40_000_000n, reason: 'imbalance' },
      { from: 'ben', to: 'grid', amount: 60_000_000n, reason: 'imbalance' },
      { from: 'grid', to: 'cleo', amount: 8_000_000n, reason: 'imbalance' },
    ]);
  });

  it('without what a party traded with itself, but for the fees', () => {
    const [own] = trades(['anna', 'anna', 4000, 200_000]);
    const settled = settleSlot([{ ...own!, buyerFee: 7 }], meters({ anna: -5000 }), DELIVERED);
    expect(statementOf(settled, 'anna')).toMatchObject({ bought: 0, sold: 0, feeCost: 7n });
    expect(counted(settled)).toEqual([4000]);
    expect(settled.postings.map(({ reason }) => reason)).toEqual(['fee', 'imbalance']);
  });

  it('by the net of what was bought and sold', () => {
    const traded = trades(['anna', 'ben', 4000, 200_000], ['cleo', 'ben', 6000, 220_000]);
    const settled = settleSlot(traded, meters({ anna: -4000, ben: 10_000, cleo: -6000 }), TERMS);
    expect(settled.statements.map(({ imbalance }) => imbalance)).toEqual([0, 0, 0]);
    expect(settled.postings.some(({ reason }) => reason === 'imbalance')).toBe(false);
    // Bought 4, sold 6 on to others, gave 2 of its own: nothing to pay for.
    const dealt = trades(['anna', 'ben', 4000, 200_000], ['ben', 'cleo', 6000, 210_000]);
    const both = settleSlot(dealt, meters({ anna: -4000, ben: -2000, cleo: 6000 }), TERMS);
    expect(statementOf(both, 'ben')).toMatchObject({ imbalance: 0, total: -460_000_000n });
  });

  it('with the trade of the last moment before the gate closes like with any other', () => {
    const gate = 86_400_000;
    const last: SlotTrade = { ...trades(['anna', 'ben', 4000, 200_000])[0]!, time: gate - 1 };
    const settled = settleSlot([last], meters({ anna: -4000, ben: 4000 }), DELIVERED);
    expect(statementOf(settled, 'ben')).toMatchObject({ bought: 4000, imbalance: 0 });
    expect(statementOf(settled, 'ben').total).toBe(800_000_000n);
  });

  it('at retail and feed-in prices where nothing was traded', () => {
    const settled = settleSlot([], meters({ anna: -5000, ben: 4000 }), TERMS);
    for (const { total, costAlone } of settled.statements) expect(total).toBe(costAlone);
    expect([...booksOf(settled.postings)]).toEqual([
      ['grid', (12n * EUR) / 10n - (4n * EUR) / 10n],
      ['anna', (4n * EUR) / 10n],
      ['ben', (-12n * EUR) / 10n],
    ]);
  });

  it('with the utility as a party to trades, which has no meter and no statement', () => {
    const traded = trades(['grid', 'ben', 4000, 300_000], ['anna', 'grid', 5000, 80_000]);
    const settled = settleSlot(traded, meters({ anna: -5000, ben: 4000 }), DELIVERED);
    expect(settled.statements.map(({ party }) => party)).toEqual(['anna', 'ben']);
    for (const { total, costAlone } of settled.statements) expect(total).toBe(costAlone);
    expect(statementOf(settled, 'ben')).toMatchObject({ bought: 4000, fromNeighbours: 0 });
    expect(statementOf(settled, 'anna')).toMatchObject({ sold: 5000, toNeighbours: 0 });
    const half = settleSlot(traded, meters({ anna: -5000, ben: 1000 }), DELIVERED);
    expect(counted(half)).toEqual([1000, 5000]);
  });

  it('at negative prices, where the seller pays', () => {
    const traded = trades(['anna', 'ben', 4000, -50_000]);
    const settled = settleSlot(traded, meters({ anna: -4000, ben: 4000 }), TERMS);
    expect(settled.postings).toEqual([
      { from: 'anna', to: 'ben', amount: 200_000_000n, reason: 'energy', trade: 1 },
    ]);
  });

  it('exactly, beyond 2^53 too', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const traded = trades(['anna', 'ben', most, most]);
    const settled = settleSlot(traded, meters({ anna: -most, ben: most }), TERMS);
    expect(statementOf(settled, 'ben').total).toBe(BigInt(most) ** 2n);
    const fees = { ...traded[0]!, buyerFee: most };
    const cut = settleSlot([fees], meters({ anna: -(most - 2), ben: most }), DELIVERED);
    expect(statementOf(cut, 'ben').feeCost).toBe(BigInt(most) - 2n);
    const twice = trades(['anna', 'ben', most, 1], ['anna', 'ben', 1, 1]);
    const sum = `the energy of "ben" adds up to more than 2^53-1`;
    expect(() => settleSlot(twice, [], TERMS)).toThrow(sum);
  });
});

describe('delivered mode', () => {
  it('counts what was delivered, oldest trade first: sold 5 and 4, delivered 8', () => {
    const traded = trades(['anna', 'ben', 5000, 200_000], ['anna', 'cleo', 4000, 250_000]);
    const drawn = { anna: -8000, ben: 5000, cleo: 4000 };
    const settled = settleSlot(traded, meters(drawn), DELIVERED);
    expect(counted(settled)).toEqual([5000, 3000]);
    expect(statementOf(settled, 'anna')).toMatchObject({ sold: 8000, imbalance: 0 });
    // What cleo did not get from anna comes from the utility, and is not anna's to pay.
    expect(statementOf(settled, 'cleo')).toMatchObject({
      bought: 3000,
      tradeCost: 750_000_000n,
      imbalanceCost: 300_000_000n,
    });
  });

  it('counts in proportion if told to, and gives what is left over to the largest remainder', () => {
    const traded = trades(
      ['anna', 'ben', 5, 200_000],
      ['anna', 'cleo', 4, 250_000],
      ['anna', 'dora', 4, 250_000],
    );
    const terms = { ...DELIVERED, sharing: 'proRata' } as const;
    const drawn = { ben: 5, cleo: 4, dora: 4 };
    const settle = (given: number) => settleSlot(traded, meters({ ...drawn, anna: -given }), terms);
    // 5 x 8/13 = 3.08, 4 x 8/13 = 2.46: the one that is left goes to the older of the two.
    expect(counted(settle(8))).toEqual([3, 3, 2]);
    expect(counted(settle(13))).toEqual([5, 4, 4]);
    expect(counted(settle(0))).toEqual([0, 0, 0]);
  });

  it('counts what was used, and pays the rest back', () => {
    const traded = trades(['anna', 'ben', 5000, 200_000], ['cleo', 'ben', 4000, 250_000]);
    const drawn = { anna: -5000, ben: 6000, cleo: -4000 };
    const settled = settleSlot(traded, meters(drawn), DELIVERED);
    expect(counted(settled)).toEqual([5000, 1000]);
    expect(statementOf(settled, 'ben')).toMatchObject({ imbalance: 0, total: 1_250_000_000n });
    expect(statementOf(settled, 'cleo').charges).toEqual([
      { kind: 'utility', quantity: -3000, price: 80_000 },
    ]);
  });

  it('pays back the fees on energy that was not delivered', () => {
    const [traded] = trades(['anna', 'ben', 3000, 200_000]);
    const fees = { ...traded!, buyerFee: 1000, sellerFee: 500 };
    const settled = settleSlot([fees], meters({ anna: -1000, ben: 3000 }), DELIVERED);
    const paid = settled.postings.filter(({ reason }) => reason === 'fee');
    expect(paid).toEqual([
      { from: 'ben', to: 'fees', amount: 333n, reason: 'fee', trade: 1 },
      { from: 'anna', to: 'fees', amount: 166n, reason: 'fee', trade: 1 },
    ]);
  });

  it('lets who sold on what it never got stand in for it', () => {
    const traded = trades(['anna', 'ben', 5000, 200_000], ['ben', 'cleo', 5000, 210_000]);
    const drawn = { anna: -3000, ben: 0, cleo: 5000 };
    const settled = settleSlot(traded, meters(drawn), DELIVERED);
    expect(counted(settled)).toEqual([3000, 5000]);
    expect(statementOf(settled, 'ben').charges).toEqual([
      { kind: 'contract', quantity: 2000, price: 300_000 },
    ]);
    expect(statementOf(settled, 'cleo')).toMatchObject({ bought: 5000, imbalance: 0 });
  });
});

describe('imbalance', () => {
  const traded = trades(['anna', 'ben', 1000, 200_000], ['cleo', 'ben', 1000, 240_000]);

  it('has one price if both are alike, and prices of its own', () => {
    const terms = { ...TERMS, imbalance: { long: 100_000, short: 100_000 } };
    const drawn = { anna: -1200, ben: 2500, cleo: -1000 };
    const settled = settleSlot(traded, meters(drawn), terms);
    expect(statementOf(settled, 'anna').imbalanceCost).toBe(-20_000_000n);
    expect(statementOf(settled, 'ben').imbalanceCost).toBe(50_000_000n);
    expect(statementOf(settled, 'ben').costAlone).toBe(750_000_000n);
  });

  it('is settled at another price within the tolerance, a share of what was contracted', () => {
    const terms = { ...TERMS, tolerance: { ppm: 100_000, price: 220_000 } };
    const drawn = { anna: -1150, ben: 2500, cleo: -1000 };
    const settled = settleSlot(traded, meters(drawn), terms);
    expect(statementOf(settled, 'anna').charges).toEqual([
      { kind: 'tolerated', quantity: -100, price: 200_000 },
      { kind: 'utility', quantity: -50, price: 80_000 },
    ]);
    expect(statementOf(settled, 'ben').charges).toEqual([
      { kind: 'tolerated', quantity: 200, price: 240_000 },
      { kind: 'utility', quantity: 300, price: 300_000 },
    ]);
    const less = settleSlot(traded, meters({ ...drawn, ben: 1700 }), terms);
    expect(statementOf(less, 'ben').charges).toEqual([
      { kind: 'tolerated', quantity: -200, price: 200_000 },
      { kind: 'contract', quantity: -100, price: 80_000 },
    ]);
  });

  it('costs nobody more for being tolerated', () => {
    const dear = trades(['anna', 'ben', 1000, 900_000]);
    const terms = { ...TERMS, tolerance: { ppm: 1_000_000, price: 200_000 } };
    expect(costOf('ben', dear, { anna: -1000, ben: 1100 }, terms)).toBe(930_000_000n);
  });
});

describe('readings', () => {
  const traded = trades(['anna', 'ben', 1000, 200_000]);
  const [first] = meters({ ben: 1000 });

  it('count in their highest version, whatever its quality and wherever it stands', () => {
    const estimated = { ...first!, imported: 1300, version: 3, quality: 'estimated' } as const;
    const readings = [first!, estimated, { ...first!, imported: 900, version: 2 }];
    for (const list of [readings, [...readings].reverse()]) {
      const { imported, quality } = statementOf(settleSlot(traded, list, TERMS), 'ben');
      expect([imported, quality]).toEqual([1300, 'estimated']);
    }
  });

  it('may come twice, but not with other numbers in the same version', () => {
    const late = { ...first!, version: 2 };
    expect(settleSlot(traded, [late, first!, { ...first! }], TERMS).missing).toEqual(['anna']);
    // Neither of the two counts.
    const lost = { ...first!, version: 2, imported: 1 };
    const latest = { ...first!, version: 3 };
    expect(() => settleSlot(traded, [first!, latest, late, lost], TERMS)).toThrow('readings[3] is');
    for (const change of [{ imported: 1 }, { exported: 1 }, { quality: 'estimated' as const }]) {
      expect(() => settleSlot(traded, [first!, late, { ...first!, ...change }], TERMS)).toThrow(
        'readings[2] is another reading of "ben" in version 1: a correction needs a higher one',
      );
    }
  });

  it('that are missing are told of, and taken for nothing drawn and nothing given', () => {
    const settled = settleSlot(traded, [first!], TERMS);
    expect(settled.missing).toEqual(['anna']);
    expect(statementOf(settled, 'anna')).toMatchObject({ quality: undefined, imbalance: 1000 });
  });
});

describe('a correction', () => {
  it('books the difference only', () => {
    const traded = trades(['anna', 'ben', 1000, 200_000]);
    const early = settleSlot(traded, meters({ anna: -1000, ben: 1200 }), TERMS);
    const late = settleSlot(traded, meters({ anna: -900, ben: 1200 }, 2), TERMS);
    const difference = settlementDifference(early.postings, late.postings);
    expect(difference).toEqual([
      { from: 'anna', to: 'grid', amount: 30_000_000n, reason: 'imbalance' },
    ]);
    expect(settlementDifference(late.postings, late.postings)).toEqual([]);
    expect(settlementDifference([], late.postings)).toEqual(late.postings);
  });

  it('pays back what a trade that was undone had cost, trade by trade', () => {
    const traded = trades(['anna', 'ben', 1000, 200_000], ['anna', 'ben', 1000, -200_000]);
    const before = settleSlot(traded, meters({ anna: -2000, ben: 2000 }), TERMS).postings;
    const difference = settlementDifference(before, []);
    expect(difference.map(({ from, to, trade }) => [from, to, trade])).toEqual([
      ['anna', 'ben', 1],
      ['ben', 'anna', 2],
    ]);
    expect(booksOf(difference)).toEqual(
      new Map([
        ['anna', 0n],
        ['ben', 0n],
      ]),
    );
  });
});

describe('trades of an engine', () => {
  it('go in with their numbers in quanta', () => {
    const engine = new Engine();
    must(engine.listAsset({ id: 'kWh', decimals: 3 }));
    must(engine.listAsset({ id: 'EUR', decimals: 9 }));
    const grid = { energy: 'kWh', money: 'EUR', tick: '0.000001', lot: '0.001' };
    must(engine.listProduct({ id: 'noon', ...grid, takerPpm: 10_000 }));
    for (const id of ['anna', 'ben']) must(engine.openAccount({ id }));
    must(engine.deposit({ account: 'anna', asset: 'kWh', amount: '5' }));
    must(engine.deposit({ account: 'ben', asset: 'EUR', amount: '5' }));
    const order = { product: 'noon', price: '0.2', quantity: '4' } as const;
    must(engine.submit({ ...order, account: 'anna', side: 'sell' }));
    must(engine.submit({ ...order, account: 'ben', side: 'buy' }));
    const traded = [...engine.trades()].map((trade) => ({
      trade: trade.trade,
      time: trade.time,
      buyer: trade.buyer,
      seller: trade.seller,
      quantity: trade.quantityLots,
      price: trade.priceTicks,
      buyerFee: trade.buyerFeeQuanta,
      sellerFee: trade.sellerFeeQuanta,
    }));
    const settled = settleSlot(traded, meters({ anna: -4000, ben: 4000 }), TERMS);
    expect(booksOf(settled.postings).get('ben')).toBe(
      BigInt(engine.balance('ben', 'EUR').availableQuanta) - 5n * EUR,
    );
  });
});
