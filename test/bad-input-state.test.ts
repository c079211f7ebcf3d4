import { describe, expect, it } from 'vitest';
import { Engine, type Outcome } from '../src/index.ts';
import { codeOf, limit, must, stage, thrownBy } from './stage.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const ODD_IDS = ['__proto__', 'constructor', 'toString', '../..', 'hasOwnProperty'];

/** The stage with a band, a second asset and product, orders, and accounts in every status. */
function market(): Engine {
  const engine = stage();
  must(engine.setBand({ product: 'noon', band: { low: '0', high: '1' } }));
  for (const id of ['carol', 'frozen', 'closed']) must(engine.openAccount({ id }));
  must(engine.freezeAccount({ account: 'frozen' }));
  must(engine.closeAccount({ account: 'closed' }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  for (const id of ['halted', 'gone', 'free']) must(engine.listProduct({ id, ...grid }));
  must(engine.haltProduct({ product: 'halted' }));
  must(engine.closeProduct({ product: 'gone' }));
  limit(engine, 'bob', 'sell', 10, 300, { clientOrderId: 'mine' });
  limit(engine, 'alice', 'buy', 10, 200);
  must(engine.advanceTime({ at: 1_000 }));
  return engine;
}

const order = { account: 'alice', product: 'noon', side: 'buy', quantity: '1' } as const;
const limited = { ...order, price: '0.250' };
const funds = { account: 'alice', asset: 'EUR', amount: '1' };
const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };

/** What the state decides on: the code, and a request that is refused with it. */
const REFUSED: readonly [code: string, (engine: Engine) => Outcome][] = [
  ['UNKNOWN_ACTOR', (e) => e.openAccount({ id: 'dave', actor: 'nobody' })],
  ['UNKNOWN_ACTOR', (e) => e.advanceTime({ at: 1_001, actor: '__proto__' })],
  ['UNKNOWN_ACCOUNT', (e) => e.deposit({ ...funds, account: 'nobody' })],
  ['UNKNOWN_ACCOUNT', (e) => e.deposit({ ...funds, account: 'toString' })],
  ['UNKNOWN_ACCOUNT', (e) => e.transfer({ ...funds, to: 'nobody' })],
  ['UNKNOWN_ACCOUNT', (e) => e.submit({ ...limited, account: 'nobody', actor: 'operator' })],
  ['UNKNOWN_ACCOUNT', (e) => e.cancelAll({ account: 'nobody', actor: 'operator' })],
  ['UNKNOWN_ASSET', (e) => e.deposit({ ...funds, asset: 'XAU' })],
  ['UNKNOWN_ASSET', (e) => e.withdraw({ ...funds, asset: 'constructor' })],
  ['UNKNOWN_ASSET', (e) => e.listProduct({ id: 'dusk', ...grid, money: 'XAU' })],
  ['UNKNOWN_PRODUCT', (e) => e.submit({ ...limited, product: 'never' })],
  ['UNKNOWN_PRODUCT', (e) => e.submit({ ...limited, product: 'hasOwnProperty' })],
  ['UNKNOWN_PRODUCT', (e) => e.setFees({ product: 'never', makerPpm: 1, takerPpm: 1 })],
  ['UNKNOWN_PRODUCT', (e) => e.setBand({ product: 'never', band: null })],
  ['UNKNOWN_PRODUCT', (e) => e.haltProduct({ product: 'never' })],
  ['UNKNOWN_PRODUCT', (e) => e.cancelAll({ product: 'never' })],
  ['UNKNOWN_ORDER', (e) => e.cancel({ actor: 'alice', orderId: 99 })],
  ['UNKNOWN_ORDER', (e) => e.cancel({ actor: 'alice', orderId: SAFE })],
  ['UNKNOWN_ORDER', (e) => e.amend({ actor: 'alice', orderId: 99, priceTicks: 1 })],
  [
    'UNKNOWN_ORDER',
    (e) => e.take({ account: 'alice', orderId: 99, quantity: '1', limitPrice: '1' }),
  ],
  ['FORBIDDEN', (e) => e.cancel({ actor: 'alice', orderId: 1 })],
  ['FORBIDDEN', (e) => e.amend({ actor: 'alice', orderId: 1, quantity: '0.5' })],
  ['FORBIDDEN', (e) => e.submit({ ...limited, actor: 'bob' })],
  ['FORBIDDEN', (e) => e.withdraw({ ...funds, actor: 'bob' })],
  ['FORBIDDEN', (e) => e.transfer({ ...funds, to: 'bob', actor: 'bob' })],
  ['FORBIDDEN', (e) => e.deposit({ ...funds, actor: 'alice' })],
  ['FORBIDDEN', (e) => e.openAccount({ id: 'dave', actor: 'alice' })],
  ['FORBIDDEN', (e) => e.listAsset({ id: 'XAU', decimals: 3, actor: 'alice' })],
  ['FORBIDDEN', (e) => e.listProduct({ id: 'dusk', ...grid, actor: 'alice' })],
  ['FORBIDDEN', (e) => e.setFees({ product: 'noon', makerPpm: 1, takerPpm: 1, actor: 'alice' })],
  ['FORBIDDEN', (e) => e.setBand({ product: 'noon', band: null, actor: 'alice' })],
  ['FORBIDDEN', (e) => e.closeProduct({ product: 'noon', actor: 'alice' })],
  ['FORBIDDEN', (e) => e.freezeAccount({ account: 'bob', actor: 'alice' })],
  ['FORBIDDEN', (e) => e.closeAccount({ account: 'carol', actor: 'alice' })],
  ['FORBIDDEN', (e) => e.cancelAll({ account: 'bob', actor: 'alice' })],
  ['FORBIDDEN', (e) => e.cancelAll({ product: 'noon', actor: 'alice' })],
  ['SYSTEM_ACCOUNT', (e) => e.deposit({ ...funds, account: 'outside' })],
  ['SYSTEM_ACCOUNT', (e) => e.withdraw({ ...funds, account: 'outside', actor: 'operator' })],
  ['SYSTEM_ACCOUNT', (e) => e.submit({ ...limited, account: 'outside', actor: 'operator' })],
  ['SYSTEM_ACCOUNT', (e) => e.transfer({ ...funds, to: 'outside' })],
  [
    'SYSTEM_ACCOUNT',
    (e) => e.transfer({ ...funds, account: 'outside', to: 'closed', actor: 'operator' }),
  ],
  ['SYSTEM_ACCOUNT', (e) => e.freezeAccount({ account: 'operator' })],
  ['SYSTEM_ACCOUNT', (e) => e.closeAccount({ account: 'fees', actor: 'operator' })],
  ['ACCOUNT_CLOSED', (e) => e.deposit({ ...funds, account: 'closed' })],
  ['ACCOUNT_CLOSED', (e) => e.closeAccount({ account: 'closed' })],
  ['ACCOUNT_CLOSED', (e) => e.submit({ ...limited, account: 'closed' })],
  ['ACCOUNT_FROZEN', (e) => e.submit({ ...limited, account: 'frozen' })],
  ['ACCOUNT_FROZEN', (e) => e.withdraw({ ...funds, account: 'frozen' })],
  ['ACCOUNT_NOT_EMPTY', (e) => e.closeAccount({ account: 'alice' })],
  ['DUPLICATE_ACCOUNT', (e) => e.openAccount({ id: 'alice' })],
  ['DUPLICATE_ACCOUNT', (e) => e.openAccount({ id: 'closed' })],
  ['DUPLICATE_ACCOUNT', (e) => e.openAccount({ id: 'operator' })],
  ['DUPLICATE_ASSET', (e) => e.listAsset({ id: 'EUR', decimals: 6 })],
  ['DUPLICATE_PRODUCT', (e) => e.listProduct({ id: 'gone', ...grid })],
  ['INVALID_PRODUCT', (e) => e.listProduct({ id: 'dusk', ...grid, lot: '0.0001' })],
  ['INVALID_PRODUCT', (e) => e.listProduct({ id: 'dusk', ...grid, tick: '0.000001' })],
  ['INVALID_PRODUCT', (e) => e.listProduct({ id: 'dusk', ...grid, tick: '9007199254740991' })],
  ['MINT_LIMIT', (e) => e.deposit({ account: 'alice', asset: 'EUR', amountQuanta: SAFE })],
  ['INSUFFICIENT_FUNDS', (e) => e.withdraw({ ...funds, amount: '999.800001' })],
  ['INSUFFICIENT_FUNDS', (e) => e.withdraw({ ...funds, amount: '9000000000' })],
  ['INSUFFICIENT_FUNDS', (e) => e.transfer({ ...funds, to: 'bob', amount: '999.9' })],
  ['PRODUCT_CLOSED', (e) => e.submit({ ...limited, product: 'gone' })],
  ['PRODUCT_CLOSED', (e) => e.resumeProduct({ product: 'gone' })],
  ['PRODUCT_HALTED', (e) => e.submit({ ...limited, product: 'halted' })],
  [
    'STALE_VERSION',
    (e) => e.amend({ actor: 'bob', orderId: 1, priceTicks: 301, expectedVersion: 2 }),
  ],
  [
    'DUPLICATE_CLIENT_ORDER_ID',
    (e) => e.submit({ ...limited, account: 'bob', clientOrderId: 'mine' }),
  ],
  ['ALREADY_EXPIRED', (e) => e.submit({ ...limited, timeInForce: 'gtd', expiresAt: 1_000 })],
  ['ALREADY_EXPIRED', (e) => e.submit({ ...limited, timeInForce: 'gtd', expiresAt: 0 })],
  ['NO_PROTECTION', (e) => e.submit({ ...order, product: 'free', kind: 'market' })],
  ['PRICE_OUTSIDE_BAND', (e) => e.submit({ ...order, price: '1.001' })],
  ['PRICE_OUTSIDE_BAND', (e) => e.submit({ ...order, price: '-0.001' })],
  ['PRICE_OUTSIDE_BAND', (e) => e.submit({ ...order, priceTicks: SAFE })],
  ['PRICE_OUTSIDE_BAND', (e) => e.submit({ ...order, kind: 'market', price: '2' })],
  ['PRICE_OUTSIDE_BAND', (e) => e.amend({ actor: 'bob', orderId: 1, price: '1.001' })],
  ['LOCK_LIMIT', (e) => e.submit({ ...order, product: 'free', priceTicks: SAFE })],
  ['LOCK_LIMIT', (e) => e.submit({ ...order, product: 'free', priceTicks: -SAFE })],
  ['LOCK_LIMIT', (e) => e.amend({ actor: 'bob', orderId: 1, quantityLots: SAFE })],
  ['POST_ONLY_CROSSES', (e) => e.submit({ ...order, price: '0.300', postOnly: 'reject' })],
  [
    'MONEY_TOO_LITTLE',
    (e) => e.submit({ ...order, price: '0.300', kind: 'market', maxMoneyQuanta: 0 }),
  ],
  ['FOK_UNFILLABLE', (e) => e.submit({ ...limited, timeInForce: 'fok' })],
  ['MIN_QUANTITY', (e) => e.submit({ ...limited, minQuantityLots: 1 })],
  ['OWN_ORDER', (e) => e.take({ account: 'bob', orderId: 1, quantity: '0.1', limitPrice: '1' })],
  [
    'PRICE_CHANGED',
    (e) => e.take({ account: 'alice', orderId: 1, quantity: '0.1', limitPrice: '0.299' }),
  ],
  [
    'QUANTITY_GONE',
    (e) => e.take({ account: 'alice', orderId: 1, quantity: '1.1', limitPrice: '1' }),
  ],
  [
    'INSUFFICIENT_ENERGY',
    (e) => e.submit({ ...order, side: 'sell', quantity: '1000.1', price: '0.4' }),
  ],
  ['INSUFFICIENT_MONEY', (e) => e.submit({ ...order, quantity: '1000', price: '1' })],
  ['INSUFFICIENT_MONEY', (e) => e.submit({ ...limited, account: 'carol' })],
];

describe('what the state decides', () => {
  it.each(REFUSED)('%s', (code, ask) => {
    const engine = market();
    const [hash, sequence] = [engine.marketHash(), engine.sequence];
    const outcome = ask(engine);
    expect(outcome).toEqual({ ok: false, code, sequence: sequence + 1, repeated: false });
    expect(engine.marketHash()).toBe(hash);
    expect(engine.sequence).toBe(sequence + 1);
    expect([...engine.events({ after: sequence })]).toMatchObject([{ type: 'rejected', code }]);
  });

  it('refuses a price off the tick and a quantity off the lot, as text', () => {
    const engine = market();
    const hash = engine.stateHash();
    for (const price of ['0.2505', '0.0001', '-0.0005']) {
      expect(thrownBy(() => engine.submit({ ...order, price }))).toBeInstanceOf(RangeError);
    }
    const off = { ...limited, quantity: '1.05' };
    expect(thrownBy(() => engine.submit(off))).toBeInstanceOf(RangeError);
    expect(engine.stateHash()).toBe(hash);
    // Counted in ticks there is nothing to be off.
    expect(codeOf(engine.submit({ ...order, priceTicks: 251 }))).toBe('ok');
  });

  it('does not go back in time when told to, and holds a clock that does', () => {
    const engine = market();
    const hash = engine.marketHash();
    expect(codeOf(engine.advanceTime({ at: 999 }))).toBe('TIME_BACKWARDS');
    expect(codeOf(engine.submit({ ...limited, at: 0 }))).toBe('TIME_BACKWARDS');
    expect([engine.time, engine.marketHash()]).toEqual([1_000, hash]);

    let now = 5_000;
    const clocked = stage({ clock: () => now });
    now = 4_000;
    expect(codeOf(clocked.openAccount({ id: 'carol' }))).toBe('ok');
    expect(clocked.time).toBe(5_000);
    expect(codeOf(clocked.openAccount({ id: 'dave', at: 4_999 }))).toBe('TIME_BACKWARDS');
    now = 6_000;
    expect(codeOf(clocked.openAccount({ id: 'dave' }))).toBe('ok');
    expect(clocked.time).toBe(6_000);
  });

  it('lets an order expire that a refused command finds due', () => {
    const engine = market();
    const id = limit(engine, 'alice', 'buy', 1, 10, { timeInForce: 'gtd', expiresAt: 2_000 });
    const { sequence } = engine;
    expect(codeOf(engine.cancel({ actor: 'alice', orderId: id, at: 2_000 }))).toBe('UNKNOWN_ORDER');
    const types = [...engine.events({ after: sequence })].map((event) => event.type);
    expect(types).toEqual(['orderEnded', 'rejected']);
  });
});

describe('odd ids', () => {
  const longest = 'Az09._:/@+|-'.padEnd(64, 'x');

  it.each([...ODD_IDS, longest])('%s names anything', (id) => {
    const engine = new Engine();
    const other = `${id.slice(0, 60)}+2`;
    must(engine.listAsset({ id, decimals: 3, commandId: id }));
    must(engine.listAsset({ id: other, decimals: 6, commandId: other }));
    const product = { energy: id, money: other, tick: '0.001', lot: '0.1' };
    must(engine.listProduct({ id, ...product, band: { low: '-1', high: '1' } }));
    for (const account of [id, other]) {
      must(engine.openAccount({ id: account }));
      must(engine.deposit({ account, asset: id, amount: '10' }));
      must(engine.deposit({ account, asset: other, amount: '10' }));
    }
    const sell = { account: id, product: id, side: 'sell', quantity: '2', price: '0.5' } as const;
    const resting = must(engine.submit({ ...sell, clientOrderId: id }));
    expect(engine.orderByClientId(id, id)?.orderId).toBe(resting.orderId);
    const buy = { account: other, product: id, side: 'buy', quantity: '0.5' } as const;
    const bought = engine.submit({ ...buy, price: '0.5', commandId: `${id.slice(0, 60)}-3` });
    expect(must(bought).filledLots).toBe(5);
    expect(engine.balance(id, other).available).toBe('10.250000');
    expect([...engine.trades({ account: id, product: id })]).toHaveLength(1);
    expect(engine.account(id)).toMatchObject({ id, status: 'open' });
    expect(engine.product(id)).toMatchObject({ id, energy: id, money: other });
    expect(engine.queue(id, 'sell')[0]).toMatchObject({ account: id, clientOrderId: id });
    const again = engine.listAsset({ id, decimals: 3, commandId: id });
    expect(again).toEqual({ ok: true, sequence: 1, repeated: true });

    const hash = engine.stateHash();
    const restored = Engine.restore(engine.snapshot());
    const replayed = Engine.replay(engine.commandLog());
    for (const copy of [restored, replayed]) {
      expect(copy.stateHash()).toBe(hash);
      expect(copy.orderByClientId(id, id)?.open).toBe('1.5');
      expect(codeOf(copy.cancel({ actor: id, orderId: resting.orderId }))).toBe('ok');
    }
    expect(codeOf(engine.cancel({ actor: id, orderId: resting.orderId }))).toBe('ok');
    expect(restored.stateHash()).toBe(engine.stateHash());
    expect(replayed.stateHash()).toBe(engine.stateHash());
    expect(engine.isConserved()).toBe(true);
  });

  it('are of 1 to 64 characters', () => {
    const engine = stage();
    expect(codeOf(engine.openAccount({ id: 'x' }))).toBe('ok');
    expect(codeOf(engine.openAccount({ id: 'x'.repeat(64) }))).toBe('ok');
    expect(thrownBy(() => engine.openAccount({ id: 'x'.repeat(65) }))).toBeInstanceOf(RangeError);
    expect(engine.account('x'.repeat(64))?.id).toHaveLength(64);
  });
});
