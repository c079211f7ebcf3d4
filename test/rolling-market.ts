import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Engine, type EngineOptions, type OrderRequest, slotProducts } from '../src/index.ts';
import { stateOf } from '../src/engine/queries.ts';
import type { ListProductRequest } from '../src/engine/requests.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { must } from './stage.ts';

const QUARTER = 900_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Before the first delivery of a local day its products are listed. */
const LISTED_MS = 2 * DAY;
/** How long before the delivery the homes trade: twice, and late. */
const TRADED_MS = [DAY, HOUR, 2 * QUARTER];
/** An operator archives so long after the end of the delivery. */
const ARCHIVED_MS = HOUR;
const HOMES = 8;
const MONEY = 1_000_000_000_000;

/** Bytes on the heap and in array buffers that are in use. Those of buffers are given back some time after they are found. */
export async function memoryBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A zone with the clocks that its days go by. */
export interface Zone {
  readonly zone: string;
  readonly timeZone: string;
}

/** What a market is made of. */
export interface RollingOptions {
  readonly zones: readonly Zone[];
  /** First day that is traded, epoch ms of its beginning in UTC. */
  readonly from: number;
  readonly seed: number;
  /** Whether some orders carry command ids; of the latest 65,536 commands they are remembered. Default true. */
  readonly commandIds?: boolean;
}

/** What was done, and what came of it. */
export interface Tally {
  commands: number;
  refused: number;
  listed: number;
  archived: number;
  trades: number;
  /** Quanta of energy that were deposited, and that were delivered. */
  deposited: number;
  delivered: number;
  /** Most products at one time. */
  most: number;
}

/** What a product is left with until it is archived. */
interface Slot {
  readonly id: string;
  readonly end: number;
  /** Quanta of its energy that came in. */
  deposited: number;
}

/** A zone as far as it has got. */
interface Rolling extends Zone {
  /** The products that there are, by the start of their delivery. */
  readonly slots: Map<number, Slot>;
  /** Beginning in UTC of the day after the one that is listed next. */
  nextDay: number;
  /** The products of the day that is listed next. */
  next: ListProductRequest[];
}

/**
 * A market that rolls on: quarter hours of the local days of some zones are listed two days ahead, open by
 * plan, are traded by a few homes with orders of every kind, close at their gates, and are archived an hour after
 * their delivery. All of it follows from the seed.
 */
export class RollingMarket {
  engine: Engine;
  readonly tally: Tally = {
    commands: 0,
    refused: 0,
    listed: 0,
    archived: 0,
    trades: 0,
    deposited: 0,
    delivered: 0,
    most: 0,
  };
  readonly #draw: Draw;
  readonly #zones: readonly Rolling[];
  #time: number;
  readonly #commandIds: boolean;
  readonly #keeps: boolean;
  #clientOrders = 0;

