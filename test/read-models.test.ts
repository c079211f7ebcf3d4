import { describe, expect, it } from 'vitest';
import { ed25519 } from '../src/chain/index.ts';
import { murmur3 } from '../src/core/murmur3.ts';
import { type EventRecord, readRecord, recordLength } from '../src/core/records.ts';
import { sha256 } from '../src/core/sha256.ts';
import { Queries } from '../src/engine/queries.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { Engine } from '../src/index.ts';
import { replayFrame } from '../src/exchange/recovery.ts';
import { restore, snapshot } from '../src/matching/snapshot.ts';
import { MarketState } from '../src/matching/state.ts';
import { type Change, COLLECTIONS, mergedChanges } from '../src/mongodb/documents.ts';
import { ReadModels } from '../src/mongodb/read-models.ts';
import { encodeFrame, type Frame, NO_FRAME } from '../src/storage/frame.ts';
import { joined, recordsIn, u32 } from './chain-files.ts';
import { deliver, read, settle, slotMarket, trade } from './forward-stage.ts';
import { altered, decoded, framesOf } from './journals.ts';
import { randomJournal } from './random-journal.ts';
import { faultOf, limit, list, must, stage } from './stage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Documents as a database holds them that takes each change under the guard of its sequence. */
class Store {
  readonly collections = new Map(COLLECTIONS.map((name) => [name, new Map<unknown, Fields>()]));

  write(changes: readonly Change[]): void {
    for (const { collection, id, fields, seq } of changes) {
      const documents = this.collections.get(collection)!;
      const before = documents.get(id);
      if (before !== undefined && (before['seq'] as number) >= seq) continue;
      documents.set(id, { ...before, ...fields, _id: id, seq });
    }
  }

  all(name: (typeof COLLECTIONS)[number]): Fields[] {
    return [...this.collections.get(name)!.values()];
  }

  one(name: (typeof COLLECTIONS)[number], id: unknown): Fields {
    return this.collections.get(name)!.get(id)!;
  }
}

/** Frames of so many commands each, of the commands that an engine has carried out. */
function framed(engine: Engine, perFrame: number): Frame[] {
  const commands = recordsIn(engine.commandLog());
  const sequencer = new Sequencer(new MarketState(), undefined, false);
  const { events } = sequencer;
  const frames: Frame[] = [];
  for (let at = 0; at < commands.length; at += perFrame) {
    const some = commands.slice(at, at + perFrame);
    const body = some.flatMap((each) => {
      sequencer.replay(new DataView(each.buffer, each.byteOffset, each.length), 0);
      return [each, u32(murmur3(events.view, 0, events.length))];
    });
    const previous = frames.at(-1)?.hash ?? NO_FRAME;
    frames.push(encodeFrame(joined(...body), some.length, at + 1, 1, previous, sha256));
  }
  return frames;
}

const randomFrames = async (count: number, seed: number): Promise<Frame[]> =>
  (await framesOf(await randomJournal(count, seed))).map(decoded);

/** The changes of each frame, from the empty market on. */
function changesOf(frames: readonly Frame[], models = new ReadModels(new MarketState())) {
  return frames.map((frame) => models.apply(frame));
}

function storeOf(...changes: readonly (readonly Change[])[]): Store {
  const store = new Store();
  for (const each of changes) store.write(each);
  return store;
}

/** What the journal leads to without any of this: the market, and all its events. */
function played(frames: readonly Frame[]) {
  const sequencer = new Sequencer(new MarketState(), undefined);
  for (const frame of frames) replayFrame(sequencer, frame);
  const { state, events } = sequencer;
  const records: EventRecord[] = [];
  for (let at = 0; at < events.length; at += recordLength(events.view, at)) {
    records.push(readRecord(events.view, at, state.naming) as unknown as EventRecord);
  }
  return { state, market: new Queries(state), records };
}

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
      ...{ _id, buyer, seller, sequence, time, product },
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
      ...{ _id, firstSequence, lastSequence, time },
      lastTrade: trades.findLast((each) => each.sequence <= lastSequence)?.trade ?? 0,
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
    const { network, band, delivery, ...view } = market.product(product.id)!;
    expectSame(document, view);
    expect(document).toMatchObject({
      network: network?.id ?? null,
      bandLow: band?.low ?? null,
      bandHigh: band?.high ?? null,
      deliveryStart: delivery?.start ?? null,
      gateAt: delivery?.gateAt ?? null,
    });
  }
}

/** Nothing that a database would take for something else. */
function expectPlain(changes: readonly (readonly Change[])[]): void {
  const values = new Set<string>();
  for (const { fields } of changes.flat()) {
    for (const [name, value] of Object.entries(fields)) {
      expect(name).toMatch(/^[a-zA-Z]+$/);
      for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) {
        values.add(each === null ? 'null' : typeof each);
        if (typeof each === 'number') expect(Number.isSafeInteger(each)).toBe(true);
      }
    }
  }
  expect([...values].sort()).toEqual(['boolean', 'null', 'number', 'string']);
}

function expectAll(frames: readonly Frame[]): Store {
  const changes = changesOf(frames);
  expectPlain(changes);
  const store = storeOf(...changes);
  const found = played(frames);
  expectOrders(store, found);
  expectTrades(store, found);
  expectRest(store, found);
  return store;
}

/** In an order that does not depend on that of ledger rows. */
const sorted = (changes: readonly Change[]): Change[] =>
  changes.toSorted((a, b) => (a.collection + a.id < b.collection + b.id ? -1 : 1));

/** A market as it was behind so many frames, from its snapshot. */
function startedAfter(frames: readonly Frame[]): ReadModels {
  const { state } = played(frames);
  return new ReadModels(restore(snapshot(state)));
}

describe('read models', () => {
  it.each([1, 2, 3])('are what the market has come to, seed %i', async (seed) => {
    const store = expectAll(await randomFrames(900, seed));
    const kinds = new Set(store.all('orders').map(({ kind, status }) => `${kind} ${status}`));
    expect(kinds.size).toBeGreaterThan(3);
  });

  it('are the same whatever sequence they start at', async () => {
    const frames = await randomFrames(500, 4);
    const changes = changesOf(frames);
    for (const at of [1, 17, Math.floor(frames.length / 2), frames.length - 1]) {
      const later = changesOf(frames.slice(at), startedAfter(frames.slice(0, at)));
      expect(later.map(sorted)).toEqual(changes.slice(at).map(sorted));
    }
  });
});
