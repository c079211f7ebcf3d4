import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Engine } from '../src/index.ts';
import { FORMS as PLAIN_FORMS, SAMPLE_ORDER } from './bad-input-forms.ts';
import { KEY_FORMS } from './bad-input-keys.ts';
import { NETWORK_FORMS } from './bad-input-network-forms.ts';
import { SETTLEMENT_FORMS } from './bad-input-settlement.ts';
import { type Bad, type ErrorClass, ID, names, NATURAL, NO_TEXT, WHOLE } from './bad-values.ts';
import { codeOf, limit, must, stage, thrownBy, trace } from './stage.ts';

const FORMS = [...KEY_FORMS, ...PLAIN_FORMS, ...NETWORK_FORMS, ...SETTLEMENT_FORMS];

function call(engine: Engine, method: keyof Engine, request: unknown): unknown {
  return (engine[method] as (request: unknown) => unknown).call(engine, request);
}

/** The sample with one field set, or taken away; 'band.low' is a field of a field. */
function withField(sample: object, field: string, value: unknown): object {
  const [outer, inner] = field.split('.') as [string, string?];
  if (inner === undefined) return { ...sample, [outer]: value };
  const old = (sample as Record<string, object>)[outer] as object;
  return { ...sample, [outer]: { ...old, [inner]: value } };
}

