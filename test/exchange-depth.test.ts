import { describe, expect, it } from 'vitest';
import {
  type DepthUpdate,
  type DepthView,
  type OrderUpdate,
  type OrderView,
  type Subscription,
} from '../src/index.ts';
import { collected } from './collected.ts';
import { expectedOf, playOn, PRODUCTS, staged, TRADERS } from './exchange-stage.ts';

const SEEDS = [32, 37, 39, 54, 58];
const COUNT = 500;
const ALL_LEVELS = 1_000_000;

/** What a client makes of depth updates. */
class Replica {
  readonly bids = new Map<number, object>();
  readonly asks = new Map<number, object>();

  apply(update: DepthUpdate): void {
    for (const side of ['bids', 'asks'] as const) {
      const best = side === 'bids' ? -1 : 1;
      const ticks = update[side].map(({ priceTicks }) => priceTicks);
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => best * (a - b)));
      if (update.snapshot) this[side].clear();
      for (const level of update[side]) {
        if (level.orders === 0) this[side].delete(level.priceTicks);
        else this[side].set(level.priceTicks, level);
      }
    }
  }

  view(): object {
    const sorted = (side: 'bids' | 'asks', best: 1 | -1): object[] =>
      [...this[side]].sort(([a], [b]) => best * (a - b)).map(([, level]) => level);
    return { bids: sorted('bids', -1), asks: sorted('asks', 1) };
  }
}

/** What the market was like after each command of a stream, by sequence. */
function playedOn(seed: number) {
  const depth = new Map<number, Map<string, DepthView>>();
  const open = new Map<number, OrderView[]>();
  const { engine, steps } = expectedOf(seed, COUNT, (market) => {
    const ids = market.products().map(({ id }) => id);
    depth.set(market.sequence, new Map(ids.map((id) => [id, market.depth(id, ALL_LEVELS)])));
    open.set(market.sequence, market.openOrders());
  });
  return { engine, steps, depth, open };
}

/** The stream on an exchange, where `depth` is subscribed to now and then. */
async function readOn(seed: number, steps: ReturnType<typeof playedOn>['steps']) {
  const begun: { product: string; updates: Promise<DepthUpdate[]> }[] = [];
  const unread: { product: string; after: number; updates: Subscription<DepthUpdate> }[] = [];
  const played = await playOn(seed, steps, (exchange, product, draw) => {
    begun.push({ product, updates: collected(exchange.subscribe('depth', { product })) });
    const after = draw(exchange.status().storedSequence + 1);
    unread.push({ product, after, updates: exchange.subscribe('depth', { product, after }) });
  });
  return { ...played, begun, unread };
}

describe.each(SEEDS)('depth updates, seed %i', (seed) => {
  const { engine, steps, depth } = playedOn(seed);

  it('give the depth of the market after every command, whenever they begin', async () => {
    const { exchange, begun } = await readOn(seed, steps);
    await exchange.close();
    expect(begun.length).toBeGreaterThan(50);
    for (const { product, updates: promised } of begun) {
      const updates = await promised;
      const replica = new Replica();
      const start = updates[0]!.sequence;
      expect(updates.map(({ snapshot }) => snapshot)).toEqual(updates.map((_, i) => i === 0));
      const waiting = [...updates];
      for (let sequence = start; sequence <= engine.sequence; sequence++) {
        while (waiting[0]?.sequence === sequence) replica.apply(waiting.shift()!);
        const known = depth.get(sequence)?.get(product);
        if (known !== undefined) expect(replica.view()).toEqual(known);
      }
      expect(waiting).toEqual([]);
    }
  });

  it('after a sequence are exactly the changes since', async () => {
    const { exchange, unread, products } = await readOn(seed, steps);
    await exchange.close();
    for (const product of products) {
      const whole = await collected(exchange.subscribe('depth', { product, after: 0 }));
      const replica = new Replica();
      for (const update of whole) replica.apply(update);
      expect(replica.view()).toEqual(engine.depth(product, ALL_LEVELS));
      const since = (after: number) => whole.filter(({ sequence }) => sequence > after);
      for (let after = 0; after <= engine.sequence; after += 13) {
        const rest = await collected(
          exchange.subscribe('depth', { product, after, follow: false }),
        );
        expect(rest).toEqual(since(after));
      }
      // Begun with other levels than those of now, and not read until now.
      for (const begun of unread.filter((each) => each.product === product)) {
        expect(await collected(begun.updates)).toEqual(since(begun.after));
      }
    }
  });
});

/** What a client makes of order updates: the orders in the books. */
class Orders {
  readonly #known = new Map<number, Record<string, unknown> & { openLots: number }>();
  readonly #resting = new Set<number>();

  apply(update: OrderUpdate): void {
    const { orderId, product, side, account } = update;
    const order = this.#known.get(orderId) ?? { orderId, product, side, account, openLots: 0 };
    this.#known.set(orderId, order);
    switch (update.update) {
      case 'accepted': {
        const { priceTicks, quantityLots, expiresAt, clientOrderId, timeInForce, kind } = update;
        Object.assign(order, { priceTicks, quantityLots, openLots: quantityLots, version: 1 });
        Object.assign(order, { expiresAt, clientOrderId, timeInForce, kind });
        break;
      }
      case 'rested':
      case 'waiting':
        this.#resting.add(orderId);
        Object.assign(order, { priceTicks: update.priceTicks, openLots: update.openLots });
        break;
      case 'moved':
        order['priceTicks'] = update.priceTicks;
        break;
      case 'filled':
        order.openLots -= update.quantityLots;
        break;
      case 'reduced':
        order.openLots = update.openLots;
        order['quantityLots'] = (order['quantityLots'] as number) - update.byLots;
        break;
      case 'amended': {
        const { priceTicks, quantityLots, openLots, version } = update;
        Object.assign(order, { priceTicks, quantityLots, openLots, version });
        if (!update.keepsPlace) this.#resting.delete(orderId);
        break;
      }
      case 'triggered':
        this.#resting.delete(orderId);
        break;
      case 'ended':
        expect(update.openLots).toBe(order.openLots);
        this.#resting.delete(orderId);
    }
  }

