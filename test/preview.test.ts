import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Engine, type OrderRequest, type Preview } from '../src/index.ts';
import { codeOf, limit, must, stage, thrownBy } from './stage.ts';

type Accepted = Extract<Preview, { ok: true }>;

/** Lot and tick of the stage: a lot is 100 energy quanta, a lot at one tick 100 money quanta. */
const LOT_QUANTA = 100;
const TICK_QUANTA = 100n;

/** What an order of the engine locks on entry, worked out anew in whole numbers of any size. */
function lockOf(side: 'buy' | 'sell', price: number, lots: number, ppm: number): number {
  const value = BigInt(price) * BigInt(lots) * TICK_QUANTA;
  const fee = ((value < 0n ? -value : value) * BigInt(ppm)) / 1_000_000n;
  const lock = side === 'buy' ? value + fee : fee - value;
  return lock > 0n ? Number(lock) : 0;
}

/** What a submit came to, told from events and balances alone. */
function whatCameOf(engine: Engine, request: OrderRequest): Accepted | { ok: false; code: string } {
  const { account, side } = request;
  const { makerPpm, takerPpm } = engine.product('noon')!;
  const mark = engine.sequence;
  const outcome = engine.submit(request);
  if (!outcome.ok) return { ok: false, code: outcome.code };
  const trades = [...engine.trades({ after: mark })];
  const own = (trade: (typeof trades)[number]) =>
    side === 'buy' ? trade.buyerFeeQuanta : trade.sellerFeeQuanta;
  const fee = trades.reduce((sum, trade) => sum + own(trade), 0);
  const value = trades.reduce((sum, trade) => sum + trade.valueQuanta, 0);
  const cost = side === 'buy' ? value + fee : fee - value;
  const filled = trades.reduce((sum, trade) => sum + trade.quantityLots, 0);
  const [accepted] = [...engine.events({ after: mark })].flatMap((event) =>
    event.type === 'orderAccepted' ? [event] : [],
  );
  const isMarket = request.kind === 'market';
  const lots = isMarket ? filled : accepted!.quantity;
  const money = isMarket
    ? Math.max(0, cost)
    : lockOf(side, accepted!.price, accepted!.quantity, Math.max(makerPpm, takerPpm));
  const energy = side === 'sell' ? lots * LOT_QUANTA : 0;
  expect(outcome.filledLots).toBe(filled);
  expect(trades.every((trade) => [trade.buyer, trade.seller].includes(account))).toBe(true);
  const open = engine.order(outcome.orderId);
  const [left, waits] = [open?.openLots ?? 0, open?.stopPrice !== undefined];
  const [inMoney, inEnergy] = [(quanta: number) => text(quanta, 6), (q: number) => text(q, 3)];
  return {
    ok: true,
    locksMoney: inMoney(money),
    locksMoneyQuanta: money,
    locksEnergy: inEnergy(energy),
    locksEnergyQuanta: energy,
    filledLots: filled,
    cost: inMoney(cost),
    costQuanta: cost,
    fee: inMoney(fee),
    feeQuanta: fee,
    restingLots: waits ? 0 : left,
    waitingLots: waits ? left : 0,
  };
}

