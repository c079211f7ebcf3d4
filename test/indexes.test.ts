import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../src/core/key-index.ts';
import { Timers } from '../src/matching/timers.ts';
import { NONE, Orders } from '../src/orderbook/orders.ts';
import { mulberry32 } from './mulberry32.ts';

/** An index beside a Map; rows are given out like slots, the last one freed first. */
class IndexTwin {
  readonly index = new KeyIndex();
  readonly keys: Float64Array;
  readonly rows = new Map<number, number>();
  readonly #free: number[] = [];
  #used = 0;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity).fill(NaN);
  }

  toggle(key: number): void {
    const row = this.rows.get(key);
    if (row === undefined) {
      const fresh = this.#free.pop() ?? this.#used++;
      this.keys[fresh] = key;
      this.index.insert(this.keys, fresh);
      this.rows.set(key, fresh);
    } else {
      this.index.remove(this.keys, row);
      this.keys[row] = NaN;
      this.rows.delete(key);
      this.#free.push(row);
    }
  }

  /** Fails unless index and Map agree, about keys that are there and keys that are not. */
  compare(others: readonly number[]): void {
    expect(this.index.size).toBe(this.rows.size);
    for (const key of [...this.rows.keys(), ...others]) {
      const found = this.index.find(this.keys, key);
      if (found !== (this.rows.get(key) ?? -1)) expect.fail(`key ${key} is at ${found}`);
    }
  }
}

describe('a key index', () => {
  const FAMILIES: readonly [string, (i: number) => number][] = [
    ['in a row', (i) => i + 1],
    ['in steps of 64', (i) => i * 64],
    ['in steps of 2^31, like assets', (i) => (i % 7) * 2 ** 31 + Math.floor(i / 7)],
    ['in steps of 2^32', (i) => i * 2 ** 32],
    ['at the upper end', (i) => Number.MAX_SAFE_INTEGER - i],
  ];

  it.each(FAMILIES)('finds keys %s through growth and removal', (_, keyOf) => {
    const random = mulberry32(51);
    const twin = new IndexTwin(4_000);
    const all = Array.from({ length: 2_000 }, (__, i) => keyOf(i));
    for (const key of all) twin.toggle(key);
    twin.compare([keyOf(2_000), keyOf(5_000)]);
    for (const key of all) if (random(3) > 0) twin.toggle(key);
    twin.compare(all);
    for (let step = 0; step < 10_000; step++) twin.toggle(all[random(all.length)]!);
    twin.compare(all);
    for (const key of twin.rows.keys()) twin.toggle(key);
    twin.compare(all);
    expect(twin.index.size).toBe(0);
  });

  it('is a map for any keys', () => {
    const key = fc.oneof(
      fc.nat(30),
      fc.maxSafeNat(),
      fc.nat(9).map((i) => i * 2 ** 26),
    );
    const property = fc.property(fc.array(key, { maxLength: 300 }), fc.nat(30), (keys, other) => {
      const twin = new IndexTwin(300);
      for (const each of keys) {
        twin.toggle(each);
        twin.compare([other, each]);
      }
    });
    fc.assert(property, { seed: 52, numRuns: 150 });
  });

  it('leaves all as it is when told to remove what is not there', () => {
    const keys = Float64Array.from([5, 6, 7]);
    const index = new KeyIndex();
    index.insert(keys, 0);
    index.remove(keys, 1);
    expect([index.size, index.find(keys, 5), index.find(keys, 6)]).toEqual([1, 0, -1]);
  });
});

describe('orders', () => {
  it('use slots again and ids never, and keep client order ids apart by account', () => {
    const orders = new Orders();
    const open = (id: number, account: number, name: string): number => {
      const slot = orders.allocate();
      orders.id[slot] = id;
      orders.account[slot] = account;
      orders.flags[slot] = 0;
      orders.level[slot] = 0;
      orders.enlist(slot, name);
      return slot;
    };
    const slots = Array.from({ length: 300 }, (_, i) => open(i + 1, i % 3, i < 6 ? `c${i}` : ''));
    expect(new Set(slots).size).toBe(300);
    expect(orders.resting).toBe(300);
    expect(orders.slotOfClientId(1, 'c4')).toBe(slots[4]);
    expect(orders.slotOfClientId(0, 'c4')).toBe(NONE);
    expect(orders.clientOrderId(slots[6]!)).toBe('');
    expect(orders.select((slot) => orders.account[slot] === 2)).toHaveLength(100);
    for (const slot of slots.slice(0, 4)) {
      orders.delist(slot);
      orders.level[slot] = NONE;
      orders.release(slot);
    }
    expect([orders.slotOf(4), orders.slotOfClientId(0, 'c3')]).toEqual([NONE, NONE]);
    const next = open(301, 0, 'c3');
    expect(next).toBe(slots[3]);
    expect([orders.slotOf(301), orders.slotOfClientId(0, 'c3')]).toEqual([next, next]);
    const ids = orders.select(() => true).map((slot) => orders.id[slot]);
    expect(ids).toEqual(Array.from({ length: 297 }, (_, i) => i + 5));
  });
});

describe('timers', () => {
  it('come due in order of instant, then order id, whatever was set and cleared', () => {
    const random = mulberry32(53);
    const timers = new Timers();
    const ids = new Float64Array(3_000);
    const model = new Map<number, number>();
    const inOrder = () =>
      [...model].sort(([a, x], [b, y]) => x - y || ids[a]! - ids[b]!).map(([slot]) => slot);
    const free = Array.from({ length: ids.length }, (_, slot) => slot).sort(() => random(3) - 1);
    let lastId = 0;
    for (let step = 0; step < 12_000; step++) {
      if (random(5) < 3 && free.length > 0) {
        const slot = free.pop()!;
        ids[slot] = ++lastId;
        const instant = random(20) === 0 ? Number.MAX_SAFE_INTEGER - random(3) : random(500);
        timers.set(slot, instant, ids);
        model.set(slot, instant);
        expect(timers.expiresAt(slot)).toBe(instant);
      } else if (model.size > 0) {
        const slot = [...model.keys()][random(model.size)]!;
        timers.clear(slot, ids);
        model.delete(slot);
        free.push(slot);
      }
      expect(timers.size).toBe(model.size);
      if (step % 500 === 0 && model.size > 0) {
        const first = inOrder()[0]!;
        expect(timers.due(model.get(first)!)).toBe(first);
        expect(timers.due(model.get(first)! - 1)).toBe(NONE);
      }
    }
    expect(model.size).toBeGreaterThan(1_000);
    for (const slot of inOrder()) {
      expect(timers.due(Number.MAX_SAFE_INTEGER)).toBe(slot);
      timers.clear(slot, ids);
    }
    expect([timers.size, timers.due(Number.MAX_SAFE_INTEGER)]).toEqual([0, NONE]);
  });
});
