import { describe, expect, it } from 'vitest';
import { Engine, Exchange, memoryStorage, type Outcome, type Receipt } from '../src/index.ts';
import { stateOf } from '../src/engine/queries.ts';
import { Archived } from '../src/market/archived.ts';
import type { Product, Terms } from '../src/market/products.ts';
import type { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { must } from './stage.ts';

const DELIVERY = { start: 1_000, end: 2_000, opensMs: -1_000, gateMs: -100 };
const GRID = { money: 'EUR', tick: '0.01', lot: '0.001' };

/** What lists, trades, closes and archives a product: the same of an engine and of an exchange. */
const steps = (id: string, at: number, price: string) => {
  const delivery = { ...DELIVERY, start: at + 1_000, end: at + 2_000 };
  const order = { product: id, price, quantity: '2' };
  return [
    ['listAsset', { id, decimals: 3 }],
    ['listProduct', { ...GRID, id, energy: id, delivery }],
    ['deposit', { account: 'alice', asset: id, amount: '5' }],
    ['submit', { ...order, account: 'alice', side: 'sell' }],
    ['submit', { ...order, account: 'bob', side: 'buy', quantity: '1' }],
  ] as const;
};

function opened(options: object = {}): Engine {
  const engine = new Engine(options);
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  for (const id of ['alice', 'bob']) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset: 'EUR', amount: '100' }));
  }
  return engine;
}

function tradeDay(engine: Engine, id: string, at: number, price = '0.25'): void {
  must(engine.advanceTime({ at }));
  for (const [command, request] of steps(id, at, price)) {
    must((engine[command] as (request: object) => Outcome).call(engine, request));
  }
  must(engine.advanceTime({ at: at + 2_000 }));
  must(engine.archiveProduct({ product: id }));
}

