import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, Schedule } from '../src/matching/schedule.ts';
import { Timers } from '../src/matching/timers.ts';
import { LEVEL, NONE, Orders } from '../src/orderbook/orders.ts';
import { mulberry32 } from './mulberry32.ts';

/** Orders beside a Map from id to slot. */
class OrdersTwin {
  readonly orders = new Orders();
  readonly slots = new Map<number, number>();

  toggle(id: number): void {
    const slot = this.slots.get(id);
    if (slot === undefined) {
      this.slots.set(id, resting(this.orders, id));
    } else {
      ended(this.orders, slot);
      this.slots.delete(id);
    }
  }

  /** Fails unless index and Map agree, about ids that are there and ids that are not. */
  compare(others: readonly number[]): void {
    expect(this.orders.resting).toBe(this.slots.size);
    for (const id of [...this.slots.keys(), ...others]) {
      const found = this.orders.slotOf(id);
      if (found !== (this.slots.get(id) ?? NONE)) expect.fail(`order ${id} is in slot ${found}`);
    }
  }
}

const NO_ROWS = { moneyRow: 0, energyRow: 0, clip: 0, refreshBelow: 0 };

/** Enters an order that can be found; in which book it rests plays no part. */
function resting(orders: Orders, id: number, account = 3, clientOrderId = ''): number {
  const order = { account, product: 0, flags: 0, price: 1, quantity: 1, terms: 0 };
  const slot = orders.place({ ...order, ...NO_ROWS }, id);
  orders.i32[slot * 16 + LEVEL] = 0;
  orders.enlist(slot, clientOrderId);
  return slot;
}

function ended(orders: Orders, slot: number): void {
  orders.delist(slot);
  orders.i32[slot * 16 + LEVEL] = NONE;
  orders.release(slot);
}

describe('the index of order ids', () => {
  const FAMILIES: readonly [string, (i: number) => number][] = [
    ['in a row', (i) => i + 1],
    ['in steps of 64', (i) => i * 64],
    ['in steps of 2^26', (i) => i * 2 ** 26],
    ['in steps of 2^32', (i) => i * 2 ** 32],
    ['at the upper end', (i) => Number.MAX_SAFE_INTEGER - i],
  ];

  it.each(FAMILIES)('finds ids %s through growth and removal', (_, idOf) => {
    const random = mulberry32(51);
    const twin = new OrdersTwin();
    const all = Array.from({ length: 2_000 }, (__, i) => idOf(i));
    for (const id of all) twin.toggle(id);
    twin.compare([idOf(2_000), idOf(5_000)]);
    for (const id of all) if (random(3) > 0) twin.toggle(id);
    twin.compare(all);
    for (let step = 0; step < 10_000; step++) twin.toggle(all[random(all.length)]!);
    twin.compare(all);
    for (const id of twin.slots.keys()) twin.toggle(id);
    twin.compare(all);
  });

  it('is a map for any ids', () => {
    const id = fc.oneof(
      fc.nat(30),
      fc.maxSafeNat(),
      fc.nat(9).map((i) => i * 2 ** 26),
    );
    const property = fc.property(fc.array(id, { maxLength: 300 }), fc.nat(30), (ids, other) => {
      const twin = new OrdersTwin();
      for (const each of ids) {
        twin.toggle(each);
        twin.compare([other, each]);
      }
    });
    fc.assert(property, { seed: 52, numRuns: 150 });
  });
});

describe('orders', () => {
  it('use slots again and ids never, and keep client order ids apart by account', () => {
    const orders = new Orders();
    const open = (id: number, account: number, name: string): number =>
      resting(orders, id, account, name);
    const slots = Array.from({ length: 300 }, (_, i) => open(i + 1, i % 3, i < 6 ? `c${i}` : ''));
    expect(new Set(slots).size).toBe(300);
    expect(orders.resting).toBe(300);
    expect(orders.slotOfClientId(1, 'c4')).toBe(slots[4]);
    expect(orders.slotOfClientId(0, 'c4')).toBe(NONE);
    expect(orders.clientOrderId(slots[6]!)).toBe('');
    expect(orders.select((slot) => orders.account(slot) === 2)).toHaveLength(100);
    for (const slot of slots.slice(0, 4)) {
      ended(orders, slot);
    }
    expect([orders.slotOf(4), orders.slotOfClientId(0, 'c3')]).toEqual([NONE, NONE]);
    const next = open(301, 0, 'c3');
    expect(next).toBe(slots[3]);
    expect([orders.slotOf(301), orders.slotOfClientId(0, 'c3')]).toEqual([next, next]);
    const ids = orders.select(() => true).map((slot) => orders.id(slot));
    expect(ids).toEqual(Array.from({ length: 297 }, (_, i) => i + 5));
  });
});

describe('timers', () => {
  it('come due in order of instant, then order id, whatever was set and cleared', () => {
    const random = mulberry32(53);
    const timers = new Timers();
    const ids = new Float64Array(3_000);
    const model = new Map<number, number>();
    const byId = { id: (slot: number): number => ids[slot]! };
    const inOrder = () =>
      [...model].sort(([a, x], [b, y]) => x - y || ids[a]! - ids[b]!).map(([slot]) => slot);
    const free = Array.from({ length: ids.length }, (_, slot) => slot).sort(() => random(3) - 1);
    let lastId = 0;
    for (let step = 0; step < 12_000; step++) {
      if (random(5) < 3 && free.length > 0) {
        const slot = free.pop()!;
        ids[slot] = ++lastId;
        const instant = random(20) === 0 ? Number.MAX_SAFE_INTEGER - random(3) : random(500);
        timers.set(slot, instant, byId);
        model.set(slot, instant);
        expect(timers.expiresAt(slot)).toBe(instant);
      } else if (model.size > 0) {
        const slot = [...model.keys()][random(model.size)]!;
        timers.clear(slot, byId);
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
      timers.clear(slot, byId);
    }
    expect([timers.size, timers.due(Number.MAX_SAFE_INTEGER)]).toEqual([0, NONE]);
  });
});

describe('schedule', () => {
  it('tells the earliest plan, then the smaller kind, then the first product, whatever was added and dropped', () => {
    const random = mulberry32(59);
    const schedule = new Schedule();
    const model = new Map<number, Plan>();
    const inOrder = (): Plan[] =>
      [...model.values()].sort(
        (a, b) => a.time - b.time || a.kind - b.kind || a.product - b.product,
      );
    for (let step = 0; step < 6_000; step++) {
      const product = random(300);
      if (random(3) > 0 && !model.has(product)) {
        const plan = { product, time: random(60), kind: random(2) };
        schedule.add(plan);
        model.set(product, plan);
      } else {
        schedule.drop(product);
        model.delete(product);
      }
      expect(schedule.first).toEqual(
        model.size === 0 ? undefined : expect.objectContaining(inOrder()[0]!),
      );
    }
    expect(model.size).toBeGreaterThan(100);
    for (const plan of inOrder()) {
      expect(schedule.first).toMatchObject(plan);
      schedule.drop(plan.product);
    }
    expect(schedule.first).toBeUndefined();
  });
});
