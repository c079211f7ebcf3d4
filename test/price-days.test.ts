import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Engine, slotProducts, slotsOf } from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { must } from './stage.ts';

/*
 * Days of German day-ahead prices as markets: one product for each quarter hour, with a gate. A utility stands in
 * the book with the price of the exchange, plus what a grid costs for who buys. Homes offer and ask in between, and
 * before the gate those that are left go to the utility. A tick is 0.01 EUR/MWh, as the prices are; a lot is 1 Wh.
 */
const DATA = new URL('../../shared/data/de-day-ahead-15min/', import.meta.url);
const DAYS = [
  { day: '2025-10-26', slots: 100 },
  { day: '2026-03-29', slots: 92 },
  { day: '2026-05-01', slots: 96, lowest: -49_999 },
];
const MINUTE = 60_000;
const SURCHARGE_TICKS = 15_000;
/** A tick, 0.00001 EUR/kWh, times a lot, 0.001 kWh, in nano-EUR. */
const NANO = 10;
const PURSE_NANO = 1e13;
const HOMES = Array.from({ length: 12 }, (_, i) => `home${i + 1}`);

interface PricedSlot {
  readonly start: number;
  readonly end: number;
  readonly ticks: number;
}

const fileOf = (day: string): URL => new URL(`de_lu_${day}.csv`, DATA);

function pricesOf(day: string): PricedSlot[] {
  const [head, ...rows] = readFileSync(fileOf(day), 'utf8').trim().split(/\r?\n/);
  expect(head).toBe('start_utc,end_utc,eur_per_mwh');
  return rows.map((row) => {
    const [start, end, price] = row.split(',') as [string, string, string];
    expect(price).toMatch(/^-?\d+\.\d\d$/);
    return {
      start: Date.parse(start),
      end: Date.parse(end),
      ticks: Number(price.replace('.', '')),
    };
  });
}

/** What is done at which time, for all quarter hours of a day; several are traded at once. */
class Day {
  readonly engine = new Engine();
  /** Wh by home and product: above zero is load. */
  readonly net = new Map<string, Map<string, number>>();
  readonly #plan: { readonly at: number; readonly act: () => void }[] = [];
  readonly #draw: Draw;

  constructor(
    day: string,
    prices: readonly PricedSlot[],
    mechanism: 'continuous' | 'call',
    seed: number,
  ) {
    this.#draw = mulberry32(seed);
    const { engine } = this;
    must(engine.advanceTime({ at: prices[0]!.start - 1_440 * MINUTE }));
    must(engine.listAsset({ id: 'EUR', decimals: 9 }));
    for (const id of ['utility', ...HOMES]) {
      must(engine.openAccount({ id }));
      must(engine.deposit({ account: id, asset: 'EUR', amountQuanta: PURSE_NANO }));
    }
    const grid = { money: 'EUR', tick: '0.00001', lot: '0.001' };
    const plan = { opensMs: -90 * MINUTE, gateMs: -5 * MINUTE, period: 'PT15M' } as const;
    const where = { zone: 'DE', timeZone: 'Europe/Berlin', day, mechanism };
    slotProducts({ ...grid, ...plan, ...where }).forEach((product, i) => {
      must(engine.listAsset({ id: product.energy, decimals: 3 }));
      must(engine.listProduct(product));
      this.#trade(product.id, prices[i]!);
    });
    for (const { at, act } of this.#plan.sort((a, b) => a.at - b.at)) {
      must(engine.advanceTime({ at }));
      act();
    }
    must(engine.advanceTime({ at: prices.at(-1)!.end }));
  }