/** The stage with an order of bob to change, an empty account to close, a product that is over, and one to settle. */
function prepared(): Engine {
  const engine = stage();
  limit(engine, 'bob', 'sell', 10, 300);
  limit(engine, 'alice', 'buy', 1, 300);
  must(engine.openAccount({ id: 'dave' }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  must(engine.listProduct({ ...grid, id: 'over' }));
  must(engine.closeProduct({ product: 'over' }));
  must(engine.listProduct({ id: 'called', ...grid, mechanism: 'call' }));
  must(engine.listNetwork({ id: 'grid', tick: '0.001' }));
  must(engine.addZone({ network: 'grid', id: 'north', gridAccount: 'bob' }));
  must(engine.listProduct({ id: 'wired', ...grid, network: 'grid' }));
  const there = { product: 'wired', zone: 'north' };
  limit(engine, 'bob', 'sell', 10, 300, there);
  limit(engine, 'alice', 'buy', 1, 300, there);
  const delivery = { start: 100, end: 200, opensMs: -100, gateMs: 0 };
  const bounds = { imbalanceMin: '-0.5', imbalanceMax: '1' };
  const settlement = { mode: 'firm', utility: 'bob', ...bounds } as const;
  must(engine.listProduct({ id: 'slot', ...grid, delivery, settlement }));
  must(engine.setImbalancePrices({ product: 'slot', long: '0', short: '1' }));
  must(engine.advanceTime({ at: 1_000 }));
  return engine;
}

/** Passes each bad value to `pass`; collects what did not go as it should. */
function misses(
  engine: Engine,
  name: string,
  list: readonly Bad[],
  pass: (value: unknown) => unknown,
): string[] {
  const found: string[] = [];
  let before = trace(engine).join();
  for (const [value, wrong] of list) {
    const what = `${name} = ${inspect(value, { maxStringLength: 20, depth: 0 })}`;
    try {
      pass(value);
      found.push(`${what}: accepted`);
      before = trace(engine).join();
    } catch (error) {
      const { name: kind, message } = error as Error;
      const clear = message.includes(name) && message.length < 300;
      if (kind !== wrong.name || !clear) {
        found.push(`${what}: ${kind} '${message.slice(0, 99)}' is no clear ${wrong.name}`);
      }
    }
    if (trace(engine).join() !== before) found.push(`${what}: left a trace`);
  }
  return found;
}

const FIELDS = FORMS.flatMap(({ method, sample, fields }) =>
  Object.entries(fields).map(([field, bad]) => ({ method, field, sample, bad })),
);

describe('every field of every request', () => {
  it.each(FIELDS)('$method: $field', ({ method, field, sample, bad }) => {
    const engine = prepared();
    const pass = (value: unknown) => call(engine, method, withField(sample, field, value));
    expect(misses(engine, field, bad, pass)).toEqual([]);
  });

  it.each(FORMS)('$method takes its sample', ({ method, sample }) => {
    expect(call(prepared(), method, sample)).toMatchObject({ ok: true });
  });

  it.each([...new Set(FORMS.map((form) => form.method))])('%s needs an object', (method) => {
    const engine = prepared();
    const none = method === 'sealBlock' ? [] : [undefined];
    const list = [...none, null, 1, 'alice', true, 1n, Symbol('x')].map(
      (value) => [value, TypeError] as const,
    );
    const pass = (value: unknown) => call(engine, method, value);
    expect(misses(engine, 'needs an object', list, pass)).toEqual([]);
  });
});

const WIRED = { ...SAMPLE_ORDER, product: 'wired', zone: 'north' };
const WAY = { from: 'north', to: 'north' };
/** What fields say together: the request, the class of the error, and what its message names. */
const TOGETHER: readonly [method: keyof Engine, request: object, ErrorClass, named: string][] = [
  ['submit', { ...SAMPLE_ORDER, priceTicks: 250 }, TypeError, 'priceTicks'],
  ['submit', { ...SAMPLE_ORDER, quantityLots: 15 }, TypeError, 'quantityLots'],
  ['submit', { ...SAMPLE_ORDER, minQuantity: '1', minQuantityLots: 10 }, TypeError, 'minQuantity'],
  ['submit', { ...SAMPLE_ORDER, minQuantity: '1.6' }, RangeError, 'minQuantity'],
  ['submit', { ...SAMPLE_ORDER, minQuantityLots: 16 }, RangeError, 'minQuantity'],
  ['submit', { ...SAMPLE_ORDER, minQuantity: '1', timeInForce: 'fok' }, RangeError, 'minQuantity'],
  ['submit', { ...SAMPLE_ORDER, minQuantity: '1', postOnly: 'slide' }, RangeError, 'minQuantity'],
  ['submit', { ...SAMPLE_ORDER, postOnly: 'reject', timeInForce: 'ioc' }, RangeError, 'post-only'],
  ['submit', { ...SAMPLE_ORDER, postOnly: 'slide', timeInForce: 'fok' }, RangeError, 'post-only'],
  ['submit', { ...SAMPLE_ORDER, postOnly: 'reject', kind: 'market' }, RangeError, 'post-only'],
  [
    'submit',
    { ...SAMPLE_ORDER, kind: 'market', timeInForce: 'gtc', stopPriceTicks: 1 },
    RangeError,
    'market order',
  ],
  ['submit', { ...SAMPLE_ORDER, refreshBelowLots: 1 }, TypeError, 'displayQuantity'],
  ['submit', { ...SAMPLE_ORDER, allOrNone: 'yes' }, TypeError, 'allOrNone'],
  [
    'submit',
    { ...SAMPLE_ORDER, allOrNone: true, displayQuantityLots: 1 },
    RangeError,
    'all-or-none',
  ],
  ['submit', { ...SAMPLE_ORDER, stopPrice: '1', stopPriceTicks: 1 }, TypeError, 'stopPrice'],
  ['submit', { ...SAMPLE_ORDER, oco: { price: '1', priceTicks: 1 } }, TypeError, 'oco.priceTicks'],
  ['submit', { ...SAMPLE_ORDER, oco: { priceTicks: 0.5 } }, RangeError, 'oco.priceTicks'],
  [
    'submit',
    { ...SAMPLE_ORDER, oco: { price: '1', stopPriceTicks: '1' } },
    TypeError,
    'oco.stopPriceTicks',
  ],
  ['submit', { ...SAMPLE_ORDER, oco: { price: '1', quantity: '1' } }, TypeError, 'quantity'],
  ['submit', { ...SAMPLE_ORDER, oco: { price: '1' }, timeInForce: 'ioc' }, RangeError, 'oco'],
  ['submit', { ...SAMPLE_ORDER, trail: '1', trailTicks: 1 }, TypeError, 'trailTicks'],
  ['submit', { ...SAMPLE_ORDER, trail: '1', trailPpm: 1 }, TypeError, 'trailPpm'],
  ['submit', { ...SAMPLE_ORDER, pegOffset: '1' }, TypeError, 'pegOffset needs a peg'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', allOrNone: true }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', kind: 'market' }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', timeInForce: 'fok' }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', minQuantity: '0.1' }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', stopPriceTicks: 1 }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, peg: 'bid', trailTicks: 1 }, RangeError, 'a pegged order'],
  ['submit', { ...SAMPLE_ORDER, trailTicks: 1, postOnly: 'slide' }, RangeError, 'stop order'],
  ['submit', { ...SAMPLE_ORDER, expiresAt: 9_000 }, TypeError, 'expiresAt'],
  ['submit', { ...SAMPLE_ORDER, timeInForce: 'ioc', expiresAt: 9_000 }, TypeError, 'expiresAt'],
  ['amend', { actor: 'bob', orderId: 1 }, TypeError, 'a quantity or a stopPrice'],
  ['amend', { actor: 'bob', orderId: 1, price: '1', priceTicks: 1 }, TypeError, 'priceTicks'],
  [
    'amend',
    { actor: 'bob', orderId: 1, quantity: '1', quantityLots: 1 },
    TypeError,
    'quantityLots',
  ],
  [
    'deposit',
    { account: 'bob', asset: 'EUR', amount: '1', amountQuanta: 1 },
    TypeError,
    'amountQuanta',
  ],
  ['cancelAll', {}, TypeError, 'account or a product'],
  ['setCircuit', { product: 'noon', halt: null }, TypeError, 'collar'],
  ['setCircuit', { product: 'noon', collarPpm: 5 }, TypeError, 'halt is missing'],
  [
    'setCircuit',
    { product: 'noon', collarPpm: 5, halt: { windowMs: 5 } },
    TypeError,
    'halt.move must be',
  ],
  [
    'setCircuit',
    { product: 'noon', collarPpm: 5, halt: { movePpm: 5, windowMs: 5, movePPM: 5 } },
    TypeError,
    'movePPM',
  ],
  [
    'take',
    { account: 'alice', orderId: 1, quantityLots: 1, limitPrice: '1', limitPriceTicks: 1 },
    TypeError,
    'limitPriceTicks',
  ],
  ['submit', { ...SAMPLE_ORDER, only: ['solar'] }, TypeError, 'zone is missing'],
  ['submit', { ...SAMPLE_ORDER, premiums: { solar: '1' } }, TypeError, 'zone is missing'],
  ['submit', { ...WIRED, attributes: ['solar'] }, RangeError, 'attributes'],
  ['submit', { ...WIRED, side: 'sell', only: ['solar'] }, RangeError, 'only and premiums'],
  ['submit', { ...WIRED, side: 'sell', premiums: { windTicks: 1 } }, RangeError, 'premiums'],
  ['submit', { ...WIRED, premiums: { wind: '1', windTicks: 1 } }, TypeError, 'premiums.windTicks'],
  ['submit', { ...WIRED, stopPrice: '1' }, TypeError, 'special terms'],
  ['submit', { ...WIRED, oco: { price: '1' } }, TypeError, 'special terms'],
  ['submit', { ...WIRED, displayQuantityLots: 1 }, TypeError, 'special terms'],
  ['setGridFee', { ...WAY, network: 'grid', fee: '1', feeTicks: 1 }, TypeError, 'feeTicks'],
  ['setCapacity', { ...WAY, product: 'wired' }, TypeError, 'quantity (or quantityLots) is missing'],
  [
    'setCapacity',
    { ...WAY, product: 'wired', quantity: null, quantityLots: 1 },
    TypeError,
    'not both',
  ],
  ['setPartner', { account: 'alice', partner: 'alice', rule: 'wanted' }, RangeError, 'partner'],
  [
    'take',
    { account: 'alice', orderId: 3, quantityLots: 1, limitPrice: '1', attributes: ['solar'] },
    TypeError,
    'zone is missing',
  ],
];

describe('fields that do not go together', () => {
  it.each(TOGETHER)('%s %o', (method, request, wrong, named) => {
    const engine = prepared();
    const before = trace(engine);
    const error = thrownBy(() => call(engine, method, request));
    expect(error.name).toBe(wrong.name);
    expect(error.message).toContain(named);
    expect(trace(engine)).toEqual(before);
  });

  it('checks the form of what it does not know, too', () => {
    const engine = prepared();
    const unknown = { account: 'alice', asset: 'XAU' };
    expect(codeOf(engine.deposit({ ...unknown, amount: '1.5' }))).toBe('UNKNOWN_ASSET');
    expect(thrownBy(() => engine.deposit({ ...unknown, amount: '1e3' })).name).toBe('RangeError');
    expect(thrownBy(() => engine.deposit({ ...unknown, amount: '-1' })).name).toBe('RangeError');
    expect(thrownBy(() => engine.deposit({ ...unknown, amount: '0' })).name).toBe('RangeError');
  });
});

const untyped = (engine: Engine) =>
  engine as unknown as Record<string, (...values: unknown[]) => unknown>;
/** Ids that are well-formed, but of nothing. */
const UNKNOWN: Bad[] = ['nobody', '__proto__', 'toString'].map((id) => [id, RangeError]);
const MISSING: Bad[] = [[undefined, TypeError]];
const ALL_IDS = [...ID, ...UNKNOWN];

/** Every query with an argument to be wrong: its name, its bad values, and the call. */
const QUERIES: readonly [string, Bad[], (engine: Engine, value: unknown) => unknown][] = [
  ['id', [...ID, ...MISSING], (engine, value) => untyped(engine)['account']!(value)],
  ['id', [...ID, ...MISSING], (engine, value) => untyped(engine)['product']!(value)],
  ['account', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['balance']!(v, 'EUR')],
  ['asset', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['balance']!('alice', v)],
  ['account', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['balances']!(v)],
  ['orderId', [...WHOLE, ...MISSING], (engine, v) => untyped(engine)['order']!(v)],
  ['account', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['orderByClientId']!(v, 'a')],
  [
    'clientOrderId',
    [...ID, ...MISSING],
    (engine, v) => untyped(engine)['orderByClientId']!('alice', v),
  ],
  ['account', ALL_IDS, (engine, account) => untyped(engine)['openOrders']!({ account })],
  ['product', ALL_IDS, (engine, product) => untyped(engine)['openOrders']!({ product })],
  ['product', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['depth']!(v)],
  ['product', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['best']!(v)],
  ['product', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['book']!(v)],
  ['levels', WHOLE, (engine, v) => untyped(engine)['depth']!('noon', v)],
  ['product', [...ALL_IDS, ...MISSING], (engine, v) => untyped(engine)['queue']!(v, 'buy')],
  [
    'side',
    [...names('Buy', 'bids'), ...MISSING],
    (engine, v) => untyped(engine)['queue']!('noon', v),
  ],
  ['after', NATURAL, (engine, after) => [...engine.events({ after } as object)]],
  ['after', NATURAL, (engine, after) => [...engine.trades({ after } as object)]],
  ['account', ID, (engine, account) => [...engine.trades({ account } as object)]],
  ['product', ID, (engine, product) => [...engine.trades({ product } as object)]],
];

describe('queries', () => {
  it.each(QUERIES)('%s', (name, bad, ask) => {
    const engine = prepared();
    expect(misses(engine, name, bad, (value) => ask(engine, value))).toEqual([]);
  });

  it('know nothing of what is only well-formed', () => {
    const engine = prepared();
    for (const id of ['nobody', '__proto__', 'constructor', 'toString', '../..']) {
      expect(engine.account(id)).toBeUndefined();
      expect(engine.product(id)).toBeUndefined();
      expect(engine.orderByClientId('alice', id)).toBeUndefined();
    }
    expect(engine.order(2)).toBeUndefined();
    expect(engine.order(Number.MAX_SAFE_INTEGER)).toBeUndefined();
  });
});

describe('options', () => {
  const make = (options: unknown) => new Engine(options as object);

  it('knows its words', () => {
    const words = names('dropped').filter(([value]) => value !== undefined);
    const found = misses(prepared(), 'history', words, (history) => make({ history }));
    expect(found).toEqual([]);
  });

  it('needs a function for a clock', () => {
    const list = NO_TEXT.filter(([value]) => typeof value !== 'function');
    expect(misses(prepared(), 'clock', list, (clock) => make({ clock }))).toEqual([]);
  });

  it('checks what the clock says', () => {
    let now: unknown = 1_000;
    const engine = stage({ clock: () => now as number });
    const list = NATURAL.filter(([value]) => value !== undefined);
    const found = misses(engine, 'clock()', list, (value) => {
      now = value;
      return engine.openAccount({ id: 'carol' });
    });
    expect(found).toEqual([]);
    now = 1_000;
    expect(codeOf(engine.openAccount({ id: 'carol' }))).toBe('ok');
  });

  it('passes on what the clock throws, and nothing has happened', () => {
    let broken = false;
    const clock = () => {
      if (broken) throw new Error('no battery');
      return 5;
    };
    const engine = stage({ clock });
    const before = trace(engine);
    broken = true;
    expect(thrownBy(() => engine.openAccount({ id: 'carol' })).message).toBe('no battery');
    expect(trace(engine)).toEqual(before);
    expect(codeOf(engine.openAccount({ id: 'carol', at: 6 }))).toBe('ok');
  });
});
