import { expect } from 'vitest';
import type { EventRecord } from '../src/core/records.ts';
import { type Change, COLLECTIONS } from '../src/mongodb/documents.ts';
import type { Frame } from '../src/storage/frame.ts';
import { changesOf, type Fields, played, type Store, storeOf } from './read-models-stage.ts';

type Event<T extends EventRecord['type']> = Extract<EventRecord, { type: T }>;
const ofType = <T extends EventRecord['type']>(records: readonly EventRecord[], type: T) =>
  records.filter((each): each is Event<T> => each.type === type);

/** Of two objects, that the fields which they share are equal; undefined in a view is null in a document. */
function expectSame(document: Fields, view: object): void {
  const shared = Object.entries(view).filter(([name]) => name in document);
  expect(shared.length).toBeGreaterThan(3);
  expect(document).toMatchObject(
    Object.fromEntries(shared.map(([name, value]) => [name, value ?? null])),
  );
}

function expectOrders(store: Store, { market, records }: ReturnType<typeof played>): void {
  const documents = store.all('orders');
  const accepted = ofType(records, 'orderAccepted');
  expect(documents.map(({ _id }) => _id)).toEqual(accepted.map(({ order }) => order));
  const open = documents.filter(({ status }) => status !== 'ended');
  const views = market.openOrders();
  expect(open.map(({ _id }) => _id)).toEqual(views.map(({ orderId }) => orderId));
  open.forEach((document, i) => {
    const view = views[i]!;
    // Whatever the order does now, the document tells how it trailed.
    const { trail: _t, trailTicks: _n, trailPpm: _p, ...rest } = view;
    expectSame(document, view.stopPrice === undefined ? rest : view);
    expect(document['status']).toBe(view.stopPrice === undefined ? 'open' : 'waiting');
    expect([document['reason'], document['endedAt']]).toEqual([null, null]);
  });
  const traded = new Map<number, number>();
  for (const { makerOrder, takerOrder, quantity } of ofType(records, 'trade')) {
    for (const id of [makerOrder, takerOrder]) traded.set(id, (traded.get(id) ?? 0) + quantity);
  }
  const ends = new Map(ofType(records, 'orderEnded').map((each) => [each.order, each]));
  documents.forEach((document, i) => {
    const [{ order, kind, time }, end] = [accepted[i]!, ends.get(accepted[i]!.order)];
    const tradedLots = traded.get(order) ?? 0;
    expect(document).toMatchObject({ kind, acceptedAt: time, tradedLots });
    expect(document['quantityLots']).toBe(tradedLots + (document['openLots'] as number));
    if (end === undefined) return;
    const lock = { lockedMoneyQuanta: 0, lockedEnergyQuanta: 0, stopPrice: null };
    const { reason, open: openLots, price: priceTicks, time: endedAt } = end;
    expect(document).toMatchObject({ status: 'ended', reason, openLots, priceTicks, endedAt });
    expect(document).toMatchObject(lock);
  });
}

function expectTrades(store: Store, { records, state }: ReturnType<typeof played>): void {
  const seals = ofType(records, 'blockSealed');
  const heightOf = (sequence: number): number =>
    seals.find((each) => each.sequence >= sequence)?.height ?? state.height + 1;
  const fees = new Map(ofType(records, 'gridFeePaid').map((each) => [each.trade, each.amount]));
  const recalls = new Map(ofType(records, 'tradeRecalled').map((each) => [each.trade, each.time]));
  const trades = ofType(records, 'trade');
  expect(store.all('trades')).toMatchObject(
    trades.map(({ trade: _id, buyer, seller, price, quantity, sequence, time, product }) => ({
      _id,
      buyer,
      seller,
      sequence,
      time,
      product,
      parties: [buyer, seller],
      priceTicks: price,
      quantityLots: quantity,
      block: heightOf(sequence),
      gridFeeQuanta: fees.get(_id) ?? null,
      recalled: recalls.has(_id),
      recalledAt: recalls.get(_id) ?? null,
    })),
  );
  expect(store.all('blocks')).toMatchObject(
    seals.map(({ height: _id, firstSequence, sequence: lastSequence, time }) => ({
      _id,
      firstSequence,
      lastSequence,
      time,
      lastTrade: trades.filter((each) => each.sequence <= lastSequence).at(-1)?.trade ?? 0,
    })),
  );
}

