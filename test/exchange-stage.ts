import {
  type AbortSignalLike,
  Engine,
  Exchange,
  type ExchangeOptions,
  type JournalWriter,
  memoryStorage,
  type Outcome,
  type Queries,
  type Receipt,
  type Requests,
  type StorageAdapter,
  type TurnedAway,
  WattbookError,
} from '../src/index.ts';
import { exits, second } from './linked-draws.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { NETWORK, NETWORKED, SELDOM, SOON } from './exchange-seldom.ts';
import { must } from './stage.ts';

/** A request to an exchange or an engine. */
export type Ask = readonly [command: keyof Requests, request: Readonly<Record<string, unknown>>];

/** A clock that a test sets. */
export class TestClock {
  now = 1_000;
  readonly tell = (): number => this.now;
}

export function askExchange(exchange: Exchange, [command, request]: Ask): Promise<Receipt> {
  return (exchange[command] as (request: object) => Promise<Receipt>).call(exchange, request);
}

/** An engine lets time pass only up to a time that it is told, and does not hold that one. */
export function askEngine(engine: Engine, [command, request]: Ask, clock: TestClock): Outcome {
  const at = Math.max(engine.time, clock.now);
  const stamped = command === 'advanceTime' ? { ...request, at } : request;
  return (engine[command] as (request: object) => Outcome).call(engine, stamped);
}

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001' } as const;
/**
 * Products: one with coarse lots; one of whose lots so many can be bid for that sums pass 2^53; one that
 * trades in auctions.
 */
export const PRODUCTS = ['noon', 'night', 'called'] as const;
/** Which of them orders are for: most kinds of orders are refused where there are auctions. */
const USUAL = ['noon', 'noon', 'night', 'night', 'called'] as const;
export const TRADERS = ['alice', 'bob', 'carol', 'dave'] as const;

/** What makes the market that these tests begin with. */
export const SET_UP: readonly Ask[] = [
  ['listAsset', { id: 'kWh', decimals: 3 }],
  ['listAsset', { id: 'EUR', decimals: 6 }],
  ['listProduct', { id: 'noon', ...GRID, lot: '0.1' }],
  ['listProduct', { id: 'night', ...GRID, lot: '0.001' }],
  ['listProduct', { id: 'called', ...GRID, lot: '0.1', mechanism: 'call' }],
  ['listProduct', { id: 'slot', ...GRID, lot: '0.1', ...SOON }],
  ...TRADERS.flatMap((account): Ask[] => [
    ['openAccount', { id: account }],
    ['deposit', { actor: 'operator', account, asset: 'kWh', amount: '100000' }],
    ['deposit', { actor: 'operator', account, asset: 'EUR', amount: '100000' }],
  ]),
  ...NETWORK,
];

/** An exchange with the market set up on it. */
export async function staged(options: Partial<ExchangeOptions> = {}): Promise<Exchange> {
  const exchange = await Exchange.open({
    storage: memoryStorage(),
    clock: () => 1_000,
    drawSalt: () => new Uint8Array(16),
    ...options,
  });
  await Promise.all(SET_UP.map(async (each) => must(await askExchange(exchange, each))));
  return exchange;
}

/** The same as an engine. */
export function stagedEngine(clock: TestClock): Engine {
  const engine = new Engine({ clock: clock.tell });
  for (const each of SET_UP) must(askEngine(engine, each, clock));
  return engine;
}

export const bid = { account: 'bob', product: 'noon', side: 'buy', quantityLots: 1 } as const;
export const offer = { account: 'alice', product: 'noon', side: 'sell', quantityLots: 1 } as const;

/** A storage that keeps appends waiting while it is told to. What it holds back is not there yet. */
export class HeldStorage implements StorageAdapter {
  readonly inner = memoryStorage();
  readonly supports = this.inner.supports;
  holds = false;
  #waiting: { readonly go: () => void; readonly fail: (cause: unknown) => void }[] = [];

