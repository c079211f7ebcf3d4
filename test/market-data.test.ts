import { describe, expect, it } from 'vitest';
import {
  type BestUpdate,
  type BestView,
  type BookAdded,
  type BookOrderView,
  type BookUpdate,
  type BookView,
  type Channels,
  type DepthLevelView,
  type DepthUpdate,
  type DepthView,
  type Engine,
  type Exchange,
  type Subscription,
} from '../src/index.ts';
import { collected } from './collected.ts';
import { expectedOf, playOn } from './exchange-stage.ts';

const SEEDS = [51, 52];
const COUNT = 500;
const ALL_LEVELS = 1_000_000;
const DATA = ['best', 'depth', 'book'] as const;
type Data = (typeof DATA)[number];
type Update = Channels[Data];

/** What anyone can ask of a product. */
interface Views {
  readonly best: BestView;
  readonly depth: DepthView;
  readonly book: BookView;
}

const viewsOf = (market: Engine, product: string): Views => ({
  best: market.best(product),
  depth: market.depth(product, ALL_LEVELS),
  book: market.book(product),
});

/** What a client makes of the updates of a channel. */
interface Reader {
  apply(update: Update): void;
  view(): object;
}

class BestReader implements Reader {
  #value: Partial<BestUpdate> = {};

  apply(update: BestUpdate): void {
    this.#value = { ...this.#value, ...update };
  }
  view(): object {
    const { bid, ask, lastPrice, lastPriceTicks } = this.#value;
    return { bid, ask, lastPrice, lastPriceTicks };
  }
}

class DepthReader implements Reader {
  readonly #sides = { bids: new Map<number, DepthLevelView>(), asks: new Map() };

  apply(update: DepthUpdate): void {
    for (const side of ['bids', 'asks'] as const) {
      if (update.snapshot) this.#sides[side].clear();
      for (const level of update[side]) {
        if (level.orders === 0) this.#sides[side].delete(level.priceTicks);
        else this.#sides[side].set(level.priceTicks, level);
      }
    }
  }
  view(): object {
    const { bids, asks } = this.#sides;
    const sorted = (side: Map<number, DepthLevelView>, best: 1 | -1): object[] =>
      [...side.values()].sort((a, b) => best * (a.priceTicks - b.priceTicks));
    return { bids: sorted(bids, -1), asks: sorted(asks, 1) };
  }
}

function orderOf(added: BookAdded): BookOrderView {
  const { orderId, price, priceTicks, shown, shownLots, priority } = added;
  return { orderId, price, priceTicks, shown, shownLots, priority };
}

/** Keeps a queue per price and never looks at a priority: what is added goes to the back. */
class BookReader implements Reader {
  readonly #queues = { buy: new Map<number, BookAdded[]>(), sell: new Map<number, BookAdded[]>() };

