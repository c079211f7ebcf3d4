import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Engine } from 'wattbook';
import {
  ReferenceBook,
  type ReferenceFill,
  type ReferenceOrder,
  type RestingOrder,
} from 'wattbook/testing';
import { stage, thrownBy } from './stage.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const RUNS = { seed: 20_240_917, numRuns: 400 };
/** Id for orders that the engine has refused and given no id. */
const NEVER_RESTS = SAFE;
const SIDES = ['buy', 'sell'] as const;

interface Submit extends Omit<ReferenceOrder, 'id'> {
  readonly what: 'submit';
  readonly account: 'alice' | 'bob';
}
/** Of the orders that rest, in order of id, the one at `which`, counted around. */
interface Change {
  readonly what: 'cancel' | 'reduce' | 'move';
  readonly which: number;
  readonly price: number;
  readonly open: number;
}
type Step = Submit | Change;

const price = fc.integer({ min: -2, max: 4 });
const quantity = fc.integer({ min: 1, max: 9 });
const submit: fc.Arbitrary<Submit> = fc.record(
  {
    what: fc.constant('submit'),
    account: fc.constantFrom('alice', 'bob'),
    side: fc.constantFrom(...SIDES),
    price,
    quantity,
    timeInForce: fc.constantFrom('gtc', 'gtc', 'gtc', 'ioc', 'fok'),
  },
  { requiredKeys: ['what', 'account', 'side', 'price', 'quantity'] },
);
const postOnly: fc.Arbitrary<Submit> = submit.map((order) => ({
  ...order,
  timeInForce: 'gtc',
  postOnly: true,
}));
const change: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom('cancel', 'reduce', 'move'),
  which: fc.nat({ max: 30 }),
  price,
  open: quantity,
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: submit },
    { weight: 1, arbitrary: postOnly },
    { weight: 3, arbitrary: change },
  ),
  { maxLength: 60, size: 'max' },
);

/** What a list of steps brought about, to know that it was worth something. */
interface Tally {
  fills: number;
  refused: number;
  changed: number;
  moved: number;
}
const empty = (): Tally => ({ fills: 0, refused: 0, changed: 0, moved: 0 });

/** Does the same steps on an engine and on a book; throws where they part. */
function compare(list: readonly Step[], book: ReferenceBook, tally: Tally = empty()): void {
  const engine = stage();
  for (const step of list) {
    const { sequence } = engine;
    const fills =
      step.what === 'submit'
        ? submitBoth(engine, book, step, tally)
        : changeBoth(engine, book, step, tally);
    expect(fillsSince(engine, sequence)).toEqual(fills);
    for (const side of SIDES) expect(book.queue(side)).toEqual(queueOf(engine, side));
    tally.fills += fills.length;
  }
}

function submitBoth(
  engine: Engine,
  book: ReferenceBook,
  order: Submit,
  tally: Tally,
): ReferenceFill[] {
  const { account, what: _, ...rest } = order;
  const { side, price: priceTicks, quantity: quantityLots, timeInForce = 'gtc' } = rest;
  const terms = { product: 'noon', timeInForce, selfTrade: 'allow' } as const;
  const outcome = engine.submit({
    account,
    ...terms,
    side,
    priceTicks,
    quantityLots,
    postOnly: order.postOnly === true ? 'reject' : 'off',
  });
  if (!outcome.ok) {
    tally.refused++;
    expect(outcome.code).toBe(order.postOnly ? 'POST_ONLY_CROSSES' : 'FOK_UNFILLABLE');
  }
  return book.submit({ ...rest, id: outcome.ok ? outcome.orderId : NEVER_RESTS });
}

