import { expect, test } from 'vitest';
import { Engine } from '../src/index.ts';
import { MAX_CASCADE } from '../src/core/limits.ts';

/** A market with one product; alice can sell, bob can buy. */
function market(): Engine {
  const engine = new Engine();
  engine.listAsset({ id: 'kWh', decimals: 3 });
  engine.listAsset({ id: 'EUR', decimals: 6 });
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  engine.listProduct({ id: 'noon', ...grid });
  for (const id of ['alice', 'bob']) {
    engine.openAccount({ id });
    for (const asset of ['kWh', 'EUR']) engine.deposit({ account: id, asset, amount: '10000' });
  }
  return engine;
}

const order = { product: 'noon', quantityLots: 1 } as const;

test('one command triggers no more stop orders than MAX_CASCADE; the rest end, each with an event', () => {
  const engine = market();
  const stop = { account: 'bob', side: 'buy', priceTicks: 5, stopPriceTicks: 5 } as const;
  const count = MAX_CASCADE + 3;
  for (let i = 0; i < count; i++) engine.submit({ ...order, ...stop });
  engine.submit({ ...order, account: 'alice', side: 'sell', priceTicks: 5, quantityLots: 2000 });
  const { sequence } = engine;
  const outcome = engine.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 5 });
  expect(outcome).toMatchObject({ ok: true, filledLots: 1 });
  const events = [...engine.events({ after: sequence })];
  expect(events.filter(({ type }) => type === 'stopTriggered')).toHaveLength(MAX_CASCADE);
  const ended = events.flatMap((event) =>
    event.type === 'orderEnded' && event.reason === 'cascade' ? [event] : [],
  );
  expect(ended).toMatchObject(
    [1001, 1002, 1003].map((id) => ({
      order: id,
      open: 1,
      standing: 'waiting',
      releasedMoney: 500,
    })),
  );
  expect(engine.openOrders({ account: 'bob' })).toEqual([]);
  expect(engine.isConserved()).toBe(true);
  expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
});

test('stop orders that trigger each other come to an end', () => {
  const engine = market();
  for (let ticks = 1; ticks <= 50; ticks++) {
    const rung = { priceTicks: ticks, stopPriceTicks: ticks } as const;
    engine.submit({ ...order, account: 'alice', side: 'sell', priceTicks: ticks });
    engine.submit({ ...order, ...rung, account: 'bob', side: 'buy', priceTicks: ticks + 1 });
  }
  engine.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 1 });
  const trades = [...engine.trades()].map(({ priceTicks }) => priceTicks);
  expect(trades).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(engine.openOrders()).toMatchObject([
    { priceTicks: 51, openLots: 1, stopPrice: undefined },
  ]);
});

test('a preview tells what a stop order locks, and that it waits', () => {
  const engine = market();
  const stop = { account: 'bob', side: 'buy', priceTicks: 5, stopPriceTicks: 4 } as const;
  engine.submit({ ...order, account: 'alice', side: 'sell', priceTicks: 4 });
  const preview = engine.preview({ ...order, ...stop });
  expect(preview).toMatchObject({ ok: true, locksMoney: '0.000500', filledLots: 0 });
  expect(preview).toMatchObject({ restingLots: 0, waitingLots: 1, costQuanta: 0 });
  engine.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 4 });
  const reached = engine.preview({ ...order, ...stop });
  expect(reached).toMatchObject({ restingLots: 1, waitingLots: 0 });
});

test('a snapshot keeps stop orders, and they are triggered in the same order after it', () => {
  const engine = market();
  for (const stopPriceTicks of [7, 5, 6, 5]) {
    engine.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 9, stopPriceTicks });
  }
  engine.submit({ ...order, account: 'alice', side: 'sell', priceTicks: 7, quantityLots: 9 });
  const restored = Engine.restore(engine.snapshot());
  expect(restored.stateHash()).toBe(engine.stateHash());
  for (const each of [engine, restored]) {
    const { sequence } = each;
    each.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 7 });
    const triggered = [...each.events({ after: sequence })].flatMap((event) =>
      event.type === 'stopTriggered' ? [event.order] : [],
    );
    expect(triggered).toEqual([1, 2, 3, 4]);
  }
  expect(restored.stateHash()).toBe(engine.stateHash());
});
