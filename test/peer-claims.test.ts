import { readFileSync } from 'node:fs';
import * as peer from 'nodejs-order-book';
import { describe, expect, test } from 'vitest';
import { Engine, type OrderOutcome, type OrderRequest } from '../src/index.ts';

/**
 * What docs/migrating-from-nodejs-order-book.md says of both packages, done with both. Each row of its
 * table of differences has the test of its name here.
 */
const PAGE = readFileSync(
  new URL('../docs/migrating-from-nodejs-order-book.md', import.meta.url),
  'utf8',
);
const { OrderBook } = peer;
const { SELL, BUY } = peer.Side;
const { EXPIRE_MAKER, EXPIRE_TAKER } = peer.SelfTradePreventionMode;
/** The enum is not exported. */
const FOK = 'FOK' as NonNullable<peer.LimitOrderOptions['timeInForce']>;

/** A market in which two accounts own plenty of both. */
function openMarket(): Engine {
  const market = new Engine();
  market.listAsset({ id: 'EUR', decimals: 3 });
  market.listAsset({ id: 'kWh', decimals: 1 });
  market.listProduct({ id: 'book', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.1' });
  for (const account of ['alice', 'bob']) {
    market.openAccount({ id: account });
    for (const asset of ['EUR', 'kWh']) market.deposit({ account, asset, amount: '1000000' });
  }
  return market;
}

type Terms = Partial<OrderRequest>;
type Book = InstanceType<typeof OrderBook>;
const sell = (market: Engine, account: string, quantity: string, terms: Terms = {}): OrderOutcome =>
  market.submit({ price: '1', ...terms, account, quantity, product: 'book', side: 'sell' });
const buy = (market: Engine, account: string, quantity: string, terms: Terms = {}): OrderOutcome =>
  market.submit({ price: '1', ...terms, account, quantity, product: 'book', side: 'buy' });
const levels = (market: Engine): string[][] => {
  const { asks, bids } = market.depth('book');
  return [asks, bids].map((side) => side.map(({ price, open }) => `${open} @ ${price}`));
};
const ask = (book: Book, id: string, size: number, price = 1, more: object = {}) =>
  book.limit({ id, side: SELL, size, price, ...more });
const bid = (book: Book, id: string, size: number, price = 1, more: object = {}) =>
  book.limit({ id, side: BUY, size, price, ...more });
const ALICE = { accountId: 'alice' };

const CLAIMS: Readonly<Record<string, () => void>> = {
  '0.3 against three times 0.1'() {
    const book = new OrderBook();
    for (const id of ['a', 'b', 'c']) ask(book, id, 0.1);
    expect(bid(book, 't', 0.3).quantityLeft).toBe(0);
    expect(book.depth()).toEqual([[[1, 5.551115123125783e-17]], []]);

    const market = openMarket();
    for (let i = 0; i < 3; i++) sell(market, 'alice', '0.1');
    expect(buy(market, 'bob', '0.3')).toMatchObject({ ok: true, filledLots: 3 });
    expect(levels(market)).toEqual([[], []]);
    expect(() => buy(market, 'bob', String(0.1 + 0.2))).toThrow(RangeError);
  },

  'fill or kill of 1 against ten times 0.1'() {
    const book = new OrderBook();
    for (let i = 0; i < 10; i++) ask(book, `a${i}`, 0.1);
    expect(bid(book, 't', 1, 1, { timeInForce: FOK }).err?.code).toBe(1106);

    const market = openMarket();
    for (let i = 0; i < 10; i++) sell(market, 'alice', '0.1');
    const outcome = buy(market, 'bob', '1', { timeInForce: 'fok' });
    expect(outcome).toMatchObject({ ok: true, filledLots: 10 });
  },

  'NaN and Infinity'() {
    const book = new OrderBook();
    for (const size of [NaN, Infinity]) expect(ask(book, `s${size}`, size).err).toBeNull();
    for (const price of [NaN, Infinity]) expect(ask(book, `p${price}`, 1, price).err).toBeNull();

    const market = openMarket();
    const terms = { account: 'alice', product: 'book', side: 'sell' } as const;
    for (const number of [NaN, Infinity]) {
      for (const fields of [
        { priceTicks: number, quantityLots: 1 },
        { priceTicks: 1, quantityLots: number },
      ]) {
        expect(() => market.submit({ ...terms, ...fields })).toThrow(RangeError);
      }
    }
  },

  'a price at or below zero'() {
    const book = new OrderBook();
    for (const price of [0, -0.05]) expect(ask(book, 'a', 1, price).err?.code).toBe(1103);

    const market = openMarket();
    for (const price of ['0', '-0.05']) expect(sell(market, 'alice', '1', { price }).ok).toBe(true);
    expect(levels(market)).toEqual([['1.0 @ -0.05', '1.0 @ 0.00'], []]);
  },

  'a smaller size'() {
    const book = new OrderBook();
    ask(book, 'first', 5);
    ask(book, 'second', 5);
    book.modify('first', { size: 3 });
    expect(bid(book, 't', 1).partial?.id).toBe('second');

    const market = openMarket();
    for (const account of ['alice', 'bob']) sell(market, account, '5');
    market.amend({ actor: 'alice', orderId: 1, quantity: '3' });
    buy(market, 'bob', '1');
    expect([...market.trades()].map(({ seller }) => seller)).toEqual(['alice']);
  },

  'the size of an order that has traded in part'() {
    const book = new OrderBook();
    ask(book, 'a', 10);
    bid(book, 't', 4);
    book.modify('a', { size: 8 });
    expect(book.depth()[0]).toEqual([[1, 8]]);

    const market = openMarket();
    sell(market, 'alice', '10');
    buy(market, 'bob', '4');
    market.amend({ actor: 'alice', orderId: 1, quantity: '8' });
    expect(levels(market)[0]).toEqual(['4.0 @ 1.00']);
  },

  'a post-only order that is amended into a trade'() {
    const book = new OrderBook({ enableJournaling: true });
    bid(book, 'b', 1, 1);
    ask(book, 'a', 1, 2, { postOnly: true });
    const response = book.modify('a', { price: 1 });
    expect([response.err?.code, response.log?.op]).toEqual([1107, 'u']);
    expect([book.order('a'), book.depth()]).toEqual([undefined, [[], [[1, 1]]]]);

    const market = openMarket();
    buy(market, 'bob', '1');
    sell(market, 'alice', '1', { price: '2', postOnly: 'reject' });
    const outcome = market.amend({ actor: 'alice', orderId: 2, price: '1' });
    expect(outcome).toMatchObject({ ok: false, code: 'POST_ONLY_CROSSES' });
    expect(levels(market)).toEqual([['1.0 @ 2.00'], ['1.0 @ 1.00']]);
  },

  'the account of an amended order'() {
    const book = new OrderBook();
    ask(book, 'a', 5, 2, ALICE);
    book.modify('a', { price: 1 });
    expect(book.order('a')).not.toHaveProperty('accountId');
    const response = bid(book, 't', 5, 1, { ...ALICE, stpMode: EXPIRE_TAKER });
    expect([response.err, response.done.length]).toEqual([null, 2]);

    const market = openMarket();
    sell(market, 'alice', '5', { price: '2' });
    market.amend({ actor: 'alice', orderId: 1, price: '1' });
    buy(market, 'alice', '5');
    expect([...market.trades()]).toEqual([]);
    expect(levels(market)).toEqual([['5.0 @ 1.00'], []]);
  },

  'self-trade where nothing is said'() {
    const book = new OrderBook();
    ask(book, 'a', 5, 1, ALICE);
    expect(bid(book, 't', 5, 1, ALICE).done.map(({ id }) => id)).toEqual(['a', 't']);

    const market = openMarket();
    sell(market, 'alice', '5');
    buy(market, 'alice', '5');
    expect(levels(market)).toEqual([['5.0 @ 1.00'], []]);
  },

  'self-trade behind a fill'() {
    const book = new OrderBook({ enableJournaling: true });
    const made = [ask(book, 'b', 3, 1, { accountId: 'bob' }), ask(book, 'a', 5, 1, ALICE)];
    const response = bid(book, 't', 6, 1, { ...ALICE, stpMode: EXPIRE_TAKER });
    expect(response.done.map(({ id }) => id)).toEqual(['b']);
    expect([response.quantityLeft, response.log]).toEqual([6, undefined]);
    expect(book.depth()[0]).toEqual([[1, 5]]);
    const replayed = new OrderBook({ journal: made.map(({ log }) => log!) });
    expect(replayed.depth()[0]).toEqual([[1, 8]]);

    const market = openMarket();
    sell(market, 'bob', '3');
    sell(market, 'alice', '5');
    expect(buy(market, 'alice', '6')).toMatchObject({ ok: true, filledLots: 30 });
    expect([...market.events()].at(-1)).toMatchObject({ reason: 'selfTrade', open: 30 });
    expect(Engine.replay(market.commandLog()).stateHash()).toBe(market.stateHash());
  },

  'fill or kill with an own order in the way'() {
    const book = new OrderBook();
    ask(book, 'a', 5, 1, ALICE);
    ask(book, 'b', 5, 1, { accountId: 'bob' });
    const response = bid(book, 't', 10, 1, { ...ALICE, stpMode: EXPIRE_MAKER, timeInForce: FOK });
    expect(response.err).toBeNull();
    expect(book.depth()).toEqual([[], [[1, 5]]]);

    const market = openMarket();
    for (const account of ['alice', 'bob']) sell(market, account, '5');
    const outcome = buy(market, 'alice', '10', { selfTrade: 'cancelMaker', timeInForce: 'fok' });
    expect(outcome).toMatchObject({ ok: false, code: 'FOK_UNFILLABLE' });
    expect(levels(market)).toEqual([['10.0 @ 1.00'], []]);
  },

  'a cancel of what is not there'() {
    expect(new OrderBook().cancel('a')).toBeUndefined();

    const outcome = openMarket().cancel({ actor: 'alice', orderId: 1 });
    expect(outcome).toMatchObject({ ok: false, code: 'UNKNOWN_ORDER' });
  },

  'ids such as `constructor`'() {
    const book = new OrderBook();
    for (const id of ['constructor', '__proto__', 'toString']) {
      expect(ask(book, id, 1).err?.code).toBe(1109);
      expect(() => book.order(id)).toThrow(TypeError);
    }

    const market = openMarket();
    for (const clientOrderId of ['constructor', '__proto__', 'toString']) {
      expect(sell(market, 'alice', '1', { clientOrderId }).ok).toBe(true);
      expect(market.orderByClientId('alice', clientOrderId)?.open).toBe('1.0');
    }
    expect(() => sell(market, 'alice', '1', { clientOrderId: 'my order' })).toThrow(RangeError);
  },

  'an id that was used before'() {
    const book = new OrderBook();
    expect(ask(book, 'a', 1).err).toBeNull();
    expect(ask(book, 'a', 1).err?.code).toBe(1109);
    bid(book, 't', 1);
    expect(ask(book, 'a', 1).err).toBeNull();

    const market = openMarket();
    const named = { clientOrderId: 'a' };
    expect(sell(market, 'alice', '1', named)).toMatchObject({ ok: true, orderId: 1 });
    const again = sell(market, 'alice', '1', named);
    expect(again).toMatchObject({ ok: false, code: 'DUPLICATE_CLIENT_ORDER_ID' });
    buy(market, 'bob', '1');
    expect(sell(market, 'alice', '1', named)).toMatchObject({ ok: true, orderId: 3 });
  },

  'what an error is'() {
    const { err } = new OrderBook().modify('a', { size: 1 });
    expect([err?.code, err instanceof Error]).toEqual([1110, false]);
    expect(Object.keys(peer)).not.toContain('ErrorCodes');

    const outcome = openMarket().amend({ actor: 'alice', orderId: 1, quantity: '1' });
    expect(outcome).toMatchObject({ ok: false, code: 'UNKNOWN_ORDER' });
  },

  'a market order and an empty side'() {
    const response = new OrderBook().market({ side: BUY, size: 4 });
    expect([response.err, response.quantityLeft]).toEqual([null, 4]);

    const market = openMarket();
    expect(buy(market, 'bob', '4', { kind: 'market' })).toMatchObject({ ok: true, filledLots: 0 });
    expect([...market.events()].at(-1)).toMatchObject({ type: 'orderEnded', reason: 'unfilled' });
  },

  'a market order and a price far away'() {
    const book = new OrderBook();
    ask(book, 'a', 1, 1_000_000);
    expect(book.market({ side: BUY, size: 1 }).done).toHaveLength(1);

    const market = openMarket();
    sell(market, 'alice', '1', { price: '1000' });
    const order = { account: 'bob', product: 'book', side: 'buy', kind: 'market' } as const;
    const outcome = market.submit({ ...order, quantity: '1' });
    expect(outcome).toMatchObject({ ok: false, code: 'NO_PROTECTION' });
    const protectedOne = market.submit({ ...order, quantity: '1', price: '2' });
    expect(protectedOne).toMatchObject({ ok: true, filledLots: 0 });
  },

  'what has traded'() {
    const book = new OrderBook();
    ask(book, 'a', 1, 1);
    ask(book, 'b', 1, 2);
    const done = bid(book, 't', 2, 2).done as { id: string; price: number }[];
    expect(done.map(({ id, price }) => [id, price])).toEqual([
      ['a', 1],
      ['b', 2],
      ['t', 1.5],
    ]);
    expect(Object.keys(book).filter((key) => /trade/i.test(key))).toEqual([]);

    const market = openMarket();
    sell(market, 'alice', '1');
    sell(market, 'alice', '1', { price: '2' });
    buy(market, 'bob', '2', { price: '2' });
    expect([...market.trades()].map(({ price }) => price)).toEqual(['1.00', '2.00']);
  },

  'the time of a replayed order'() {
    const log = { opId: 1, ts: 1_000, op: 'l', o: { id: 'a', side: SELL, size: 1, price: 1 } };
    const replayed = new OrderBook({ journal: [log as never] }).order('a');
    expect((replayed as { time: number }).time).toBeGreaterThan(1_600_000_000_000);

    const market = openMarket();
    sell(market, 'alice', '1', { at: 1_000 });
    expect(Engine.replay(market.commandLog()).time).toBe(1_000);
  },

  'what a snapshot holds'() {
    const book = new OrderBook();
    ask(book, 'a', 1);
    bid(book, 't', 1);
    ask(book, 'post', 1, 4, { postOnly: true });
    const restored = new OrderBook({ snapshot: structuredClone(book.snapshot()) });
    expect([book.marketPrice, restored.marketPrice]).toEqual([1, 0]);
    for (const each of [book, restored]) bid(each, 'b', 1, 1);
    const codes = [book, restored].map((each) => each.modify('post', { price: 1 }).err?.code);
    expect(codes).toEqual([1107, undefined]);

    const market = openMarket();
    sell(market, 'alice', '1');
    buy(market, 'bob', '1');
    sell(market, 'alice', '1', { price: '4', postOnly: 'reject' });
    const again = Engine.restore(market.snapshot());
    expect(again.product('book')?.lastPrice).toBe('1.00');
    expect(again.order(3)?.postOnly).toBe('reject');
    expect(again.stateHash()).toBe(market.stateHash());
  },

  'what the journal holds'() {
    const book = new OrderBook({ enableJournaling: true });
    const order = { id: 'a', side: SELL, size: 1, price: 1 };
    const { log } = book.limit(order);
    order.size = 99;
    expect(log?.o).toMatchObject({ size: 99 });
    expect(ask(book, 'a', 1)).not.toHaveProperty('log');

    const market = openMarket();
    const before = market.commandLog().length;
    sell(market, 'alice', '9999999');
    expect(market.commandLog().length).toBeGreaterThan(before);
  },
};

describe('nodejs-order-book and wattbook', () => {
  test.each(Object.entries(CLAIMS))('%s', (_, claim) => claim());

  test('the page makes these claims and no others', () => {
    const section = PAGE.split('## What behaves differently')[1]!.split('\n## ')[0]!;
    const rows = [...section.matchAll(/^\| (?!-|\|)(.+?) \|/gm)].map(([, title]) => title);
    expect(rows).toEqual(Object.keys(CLAIMS));
  });

  test('the calls that the page names exist', () => {
    const named = [...PAGE.matchAll(/`(book|market)\.(\w+)/g)];
    const book = new OrderBook();
    const market = new Engine();
    const missing = named.filter(
      ([, which, name]) => !(name! in (which === 'book' ? book : market)),
    );
    expect(missing.map(([call]) => call)).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });
});
