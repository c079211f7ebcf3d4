import { describe, expect, it } from 'vitest';
import { stateOf } from '../src/engine/queries.ts';
import { Engine } from '../src/index.ts';
import { codeOf, limit, must, stage } from './stage.ts';

const NOTHING = { maxOpenOrders: null, maxExposure: null };

describe('the limits of an account', () => {
  it('are told with how much of them is taken up', () => {
    const engine = stage();
    expect(engine.accountLimits('alice')).toBeUndefined();
    const maxExposure = { asset: 'EUR', amount: '0.5' };
    must(engine.setAccountLimits({ account: 'alice', maxOpenOrders: 2, maxExposure }));
    limit(engine, 'bob', 'sell', 10, 40);
    limit(engine, 'alice', 'buy', 4, 40);
    limit(engine, 'alice', 'buy', 1, 7);
    expect(engine.accountLimits('alice')).toEqual({
      maxOpenOrders: 2,
      openOrders: 1,
      maxExposure: {
        asset: 'EUR',
        amount: '0.500000',
        amountQuanta: 500_000,
        taken: '0.016700',
        takenQuanta: 16_700,
      },
      positions: [{ product: 'noon', quantity: '0.4', quantityLots: 4 }],
    });
    must(engine.setAccountLimits({ account: 'alice', ...NOTHING }));
    expect(engine.accountLimits('alice')).toBeUndefined();
    expect(() => engine.accountLimits('nobody')).toThrow(RangeError);
  });

  it("are nobody else's: what one account may not, another may", () => {
    const engine = stage();
    must(engine.setAccountLimits({ ...NOTHING, account: 'alice', maxOpenOrders: 0 }));
    const order = { product: 'noon', side: 'buy', quantityLots: 1, priceTicks: 1 } as const;
    expect(codeOf(engine.submit({ ...order, account: 'alice' }))).toBe('OPEN_ORDER_LIMIT');
    expect(codeOf(engine.submit({ ...order, account: 'bob' }))).toBe('ok');
  });

  it('count a bracket as the two orders that may follow on it', () => {
    const engine = stage();
    must(engine.setAccountLimits({ ...NOTHING, account: 'alice', maxOpenOrders: 3 }));
    const order = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 1 } as const;
    const bracket = { takeProfitTicks: 9, stopPriceTicks: 2, stopLimitTicks: 1 };
    must(engine.submit({ ...order, priceTicks: 4, bracket }));
    expect(engine.accountLimits('alice')!.openOrders).toBe(2);
    expect(codeOf(engine.submit({ ...order, priceTicks: 4, bracket }))).toBe('OPEN_ORDER_LIMIT');
    const now = { ...order, timeInForce: 'ioc', priceTicks: 4, bracket } as const;
    expect(codeOf(engine.submit(now))).toBe('OPEN_ORDER_LIMIT');
    must(engine.submit({ ...order, priceTicks: 3 }));
    expect(codeOf(engine.submit({ ...order, priceTicks: 3 }))).toBe('OPEN_ORDER_LIMIT');
    limit(engine, 'bob', 'sell', 1, 4);
    expect(engine.openOrders({ account: 'alice' })).toHaveLength(3);
    expect(engine.accountLimits('alice')!.openOrders).toBe(3);
  });

  it('are seen by a preview', () => {
    const engine = stage();
    const maxExposure = { asset: 'EUR', amountQuanta: 499 };
    must(engine.setAccountLimits({ account: 'alice', maxOpenOrders: 1, maxExposure }));
    const order = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 1 } as const;
    expect(engine.preview({ ...order, priceTicks: 5 })).toEqual({
      ok: false,
      code: 'EXPOSURE_LIMIT',
    });
    limit(engine, 'alice', 'buy', 1, 1);
    expect(engine.preview({ ...order, priceTicks: 1 })).toEqual({
      ok: false,
      code: 'OPEN_ORDER_LIMIT',
    });
  });

  it('count orders that are moved, decremented and traded with as one each', () => {
    const engine = stage();
    must(engine.setAccountLimits({ ...NOTHING, account: 'alice', maxOpenOrders: 9 }));
    const open = () => engine.accountLimits('alice')!.openOrders;
    const first = limit(engine, 'alice', 'sell', 9, 10, { displayQuantityLots: 2 });
    const named = limit(engine, 'alice', 'sell', 5, 11, { clientOrderId: 'mine' });
    const waits = limit(engine, 'alice', 'sell', 5, 3, { stopPriceTicks: 5 });
    expect(open()).toBe(3);
    must(engine.amend({ actor: 'alice', orderId: named, priceTicks: 12 }));
    must(engine.amend({ actor: 'alice', orderId: waits, quantityLots: 6 }));
    limit(engine, 'alice', 'buy', 4, 10, { selfTrade: 'decrement', timeInForce: 'ioc' });
    limit(engine, 'bob', 'buy', 3, 10);
    expect(open()).toBe(3);
    limit(engine, 'bob', 'buy', 2, 10);
    expect(engine.order(first)).toBeUndefined();
    must(engine.cancel({ actor: 'alice', orderId: named }));
    expect(open()).toBe(1);
    expect(engine.openOrders({ account: 'alice' })).toHaveLength(1);
  });

  it('are exact at exposures beyond 2^53-1', () => {
    const engine = stage();
    const most = { asset: 'EUR', amountQuanta: Number.MAX_SAFE_INTEGER };
    must(engine.setAccountLimits({ account: 'alice', maxOpenOrders: null, maxExposure: most }));
    const state = stateOf(engine);
    const row = state.accounts.find('alice')!;
    state.limits.get(row)!.positions.set(0, Number.MAX_SAFE_INTEGER);
    state.listings.products[0]!.lastPrice = -Number.MAX_SAFE_INTEGER;
    const taken = 9_007_199_254_740_991n ** 2n * 100n;
    expect(engine.accountLimits('alice')!.maxExposure!.taken.replace('.', '')).toBe(`${taken}`);
    const order = { account: 'alice', product: 'noon', side: 'buy', quantityLots: 1 } as const;
    expect(codeOf(engine.submit({ ...order, priceTicks: 1 }))).toBe('EXPOSURE_LIMIT');
    expect(codeOf(engine.submit({ ...order, priceTicks: 0 }))).toBe('ok');
  });

  it('stop counting at 2^53-1 lots, either way', () => {
    const engine = stage();
    must(engine.setAccountLimits({ ...NOTHING, account: 'alice', maxOpenOrders: 5 }));
    const { positions } = stateOf(engine).limits.get(stateOf(engine).accounts.find('alice')!)!;
    const lots = () => engine.accountLimits('alice')!.positions[0]!.quantityLots;
    const trade = (side: 'buy' | 'sell') => {
      limit(engine, 'bob', side === 'buy' ? 'sell' : 'buy', 3, 5);
      limit(engine, 'alice', side, 3, 5);
    };
    positions.set(0, Number.MAX_SAFE_INTEGER - 2);
    trade('buy');
    expect(lots()).toBe(Number.MAX_SAFE_INTEGER);
    positions.set(0, 2 - Number.MAX_SAFE_INTEGER);
    trade('sell');
    expect(lots()).toBe(-Number.MAX_SAFE_INTEGER);
    expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
  });
});