  #trade(product: string, { start, ticks }: PricedSlot): void {
    const { engine } = this;
    const sides = { buy: ticks + SURCHARGE_TICKS, sell: ticks } as const;
    this.#at(start - 90 * MINUTE, () => {
      const quote = { account: 'utility', product, quantityLots: 50_000 } as const;
      must(engine.deposit({ account: 'utility', asset: product, amountQuanta: 50_000 }));
      must(engine.submit({ ...quote, side: 'sell', priceTicks: sides.buy }));
      must(engine.submit({ ...quote, side: 'buy', priceTicks: sides.sell }));
    });
    for (const account of HOMES) {
      const net = this.#draw(2_001) - 1_000;
      if (net === 0) continue;
      if (!this.net.has(account)) this.net.set(account, new Map());
      this.net.get(account)!.set(product, net);
      const side = net > 0 ? 'buy' : 'sell';
      const first = ticks + this.#draw(SURCHARGE_TICKS + 1);
      let orderId = 0;
      this.#at(start - (20 + this.#draw(70)) * MINUTE, () => {
        const quantityLots = Math.abs(net);
        if (net < 0) {
          must(engine.deposit({ account, asset: product, amountQuanta: quantityLots }));
        }
        const order = { account, product, side, quantityLots, priceTicks: first } as const;
        orderId = must(engine.submit(order)).orderId;
      });
      this.#at(start - (6 + this.#draw(10)) * MINUTE, () => {
        if (engine.order(orderId) === undefined) return;
        must(engine.amend({ actor: account, orderId, priceTicks: sides[side] }));
      });
    }
  }

  #at(at: number, act: () => void): void {
    this.#plan.push({ at, act });
  }
}

describe.each(DAYS)('the prices of $day', ({ day, slots, lowest }) => {
  const found = existsSync(fileOf(day));
  const note = found ? '' : `: skipped, there is no ${fileOf(day).pathname}`;

  it.skipIf(!found)(`are of the quarter hours of that day${note}`, () => {
    const prices = pricesOf(day);
    expect(prices).toHaveLength(slots);
    expect(slotsOf('Europe/Berlin', day, 'PT15M').map(({ start, end }) => [start, end])).toEqual(
      prices.map(({ start, end }) => [start, end]),
    );
    if (lowest !== undefined) expect(Math.min(...prices.map(({ ticks }) => ticks))).toBe(lowest);
  });

  it.skipIf(!found).each(['continuous', 'call'] as const)(
    `make a market, %s, in which no home pays more than the utility asks${note}`,
    (mechanism) => {
      const prices = pricesOf(day);
      const { engine, net } = new Day(day, prices, mechanism, 20_251_026);
      const products = engine.products();
      const traded = new Map(HOMES.map((home) => [home, 0]));
      const saved = new Map(HOMES.map((home) => [home, 0]));
      const below = { zero: 0, neighbours: 0 };
      const pricesIn = new Map(products.map(({ id }) => [id, new Set<number>()]));
      for (const trade of engine.trades()) {
        const { priceTicks, quantityLots, buyer, seller, product } = trade;
        const { ticks } = prices[products.findIndex(({ id }) => id === product)]!;
        const money = priceTicks * quantityLots * NANO;
        const best = {
          [buyer]: ticks + SURCHARGE_TICKS - priceTicks,
          [seller]: priceTicks - ticks,
        };
        for (const [home, sign] of [
          [buyer, -1],
          [seller, 1],
        ] as const) {
          if (!traded.has(home)) continue;
          traded.set(home, traded.get(home)! + sign * money);
          expect(best[home]).toBeGreaterThanOrEqual(0);
          saved.set(home, saved.get(home)! + best[home]! * quantityLots * NANO);
        }
        pricesIn.get(product)!.add(priceTicks);
        if (priceTicks < 0) below.zero++;
        if (buyer !== 'utility' && seller !== 'utility') below.neighbours++;
      }
      const most = Math.max(...[...pricesIn.values()].map(({ size }) => size));
      if (mechanism === 'call') expect(most).toBe(1);
      else expect(most).toBeGreaterThan(2);
      expect(below.neighbours).toBeGreaterThan(slots);
      if (lowest !== undefined) expect(below.zero).toBeGreaterThan(slots);
      for (const home of HOMES) {
        const balances = engine.balances(home);
        const expected = new Map([...net.get(home)!].filter(([, wh]) => wh > 0));
        expected.set('EUR', PURSE_NANO + traded.get(home)!);
        expect(balances.map(({ lockedQuanta }) => lockedQuanta)).toEqual(balances.map(() => 0));
        const held = balances.filter(({ availableQuanta }) => availableQuanta !== 0);
        expect(new Map(held.map((row) => [row.asset, row.availableQuanta]))).toEqual(expected);
        expect(saved.get(home)!).toBeGreaterThan(0);
      }
      expect(products.map(({ phase }) => phase)).toEqual(products.map(() => 'delivered'));
      expect(engine.isConserved()).toBe(true);
      expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
    },
  );
});