  constructor({ zones, from, seed, commandIds = true }: RollingOptions, options?: EngineOptions) {
    this.engine = new Engine(options);
    this.#draw = mulberry32(seed);
    this.#commandIds = commandIds;
    this.#keeps = options?.history !== 'drop';
    this.#zones = zones.map((zone) => ({
      ...zone,
      slots: new Map<number, Slot>(),
      nextDay: from + DAY,
      next: productsOf(zone, from),
    }));
    // The first days are listed before their first hour, wherever in the world it is.
    this.#time = from - LISTED_MS - DAY;
    must(this.engine.listAsset({ id: 'EUR', decimals: 9 }));
    must(this.engine.advanceTime({ at: this.#time }));
    for (let home = 0; home < HOMES; home++) {
      const account = `home${home}`;
      must(this.engine.openAccount({ id: account }));
      must(this.engine.deposit({ account, asset: 'EUR', amountQuanta: MONEY }));
    }
    const maxExposure = { asset: 'EUR', amountQuanta: MONEY };
    for (const account of ['home0', 'home1']) {
      must(this.engine.setAccountLimits({ account, maxOpenOrders: 10_000, maxExposure }));
    }
  }

  /** Goes on with an engine that was restored from a snapshot of the one before. */
  restore(): void {
    this.engine = Engine.restore(this.engine.snapshot(), { history: 'drop' });
  }

  /** Epoch ms. */
  get time(): number {
    return this.#time;
  }

  /** How many products wait, trade or are delivered. */
  get living(): number {
    return this.#zones.reduce((sum, { slots }) => sum + slots.size, 0);
  }

  /** Quanta of money of all homes, and of what they paid as fees: the same for ever. */
  get money(): number {
    const accounts = ['fees', ...Array.from({ length: HOMES }, (_, home) => `home${home}`)];
    return accounts.reduce((sum, account) => {
      const { availableQuanta, lockedQuanta } = this.engine.balance(account, 'EUR');
      return sum + availableQuanta + lockedQuanta;
    }, 0);
  }

  /** What the money must come to. */
  static readonly MONEY: number = HOMES * MONEY;

  /** Goes on until a time, quarter hour by quarter hour; lists no products of a day from `lastDay` on. */
  goOn(until: number, lastDay = Infinity): void {
    while (this.#time < until) {
      this.#time += QUARTER;
      this.#did(this.engine.advanceTime({ at: this.#time }));
      for (const zone of this.#zones) {
        if (zone.nextDay <= lastDay) this.#list(zone);
        for (const early of TRADED_MS) {
          const slot = zone.slots.get(this.#time + early);
          if (slot !== undefined) this.#trade(slot, early);
        }
        this.#archive(zone.slots);
      }
      this.tally.most = Math.max(this.tally.most, this.living);
    }
  }

  /** Lists the next day of a zone as soon as its first delivery is two days away. */
  #list(zone: Rolling): void {
    if (zone.next[0]!.delivery!.start - LISTED_MS > this.#time) return;
    for (const request of zone.next) this.#listOne(zone.slots, request);
    zone.next = productsOf(zone, zone.nextDay);
    zone.nextDay += DAY;
  }

  #listOne(slots: Map<number, Slot>, request: ListProductRequest): void {
    const { id, delivery } = request;
    this.#did(this.engine.listAsset({ id, decimals: 3 }));
    this.#did(this.engine.listProduct(request));
    if (this.#draw(4) === 0) this.#did(this.engine.setFees({ product: id, ...FEES }));
    if (this.#draw(4) === 0) {
      const halt = { movePpm: 900_000, windowMs: 60_000 };
      this.#did(this.engine.setCircuit({ product: id, collarPpm: 900_000, halt }));
    }
    slots.set(delivery!.start, { id, end: delivery!.end, deposited: 0 });
    this.tally.listed++;
  }

  /** Some of the homes have a forecast and sell, the others buy. */
  #trade(slot: Slot, early: number): void {
    const draw = this.#draw;
    const product = slot.id;
    for (let home = 0; home < HOMES; home++) {
      const account = `home${home}`;
      const side = draw(2) === 0 ? 'sell' : 'buy';
      const quantityLots = 2 + draw(20);
      if (side === 'sell') {
        const amountQuanta = 2 * quantityLots * QUANTA_PER_LOT;
        this.#did(this.engine.deposit({ account, asset: product, amountQuanta }));
        slot.deposited += amountQuanta;
      }
      const priceTicks = 20_000 + (side === 'buy' ? 1 : -1) * (draw(5_000) - 1_500);
      const order = { account, product, side, quantityLots, priceTicks } as const;
      const special = KINDS[draw(KINDS.length)]!(priceTicks, side === 'buy' ? 1 : -1, this.#time);
      this.#submit({ ...order, ...special });
    }
    // Operators have more to do with some than with others.
    if (early === HOUR && draw(50) === 0) this.#did(this.engine.haltProduct({ product }));
    if (early === HOUR && draw(50) === 0) this.#did(this.engine.endSession({ product }));
    if (early !== DAY && draw(100) === 0) this.#did(this.engine.closeProduct({ product }));
  }

  #submit(order: OrderRequest): void {
    const named = this.#draw(3) === 0;
    const clientOrderId = `order${++this.#clientOrders}`;
    const commandId = this.#commandIds && named ? { commandId: `c-${clientOrderId}` } : {};
    const names = named ? { clientOrderId } : {};
    this.#did(this.engine.submit({ ...order, ...names, ...commandId }));
    this.tally.trades = stateOf(this.engine).lastTrade;
  }

  #archive(slots: Map<number, Slot>): void {
    const start = this.#time - ARCHIVED_MS - QUARTER;
    const slot = slots.get(start);
    if (slot === undefined) return;
    slots.delete(start);
    const { engine, tally } = this;
    const delivered = -engine.balance('outside', slot.id).availableQuanta;
    this.#did(must(engine.archiveProduct({ product: slot.id })));
    // Of the latest command alone, unless all are kept.
    for (const event of this.#keeps ? [] : engine.events()) {
      if (event.type === 'productArchived' && event.delivered === slot.deposited) continue;
      throw new Error(`${slot.id} of ${slot.deposited}: ${JSON.stringify(event)}`);
    }
    tally.delivered += delivered;
    tally.deposited += slot.deposited;
    tally.archived++;
  }

  #did({ ok }: { readonly ok: boolean }): void {
    this.tally.commands++;
    if (!ok) this.tally.refused++;
  }
}

/** The quarter hours of a local day that begins as a day of UTC does. */
function productsOf({ zone, timeZone }: Zone, day: number): ListProductRequest[] {
  return slotProducts({
    zone,
    timeZone,
    day: new Date(day).toISOString().slice(0, 10),
    period: 'PT15M',
    opensMs: -DAY - HOUR,
    gateMs: -300_000,
    money: 'EUR',
    tick: '0.00001',
    lot: '0.1',
    makerPpm: 100,
    takerPpm: 200,
  });
}

const QUANTA_PER_LOT = 100;
const FEES = { makerPpm: 50, takerPpm: 150 };

type Terms = Partial<OrderRequest>;

/** What an order is beside a price and a quantity; `sign` is 1 for a buyer and -1 for a seller. */
const KINDS: readonly ((price: number, sign: number, now: number) => Terms)[] = [
  () => ({}),
  () => ({}),
  () => ({}),
  () => ({ timeInForce: 'ioc' }),
  () => ({ timeInForce: 'session' }),
  (_price, _sign, now) => ({ timeInForce: 'gtd', expiresAt: now + QUARTER - 60_000 }),
  (_price, _sign, now) => ({ timeInForce: 'gtd', expiresAt: now + 10 * DAY }),
  () => ({ displayQuantityLots: 1 }),
  () => ({ displayQuantityLots: 0 }),
  () => ({ allOrNone: true }),
  (price, sign) => ({ stopPriceTicks: price + sign * 10 }),
  () => ({ trailTicks: 500 }),
  () => ({ peg: 'bid', pegOffsetTicks: -10 }),
  () => ({ peg: 'ask', pegOffsetTicks: 10 }),
  (price, sign) => ({ oco: { priceTicks: price - sign * 3_000 } }),
  (price, sign) => ({
    bracket: {
      takeProfitTicks: price + sign * 2_000,
      stopPriceTicks: price - sign * 2_000,
      stopLimitTicks: price - sign * 4_000,
    },
  }),
];
