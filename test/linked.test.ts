import { describe, expect, it } from 'vitest';
import type { Engine, OrderRequest } from '../src/index.ts';
import { collected } from './collected.ts';
import { staged } from './exchange-stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf, limit, must, stage } from './stage.ts';

const SELL = { account: 'alice', product: 'noon', side: 'sell', quantityLots: 5 } as const;
const PAIR = { ...SELL, priceTicks: 30, oco: { priceTicks: 19, stopPriceTicks: 20 } } as const;

function lockedOf(engine: Engine, account: string): readonly [money: number, energy: number] {
  const locked = (asset: string): number =>
    engine.balances(account).find((each) => each.asset === asset)?.lockedQuanta ?? 0;
  return [locked('EUR'), locked('kWh')];
}

describe('a bracket', () => {
  it('is no part of what the command came to that ended the order', () => {
    const engine = stage();
    limit(engine, 'bob', 'buy', 10, 30, { allOrNone: true });
    const bracket = { takeProfitTicks: 30, stopPriceTicks: 20, stopLimitTicks: 19 };
    limit(engine, 'alice', 'buy', 10, 25, { bracket });
    const sell = { account: 'bob', product: 'noon', side: 'sell', priceTicks: 25 } as const;
    must(engine.submit({ ...sell, quantityLots: 5 }));
    // These five lots end the order; the exit sells all ten to the bid that waited for as many.
    expect(engine.submit({ ...sell, quantityLots: 5 })).toMatchObject({ ok: true, filledLots: 5 });
    expect(engine.openOrders()).toEqual([]);
    expect([...engine.trades()].map(({ quantityLots }) => quantityLots)).toEqual([5, 5, 10]);
  });
});

describe('linked orders', () => {
  it('are told by each other, and share what their pair locks', () => {
    const engine = stage();
    const { orderId } = must(engine.submit({ ...PAIR, side: 'buy', oco: { priceTicks: 35 } }));
    const [first, second] = [engine.order(orderId)!, engine.order(orderId + 1)!];
    expect([first.linkedOrderId, second.linkedOrderId]).toEqual([orderId + 1, orderId]);
    // 5 lots at 30 ticks; what 35 ticks need beyond that.
    expect([first.lockedMoneyQuanta, second.lockedMoneyQuanta]).toEqual([15_000, 2_500]);
    expect(lockedOf(engine, 'alice')).toEqual([17_500, 0]);
    must(engine.cancel({ actor: 'alice', orderId }));
    expect([engine.order(orderId), engine.order(orderId + 1)]).toEqual([undefined, undefined]);
    expect(lockedOf(engine, 'alice')).toEqual([0, 0]);
  });

  it('are part of what a command id stands for', () => {
    const engine = stage();
    const once = { ...PAIR, commandId: 'once' };
    const { orderId } = must(engine.submit(once));
    expect(engine.submit(once)).toMatchObject({ ok: true, orderId, repeated: true });
    for (const oco of [
      { priceTicks: 18, stopPriceTicks: 20 },
      { priceTicks: 19, stopPriceTicks: 21 },
      { priceTicks: 19 },
      { price: '0.019', stopPriceTicks: 20 },
      { priceTicks: 19, stopPriceTicks: 20, side: 'sell' as const },
    ]) {
      expect(codeOf(engine.submit({ ...once, oco }))).toBe('ID_REUSED');
    }
  });

  it('need ticks of a known product to be compared', () => {
    const engine = stage();
    const order = {
      ...SELL,
      side: 'buy',
      price: '0.1',
      oco: { side: 'sell', price: '0.2' },
    } as const;
    expect(codeOf(engine.submit({ ...order, product: 'never' }))).toBe('UNKNOWN_PRODUCT');
    expect(codeOf(engine.submit(order))).toBe('ok');
  });

  it('lock what a preview says, whatever they are', () => {
    const draw = mulberry32(5);
    let [accepted, filled] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const engine = stage();
      must(engine.setFees({ product: 'noon', makerPpm: draw(300_000), takerPpm: draw(300_000) }));
      for (let i = 0; i < 4; i++) {
        limit(engine, 'bob', i % 2 === 0 ? 'buy' : 'sell', 1 + draw(4), (i % 2 === 0 ? -6 : 6) - i);
      }
      const side = draw(2) === 0 ? 'buy' : 'sell';
      const oco = {
        priceTicks: draw(20) - 10,
        ...(draw(2) === 0 ? {} : { stopPriceTicks: draw(9) }),
      };
      const priceTicks = draw(20) - 10;
      const order: OrderRequest = { ...SELL, side, priceTicks, oco };
      const preview = engine.preview(order);
      const before = [engine.stateHash(), ...lockedOf(engine, 'alice')];
      expect(before).toEqual([engine.stateHash(), 0, 0]);
      const outcome = must(engine.submit(order));
      if (!preview.ok) throw new Error(`round ${round}: ${preview.code}`);
      accepted++;
      expect(outcome.filledLots).toBe(preview.filledLots);
      const traded = [...engine.trades()].reduce((sum, { quantityLots }) => sum + quantityLots, 0);
      if (traded > 0) {
        filled++;
        continue;
      }
      const { locksMoneyQuanta, locksEnergyQuanta } = preview;
      expect(lockedOf(engine, 'alice')).toEqual([locksMoneyQuanta, locksEnergyQuanta]);
    }
    expect([accepted, filled > 20, filled < 180]).toEqual([200, true, true]);
  });

  it('count in a cascade only while they wait', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 1, 25);
    // At 25 both are reached: the one of bob first, which fills the order that alice's is linked with.
    limit(engine, 'bob', 'buy', 1, 30, { stopPriceTicks: 25 });
    limit(engine, 'alice', 'sell', 1, 30, { oco: { priceTicks: 24, stopPriceTicks: 25 } });
    for (let i = 0; i < 999; i++) limit(engine, 'bob', 'buy', 1, 1, { stopPriceTicks: 25 });
    const mark = engine.sequence;
    limit(engine, 'alice', 'buy', 1, 25);
    const reasons = [...engine.events({ after: mark })].flatMap((event) =>
      event.type === 'orderEnded' ? [event.reason] : [],
    );
    expect(reasons).toEqual(['filled', 'filled', 'filled', 'oco', 'filled']);
  });

  it('are told of to their account', async () => {
    const exchange = await staged();
    const sequence = await exchange.read((market) => market.sequence);
    must(await exchange.submit(PAIR));
    const buy = { ...SELL, account: 'bob', side: 'buy', priceTicks: 30 } as const;
    must(await exchange.submit({ ...buy, quantityLots: 2 }));
    must(await exchange.submit({ ...buy, quantityLots: 3 }));
    const stored = { after: sequence, account: 'alice', follow: false } as const;
    const updates = await collected(exchange.subscribe('orders', stored));
    const linked = updates.filter((update) => update.update === 'linked');
    expect(linked.map(({ orderId, linkedOrderId }) => [orderId, linkedOrderId])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(updates.map(({ update, orderId }) => `${update} ${orderId}`)).toEqual([
      'accepted 1',
      'terms 1',
      'accepted 2',
      'linked 1',
      'linked 2',
      'rested 1',
      'waiting 2',
      'filled 1',
      'reduced 2',
      'filled 1',
      'ended 1',
      'ended 2',
    ]);
    await exchange.close();
  });
});