function changeBoth(
  engine: Engine,
  book: ReferenceBook,
  { what, which, price: newPrice, open: newOpen }: Change,
  tally: Tally,
): ReferenceFill[] {
  const resting = ids(engine);
  if (resting.length === 0) return [];
  const orderId = resting[which % resting.length]!;
  const order = engine.order(orderId)!;
  if (what === 'cancel') {
    expect(engine.cancel({ actor: 'operator', orderId }).ok).toBe(true);
    expect(book.cancel(orderId)).toBe(true);
    return [];
  }
  const smaller = what === 'reduce' && newOpen < order.openLots;
  const priceTicks = smaller ? order.priceTicks : newPrice;
  const quantityLots = order.quantityLots - order.openLots + newOpen;
  const outcome = engine.amend({ actor: 'operator', orderId, priceTicks, quantityLots });
  if (!outcome.ok) {
    expect([outcome.code, order.postOnly]).toEqual(['POST_ONLY_CROSSES', 'reject']);
    return [];
  }
  const inPlace = priceTicks === order.priceTicks && newOpen < order.openLots;
  tally[inPlace ? 'changed' : 'moved']++;
  if (inPlace) {
    expect(book.reduce(orderId, newOpen)).toBe(true);
    return [];
  }
  // Any other amendment goes to the back: as if cancelled and entered again.
  expect(book.cancel(orderId)).toBe(true);
  return book.submit({ id: orderId, side: order.side, price: priceTicks, quantity: newOpen });
}

function ids(engine: Engine): number[] {
  return engine.openOrders().map(({ orderId }) => orderId);
}

function fillsSince(engine: Engine, since: number): ReferenceFill[] {
  return [...engine.trades({ after: since })].map((trade) => ({
    maker: trade.makerOrder,
    taker: trade.takerOrder,
    price: trade.priceTicks,
    quantity: trade.quantityLots,
  }));
}

function queueOf(engine: Engine, side: 'buy' | 'sell'): RestingOrder[] {
  return engine
    .queue('noon', side)
    .map(({ orderId: id, priceTicks, openLots: open }) => ({ id, side, price: priceTicks, open }));
}

/** Later orders first at each price. */
class LastInFirstOut extends ReferenceBook {
  override queue(side: 'buy' | 'sell'): RestingOrder[] {
    const direction = side === 'buy' ? -1 : 1;
    return super
      .queue(side)
      .reverse()
      .sort((a, b) => direction * (a.price - b.price));
  }
}

class WorstPriceFirst extends ReferenceBook {
  override queue(side: 'buy' | 'sell'): RestingOrder[] {
    const direction = side === 'buy' ? 1 : -1;
    return super.queue(side).sort((a, b) => direction * (a.price - b.price));
  }
}

class PartOfFillOrKill extends ReferenceBook {
  override submit(order: ReferenceOrder): ReferenceFill[] {
    return super.submit(order.timeInForce === 'fok' ? { ...order, timeInForce: 'ioc' } : order);
  }
}

class RestOfImmediateOrCancel extends ReferenceBook {
  override submit(order: ReferenceOrder): ReferenceFill[] {
    return super.submit(order.timeInForce === 'ioc' ? { ...order, timeInForce: 'gtc' } : order);
  }
}

class CrossingPostOnly extends ReferenceBook {
  override submit({ postOnly: _, ...order }: ReferenceOrder): ReferenceFill[] {
    return super.submit(order);
  }
}

class LostPlace extends ReferenceBook {
  override reduce(id: number, open: number): boolean {
    const order = SIDES.flatMap((side) => this.queue(side)).find((each) => each.id === id);
    if (order === undefined || !this.cancel(id)) return false;
    this.submit({ ...order, quantity: open });
    return true;
  }
}

class ForgottenCancel extends ReferenceBook {
  override cancel(id: number): boolean {
    return SIDES.some((side) => this.queue(side).some((order) => order.id === id));
  }
}

class TakersPrice extends ReferenceBook {
  override submit(order: ReferenceOrder): ReferenceFill[] {
    return super.submit(order).map((fill) => ({ ...fill, price: order.price }));
  }
}