describe('an archived product', () => {
  it('is gone from all that can be asked, and its energy with it', () => {
    const engine = opened();
    tradeDay(engine, 'noon', 0);
    expect(engine.products()).toEqual([]);
    expect(engine.product('noon')).toBeUndefined();
    expect(engine.balances('alice').map(({ asset }) => asset)).toEqual(['EUR']);
    expect(() => engine.balance('alice', 'noon')).toThrow(RangeError);
    expect(() => engine.depth('noon')).toThrow(RangeError);
    expect(engine.isConserved()).toBe(true);
  });

  it('is named by the events that are kept, with its own grid if its id is used again', () => {
    const engine = opened();
    tradeDay(engine, 'noon', 0);
    const first = [...engine.trades()];
    tradeDay(engine, 'noon', 5_000, '0.50');
    tradeDay(engine, 'dusk', 10_000);
    must(engine.listAsset({ id: 'noon', decimals: 0 }));
    must(engine.listProduct({ ...GRID, id: 'noon', energy: 'noon', tick: '1', lot: '1' }));
    must(engine.deposit({ account: 'alice', asset: 'noon', amount: '2' }));
    for (const [account, side] of [
      ['alice', 'sell'],
      ['bob', 'buy'],
    ] as const) {
      must(engine.submit({ account, product: 'noon', side, price: '3', quantity: '2' }));
    }
    const trades = [...engine.trades()];
    expect(trades.slice(0, 1)).toEqual(first);
    expect(
      trades.map(({ product, price, quantity, value }) => [product, price, quantity, value]),
    ).toEqual([
      ['noon', '0.25', '1.000', '0.250000000'],
      ['noon', '0.50', '1.000', '0.500000000'],
      ['dusk', '0.25', '1.000', '0.250000000'],
      ['noon', '3', '2', '6.000000000'],
    ]);
    const archived = [...engine.events()].flatMap((event) =>
      event.type === 'productArchived' ? [[event.product, event.delivered]] : [],
    );
    expect(archived).toEqual([
      ['noon', 5_000],
      ['noon', 5_000],
      ['dusk', 5_000],
    ]);
    expect(engine.explain(1)).toMatchObject({ product: 'noon', status: 'ended', open: '1.000' });
    engine.forgetHistory();
    expect(stateOf(engine).archived.product(0)).toBeUndefined();
  });

  it('is named in the events of the command that archived it, where no others are kept', () => {
    const engine = opened({ history: 'drop' });
    tradeDay(engine, 'noon', 0);
    tradeDay(engine, 'dusk', 5_000);
    expect([...engine.events()]).toMatchObject([{ type: 'productArchived', product: 'dusk' }]);
    expect(stateOf(engine).archived.product(0)).toBeUndefined();
  });

  it('leaves the state of a market that goes on alike, replayed or restored', () => {
    const engine = opened();
    tradeDay(engine, 'noon', 0);
    tradeDay(engine, 'dusk', 5_000);
    const others = [
      Engine.replay(engine.commandLog()),
      Engine.restore(engine.snapshot()),
      Engine.replay(new Uint8Array(), { from: engine.snapshot() }),
    ];
    for (const market of [engine, ...others]) tradeDay(market, 'noon', 10_000);
    expect(new Set([engine, ...others].map((market) => market.stateHash())).size).toBe(1);
  });

  it('gives back rows of the ledger and of terms', () => {
    const engine = opened({ history: 'drop' });
    const { ledger, listings } = stateOf(engine);
    for (let day = 0; day < 50; day++) tradeDay(engine, `day${day}`, day * 5_000);
    const [rows, terms] = [ledger.rows, listings.terms.length];
    for (let day = 50; day < 100; day++) tradeDay(engine, `day${day}`, day * 5_000);
    expect([ledger.rows, listings.terms.length]).toEqual([rows, terms]);
    expect([rows, terms]).toEqual([7, 1]);
    expect(engine.snapshot().length).toBeLessThan(500);
  });

  it('leaves its row of terms to the next that needs one, the first row that is free', () => {
    const engine = opened();
    const { terms, products } = stateOf(engine).listings;
    must(engine.listAsset({ id: 'kWh', decimals: 3 }));
    const list = (id: string) => must(engine.listProduct({ ...GRID, id, energy: 'kWh' }));
    for (const id of ['dawn', 'noon', 'dusk', 'night']) list(id);
    for (const product of ['noon', 'dawn', 'dusk']) {
      must(engine.closeProduct({ product }));
      must(engine.archiveProduct({ product }));
    }
    for (const id of ['one', 'two', 'three', 'four']) list(id);
    expect(products.slice(4).map((product) => product?.terms)).toEqual([0, 1, 2, 4]);
    expect(terms).toHaveLength(5);
  });

  it('is told of by an exchange as long as it keeps the events', async () => {
    const storage = memoryStorage();
    let now = 0;
    const clock = (): number => now;
    const exchange = await Exchange.open({ storage, clock });
    const ask = async (command: string, request: object): Promise<void> => {
      const call = exchange[command as 'submit'] as (request: object) => Promise<Receipt>;
      expect(await call.call(exchange, request)).toMatchObject({ ok: true });
    };
    await ask('listAsset', { id: 'EUR', decimals: 9 });
    for (const id of ['alice', 'bob']) {
      await ask('openAccount', { id });
      await ask('deposit', { account: id, asset: 'EUR', amount: '100' });
    }
    for (const price of ['0.25', '0.50']) {
      for (const [command, request] of steps('noon', now, price)) await ask(command, request);
      now += 2_000;
      await ask('archiveProduct', { product: 'noon' });
    }
    const read = async (from: Exchange): Promise<unknown[]> => {
      const found: unknown[] = [];
      for (const channel of ['trades', 'orders', 'events'] as const) {
        for await (const each of from.subscribe(channel, { after: 0, follow: false })) {
          found.push(each);
        }
      }
      return found;
    };
    const told = await read(exchange);
    const prices = told.flatMap((each) => {
      const { value, price } = each as { value?: string; price: string };
      return value === undefined ? [] : [price];
    });
    expect(prices).toEqual(['0.25', '0.50']);
    await exchange.close();
    const again = await Exchange.open({ storage, clock, takeOver: true });
    expect(await read(again)).toEqual(told);
    await again.close();
  });
});