const BRACKET = { takeProfitTicks: 20, stopPriceTicks: 40, stopLimitTicks: 42 };

describe('an order with a bracket', () => {
  it('shows what follows on it, and holds what that will lock', () => {
    const engine = stage();
    const { orderId } = must(engine.submit({ ...SELL, priceTicks: 30, bracket: BRACKET }));
    expect(engine.order(orderId)).toMatchObject({
      bracket: { ...BRACKET, takeProfit: '0.020', stopPrice: '0.040', stopLimit: '0.042' },
      lockedMoneyQuanta: 21_000,
      lockedEnergyQuanta: 500,
    });
    expect(lockedOf(engine, 'alice')).toEqual([21_000, 500]);
    limit(engine, 'bob', 'buy', 5, 30);
    expect(engine.openOrders({ account: 'alice' })).toMatchObject([
      { orderId: 3, side: 'buy', priceTicks: 20, linkedOrderId: 4, bracket: undefined },
      { orderId: 4, side: 'buy', priceTicks: 42, stopPriceTicks: 40, linkedOrderId: 3 },
    ]);
    expect(lockedOf(engine, 'alice')).toEqual([21_000, 0]);
  });

  it('locks what a preview says, and is refused with less', () => {
    for (const kind of ['limit', 'market'] as const) {
      const engine = stage();
      must(engine.setFees({ product: 'noon', makerPpm: 1_234, takerPpm: 56_789 }));
      limit(engine, 'bob', 'buy', 3, 31);
      const order = { ...SELL, kind, priceTicks: 30, bracket: BRACKET } as const;
      const preview = engine.preview(order);
      if (!preview.ok) throw new Error(preview.code);
      for (const short of [1, 0]) {
        const account = `seller${short}`;
        must(engine.openAccount({ id: account }));
        must(engine.deposit({ account, asset: 'kWh', amount: '1' }));
        const amountQuanta = preview.locksMoneyQuanta - short;
        must(engine.deposit({ account, asset: 'EUR', amountQuanta }));
        const code = codeOf(engine.submit({ ...order, account }));
        expect([kind, code]).toEqual([kind, short === 1 ? 'INSUFFICIENT_MONEY' : 'ok']);
      }
      expect(engine.isConserved()).toBe(true);
    }
  });

  it('is part of what a command id stands for', () => {
    const engine = stage();
    const once = { ...SELL, priceTicks: 30, bracket: BRACKET, commandId: 'once' };
    must(engine.submit(once));
    expect(engine.submit(once)).toMatchObject({ ok: true, repeated: true });
    for (const name of ['takeProfitTicks', 'stopPriceTicks', 'stopLimitTicks'] as const) {
      const bracket = { ...BRACKET, [name]: BRACKET[name] + 1 };
      expect([name, codeOf(engine.submit({ ...once, bracket }))]).toEqual([name, 'ID_REUSED']);
    }
  });

  it('is told of to its account', async () => {
    const exchange = await staged();
    const sequence = await exchange.read((market) => market.sequence);
    must(await exchange.submit({ ...SELL, priceTicks: 30, bracket: BRACKET }));
    must(await exchange.submit({ ...SELL, account: 'bob', side: 'buy', priceTicks: 30 }));
    const stored = { after: sequence, account: 'alice', follow: false } as const;
    const updates = await collected(exchange.subscribe('orders', stored));
    const followed = { update: 'followed', orderId: 1, takeProfitOrderId: 3, stopOrderId: 4 };
    expect(updates.find(({ update }) => update === 'followed')).toMatchObject(followed);
    expect(updates.map(({ update, orderId }) => `${update} ${orderId}`).slice(3)).toEqual([
      'filled 1',
      'ended 1',
      'followed 1',
      'accepted 3',
      'accepted 4',
      'linked 3',
      'linked 4',
      'rested 3',
      'waiting 4',
    ]);
    await exchange.close();
  });
});
