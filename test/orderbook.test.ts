import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Side } from '../src/core/codes.ts';
import { Book } from '../src/orderbook/book.ts';
import { Ladder, PAGE_SIZE } from '../src/orderbook/ladder.ts';
import { Levels } from '../src/orderbook/levels.ts';
import { packFlags } from '../src/orderbook/flags.ts';
import { NONE, Orders } from '../src/orderbook/orders.ts';
import { mulberry32 } from './mulberry32.ts';

const SAFE = Number.MAX_SAFE_INTEGER;

function levelsOf(ladder: Ladder): number[] {
  const found: number[] = [];
  ladder.walk((level) => {
    found.push(level);
    return true;
  });
  return found;
}

/** A side's ladder beside a sorted array that it must agree with after every step. */
class LadderTwin {
  readonly levels = new Levels();
  readonly ladder: Ladder;
  /** Price and level, best first. */
  model: [price: number, level: number][] = [];
  readonly #isBids: boolean;

  constructor(side: number) {
    this.ladder = new Ladder(this.levels, side);
    this.#isBids = side === Side.buy;
  }

  toggle(price: number): void {
    const at = this.model.findIndex(([other]) => (this.#isBids ? other <= price : other >= price));
    if (at >= 0 && this.model[at]![0] === price) {
      const level = this.model[at]![1];
      expect(this.ladder.find(price)).toBe(level);
      this.ladder.remove(level);
      this.levels.release(level);
      this.model.splice(at, 1);
    } else {
      expect(this.ladder.find(price)).toBe(NONE);
      const level = this.levels.allocate(price);
      this.ladder.insert(level);
      this.model.splice(at < 0 ? this.model.length : at, 0, [price, level]);
    }
    expect(this.ladder.best()).toBe(this.model[0]?.[1] ?? NONE);
  }

  compare(): void {
    expect(levelsOf(this.ladder)).toEqual(this.model.map(([, level]) => level));
    for (const [price, level] of this.model) {
      if (this.ladder.find(price) !== level) expect.fail(`lost ${price}`);
    }
    this.model.forEach(([price, level], i) => {
      const worse = this.model[i + 1]?.[1] ?? NONE;
      if (this.ladder.worse(level) !== worse) expect.fail(`lost what is behind ${price}`);
    });
    // Of two neighbouring pages one is at least a quarter full.
    expect(this.ladder.pages).toBeLessThanOrEqual(1 + (2 * this.model.length) / (PAGE_SIZE / 4));
  }
}

describe.each([
  ['bids', Side.buy],
  ['asks', Side.sell],
])('a ladder of %s', (_, side) => {
  it('is a sorted list of levels', () => {
    const key = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -150, max: 150 }) },
      { weight: 1, arbitrary: fc.constantFrom(SAFE, -SAFE, SAFE - 1, 1 - SAFE, 0) },
    );
    const property = fc.property(fc.array(key, { minLength: 100, maxLength: 600 }), (keys) => {
      const twin = new LadderTwin(side);
      for (const each of keys) twin.toggle(each);
      twin.compare();
    });
    fc.assert(property, { seed: 41, numRuns: 100 });
  });

  it.each([
    ['anywhere', 1, (random: (below: number) => number) => random(4_000) - 2_000],
    ['near the top', 2, (random: (below: number) => number) => 4_000 - random(40) * random(40)],
    ['near the bottom', 3, (random: (below: number) => number) => random(60) * random(60)],
    ['far apart', 4, (random: (below: number) => number) => (random(4_000) - 2_000) * 2 ** 41],
  ])('keeps in order through a long run of keys %s', (__, seed, draw) => {
    const random = mulberry32(seed);
    const twin = new LadderTwin(side);
    let most = 1;
    for (let step = 1; step <= 12_000; step++) {
      twin.toggle(draw(random));
      most = Math.max(most, twin.ladder.pages);
      if (step % 2_000 === 0) twin.compare();
    }
    expect(most).toBeGreaterThan(4);
    for (const [key] of twin.model.slice().sort(() => random(3) - 1)) twin.toggle(key);
    expect(levelsOf(twin.ladder)).toEqual([]);
    expect(twin.ladder.pages).toBe(1);
    twin.toggle(5);
    twin.compare();
  });

  it.each([
    ['rising', (i: number) => i],
    ['falling', (i: number) => -i],
  ])('splits and drains with %s prices', (__, keyOf) => {
    const twin = new LadderTwin(side);
    const count = PAGE_SIZE * 20;
    for (let i = 0; i < count; i++) twin.toggle(keyOf(i));
    twin.compare();
    expect(twin.ladder.pages).toBeGreaterThanOrEqual(20);
    expect(twin.ladder.pages).toBeLessThanOrEqual(40);
    for (let i = 0; i < count; i += 2) twin.toggle(keyOf(i));
    twin.compare();
    while (twin.model.length > 0) twin.toggle(twin.model[0]![0]);
    expect(twin.ladder.pages).toBe(1);
  });

  it('drains its best page beside a full one', () => {
    const twin = new LadderTwin(side);
    const outward = side === Side.buy ? 1 : -1;
    // One level more than a page holds, two ticks apart: half a page, and the best page above it.
    for (let i = 0; i <= PAGE_SIZE; i++) twin.toggle(2 * i * outward);
    for (let i = 0; i < PAGE_SIZE / 2; i++) twin.toggle((2 * i + 1) * outward);
    expect(twin.ladder.pages).toBe(2);
    for (let left = twin.model.length; left > PAGE_SIZE; left--) {
      twin.toggle(twin.model[0]![0]);
      twin.compare();
    }
    expect(twin.ladder.pages).toBe(1);
  });

  it('is walked no further than asked', () => {
    const levels = new Levels();
    const ladder = new Ladder(levels, side);
    const outward = side === Side.buy ? 1 : -1;
    for (let price = 0; price < 500; price++) ladder.insert(levels.allocate(price * outward));
    const seen: number[] = [];
    ladder.walk((level) => seen.push(level) < 70);
    expect(seen).toEqual(Array.from({ length: 70 }, (_, i) => 499 - i));
  });
});

