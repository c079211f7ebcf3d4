import { describe, expect, test } from 'vitest';
import { MAX_ROWS } from '../src/core/limits.ts';
import { stateOf } from '../src/engine/queries.ts';
import { Engine } from '../src/index.ts';
import { Listings } from '../src/market/products.ts';
import { MarketState } from '../src/matching/state.ts';
import { must } from './stage.ts';

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const DELIVERY = { start: 1_000, end: 2_000, opensMs: -1_000, gateMs: -500 };
const FULL = { ok: false, code: 'LISTING_LIMIT' };

/** A market whose lists have so many rows each, with two assets. */
function market(maxRows: number): Engine {
  const state = Object.assign(new MarketState(), { listings: new Listings(maxRows) });
  const engine = new Engine({}, state);
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  return engine;
}

describe('a market that has given out all its rows', () => {
  test('lists no more assets, and is what it was', () => {
    const engine = market(2);
    const before = engine.marketHash();
    expect(engine.listAsset({ id: 'sun', decimals: 3 })).toMatchObject(FULL);
    expect(engine.marketHash()).toBe(before);
    expect(engine.listAsset({ id: 'kWh', decimals: 3 })).toMatchObject({ code: 'DUPLICATE_ASSET' });
  });

  test('lists no more products, of which archived ones count too', () => {
    const engine = market(2);
    must(engine.listProduct({ ...GRID, id: 'one', delivery: DELIVERY }));
    must(engine.listProduct({ ...GRID, id: 'two' }));
    must(engine.archiveProduct({ product: 'one', at: 2_000 }));
    const before = engine.marketHash();
    expect(engine.listProduct({ ...GRID, id: 'three' })).toMatchObject(FULL);
    expect(engine.marketHash()).toBe(before);
    expect(Engine.restore(engine.snapshot()).marketHash()).toBe(before);
  });

  test('sets no other terms until a product is archived', () => {
    const engine = market(3);
    must(engine.listProduct({ ...GRID, id: 'one', delivery: DELIVERY }));
    must(engine.listProduct({ ...GRID, id: 'two' }));
    must(engine.setFees({ product: 'two', makerPpm: 1, takerPpm: 2 }));
    expect(engine.setFees({ product: 'two', makerPpm: 3, takerPpm: 4 })).toMatchObject(FULL);
    expect(engine.setBand({ product: 'two', band: null })).toMatchObject(FULL);
    expect(engine.listProduct({ ...GRID, id: 'three' })).toMatchObject(FULL);
    must(engine.archiveProduct({ product: 'one', at: 2_000 }));
    must(engine.setBand({ product: 'two', band: null }));
    expect(engine.setBand({ product: 'two', band: null })).toMatchObject(FULL);
  });
});

test('a market has as many rows as a snapshot may say', () => {
  const engine = new Engine();
  stateOf(engine).listings.assets.length = MAX_ROWS - 1;
  must(engine.listAsset({ id: 'last', decimals: 0 }));
  expect(engine.listAsset({ id: 'more', decimals: 0 })).toMatchObject(FULL);
});
