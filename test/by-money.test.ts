import { describe, expect, it } from 'vitest';
import { OrderKind, SelfTrade, Side, TimeInForce } from '../src/core/codes.ts';
import { MAX_INTEGER } from '../src/core/limits.ts';
import { Engine, type OrderRequest } from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { PLAIN } from './random-commands.ts';
import { limit, must, stage } from './stage.ts';
import type { Command } from './twin/commands.ts';
import { Lockstep } from './twin/lockstep.ts';
import { command } from './twin/makers.ts';
import { OPERATOR } from './twin/market.ts';
import { setUp } from './twin/set-up.ts';

const FIRST_TRADER = OPERATOR + 1;
const CHECKS = { fields: true, market: true, state: false };
/** How an order is shown and traded, most of them plainly. */
const SHOWINGS = [
  { display: 0, displayQuantity: 0, refreshBelow: 0, allOrNone: 0 },
  { display: 0, displayQuantity: 0, refreshBelow: 0, allOrNone: 0 },
  { display: 0, displayQuantity: 0, refreshBelow: 0, allOrNone: 1 },
  { display: 0, displayQuantity: 0, refreshBelow: 0, allOrNone: 1 },
  { display: 1, displayQuantity: 1, refreshBelow: 1, allOrNone: 0 },
  { display: 2, displayQuantity: 0, refreshBelow: 0, allOrNone: 0 },
] as const;

function order(draw: Draw, side: number) {
  return {
    account: FIRST_TRADER + draw(3),
    product: draw(3),
    side,
    timeInForce: TimeInForce.gtc as number,
    postOnly: 0,
    selfTrade: draw(Object.keys(SelfTrade).length),
    hasPrice: 1,
    quantity: 1 + draw(9),
    minQuantity: 0,
    expiresAt: 0,
    hasStop: 0,
    stopPrice: 0,
    hasOco: 0,
    ocoSide: 0,
    ocoPrice: 0,
    ocoHasStop: 0,
    ocoStopPrice: 0,
    hasBracket: 0,
    takeProfit: 0,
    exitStopPrice: 0,
    exitStopLimit: 0,
    trailBy: 0,
    trailDistance: 0,
    pegTo: 0,
    pegOffset: 0,
    clientOrderId: '',
  };
}

/** What is offered, at a few prices around zero. */
function offer(draw: Draw): Command {
  const terms = { kind: OrderKind.limit, price: draw(5) - 1, hasMaxMoney: 0, maxMoney: 0 };
  const showing = SHOWINGS[draw(SHOWINGS.length)]!;
  const asked = { ...order(draw, Side.sell), ...terms, ...showing };
  return command('submit', asked.account, asked);
}

/** What is bought, for a most that is about what some of it costs. */
function purchase(draw: Draw, lockstep: Lockstep): Command {
  const asked = { ...order(draw, Side.buy), kind: OrderKind.market, price: 3, ...SHOWINGS[0] };
  const quanta = Number(lockstep.market.products[asked.product]!.tickQuanta);
  // Half of a lot at a tick now and then: where fees decide.
  const maxMoney = Math.floor((draw(24) * quanta) / (1 + draw(2))) + draw(3);
  const timeInForce = draw(4) === 0 ? TimeInForce.fok : TimeInForce.ioc;
  return command('submit', asked.account, { ...asked, timeInForce, hasMaxMoney: 1, maxMoney });
}