function expectRest(store: Store, { market, records, state }: ReturnType<typeof played>): void {
  const accounts = market.accounts();
  expect(store.all('users').map(({ _id }) => _id)).toEqual(accounts.map(({ id }) => id));
  const openings = new Map(ofType(records, 'accountOpened').map(({ id, time }) => [id, time]));
  for (const { id, role, status, key } of accounts) {
    const hex = key === undefined ? null : Buffer.from(key).toString('hex');
    const openedAt = openings.get(id) ?? null;
    expect(store.one('users', id)).toMatchObject({ role, status, key: hex, openedAt });
  }
  const held = new Map<string, object>();
  for (const { id: account } of accounts) {
    for (const view of market.balances(account)) {
      held.set(`${account} ${view.asset}`, { account, ...view });
    }
  }
  for (const document of store.all('balances')) {
    const zero = { availableQuanta: 0, lockedQuanta: 0 };
    expect(document).toMatchObject(held.get(document['_id'] as string) ?? zero);
  }
  const ids = store.all('balances').map(({ _id }) => _id);
  expect([...held.keys()].filter((id) => !ids.includes(id))).toEqual([]);
  const products = store.all('products');
  const listed = ofType(records, 'productListed');
  expect(products.map(({ product, listedAt }) => [product, listedAt])).toEqual(
    listed.map(({ product, time }) => [product, time]),
  );
  for (const document of products) {
    const product = state.listings.products[document['_id'] as number];
    expect(document['archived']).toBe(product === undefined);
    if (product === undefined) continue;
    const { network, band, delivery, halt, call, ...view } = market.product(product.id)!;
    expectSame(document, view);
    expect(document).toMatchObject({
      network: network?.id ?? null,
      bandLow: band?.low ?? null,
      bandHigh: band?.high ?? null,
      deliveryStart: delivery?.start ?? null,
      deliveryEnd: delivery?.end ?? null,
      opensAt: delivery?.opensAt ?? null,
      gateAt: delivery?.gateAt ?? null,
      haltMove: halt?.move ?? null,
      haltMovePpm: halt?.movePpm ?? null,
      haltWindowMs: halt?.windowMs ?? null,
      pricing: call?.pricing ?? null,
      referencePriceTicks: call?.referencePriceTicks ?? null,
      auctionEveryMs: call?.auctionEveryMs ?? null,
    });
  }
}

/** Nothing that a database would take for something else. */
function expectPlain(changes: readonly (readonly Change[])[]): void {
  const values = new Set<string>();
  const kindOf = (value: unknown): string => {
    if (Array.isArray(value))
      return value.every((each) => typeof each === 'string') ? 'texts' : '?';
    if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : '?';
    return value === null ? 'null' : typeof value;
  };
  for (const { fields } of changes.flat()) {
    for (const [name, value] of Object.entries(fields)) {
      values.add(/^[a-zA-Z]+$/.test(name) ? kindOf(value) : name);
    }
  }
  const known = ['boolean', 'integer', 'null', 'string', 'texts'];
  expect([...values].filter((each) => !known.includes(each))).toEqual([]);
}

/** Compares the documents that frames lead to with the market and its events. */
export function expectAll(frames: readonly Frame[]): Store {
  const changes = changesOf(frames);
  expectPlain(changes);
  const store = storeOf(...changes);
  const found = played(frames);
  expectOrders(store, found);
  expectTrades(store, found);
  expectRest(store, found);
  for (const name of COLLECTIONS) {
    const fields = new Set(store.all(name).map((each) => Object.keys(each).sort().join()));
    expect(fields.size, name).toBeLessThan(2);
  }
  return store;
}