describe('an engine and the reference book', () => {
  it(`trade alike, seed ${RUNS.seed}`, () => {
    const tally = empty();
    fc.assert(
      fc.property(steps, (list) => compare(list, new ReferenceBook(), tally)),
      RUNS,
    );
    expect(tally.fills).toBeGreaterThan(6 * RUNS.numRuns);
    expect(tally.refused).toBeGreaterThan(RUNS.numRuns);
    expect(tally.changed).toBeGreaterThan(RUNS.numRuns / 2);
    expect(tally.moved).toBeGreaterThan(RUNS.numRuns / 2);
  });

  const WRONG: readonly (readonly [string, new () => ReferenceBook])[] = [
    ['a queue that is last in, first out', LastInFirstOut],
    ['the worst price first', WorstPriceFirst],
    ['a fill or kill that fills in part', PartOfFillOrKill],
    ['an immediate or cancel that rests', RestOfImmediateOrCancel],
    ['a post-only order that trades', CrossingPostOnly],
    ['a reduced order that loses its place', LostPlace],
    ['a cancel that is forgotten', ForgottenCancel],
    ["a trade at the taker's price", TakersPrice],
  ];
  it.each(WRONG)('part over %s', (_name, Wrong) => {
    const found = fc.check(
      fc.property(steps, (list) => compare(list, new Wrong())),
      RUNS,
    );
    expect(found.failed).toBe(true);
    expect(found.counterexample![0].length).toBeLessThanOrEqual(4);
  });
});

describe('the reference book', () => {
  it('knows the largest numbers', () => {
    const book = new ReferenceBook();
    for (const id of [1, 2]) book.submit({ id, side: 'sell', price: -SAFE, quantity: SAFE });
    const all = { side: 'buy', price: SAFE, quantity: SAFE, timeInForce: 'fok' } as const;
    expect(book.submit({ id: 3, ...all })).toEqual([
      { maker: 1, taker: 3, price: -SAFE, quantity: SAFE },
    ]);
    expect(book.queue('sell')).toEqual([{ id: 2, side: 'sell', price: -SAFE, open: SAFE }]);
  });

  it('hands out pictures, not itself', () => {
    const book = new ReferenceBook();
    book.submit({ id: 1, side: 'buy', price: 1, quantity: 2 });
    const before = book.queue('buy');
    book.queue('buy').pop();
    book.reduce(1, 1);
    expect(before).toEqual([{ id: 1, side: 'buy', price: 1, open: 2 }]);
    expect(book.queue('buy')).toEqual([{ id: 1, side: 'buy', price: 1, open: 1 }]);
    expect(book.reduce(1, 0)).toBe(true);
    expect(book.queue('buy')).toEqual([]);
  });

  it('says that an order is not there', () => {
    const book = new ReferenceBook();
    expect(book.cancel(1)).toBe(false);
    expect(book.reduce(1, 5)).toBe(false);
  });

  it('refuses what is no order', () => {
    const book = new ReferenceBook();
    const order = { id: 1, side: 'buy', price: 1, quantity: 2 } as const;
    book.submit(order);
    const calls: readonly (readonly [string, () => unknown])[] = [
      ['id', () => book.submit(order)],
      ['id', () => book.submit({ ...order, id: 0.5 })],
      ['price', () => book.submit({ ...order, id: 2, price: NaN })],
      ['price', () => book.submit({ ...order, id: 2, price: 2 ** 53 })],
      ['quantity', () => book.submit({ ...order, id: 2, quantity: 0 })],
      ['quantity', () => book.submit({ ...order, id: 2, quantity: 1.5 })],
      ['open', () => book.reduce(1, 3)],
      ['open', () => book.reduce(1, -1)],
      ['open', () => book.reduce(1, 0.5)],
    ];
    for (const [argument, call] of calls) {
      const error = thrownBy(call);
      expect(error).toBeInstanceOf(RangeError);
      expect(error.message).toMatch(new RegExp(`^${argument} `));
    }
    expect(book.queue('buy')).toEqual([{ id: 1, side: 'buy', price: 1, open: 2 }]);
  });
});
