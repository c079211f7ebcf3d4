import { describe, expect, it } from 'vitest';
import { type Exchange, type OrderAccepted } from '../src/index.ts';
import { collected } from './collected.ts';
import {
  type Ask,
  askEngine,
  AskSource,
  bid,
  offer,
  playOn,
  staged,
  stagedEngine,
  TestClock,
  TRADERS,
} from './exchange-stage.ts';
import { must } from './stage.ts';

const SEEDS = [61, 62, 63, 64];
const COUNT = 1350;

const RESERVE = 800;
const SHOWN = 4;

/**
 * A seeded stream twice: what icebergs have in reserve and what hidden orders are for differs, and
 * nothing else. None of them is used up, nor trades on entry, where all of it would show.
 */
function withOtherReserves(seed: number) {
  const clock = new TestClock();
  const [less, more] = [stagedEngine(clock), stagedEngine(clock)];
  const source = new AskSource(seed, clock);
  /** By how many lots an order is larger the second time. */
  const larger = new Map<number, number>();
  const pairOf = ([command, request]: Ask): readonly [Ask, Ask] => {
    const { quantityLots, displayQuantityLots, orderId } = request as Record<string, number>;
    const by = larger.get(orderId ?? 0);
    const order = by === undefined ? undefined : less.order(orderId!);
    if (quantityLots === undefined)
      return [
        [command, request],
        [command, request],
      ];
    const both = (lots: number, extra: number, fields: object = {}): readonly [Ask, Ask] => [
      [command, { ...request, ...fields, quantityLots: lots }],
      [command, { ...request, ...fields, quantityLots: lots + extra }],
    ];
    if (command === 'amend' && by !== undefined && order !== undefined) {
      return both(order.quantityLots + (quantityLots % 7) - 3, by);
    }
    const lots = Math.min(quantityLots, 30);
    if (command !== 'submit' || displayQuantityLots === undefined) return both(lots, 0);
    const shown = Math.min(displayQuantityLots, SHOWN);
    const resting = { displayQuantityLots: shown, postOnly: 'reject', stopPriceTicks: undefined };
    return both(RESERVE, 3 * lots, resting);
  };
  const steps = Array.from({ length: COUNT }, () => {
    const pair = pairOf(source.next(less));
    const at = clock.now;
    const outcome = askEngine(less, pair[0], clock);
    expect(askEngine(more, pair[1], clock)).toEqual(outcome);
    const extra = (pair[1][1]['quantityLots'] as number) - (pair[0][1]['quantityLots'] as number);
    if (pair[0][0] === 'submit' && outcome.ok && extra > 0) {
      larger.set((outcome as OrderAccepted).orderId, extra);
    }
    return { asks: pair, at, outcome };
  });
  const once = steps.map(({ asks, at, outcome }) => ({ ask: asks[0], at, outcome }));
  const again = steps.map(({ asks, at, outcome }) => ({ ask: asks[1], at, outcome }));
  return { less, more, once, again, larger };
}

const DATA = ['best', 'depth', 'book'] as const;

/** An exchange that went through a stream to its end. */
async function closed(seed: number, steps: Parameters<typeof playOn>[1]) {
  const played = await playOn(seed, steps, () => {});
  await played.exchange.close();
  return played;
}

/** All that anyone is told of a product, channel by channel. */
async function publicOf(exchange: Exchange, product: string): Promise<object[]> {
  const channels = DATA.map((channel) =>
    collected<object>(exchange.subscribe(channel, { product, after: 0, follow: false })),
  );
  return (await Promise.all(channels)).flat();
}

/** The first places at which two lists have other JSON. */
function differences(one: readonly object[], other: readonly object[]): object[] {
  const length = Math.max(one.length, other.length);
  return Array.from({ length }, (_, at) => [one[at], other[at]].map((each) => JSON.stringify(each)))
    .filter(([a, b]) => a !== b)
    .slice(0, 3);
}

/** Names of all fields of a value, and all texts in it. */
function wordsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string') found.add(value);
  if (typeof value !== 'object' || value === null) return found;
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) found.add(name);
    wordsIn(inner, found);
  }
  return found;
}

const FIELDS = `product sequence time snapshot bid ask bids asks changes lastPrice lastPriceTicks
  price priceTicks open openLots orders change added changed removed orderId side buy sell
  shown shownLots priority`.split(/\s+/);