  open(): object[] {
    return [...this.#resting].sort((a, b) => a - b).map((id) => this.#known.get(id)!);
  }
}

describe.each(SEEDS)('order updates, seed %i', (seed) => {
  const { engine, steps, open } = playedOn(seed);

  it('give the open orders of an account after every command', async () => {
    const { exchange } = await readOn(seed, steps);
    await exchange.close();
    for (const account of TRADERS) {
      const updates = await collected(exchange.subscribe('orders', { account, after: 0 }));
      expect(new Set(updates.map((update) => update.account))).toEqual(new Set([account]));
      const orders = new Orders();
      for (let sequence = 0; sequence <= engine.sequence; sequence++) {
        while (updates[0]?.sequence === sequence) orders.apply(updates.shift()!);
        const expected = open.get(sequence)?.filter((order) => order.account === account) ?? [];
        expect(orders.open().map(fieldsOf)).toEqual(expected.map(fieldsOf));
      }
    }
  });

  it('of one product or account are those of all that are about it', async () => {
    const { exchange } = await readOn(seed, steps);
    await exchange.close();
    const whole = await collected(exchange.subscribe('orders', { after: 0 }));
    for (const product of PRODUCTS) {
      const found = await collected(
        exchange.subscribe('orders', { after: 0, product, account: 'bob' }),
      );
      const suits = (each: OrderUpdate): boolean =>
        each.product === product && each.account === 'bob';
      expect(found).toEqual(whole.filter(suits));
      expect(found.length).toBeGreaterThan(5);
    }
  });
});

/** Fields of an open order that its updates tell. */
const FIELDS = [
  ...(['orderId', 'account', 'product', 'side', 'kind', 'timeInForce', 'priceTicks'] as const),
  ...(['openLots', 'quantityLots', 'version', 'expiresAt', 'clientOrderId'] as const),
];

function fieldsOf(order: object): object {
  return Object.fromEntries(FIELDS.map((field) => [field, (order as OrderView)[field]]));
}

it('a trade of an account with itself is two fills', async () => {
  const exchange = await staged();
  const own = { account: 'bob', product: 'noon', quantityLots: 2, priceTicks: 5 } as const;
  await exchange.setFees({ product: 'noon', makerPpm: 10_000, takerPpm: 20_000 });
  await exchange.submit({ ...own, side: 'sell' });
  const { storedSequence: after } = exchange.status();
  await exchange.submit({ ...own, side: 'buy', selfTrade: 'allow' });
  const updates = exchange.subscribe('orders', { account: 'bob', after, follow: false });
  const found = await collected(updates);
  expect(found.map(({ update, orderId }) => `${update} ${orderId}`)).toEqual([
    'accepted 2',
    'filled 2',
    'filled 1',
    'ended 1',
    'ended 2',
  ]);
  const fill = { trade: 1, price: '0.005', quantity: '0.2', quantityLots: 2 };
  expect(found.slice(1, 3)).toMatchObject([
    { ...fill, side: 'buy', role: 'taker', fee: '0.000020', feeQuanta: 20 },
    { ...fill, side: 'sell', role: 'maker', fee: '0.000010', feeQuanta: 10 },
  ]);
});

it('the streams bring about every way in which a level or an order changes', () => {
  const seen = new Set<string>();
  for (const seed of [...SEEDS, 60, 61, 62, 63, 68, 69]) {
    const { engine, depth } = playedOn(seed);
    for (const event of engine.events()) {
      if (event.type === 'orderEnded') seen.add(`${event.reason} ${event.standing}`);
      if (event.type === 'orderAmended') seen.add(`keepsPlace ${event.keepsPlace}`);
      if (event.type === 'orderReduced') seen.add(`reduced ${event.standing}`);
      if (event.type === 'orderRefreshed') seen.add('refreshed');
      if (event.type === 'stopTriggered') seen.add('triggered');
      if (event.type === 'orderMoved' || event.type === 'stopMoved') seen.add(event.type);
      if (event.type === 'orderAccepted') seen.add(event.kind);
    }
    for (const views of depth.values()) {
      const levels = [...views.values()].flatMap(({ bids, asks }) => [...bids, ...asks]);
      if (levels.some(({ openLots }) => openLots > Number.MAX_SAFE_INTEGER)) seen.add('beyond');
      if (levels.some(({ priceTicks }) => priceTicks < 0)) seen.add('negative');
    }
  }
  const ends = ['filled', 'cancelled', 'expired', 'selfTrade'];
  const standing = ends.flatMap((reason) => [`${reason} displayed`, `${reason} undisplayed`]);
  const others = ['productClosed displayed', 'amended displayed', 'cancelled waiting'];
  const linked = ['oco displayed', 'oco waiting', 'oco outside', 'reduced waiting'];
  const outside = ['filled outside', 'selfTrade outside', 'unfilled outside'];
  const reduced = ['reduced displayed', 'reduced undisplayed', 'reduced outside'];
  const placed = ['refreshed', 'triggered', 'keepsPlace true', 'keepsPlace false'];
  const changed = [...placed, 'orderMoved', 'stopMoved'];
  const kinds = ['limit', 'market', 'take', 'beyond', 'negative'];
  const wanted = [...standing, ...others, ...linked, ...outside, ...reduced, ...changed, ...kinds];
  expect(wanted.filter((each) => !seen.has(each))).toEqual([]);
});