  apply({ snapshot, changes }: BookUpdate): void {
    const { buy, sell } = this.#queues;
    if (snapshot) for (const side of [buy, sell]) side.clear();
    for (const change of changes) {
      const side = this.#queues[change.side];
      const queue = side.get(change.priceTicks) ?? [];
      side.set(change.priceTicks, queue);
      const at = queue.findIndex(({ orderId }) => orderId === change.orderId);
      expect(at >= 0).toBe(change.change !== 'added');
      if (change.change === 'added') queue.push(change);
      else if (change.change === 'removed') queue.splice(at, 1);
      else {
        expect(change.shownLots).toBeLessThan(queue[at]!.shownLots);
        queue[at] = { ...queue[at]!, shown: change.shown, shownLots: change.shownLots };
      }
    }
  }
  view(): object {
    const orders = (side: Map<number, BookAdded[]>, best: 1 | -1): object[] =>
      [...side].sort(([a], [b]) => best * (a - b)).flatMap(([, queue]) => queue.map(orderOf));
    return { bids: orders(this.#queues.buy, -1), asks: orders(this.#queues.sell, 1) };
  }
}

const READERS: { readonly [C in Data]: () => Reader } = {
  best: () => new BestReader(),
  depth: () => new DepthReader(),
  book: () => new BookReader(),
};

/** What anyone could see after each command of a stream, by sequence and product. */
function playedOn(seed: number) {
  const seen = new Map<number, Map<string, Views>>();
  const { engine, steps } = expectedOf(seed, COUNT, (market) => {
    const ids = market.products().map(({ id }) => id);
    seen.set(market.sequence, new Map(ids.map((id) => [id, viewsOf(market, id)])));
  });
  return { engine, steps, seen };
}

/** The stream on an exchange, where a channel is subscribed to now and then. */
async function readOn(seed: number, steps: ReturnType<typeof playedOn>['steps'], channel: Data) {
  const begun: { product: string; updates: Promise<Update[]> }[] = [];
  const unread: { product: string; after: number; updates: Subscription<Update> }[] = [];
  const played = await playOn(seed, steps, (exchange, product, draw) => {
    begun.push({ product, updates: collected<Update>(exchange.subscribe(channel, { product })) });
    const after = draw(exchange.status().storedSequence + 1);
    unread.push({ product, after, updates: exchange.subscribe(channel, { product, after }) });
  });
  await played.exchange.close();
  return { ...played, begun, unread };
}

const cases = SEEDS.flatMap((seed) => DATA.map((channel) => ({ seed, channel })));

describe.each(cases)('$channel, seed $seed', ({ seed, channel }) => {
  const { engine, steps, seen } = playedOn(seed);

  it('is what the market shows after every command, whenever it begins', async () => {
    const { begun } = await readOn(seed, steps, channel);
    expect(begun.length).toBeGreaterThan(40);
    for (const { product, updates: promised } of begun) {
      const updates = await promised;
      const reader = READERS[channel]();
      let view: object = {};
      for (let at = updates[0]!.sequence, next = 0; at <= engine.sequence; at++) {
        for (; updates[next]?.sequence === at; next++) {
          reader.apply(updates[next]!);
          // Nothing is told where nothing has changed, but for a trade at the same price.
          if (next > 0 && !('lastPrice' in updates[next]!)) expect(reader.view()).not.toEqual(view);
          view = reader.view();
        }
        const known = seen.get(at)?.get(product);
        if (known !== undefined) expect(view).toEqual(known[channel]);
        if (at === engine.sequence) expect(next).toBe(updates.length);
      }
      const sequences = updates.map(({ sequence }) => sequence);
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    }
  });

  it('after a sequence is exactly what came since', async () => {
    const { exchange, unread, products } = await readOn(seed, steps, channel);
    for (const product of products) {
      const read = (after: number): Promise<Update[]> =>
        collected<Update>(exchange.subscribe(channel, { product, after, follow: false }));
      const whole = await read(0);
      const reader = READERS[channel]();
      for (const update of whole) reader.apply(update);
      expect(reader.view()).toEqual(viewsOf(engine, product)[channel]);
      const since = (after: number) => whole.filter(({ sequence }) => sequence > after);
      for (let after = 0; after <= engine.sequence; after += 11) {
        expect(await read(after)).toEqual(since(after));
      }
      // Begun with other orders than those of now, and not read until now.
      for (const { after, updates } of unread.filter((each) => each.product === product)) {
        expect(await collected(updates)).toEqual(since(after));
      }
    }
  });
});

/** All that a channel tells of a product. */
function told<C extends Data>(exchange: Exchange, channel: C, product: string) {
  return collected<Channels[C]>(exchange.subscribe(channel, { product, after: 0, follow: false }));
}

it.each(SEEDS)('the three agree with each other and with the queue, seed %i', (seed) => {
  let compared = 0;
  expectedOf(seed, COUNT, (market) => {
    for (const product of ['noon', 'night']) {
      const { best, depth, book } = viewsOf(market, product);
      expect(best).toMatchObject({ bid: depth.bids[0], ask: depth.asks[0] });
      expect(best.lastPrice).toBe(market.product(product)!.lastPrice);
      for (const [side, orders] of [['buy', book.bids] as const, ['sell', book.asks] as const]) {
        const queue = market.queue(product, side).filter(({ display, allOrNone }) => {
          return display !== 'hidden' && !allOrNone;
        });
        expect(orders.map(({ orderId }) => orderId)).toEqual(queue.map(({ orderId }) => orderId));
        expect(orders).toMatchObject(queue.map(({ shown, priority }) => ({ shown, priority })));
        const levels = side === 'buy' ? depth.bids : depth.asks;
        const prices = orders.map(({ priceTicks }) => priceTicks);
        expect(levels.map(({ priceTicks }) => priceTicks)).toEqual([...new Set(prices)]);
        expect(levels.reduce((sum, level) => sum + level.orders, 0)).toBe(orders.length);
        compared += orders.length;
      }
    }
  });
  expect(compared).toBeGreaterThan(2_000);
});

it('the streams bring about every way in which market data changes', async () => {
  const found = new Set<string>();
  for (const seed of SEEDS) {
    const { steps, engine } = playedOn(seed);
    const { exchange, products } = await playOn(seed, steps, () => {});
    await exchange.close();
    const refreshed = new Set<string>();
    for (const event of engine.events()) {
      if (event.type === 'trade') found.add(`${event.standing} trade`);
      if (event.type === 'orderRefreshed') refreshed.add(`${event.sequence} ${event.order}`);
    }
    for (const product of products) {
      for (const { changes, sequence } of await told(exchange, 'book', product)) {
        for (const { change, orderId } of changes) {
          const times = changes.filter((each) => each.orderId === orderId).length;
          const why = refreshed.has(`${sequence} ${orderId}`) ? 'refreshed' : 'else';
          found.add(`${change}, ${times} of it, ${why}`);
        }
      }
      for (const update of await told(exchange, 'best', product)) {
        found.add(`last price ${'lastPrice' in update}`).add(`bid ${update.bid !== undefined}`);
      }
    }
  }
  const once = ['added, 1 of it, else', 'changed, 1 of it, else', 'removed, 1 of it, else'];
  const twice = ['removed, 2 of it, refreshed', 'removed, 2 of it, else', 'added, 2 of it, else'];
  const best = ['last price true', 'last price false', 'bid true', 'bid false'];
  const trades = ['displayed trade', 'undisplayed trade', 'outside trade'];
  const wanted = [...once, ...twice, ...best, ...trades];
  expect(wanted.filter((each) => !found.has(each))).toEqual([]);
});