  async open(options: { readonly takeOver: boolean }): Promise<JournalWriter> {
    const writer = await this.inner.open(options);
    return {
      ...writer,
      append: async (frame) => {
        if (this.holds) {
          await new Promise<void>((go, fail) => this.#waiting.push({ go, fail }));
        }
        return writer.append(frame);
      },
    };
  }
  read(afterSequence: number): AsyncIterable<Uint8Array> {
    return this.inner.read(afterSequence);
  }
  follow(afterSequence: number, signal: AbortSignalLike): AsyncIterable<Uint8Array> {
    return this.inner.follow(afterSequence, signal);
  }
  latestSnapshot() {
    return this.inner.latestSnapshot();
  }
  /** Lets the append through that waits, and all that follow. */
  release(): void {
    this.holds = false;
    for (const { go } of this.#waiting.splice(0)) go();
  }
  /** Lets the append through that waits, and holds the next. */
  releaseOne(): void {
    this.#waiting.shift()?.go();
  }
  /** Fails the append that waits. */
  fail(cause: unknown): void {
    for (const { fail } of this.#waiting.splice(0)) fail(cause);
  }
}

/** Lets everything happen that can happen without the storage being released. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

/** What an asynchronous call throws; fails if it throws nothing. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => {
      throw new Error(`nothing was thrown, but ${JSON.stringify(value)} returned`);
    },
    (error: unknown) => error as Error,
  );
}

/** The code of the WattbookError that an asynchronous call throws. */
export async function faultCode(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return error instanceof WattbookError ? error.code : `${error.name}: ${error.message}`;
}

/** A receipt that must be of a request that was turned away. */
export function turnedAway(receipt: Receipt): TurnedAway {
  if (receipt.level !== 'none') throw new Error(`not turned away: ${JSON.stringify(receipt)}`);
  return receipt;
}

/** All that a request without effect must leave as it was. */
export function traceOf(exchange: Exchange): Promise<readonly unknown[]> {
  const stored = (): number => exchange.status().storedSequence;
  return exchange.read((market) => [market.stateHash(), market.sequence, market.time, stored()], {
    at: 'executed',
  });
}

type Maker = (draw: Draw, market: Queries) => Ask;

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;
const side = (draw: Draw): 'buy' | 'sell' => pick(draw, ['buy', 'sell'] as const);
const maybe = (draw: Draw, percent: number, fields: object): object =>
  draw(100) < percent ? fields : {};

function orderId(draw: Draw, market: Queries): number {
  const open = market.openOrders();
  return open.length === 0 || draw(20) === 0 ? 1 + draw(500) : pick(draw, open).orderId;
}

function actorOf(draw: Draw, market: Queries, id: number): string {
  return draw(20) === 0 ? 'operator' : (market.order(id)?.account ?? pick(draw, TRADERS));
}

function submit(draw: Draw, market: Queries): Ask {
  const account = draw(60) === 0 ? 'nobody' : pick(draw, TRADERS);
  const some = draw(4) === 0 ? pick(draw, market.products()).id : pick(draw, USUAL);
  const product = draw(80) === 0 ? 'never' : some;
  const which = side(draw);
  const passive = which === 'buy' ? -2 : 2;
  const priceTicks = draw(9) - 4 + (draw(4) === 0 ? 0 - passive : passive);
  const isHuge = product === 'night' && which === 'buy' && priceTicks <= 0 && draw(2) === 0;
  const quantityLots = isHuge ? 2 ** 52 + draw(1_000) : 1 + draw(30);
  const selfTrade = ['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement', 'allow'] as const;
  const base = { account, product, side: which, priceTicks, quantityLots };
  const more: { selfTrade?: string; timeInForce?: string; maxMoneyQuanta?: number } = maybe(
    draw,
    70,
    { selfTrade: pick(draw, selfTrade) },
  );
  const shown = isHuge ? quantityLots : Math.min(quantityLots, 1 + draw(4));
  const showing = pick(draw, [
    { displayQuantityLots: shown, refreshBelowLots: 1 + draw(Math.min(shown, 3)) },
    { displayQuantityLots: shown },
    { displayQuantityLots: 0 },
    { allOrNone: true },
  ]);
  const stop = maybe(draw, 50, { stopPriceTicks: draw(9) - 4 });
  const dated = { timeInForce: 'gtd', expiresAt: market.time + draw(40) };
  const until = draw(2) === 0 ? dated : { timeInForce: 'session' };
  const trail = pick(draw, [{ trailTicks: 1 + draw(3) }, { trailPpm: 1 + draw(1_000_000) }]);
  const peg = { peg: pick(draw, ['bid', 'ask', 'mid'] as const), pegOffsetTicks: draw(5) - 2 };
  switch (draw(17)) {
    case 16:
      return ['submit', { ...base, ...more, ...stop, oco: second(draw, which, priceTicks) }];
    case 8: {
      const bracket = exits(draw, which, priceTicks);
      return ['submit', { ...base, ...more, ...maybe(draw, 30, until), bracket }];
    }
    case 0:
      return ['submit', { ...base, ...more, timeInForce: pick(draw, ['ioc', 'fok'] as const) }];
    case 1:
      return ['submit', { ...base, ...more, postOnly: pick(draw, ['reject', 'slide'] as const) }];
    case 3:
      return ['submit', { ...base, ...more, ...until }];
    case 4:
      return ['submit', { ...base, ...more, clientOrderId: `c${draw(20)}` }];
    case 5:
      if (draw(3) === 0) more.timeInForce = 'session';
      else if (which === 'buy') more.maxMoneyQuanta = draw(4_000);
      return ['submit', { ...base, ...more, kind: 'market' }];
    case 2:
    case 6:
    case 7:
      return ['submit', { ...base, ...more, ...showing }];
    case 10:
      return ['submit', { ...base, ...more, ...stop, ...maybe(draw, 60, trail) }];
    case 11: {
      const immediate = pick(draw, [{ timeInForce: 'ioc' }, { kind: 'market' }] as const);
      return ['submit', { ...base, ...more, ...immediate, stopPriceTicks: draw(9) - 4 }];
    }
    case 9:
      return ['submit', { ...base, ...more, ...showing, ...stop, ...until }];
    default:
      return ['submit', { ...base, ...more, ...maybe(draw, 20, peg) }];
  }
}

function amend(draw: Draw, market: Queries): Ask {
  const id = orderId(draw, market);
  const order = market.order(id);
  const total = order === undefined ? 5 : order.quantityLots;
  const less = { quantityLots: Math.max(0, total - 1 - draw(4)) };
  const changes = [less, { priceTicks: draw(9) - 4 }, { quantityLots: 1 + draw(40) }];
  const waits = order?.stopPriceTicks !== undefined;
  const change = pick(draw, waits ? [...changes, { stopPriceTicks: draw(9) - 4 }] : changes);
  const expected = maybe(draw, 10, { expectedVersion: draw(3) });
  return ['amend', { actor: actorOf(draw, market, id), orderId: id, ...change, ...expected }];
}

function take(draw: Draw, market: Queries): Ask {
  const id = orderId(draw, market);
  const order = market.order(id);
  const limitPriceTicks = (order?.priceTicks ?? 0) + (draw(8) === 0 ? draw(3) - 1 : 0);
  const quantityLots = 1 + draw(Math.min(order?.openLots ?? 1, 5));
  return ['take', { account: pick(draw, TRADERS), orderId: id, quantityLots, limitPriceTicks }];
}

function cancelAll(draw: Draw, market: Queries): Ask {
  const account = { account: pick(draw, [...TRADERS, 'nobody']) };
  const product = { product: pick(draw, market.products()).id };
  return ['cancelAll', pick(draw, [account, product, { ...account, ...product }])];
}

const funds = (draw: Draw): object => ({
  account: pick(draw, TRADERS),
  asset: pick(draw, ['kWh', 'EUR', 'XAU']),
  amountQuanta: 1 + draw(50_000),
});
const product = (draw: Draw): object => ({ product: draw(5) === 0 ? 'never' : 'noon' });

const MAKERS: readonly (readonly [weight: number, Maker])[] = [
  [500, submit],
  [90, amend],
  [60, take],
  [10, cancelAll],
  [
    70,
    (draw, market) => {
      const id = orderId(draw, market);
      return ['cancel', { actor: actorOf(draw, market, id), orderId: id }];
    },
  ],
  [20, (draw) => ['deposit', { ...funds(draw), ...maybe(draw, 20, { actor: 'bob' }) }]],
  [10, (draw) => ['withdraw', { ...funds(draw) }]],
  [
    10,
    (draw) => ['transfer', { ...funds(draw), account: 'alice', to: pick(draw, TRADERS.slice(1)) }],
  ],
  [8, (draw) => ['openAccount', { id: `trader${draw(9)}` }]],
  [2, (draw) => ['freezeAccount', { account: pick(draw, [...TRADERS, 'nobody']) }]],
  [12, (draw) => ['freezeAccount', { account: pick(draw, TRADERS), frozen: false }]],
  [6, (draw) => ['closeAccount', { account: `trader${draw(12)}` }]],
  [4, (draw) => ['listAsset', { id: `asset${draw(9)}`, decimals: draw(16) }]],
  [6, (draw) => ['listProduct', { id: `day${draw(5)}`, ...GRID, lot: pick(draw, ['0.1', '1']) }]],
  [8, (draw) => ['setFees', { ...product(draw), makerPpm: draw(3_000), takerPpm: draw(3_000) }]],
  [6, (draw) => ['setBand', { ...product(draw), band: { low: '-0.006', high: '0.006' } }]],
  [6, (draw) => ['setBand', { ...product(draw), band: null }]],
  [2, (draw) => ['haltProduct', product(draw) as Ask[1]]],
  [12, (draw) => ['resumeProduct', product(draw) as Ask[1]]],
  [6, (draw) => ['endSession', product(draw) as Ask[1]]],
  [24, (draw) => ['runAuction', { product: draw(5) === 0 ? 'noon' : 'called' }]],
  [8, (draw) => ['closeProduct', { product: `day${draw(5)}` }]],
  [20, () => ['advanceTime', {}]],
];
const WEIGHT = MAKERS.reduce((sum, [weight]) => sum + weight, 0);

/** Makes requests that suit a market as it stands, most of them sensible; now and then one a second time, with its command id. */
export class AskSource {
  readonly draw: Draw;
  readonly #clock: TestClock;
  readonly #sent: Ask[] = [];
  #ids = 0;
  #made = 0;

  constructor(seed: number, clock: TestClock) {
    this.draw = mulberry32(seed);
    this.#clock = clock;
  }

  next(market: Queries): Ask {
    const { draw } = this;
    const turn = Math.floor(++this.#made / 20);
    if (this.#made % 20 === 0) return SELDOM[turn % SELDOM.length]!(turn);
    if (this.#made % 20 === 10) return NETWORKED[turn % NETWORKED.length]!(turn);
    if (draw(4) === 0) this.#clock.now += draw(8);
    if (draw(40) === 0) this.#clock.now -= draw(20);
    if (draw(30) === 0 && this.#sent.length > 0) {
      const [command, request] = pick(draw, this.#sent);
      return [command, draw(5) === 0 ? { ...request, actor: 'other' } : request];
    }
    let left = draw(WEIGHT);
    const [, make] = MAKERS.find(([weight]) => (left -= weight) < 0)!;
    const [command, request] = make(draw, market);
    // An engine's advanceTime names a time, which is part of its content: it gets no id here.
    if (command === 'advanceTime' || draw(10) > 0) return [command, request];
    const made: Ask = [command, { ...request, commandId: `k${++this.#ids}` }];
    this.#sent.push(made);
    return made;
  }
}

/** Goes through a seeded stream on an engine, which says what is to be expected. */
export function expectedOf(seed: number, count: number, look: (market: Engine) => void = () => {}) {
  const clock = new TestClock();
  const engine = stagedEngine(clock);
  const source = new AskSource(seed, clock);
  const steps = Array.from({ length: count }, () => {
    const ask = source.next(engine);
    const at = clock.now;
    const outcome = askEngine(engine, ask, clock);
    look(engine);
    return { ask, at, outcome };
  });
  return { engine, steps };
}

/**
 * Goes through such a stream on an exchange. Now and then, before a command is stored or afterwards,
 * `look` is told of a product.
 */
export async function playOn(
  seed: number,
  steps: ReturnType<typeof expectedOf>['steps'],
  look: (exchange: Exchange, product: string, draw: Draw) => void,
) {
  const clock = new TestClock();
  const exchange = await staged({ clock: clock.tell });
  const draw = mulberry32(seed);
  const products = new Set<string>(PRODUCTS);
  for (const { ask, at, outcome } of steps) {
    clock.now = at;
    const receipt = askExchange(exchange, ask);
    const [command, { id }] = ask;
    const fresh = command === 'listProduct' && outcome.ok ? [id as string] : [];
    for (const each of fresh) products.add(each);
    const chosen = draw(10) === 0 ? [...products].filter(() => draw(2) === 0) : fresh;
    for (const product of chosen) {
      if (draw(2) === 0) await receipt;
      look(exchange, product, draw);
    }
    if (draw(3) > 0) await receipt;
  }
  return { exchange, products };
}