describe('a market order that is bounded by money', () => {
  it('does what the twin does, and never costs more', () => {
    const seen = { short: 0, tooDear: 0, passed: 0, own: 0, unfillable: 0 };
    for (let seed = 0; seed < 150; seed++) {
      const draw = mulberry32(seed);
      const lockstep = new Lockstep();
      const profile = { ...PLAIN, traders: 3 };
      const step = (made: Command): number => {
        const { time } = lockstep.market;
        return lockstep.step({ ...made, time: Math.max(time, made.time) }, CHECKS).receipt.code;
      };
      for (const made of setUp(profile, draw)) step(made);
      for (let i = 0; i < 40; i++) {
        if (i < 12 || draw(2) === 0) {
          step(offer(draw));
          continue;
        }
        const made = purchase(draw, lockstep);
        const { maxMoney } = made as Extract<Command, { type: 'submit' }>;
        const code = step(made);
        const { cost, beyond, tooDear, meetsOwn } = lockstep.state.walk;
        if (code === 0) expect(cost, `seed ${seed}`).toBeLessThanOrEqual(maxMoney);
        if (code === 0 && beyond > 0) seen.short++;
        if (code === 0 && tooDear && beyond === 0) seen.passed++;
        if (code === 0 && tooDear && meetsOwn) seen.own++;
        if (code === 28) seen.unfillable++;
        if (code === 38) seen.tooDear++;
      }
    }
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(5);
  });

  it('takes the last lot that is paid for, and no more, at any price and fee', () => {
    const draw = mulberry32(7);
    for (let i = 0; i < 300; i++) {
      const engine = new Engine();
      const takerPpm = draw(2) * draw(1_000_001);
      must(engine.listAsset({ id: 'kWh', decimals: 3 }));
      must(engine.listAsset({ id: 'EUR', decimals: 9 }));
      const grid = { energy: 'kWh', money: 'EUR', tick: '0.000001', lot: '0.001' };
      must(engine.listProduct({ id: 'noon', ...grid, takerPpm }));
      for (const id of ['alice', 'bob']) {
        must(engine.openAccount({ id }));
        for (const asset of ['kWh', 'EUR']) {
          must(engine.deposit({ account: id, asset, amountQuanta: 2 ** 51 }));
        }
      }
      const priceTicks = 1 + draw(2 ** draw(30));
      const quantityLots = 1 + draw(2 ** draw(18));
      const maxMoneyQuanta = draw(2 ** draw(45));
      const sale = { account: 'alice', product: 'noon', side: 'sell' } as const;
      must(engine.submit({ ...sale, priceTicks, quantityLots: 2 ** 18 }));
      const purchase = { account: 'bob', product: 'noon', side: 'buy', kind: 'market' } as const;
      const asked = { ...purchase, priceTicks, quantityLots, maxMoneyQuanta };
      const outcome = engine.submit(asked);
      const costOf = (lots: number): bigint => {
        const value = BigInt(priceTicks) * BigInt(lots);
        return value + (value * BigInt(takerPpm)) / 1_000_000n;
      };
      const lots = outcome.ok ? outcome.filledLots : 0;
      const what = `${priceTicks} ticks, ${takerPpm} ppm, at most ${maxMoneyQuanta}`;
      expect(costOf(lots) <= BigInt(maxMoneyQuanta), what).toBe(true);
      const more = lots < quantityLots && costOf(lots + 1) <= BigInt(maxMoneyQuanta);
      expect(more, what).toBe(false);
      if (lots === 0) expect(outcome, what).toMatchObject({ code: 'MONEY_TOO_LITTLE' });
    }
  });

  it('may have all the money there can be', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 3, 5);
    const bound = { kind: 'market', maxMoneyQuanta: MAX_INTEGER } as const;
    const bought = engine.submit({ ...purchaseOf(9), priceTicks: 5, ...bound });
    expect(bought).toMatchObject({ ok: true, filledLots: 3 });
    expect(engine.isConserved()).toBe(true);
  });

  it('is previewed as it would be', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 3, 5);
    limit(engine, 'bob', 'sell', 3, 8, { allOrNone: true });
    limit(engine, 'bob', 'sell', 3, 9);
    const request = {
      ...purchaseOf(9),
      priceTicks: 20,
      kind: 'market',
      maxMoneyQuanta: 3 * 500 + 2 * 900,
    } as const;
    expect(engine.preview(request)).toMatchObject({
      ok: true,
      filledLots: 5,
      costQuanta: 3300,
      locksMoneyQuanta: 3300,
      restingLots: 0,
    });
    expect(engine.submit(request)).toMatchObject({ ok: true, filledLots: 5 });
    expect(engine.preview({ ...request, maxMoneyQuanta: 1 })).toEqual({
      ok: false,
      code: 'MONEY_TOO_LITTLE',
    });
  });

  it('is one that buys at once', () => {
    const engine = stage();
    const wrong: Partial<OrderRequest>[] = [
      { kind: 'limit' },
      { side: 'sell' },
      { timeInForce: 'gtc' },
      { timeInForce: 'session' },
      { stopPriceTicks: 3 },
    ];
    for (const each of wrong) {
      const request = { ...purchaseOf(9), kind: 'market', priceTicks: 5, maxMoney: '1', ...each };
      expect(() => engine.submit(request as OrderRequest), JSON.stringify(each)).toThrow(
        /^maxMoney is for market orders that buy at once$/,
      );
    }
    const malformed: readonly [object, RegExp][] = [
      [{ maxMoney: '1', maxMoneyQuanta: 1 }, /^give either maxMoney or maxMoneyQuanta, not both/],
      [{ maxMoney: 1 }, /^maxMoney must be decimal text/],
      [{ maxMoney: '-1' }, /^maxMoney must/],
      [{ maxMoneyQuanta: -1 }, /^maxMoneyQuanta must/],
      [{ maxMoneyQuanta: 0.5 }, /^maxMoneyQuanta must/],
      [{ maxMoney: '0.0000001' }, /^maxMoney/],
    ];
    for (const [each, message] of malformed) {
      const request = { ...purchaseOf(9), kind: 'market', priceTicks: 5, ...each };
      expect(() => engine.submit(request as OrderRequest), JSON.stringify(each)).toThrow(message);
    }
  });
});

const purchaseOf = (quantityLots: number) =>
  ({ account: 'alice', product: 'noon', side: 'buy', quantityLots }) as const;