function text(quanta: number, decimals: number): string {
  const digits = Math.abs(quanta)
    .toString()
    .padStart(decimals + 1, '0');
  return `${quanta < 0 ? '-' : ''}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const side = fc.constantFrom('buy' as const, 'sell' as const);
const modes = ['allow', 'cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'] as const;
const base = fc.record({
  account: fc.constantFrom('alice', 'bob', 'carol', 'nobody'),
  product: fc.constantFrom('noon', 'noon', 'noon', 'noon', 'noon', 'noon', 'noon', 'dusk'),
  side,
  quantityLots: fc.integer({ min: 1, max: 30 }),
  selfTrade: fc.constantFrom(...modes),
});
const priceTicks = fc.integer({ min: -12, max: 12 });
const limitOrder = fc.record({
  priceTicks,
  timeInForce: fc.constantFrom('gtc' as const, 'gtc' as const, 'ioc' as const, 'fok' as const),
});
const marketOrder = fc.record(
  {
    kind: fc.constant('market' as const),
    priceTicks,
    timeInForce: fc.constantFrom('ioc' as const, 'fok' as const),
  },
  { requiredKeys: ['kind'] },
);
const postOnlyOrder = fc.record({
  priceTicks,
  postOnly: fc.constantFrom('reject' as const, 'slide' as const),
});
const pickyOrder = fc.record({
  priceTicks,
  minQuantityLots: fc.integer({ min: 1, max: 5 }),
  timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const, 'session' as const),
});
const datedOrder = fc.record({
  priceTicks,
  timeInForce: fc.constant('gtd' as const),
  expiresAt: fc.integer({ min: 0, max: 2 }),
});
const order: fc.Arbitrary<OrderRequest> = fc
  .tuple(base, fc.oneof(limitOrder, limitOrder, marketOrder, postOnlyOrder, pickyOrder, datedOrder))
  .map(([common, special]) => ({ ...common, ...special }))
  .filter((each) => !('minQuantityLots' in each) || each.minQuantityLots <= each.quantityLots);
const terms = fc.record({
  makerPpm: fc.constantFrom(0, 1_000, 123_457),
  takerPpm: fc.constantFrom(0, 2_500, 1_000_000),
});
const band = fc.constantFrom(null, { low: '-0.009', high: '0.010' });
const step = fc.oneof(
  { weight: 20, arbitrary: order },
  { weight: 1, arbitrary: terms },
  { weight: 1, arbitrary: band.map((each) => ({ band: each })) },
);

describe('preview', () => {
  it('says what submit then does, and changes nothing', () => {
    const seen = new Map<string, number>();
    const property = fc.property(fc.array(step, { minLength: 30, maxLength: 60 }), (steps) => {
      const engine = stage();
      must(engine.openAccount({ id: 'carol' }));
      must(engine.deposit({ account: 'carol', asset: 'EUR', amount: '0.05' }));
      must(engine.deposit({ account: 'carol', asset: 'kWh', amount: '5' }));
      for (const each of steps) {
        if ('band' in each) must(engine.setBand({ product: 'noon', band: each.band }));
        else if (!('account' in each)) must(engine.setFees({ product: 'noon', ...each }));
        else {
          const hash = engine.stateHash();
          const preview = engine.preview(each);
          expect(engine.stateHash()).toBe(hash);
          expect(engine.preview(each)).toEqual(preview);
          expect(whatCameOf(engine, each)).toEqual(preview);
          const kind = preview.ok ? (each.kind ?? 'limit') : preview.code;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }
      expect(engine.isConserved()).toBe(true);
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 120 });
    // The random orders met what they were made to meet.
    const codes = ['UNKNOWN_PRODUCT', 'ALREADY_EXPIRED', 'NO_PROTECTION', 'PRICE_OUTSIDE_BAND'];
    const more = ['POST_ONLY_CROSSES', 'FOK_UNFILLABLE', 'MIN_QUANTITY', 'INSUFFICIENT_ENERGY'];
    const kinds = ['limit', 'market', 'UNKNOWN_ACTOR', 'INSUFFICIENT_MONEY', ...codes, ...more];
    for (const kind of kinds) expect(seen.get(kind), kind).toBeGreaterThan(0);
  });

  it('is exact: an account with that much can pay, with less by one quantum it cannot', () => {
    for (const [ask, kind] of [
      [{ priceTicks: 33 }, 'limit'],
      [{ priceTicks: 33, timeInForce: 'fok' }, 'limit'],
      [{ priceTicks: 33 }, 'market'],
    ] as const) {
      const engine = stage();
      must(engine.setFees({ product: 'noon', makerPpm: 1_234, takerPpm: 56_789 }));
      for (const price of [31, 32, 33]) limit(engine, 'bob', 'sell', 3, price);
      const request = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 7 } as const;
      const preview = engine.preview({ ...request, ...ask, kind }) as Accepted;
      for (const short of [1, 0]) {
        const account = `buyer${short}`;
        must(engine.openAccount({ id: account }));
        const amountQuanta = preview.locksMoneyQuanta - short;
        must(engine.deposit({ account, asset: 'EUR', amountQuanta }));
        const code = codeOf(engine.submit({ ...request, ...ask, kind, account }));
        expect(code).toBe(short === 1 ? 'INSUFFICIENT_MONEY' : 'ok');
      }
    }
  });

  it('takes no notice of command id and time, and misuse is misuse', () => {
    const engine = stage();
    const request = { account: 'alice', product: 'noon', side: 'buy', quantity: '1' } as const;
    const order = { ...request, price: '0.1', commandId: 'once' };
    must(engine.submit(order));
    must(engine.advanceTime({ at: 50 }));
    expect(engine.preview({ ...order, at: 10 })).toMatchObject({ ok: true, restingLots: 10 });
    expect(thrownBy(() => engine.preview(request)).name).toBe('TypeError');
  });
});
