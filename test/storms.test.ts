import { expect, test } from 'vitest';
import { Engine } from '../src/index.ts';
import { mulberry32 } from './mulberry32.ts';
import { must } from './stage.ts';

/** Even; `npm run test:storms` has a million. */
const ORDERS = Number(process.env['STORM'] ?? 40_000);
const SEED = 20_261_125;

/** A market in which many accounts sell a lot each at one price. */
function crowd(orders: number): Engine {
  const engine = new Engine({ history: 'drop' });
  must(engine.listAsset({ id: 'EUR', decimals: 6 }));
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.001' };
  must(engine.listProduct({ id: 'noon', ...grid, makerPpm: 1000, takerPpm: 2000 }));
  for (const [id, asset, amount] of [
    ['seller', 'kWh', `${orders / 1000}`],
    ['buyer', 'EUR', `${orders}`],
  ] as const) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset, amount }));
  }
  const order = { account: 'seller', product: 'noon', side: 'sell' } as const;
  for (let i = 0; i < orders; i++) {
    must(engine.submit({ ...order, quantityLots: 1, priceTicks: 200 }));
  }
  return engine;
}

const has = (engine: Engine, account: string, asset: string): readonly number[] => {
  const { availableQuanta, lockedQuanta } = engine.balance(account, asset);
  return [availableQuanta, lockedQuanta];
};

test(`${ORDERS} orders at one price: half cancelled in any order, seed ${SEED}, the rest bought at once`, () => {
  const engine = crowd(ORDERS);
  expect(engine.best('noon')).toMatchObject({ ask: { priceTicks: 200, openLots: ORDERS } });
  expect(has(engine, 'seller', 'kWh')).toEqual([0, ORDERS]);
  // Every second order, from all over the queue.
  const draw = mulberry32(SEED);
  const ids = Int32Array.from({ length: ORDERS }, (_, i) => i + 1);
  const cancelled = new Uint8Array(ORDERS + 1);
  for (let i = 0; i < ORDERS / 2; i++) {
    const at = i + draw(ORDERS - i);
    const orderId = ids[at]!;
    ids[at] = ids[i]!;
    cancelled[orderId] = 1;
    must(engine.cancel({ actor: 'seller', orderId }));
  }
  expect(has(engine, 'seller', 'kWh')).toEqual([ORDERS / 2, ORDERS / 2]);
  const buy = { account: 'buyer', product: 'noon', side: 'buy', priceTicks: 200 } as const;
  // Who stands first is served first: the oldest that is left, and it alone.
  const oldest = cancelled.indexOf(0, 1);
  must(engine.submit({ ...buy, quantityLots: 1 }));
  expect([engine.isOpen(oldest), engine.isOpen(cancelled.indexOf(0, oldest + 1))]).toEqual([
    false,
    true,
  ]);
  expect(must(engine.submit({ ...buy, quantityLots: ORDERS }))).toMatchObject({
    filledLots: ORDERS / 2 - 1,
  });
  expect(engine.best('noon')).toMatchObject({
    ask: undefined,
    bid: { openLots: ORDERS / 2 + 1 },
  });
  expect(has(engine, 'buyer', 'kWh')).toEqual([ORDERS / 2, 0]);
  expect(engine.isConserved()).toBe(true);
});