describe.each(SEEDS)('what nobody is shown, seed %i', (seed) => {
  const { less, more, once, again, larger } = withOtherReserves(seed);

  it('leaves no trace in what everyone is told', async () => {
    expect([...less.trades()]).toEqual([...more.trades()]);
    expect(less.openOrders()).not.toEqual(more.openOrders());
    const count = (type: string): number =>
      [...less.events()].filter((e) => e.type === type).length;
    expect(larger.size).toBeGreaterThan(15);
    expect(count('orderRefreshed')).toBeGreaterThan(10);
    expect(count('orderAmended')).toBeGreaterThan(10);
    const [first, second] = [await closed(seed, once), await closed(seed, again)];
    for (const product of first.products) {
      const told = await publicOf(first.exchange, product);
      const other = await publicOf(second.exchange, product);
      expect(differences(told, other)).toEqual([]);
      for (const view of ['best', 'book', 'depth'] as const) {
        expect(JSON.stringify(less[view](product))).toBe(JSON.stringify(more[view](product)));
      }
    }
  });

  it('is not in what everyone is told: no owner, no name for an order, no hidden lot', async () => {
    const { exchange, products } = await closed(seed, once);
    const words = new Set<string>();
    const displayed = new Set<number>();
    for (const product of products) {
      wordsIn(await publicOf(exchange, product), words);
      const after = { product, after: 0, follow: false };
      for (const { changes } of await collected(exchange.subscribe('book', after))) {
        for (const change of changes) {
          displayed.add(change.orderId);
          if (change.change === 'removed' || !larger.has(change.orderId)) continue;
          expect(change.shownLots).toBeLessThanOrEqual(SHOWN);
        }
      }
    }
    const names = [...words].filter((word) => !/^-?[0-9.]+$/.test(word));
    expect(names.filter((name) => !FIELDS.includes(name) && !products.has(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['priority', 'shownLots', 'lastPrice', 'bid']));
    expect(names.filter((name) => (TRADERS as readonly string[]).includes(name))).toEqual([]);
    const accepted = [...less.events()].filter((event) => event.type === 'orderTerms');
    const unseen = accepted.filter(({ display, allOrNone }) => display === 'hidden' || allOrNone);
    expect(unseen.length).toBeGreaterThan(20);
    expect(unseen.filter(({ order }) => displayed.has(order))).toEqual([]);
  });
});

const noon = { product: 'noon' } as const;
const at = { priceTicks: 250 } as const;

/** What the book and the depth of a product are told, a line per update. */
async function linesOf(exchange: Exchange, after: number) {
  const options = { ...noon, after, follow: false };
  const book = await collected(exchange.subscribe('book', options));
  const depth = await collected(exchange.subscribe('depth', options));
  return {
    book: book.map(({ changes }) =>
      changes
        .map((each) =>
          each.change === 'removed'
            ? `${each.orderId} removed`
            : `${each.orderId} ${each.change}: ${each.shown}`,
        )
        .join(', '),
    ),
    depth: depth.map(({ bids, asks }) =>
      [...bids, ...asks].map(({ open, orders }) => `${orders} with ${open}`).join(', '),
    ),
  };
}

it('an iceberg is removed and added with each next part', async () => {
  const exchange = await staged();
  const { storedSequence: after } = exchange.status();
  const quantities = [1, 1, 6];
  must(await exchange.submit({ ...offer, ...at, quantityLots: 9, displayQuantityLots: 2 }));
  must(await exchange.submit({ ...offer, ...at, quantityLots: 3, account: 'carol' }));
  for (const quantityLots of quantities)
    must(await exchange.submit({ ...bid, ...at, quantityLots }));
  // Of the 4 lots that it still has, it shows 1: one less is no news, two more are.
  must(await exchange.amend({ actor: 'alice', orderId: 1, quantityLots: 8 }));
  must(await exchange.amend({ actor: 'alice', orderId: 1, quantityLots: 10 }));
  expect(await linesOf(exchange, after)).toEqual({
    book: [
      '1 added: 0.2',
      '2 added: 0.3',
      '1 changed: 0.1',
      '1 removed, 1 added: 0.2',
      '2 removed, 1 removed, 1 added: 0.1',
      '1 removed, 1 added: 0.2',
    ],
    depth: ['1 with 0.2', '2 with 0.5', '2 with 0.4', '2 with 0.5', '1 with 0.1', '1 with 0.2'],
  });
  await exchange.close();
});

it('the best prices are those that are displayed; every trade but a take sets the last price', async () => {
  const exchange = await staged();
  const best = exchange.subscribe('best', noon);
  const submit = async (request: object) =>
    must(await exchange.submit({ ...offer, ...request } as typeof offer & typeof at));
  await submit({ priceTicks: 240, quantityLots: 3, displayQuantityLots: 0 });
  await submit({ priceTicks: 245, quantityLots: 3, allOrNone: true });
  await submit({ priceTicks: 250, quantityLots: 3 });
  must(await exchange.submit({ ...bid, priceTicks: 240, quantityLots: 2 }));
  const take = { account: 'bob', orderId: 3, quantityLots: 1, limitPriceTicks: 250 };
  must(await exchange.take(take));
  must(await exchange.submit({ ...bid, priceTicks: 240, quantityLots: 1 }));
  await exchange.close();
  const level = { price: '0.250', priceTicks: 250, orders: 1 };
  const last = { lastPrice: '0.240', lastPriceTicks: 240 };
  const found = await collected(best);
  expect(found).toMatchObject([
    { bid: undefined, ask: undefined },
    { bid: undefined, ask: { ...level, open: '0.3', openLots: 3 } },
    { bid: undefined, ask: { ...level, open: '0.3', openLots: 3 }, ...last },
    { bid: undefined, ask: { ...level, open: '0.2', openLots: 2 } },
    { bid: undefined, ask: { ...level, open: '0.2', openLots: 2 }, ...last },
  ]);
  expect(found.map((update) => 'lastPrice' in update)).toEqual([false, false, true, false, true]);
});
