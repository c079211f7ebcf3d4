import { describe, expect, it } from 'vitest';
import { restore, snapshot } from '../src/matching/snapshot.ts';
import { MarketState } from '../src/matching/state.ts';
import { type Change, COLLECTIONS, mergedChanges } from '../src/mongodb/documents.ts';
import { ReadModels } from '../src/mongodb/read-models.ts';
import type { Frame } from '../src/storage/frame.ts';
import { altered } from './journals.ts';
import { expectAll } from './read-models-checked.ts';
import { SCENES } from './read-models-scenes.ts';
import {
  changesOf,
  type Fields,
  framed,
  played,
  randomFrames,
  Store,
  storeOf,
} from './read-models-stage.ts';
import { faultOf, limit, stage } from './stage.ts';

/** In an order that does not depend on that of ledger rows. */
const sorted = (changes: readonly Change[]): Change[] =>
  [...changes].sort((a, b) => (a.collection + a.id < b.collection + b.id ? -1 : 1));

/** A market as it was behind so many frames, from its snapshot. */
function startedAfter(frames: readonly Frame[]): ReadModels {
  const { state } = played(frames);
  return new ReadModels(restore(snapshot(state)));
}

describe('read models', () => {
  it.each([1, 2])('are what the market has come to, seed %i', async (seed) => {
    const store = expectAll(await randomFrames(800, seed));
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

  it('are the same if changes of several frames are merged, written twice, or come again', async () => {
    const changes = changesOf(await randomFrames(500, 5));
    const store = storeOf(...changes);
    for (const size of [2, 30, changes.length]) {
      const merged = new Store();
      for (let at = 0; at < changes.length; at += size) {
        merged.write(mergedChanges(changes.slice(at, at + size).flat()));
      }
      expect(merged).toEqual(store);
    }
    const again = storeOf(...changes.flatMap((each) => [each, each]), ...changes);
    expect(again).toEqual(store);
    expect(mergedChanges([])).toEqual([]);
  });

  it.each(Object.keys(SCENES) as (keyof typeof SCENES)[])('tell of %s', (name) => {
    const engine = SCENES[name]();
    const frames = framed(engine, 7);
    const store = expectAll(frames);
    const changes = changesOf(frames);
    frames.forEach((_, at) => {
      const later = changesOf(frames.slice(at + 1), startedAfter(frames.slice(0, at + 1)));
      expect(later.map(sorted)).toEqual(changes.slice(at + 1).map(sorted));
    });
    // However commands are gathered in frames, but for the sequences of their ends, and for what was there within one alone.
    const unnumbered = (each: Store) =>
      COLLECTIONS.map((collection) =>
        each
          .all(collection)
          .map(({ seq: _seq, ...rest }) => rest as Fields)
          .filter(
            ({ availableQuanta, lockedQuanta }) => availableQuanta !== 0 || lockedQuanta !== 0,
          ),
      );
    for (const perFrame of [1, 1000]) {
      const other = storeOf(...changesOf(framed(engine, perFrame)));
      const [found, expected] = [unnumbered(other), unnumbered(store)];
      found.forEach((documents, i) => {
        expect(documents).toHaveLength(expected[i]!.length);
        expect(expected[i]).toEqual(expect.arrayContaining(documents));
      });
    }
  });
});

describe('documents', () => {
  it('of an order that ends as it comes are whole', () => {
    const engine = stage();
    limit(engine, 'alice', 'sell', 2, 50);
    const order = limit(engine, 'bob', 'buy', 5, 60, { timeInForce: 'ioc', clientOrderId: 'now' });
    const store = storeOf(...changesOf(framed(engine, 1000)));
    expect(store.one('orders', order)).toEqual({
      _id: 2,
      account: 'bob',
      product: 'noon',
      productRow: 0,
      side: 'buy',
      kind: 'limit',
      timeInForce: 'ioc',
      price: '0.060',
      priceTicks: 60,
      quantity: '0.5',
      quantityLots: 5,
      open: '0.3',
      openLots: 3,
      traded: '0.2',
      tradedLots: 2,
      lockedMoney: '0.000000',
      lockedMoneyQuanta: 0,
      lockedEnergy: '0.000',
      lockedEnergyQuanta: 0,
      stopPrice: null,
      stopPriceTicks: null,
      display: 'all',
      displayQuantity: null,
      displayQuantityLots: null,
      refreshBelow: null,
      refreshBelowLots: null,
      allOrNone: false,
      maxMoney: null,
      maxMoneyQuanta: null,
      peg: null,
      pegOffset: null,
      pegOffsetTicks: null,
      trail: null,
      trailTicks: null,
      trailPpm: null,
      zone: null,
      attributes: null,
      only: null,
      onlyZones: null,
      expiresAt: null,
      clientOrderId: 'now',
      linkedOrderId: null,
      takeProfitOrderId: null,
      stopOrderId: null,
      version: 1,
      status: 'ended',
      reason: 'unfilled',
      acceptedAt: 0,
      endedAt: 0,
      updatedAt: 0,
      seq: engine.sequence,
    });
  });

  it('of products that had the same id are told apart, and their balances are not', () => {
    const store = storeOf(...changesOf(framed(SCENES['products that are archived'](), 1000)));
    const products = store.all('products').filter(({ product }) => product === 'noon');
    expect(products).toMatchObject([
      { _id: 0, lastPrice: '0.25', archived: true, archivedAt: 2_000, takerPpm: 5 },
      { _id: 1, lastPrice: '0.50', archived: true, archivedAt: 4_000, status: 'gateClosed' },
      { _id: 2, lastPrice: null, archived: false, archivedAt: null, status: 'scheduled' },
    ]);
    expect(store.all('trades').map(({ productRow }) => productRow)).toEqual([0, 1]);
    const orders = store.all('orders').map(({ productRow, status }) => [productRow, status]);
    expect(orders).toEqual([0, 0, 1, 1].map((row) => [row, 'ended']));
    expect(store.one('balances', 'alice noon')).toMatchObject({ availableQuanta: 700_000 });
    // When the second is archived he has nothing of it; when the third comes in that frame, what he has of that.
    const atEnd = storeOf(
      ...changesOf(framed(SCENES['products that are archived'](), 3).slice(0, 7)),
    );
    expect(atEnd.one('products', 1)).toMatchObject({ archived: true });
    expect(atEnd.one('balances', 'bob noon')).toMatchObject({ available: '0.0000' });
    const stepwise = storeOf(...changesOf(framed(SCENES['products that are archived'](), 6)));
    for (const each of [store, stepwise]) {
      expect(each.one('balances', 'bob noon')).toMatchObject({ available: '1.00000' });
    }
  });

  it('change where something has changed, and nowhere else', () => {
    const changes = changesOf(framed(stage(), 1));
    const idsOf = (each: readonly Change[]) =>
      each.map(({ collection, id }) => `${collection} ${id}`);
    const system = ['users outside', 'users fees', 'users operator'];
    expect(idsOf(changes[0]!)).toEqual(system);
    expect(idsOf(changes[1]!)).toEqual([]);
    expect(idsOf(changes[2]!)).toEqual(['products 0']);
    expect(idsOf(changes[3]!)).toEqual(['users alice']);
    expect(idsOf(changes[4]!).sort()).toEqual(['balances alice kWh', 'balances outside kWh']);
  });

  it('are not made of a journal that leads elsewhere, or has a gap', () => {
    const frames = framed(stage(), 3);
    const models = new ReadModels(new MarketState());
    expect(faultOf(() => models.apply(frames[1]!))).toBe('SEQUENCE_GAP');
    const first = new ReadModels(new MarketState());
    expect(first.apply(frames[0]!).length).toBeGreaterThan(0);
    expect(first.sequence).toBe(3);
    expect(faultOf(() => first.apply(frames[0]!))).toBe('SEQUENCE_GAP');
    const bytes = altered(frames[0]!.bytes, (view) => view.setUint8(view.byteLength - 5, 99));
    const forged = { ...frames[0]!, bytes: bytes as Uint8Array<ArrayBuffer> };
    expect(faultOf(() => new ReadModels(new MarketState()).apply(forged))).toBe('DIVERGED');
  });
});
