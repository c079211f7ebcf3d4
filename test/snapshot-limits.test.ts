import { describe, expect, it } from 'vitest';
import { Engine } from '../src/index.ts';
import type { AccountLimits } from '../src/matching/account-limits.ts';
import type { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { codeOf, limit, must, stage } from './stage.ts';

/** A market with two trades, of which the first was recalled, a limited buyer, a closed product and a closed account. */
function market(): Engine {
  const engine = stage();
  must(engine.listProduct({ id: 'old', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' }));
  must(engine.closeProduct({ product: 'old' }));
  must(engine.openAccount({ id: 'gone' }));
  must(engine.closeAccount({ account: 'gone' }));
  limit(engine, 'alice', 'sell', 10, 5);
  const maxExposure = { asset: 'EUR', amountQuanta: 5_000 };
  must(engine.setAccountLimits({ account: 'bob', maxOpenOrders: 3, maxExposure }));
  limit(engine, 'bob', 'buy', 1, 1);
  limit(engine, 'bob', 'buy', 2, 5);
  limit(engine, 'bob', 'buy', 3, 5);
  must(engine.recallTrade(recall(1, 2)));
  return engine;
}

function recall(trade: number, quantityLots: number) {
  const parties = { product: 'noon', buyer: 'bob', seller: 'alice', priceTicks: 5 };
  return { trade, quantityLots, ...parties, buyerFeeQuanta: 0, sellerFeeQuanta: 0 };
}

describe('a snapshot of a market with a recall and limits', () => {
  it('knows what was recalled', () => {
    const engine = Engine.restore(market().snapshot());
    expect(engine.stateHash()).toBe(market().stateHash());
    expect(codeOf(engine.recallTrade(recall(1, 2)))).toBe('ALREADY_RECALLED');
    expect(codeOf(engine.recallTrade(recall(2, 3)))).toBe('ok');
  });

  it('knows what was counted, and goes on counting', () => {
    const [there, back] = [market(), Engine.restore(market().snapshot())];
    expect(back.accountLimits('bob')).toEqual(there.accountLimits('bob'));
    expect(back.accountLimits('bob')).toMatchObject({
      openOrders: 1,
      maxExposure: { taken: '0.001600', takenQuanta: 1_600 },
      positions: [{ product: 'noon', quantity: '0.3', quantityLots: 3 }],
    });
    for (const engine of [there, back]) {
      limit(engine, 'bob', 'buy', 2, 5);
      limit(engine, 'bob', 'buy', 1, 1);
      limit(engine, 'bob', 'buy', 1, 1);
      const fourth = { account: 'bob', product: 'noon', side: 'buy', quantityLots: 1 } as const;
      expect(codeOf(engine.submit({ ...fourth, priceTicks: 1 }))).toBe('OPEN_ORDER_LIMIT');
      must(engine.cancel({ actor: 'bob', orderId: 2 }));
      expect(codeOf(engine.submit({ ...fourth, priceTicks: 24 }))).toBe('EXPOSURE_LIMIT');
      limit(engine, 'bob', 'buy', 1, 23);
    }
    expect(back.stateHash()).toBe(there.stateHash());
  });

  it('has recalls in order, whatever order they were recalled in', () => {
    const [forth, back] = [market(), market()];
    for (const engine of [forth, back]) limit(engine, 'bob', 'buy', 4, 5);
    must(forth.recallTrade(recall(2, 3)));
    must(forth.recallTrade(recall(3, 4)));
    must(back.recallTrade(recall(3, 4)));
    must(back.recallTrade(recall(2, 3)));
    expect(back.stateHash()).toBe(forth.stateHash());
    expect(Engine.restore(back.snapshot()).snapshot()).toEqual(forth.snapshot());
  });
});

const limitsOf = (state: MarketState): AccountLimits => state.limits.get(BOB)!;
const move = (to: number) => (state: MarketState) => {
  state.limits.set(to, limitsOf(state));
  state.limits.delete(BOB);
};
const change = (fields: Partial<AccountLimits>) => (state: MarketState) =>
  void state.limits.set(BOB, { ...limitsOf(state), ...fields });
/** Account rows: after the three of the system. */
const BOB = 4;
const GONE = 5;

const FORGERIES: Forgeries = {
  'a trade recalled that is yet to come': [
    'it has a recall of trade 3, which there is not',
    (state) => void state.recalled.add(3),
  ],
  'a trade recalled that never was': [
    'it has a recall of trade 0, which there is not',
    (state) => void state.recalled.add(0),
  ],
  'limits of a closed account': ['it has limits for gone, who has none', move(GONE)],
  'limits of a system account': ['it has limits for operator, who has none', move(2)],
  'limits that limit nothing': [
    'it has limits for bob, who has none',
    change({ maxOpenOrders: undefined, maxExposure: undefined }),
  ],
  'limits of an account that is not there': ['names row 9 of 6', move(9)],
  'limits in an asset that is not there': [
    'limits an asset that is not there',
    change({ maxExposure: { asset: 2, amount: 5 } }),
  ],
  'an exposure below nothing': [
    'it allows bob less than nothing',
    change({ maxExposure: { asset: 1, amount: -1 } }),
  ],
  'counting from a trade that is yet to come': [
    'it counts for bob from trade 3 on',
    change({ since: 3 }),
  ],
  'counting from before all trades': ['it counts for bob from trade -1 on', change({ since: -1 })],
  'a position of nothing': [
    'it has a position of bob that cannot be',
    (state) => void limitsOf(state).positions.set(0, 0),
  ],
  'a position in a closed product': [
    'it has a position of bob that cannot be',
    (state) => void limitsOf(state).positions.set(1, 5),
  ],
  'a position in a product that is not there': [
    'names row 2 of 2',
    (state) => void limitsOf(state).positions.set(2, 5),
  ],
};

describe('a snapshot with a right checksum is refused with', () => {
  refusesEach(FORGERIES, market);
});