interface Resting {
  readonly slot: number;
  readonly buy: boolean;
  readonly price: number;
  readonly priority: number;
  open: number;
}

/** A book beside a plain list of orders that is sorted whenever it is looked at. */
class BookTwin {
  readonly orders = new Orders();
  readonly levels = new Levels();
  readonly book = new Book(this.orders, this.levels);
  resting: Resting[] = [];
  #clock = 0;

  rest(buy: boolean, price: number, open: number): void {
    const flags = packFlags(buy ? Side.buy : Side.sell, 0, 0, 0, 0);
    const order = { account: 3, product: 0, flags, price, quantity: open, terms: 0 };
    const rest = { moneyRow: 0, energyRow: 0, clip: 0, refreshBelow: 0 };
    const slot = this.orders.place({ ...order, ...rest }, ++this.#clock);
    this.book.rest(slot, '', price);
    this.resting.push({ slot, buy, price, open, priority: this.#clock });
  }

  unlink(index: number): void {
    const [gone] = this.resting.splice(index, 1);
    this.book.unlink(gone!.slot);
    expect(this.orders.level(gone!.slot)).toBe(NONE);
    this.orders.release(gone!.slot);
  }

  reduce(index: number, lots: number): void {
    const order = this.resting[index]!;
    if (lots >= order.open) return;
    order.open -= lots;
    this.book.reduce(order.slot, lots);
  }

  side(buy: boolean): Resting[] {
    const better = (a: Resting, b: Resting) => (buy ? b.price - a.price : a.price - b.price);
    return this.resting
      .filter((order) => order.buy === buy)
      .sort((a, b) => better(a, b) || a.priority - b.priority);
  }

  compare(): void {
    for (const buy of [true, false]) {
      const side = buy ? Side.buy : Side.sell;
      const expected = this.side(buy);
      const walked: number[] = [];
      this.book.walk(side, (slot) => walked.push(slot) > 0);
      expect(walked).toEqual(expected.map((order) => order.slot));
      expect(this.book.best(side)).toBe(expected[0]?.slot ?? NONE);
      const depth = new Map<number, { price: number; open: bigint; orders: number }>();
      for (const { price, open } of expected) {
        const level = depth.get(price) ?? { price, open: 0n, orders: 0 };
        depth.set(price, { price, open: level.open + BigInt(open), orders: level.orders + 1 });
      }
      expect(this.book.depth(side, Infinity)).toEqual([...depth.values()]);
      expect(this.book.depth(side, 3)).toEqual([...depth.values()].slice(0, 3));
    }
  }
}

describe('a book', () => {
  const price = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: -5, max: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom(SAFE, -SAFE, 0) },
  );
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant('rest'), fc.boolean(), price, fc.nat(8)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant('unlink'), fc.nat()) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constant('reduce'), fc.nat(), fc.integer({ min: 1, max: 8 })),
    },
  ) as fc.Arbitrary<[string, number, number, number] | [string, boolean, number, number]>;

  it('is a sorted list of orders', () => {
    const property = fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
      const twin = new BookTwin();
      for (const [kind, a, b, c] of steps) {
        if (kind === 'rest') twin.rest(a as boolean, b, c + 1);
        else if (twin.resting.length === 0) continue;
        else if (kind === 'unlink') twin.unlink((a as number) % twin.resting.length);
        else twin.reduce((a as number) % twin.resting.length, b);
        twin.compare();
      }
    });
    fc.assert(property, { seed: 42, numRuns: 150 });
  });

  it('keeps price-time priority through a long run over thousands of prices', () => {
    const random = mulberry32(43);
    const twin = new BookTwin();
    for (let step = 1; step <= 9_000; step++) {
      const draw = random(10);
      const buy = random(2) === 0;
      if (draw < 7 || twin.resting.length === 0)
        twin.rest(buy, random(3_000) - 2_000 + (buy ? -1_000 : 1_000), 1 + random(9));
      else if (draw < 9) twin.unlink(random(twin.resting.length));
      else twin.reduce(random(twin.resting.length), 1 + random(4));
      if (step % 1_500 === 0) twin.compare();
    }
    expect(twin.book.depth(Side.buy, Infinity).length).toBeGreaterThan(1_000);
    expect(twin.book.bids.pages).toBeGreaterThan(20);
    while (twin.resting.length > 0) twin.unlink(random(twin.resting.length));
    twin.compare();
    expect([twin.book.bids.pages, twin.book.asks.pages]).toEqual([1, 1]);
    twin.rest(true, 0, 1);
    twin.compare();
  });

  it('lets an order out of the front, the middle and the back of its queue', () => {
    for (const order of [
      [0, 1, 0, 0],
      [2, 1, 1, 0],
      [3, 2, 1, 0],
      [1, 1, 1, 0],
    ]) {
      const twin = new BookTwin();
      for (let i = 0; i < 4; i++) twin.rest(false, 7, i + 1);
      twin.rest(false, 8, 1);
      for (const index of order) {
        twin.unlink(index);
        twin.compare();
      }
      expect(twin.book.depth(Side.sell, 9)).toEqual([{ price: 8, open: 1n, orders: 1 }]);
    }
  });

  it('holds the widest prices there are', () => {
    const twin = new BookTwin();
    for (const price of [SAFE, -SAFE, 0, SAFE - 1, 1 - SAFE, 1, -1]) {
      twin.rest(true, price, 1);
      twin.rest(false, price, 1);
    }
    twin.compare();
    expect(twin.orders.price(twin.book.best(Side.buy))).toBe(SAFE);
    expect(twin.orders.price(twin.book.best(Side.sell))).toBe(-SAFE);
  });
});

describe('the sum of a level', () => {
  const lots = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 2 ** 52 - 3, max: 2 ** 52 + 3 }),
    fc.maxSafeInteger().map((value) => Math.abs(value) + (value === 0 ? 1 : 0)),
    fc.constant(Number.MAX_SAFE_INTEGER),
  );

  it('is exact however much stands there', () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(lots, part), { maxLength: 40 }), (orders) => {
        const levels = new Levels();
        const level = levels.allocate(0);
        let sum = 0n;
        for (const [size] of orders) {
          levels.addOpen(level, size);
          sum += BigInt(size);
          expect(levels.open(level)).toBe(sum);
        }
        for (const [size, share] of orders) {
          const first = Math.min(size, Math.floor(size * share));
          for (const piece of [first, size - first]) {
            levels.reduceOpen(level, piece);
            sum -= BigInt(piece);
            expect(levels.open(level)).toBe(sum);
          }
        }
        expect(levels.open(level)).toBe(0n);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