describe('what is kept of archived products for readers', () => {
  const product = (row: number) => ({ id: 'noon', row, energyAsset: row + 10 }) as Product;
  const asset = (decimals: number) => ({ id: 'noon', decimals });
  const terms = (version: number) => ({ version }) as Terms;

  it('is told by the sequence, and forgotten in the order in which it came', () => {
    const archived = new Archived();
    archived.keepsAll = true;
    for (let row = 0; row < 3; row++) {
      archived.add(100 * row + 50, product(row), terms(row), asset(row));
    }
    const rowsAt = (...sequences: number[]) =>
      sequences.map((sequence) => archived.named('noon', sequence)?.row);
    expect(rowsAt(1, 50, 51, 150, 250, 251)).toEqual([0, 0, 1, 1, 2, undefined]);
    archived.forget(149);
    expect(rowsAt(1, 150, 151)).toEqual([1, 1, 2]);
    expect([10, 11, 12].map((row) => archived.asset(row)?.decimals)).toEqual([undefined, 1, 2]);
    expect([0, 1, 2].map((row) => archived.product(row)?.row)).toEqual([undefined, 1, 2]);
    expect([0, 1, 2].map((row) => archived.terms(row)?.version)).toEqual([undefined, 1, 2]);
    archived.forget(250);
    expect(rowsAt(1)).toEqual([undefined]);
    expect(archived.asset(12)).toBeUndefined();
  });
});

type Loose = Record<string, unknown>;

/** Two archived products, and one that is there, with its terms in a row that was used before. */
function market(): Engine {
  const engine = opened();
  tradeDay(engine, 'noon', 0);
  tradeDay(engine, 'dusk', 5_000);
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  must(engine.listProduct({ ...GRID, id: 'energy', energy: 'kWh' }));
  must(engine.setFees({ product: 'energy', makerPpm: 1, takerPpm: 2 }));
  return engine;
}

const termsOf = (state: MarketState, row: number) => state.listings.terms[row] as unknown as Loose;

const FORGED: Forgeries = {
  'terms of a product that is gone': [
    'names row 1 of 3',
    (state) => void (termsOf(state, 0)['product'] = 1),
  ],
  'terms of a version that there is twice': [
    'its terms are out of order',
    (state) => void (termsOf(state, 0)['version'] = 2),
  ],
  'terms of a version that was left out': [
    'its terms are out of order',
    (state) => void (termsOf(state, 1)['version'] = 3),
  ],
  'terms of no version': [
    'its terms are out of order',
    (state) => void (termsOf(state, 0)['version'] = 0),
  ],
  'terms in a row that is out of reach': [
    'has terms out of order',
    (state) => {
      state.listings.terms[2 ** 24] = state.listings.terms.pop();
    },
  ],
  'more products than there may be': [
    `has given out ${2 ** 24 + 1} rows`,
    (state) => void (state.listings.products.length = 2 ** 24 + 1),
  ],
  'more assets than there may be': [
    `has given out ${2 ** 24 + 1} rows`,
    (state) => void (state.listings.assets.length = 2 ** 24 + 1),
  ],
  'a product in a row that was not given out': [
    'names row 3 of 3',
    (state) => void ((state.listings.products[2] as unknown as Loose)['row'] = 3),
  ],
  'two products in one row': [
    'names row 2 of 4',
    (state) => {
      const { listings } = state;
      const { grid } = listings.products[2]!;
      listings.addProduct('second', 3, 0, grid, undefined, undefined, undefined);
      (listings.products[3] as unknown as Loose)['row'] = 2;
    },
  ],
  'products out of order': [
    'names row 2 of 4',
    (state) => {
      const { listings } = state;
      listings.addProduct(
        'second',
        3,
        0,
        listings.products[2]!.grid,
        undefined,
        undefined,
        undefined,
      );
      (listings.products[2] as unknown as Loose)['row'] = 3;
      (listings.products[3] as unknown as Loose)['row'] = 2;
    },
  ],
  'a limit in an asset that is gone': [
    'limits an asset that is not there',
    (state) => {
      const maxExposure = { asset: 1, amount: 5 };
      const limits = { maxOpenOrders: undefined, maxExposure, since: 0, positions: new Map() };
      state.limits.set(3, limits);
    },
  ],
  'a balance of an asset that is gone': [
    'names row 2 of 4',
    (state) => {
      const [alice, outside] = [state.ledger.row(3, 2), state.ledger.row(0, 2)];
      state.ledger.credit(alice, 5);
      state.ledger.credit(outside, -5);
    },
  ],
};

describe('a snapshot behind archived products that says of', () => refusesEach(FORGED, market));
