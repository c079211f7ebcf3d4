import type { Arbitrary } from 'fast-check';
import { formatSteps, quantum } from '../core/decimal.ts';
import { MAX_CLIPS, MAX_INTEGER } from '../core/limits.ts';
import type { Requests } from '../engine/requests.ts';
import { bracket, oco, price, stopPrice, written } from './draft-prices.ts';
import { type Terms, terms } from './draft-terms.ts';
import { allowances, circuits, recalls } from './limit-drafts.ts';
import { networkOrder, networks, takeZone } from './network-drafts.ts';
import {
  bandOf,
  type FastCheck,
  type MarketOptions,
  type ProductOption,
  SHARED,
} from './small-market.ts';
import { imbalancePrices, readings, settlements, soldForward } from './settlement-drafts.ts';

/** A request whose place in time is still open: its fields, and what completes them. */
export interface Draft {
  /** How long it comes after the one before; left out, it carries no time. */
  readonly waitMs?: number;
  /** How many orders before the latest the one is that it means, by a guess. */
  readonly ordersBack?: number;
  /** How long its order is to stand. */
  readonly lifeMs?: number;
  /** How long until its product opens, from then until its gate closes, and from then until its delivery. */
  readonly plan?: { readonly opensMs: number; readonly openMs: number; readonly leadMs: number };
  /** Whether it is sent twice. */
  readonly twice?: boolean;
}

type Drafts = Record<keyof Requests, Arbitrary<Draft>>;

/**
 * Drafts of every command, most of them such that a market accepts them. They are of the right form,
 * which is tested and not typed: requests are put together out of parts that shrink on their own.
 */
export function draftsOf(fc: FastCheck, market: Required<MarketOptions>): Drafts {
  const draw = new Draw(fc, market);
  return { ...orders(draw), ...funds(draw), ...administration(draw), ...networks(draw) };
}

/** What drafts are made of. */
export class Draw {
  readonly fc: FastCheck;
  readonly market: Required<MarketOptions>;
  readonly account: Arbitrary<string>;
  readonly asset: Arbitrary<{ readonly id: string; readonly decimals: number }>;
  readonly product: Arbitrary<ProductOption>;
  readonly ticks: Arbitrary<number>;
  readonly lots: Arbitrary<number>;
  readonly quanta: Arbitrary<number>;
  readonly ordersBack: Arbitrary<number>;
  readonly offset: Arbitrary<number>;
  readonly waitMs: Arbitrary<number>;

  constructor(fc: FastCheck, market: Required<MarketOptions>) {
    const { accounts, assets, products, minPriceTicks, maxPriceTicks } = market;
    const first = products[0]!;
    const upTo = (max: number): Arbitrary<number> => fc.integer({ min: 1, max });
    this.fc = fc;
    this.market = market;
    const odd = fc.constantFrom('guest', 'guest', 'nobody', 'operator', 'fees', 'outside');
    this.account = this.mostly(fc.constantFrom(...accounts), odd, 30);
    this.asset = this.mostly(fc.constantFrom(...assets), fc.constant({ id: 'gold', decimals: 0 }));
    const [extra, shared] = [
      { ...first, id: 'extra' },
      { ...first, id: SHARED },
    ];
    const others = fc.constantFrom(extra, extra, { ...first, id: 'nowhere' }, shared);
    this.product = this.mostly(fc.constantFrom(...products), others);
    const far = fc.constantFrom(MAX_INTEGER, -MAX_INTEGER);
    this.ticks = this.mostly(fc.integer({ min: minPriceTicks, max: maxPriceTicks }), far);
    this.lots = this.mostly(upTo(market.maxQuantityLots), fc.constant(MAX_INTEGER));
    this.quanta = this.mostly(upTo(market.maxAmountQuanta), fc.constant(MAX_INTEGER));
    this.ordersBack = this.mostly(fc.nat({ max: 9 }), fc.nat({ max: 50 }), 4);
    this.offset = fc.integer({ min: -2, max: 2 });
    this.waitMs = this.mostly(fc.nat({ max: 4 }), fc.constant(-1), 12);
  }

  /** The second in one of so many cases, and never where the first will do. */
  mostly<T>(usual: Arbitrary<T>, rare: Arbitrary<T>, oneIn = 60): Arbitrary<T> {
    return this.fc.oneof(
      { withCrossShrink: true },
      { weight: oneIn - 1, arbitrary: usual },
      { weight: 1, arbitrary: rare },
    );
  }

  /** Fields that are there in one of so many cases. */
  maybe(fields: Record<string, Arbitrary<unknown>>, oneIn: number): Arbitrary<object> {
    const none: Arbitrary<object> = this.fc.constant({});
    return this.mostly(none, this.fc.record(fields), oneIn);
  }

  /** One object of several, each of which shrinks on its own. */
  merged(...parts: readonly Arbitrary<object>[]): Arbitrary<object> {
    return this.fc.tuple(...parts).map((each) => Object.assign({}, ...each) as object);
  }

  /** A whole draft: its own fields, and what every request may carry. */
  draft(fields: Arbitrary<object>, actor = this.otherActor()): Arbitrary<Draft> {
    const { fc, waitMs } = this;
    const commandId = fc.integer({ min: 1, max: 50 }).map((number) => `once-${number}`);
    const sending = this.maybe({ commandId, twice: fc.boolean() }, 12);
    return this.merged(actor, fields, this.maybe({ waitMs }, 8), sending);
  }

  /** Someone else who asks in place of whom the command implies; only an operator may. */
  otherActor(): Arbitrary<object> {
    const { accounts } = this.market;
    return this.maybe({ actor: this.fc.constantFrom('operator', ...accounts, 'nobody') }, 30);
  }

  /** Who asks where someone must be named: the operator, who may, or any account. */
  namedActor(): Arbitrary<object> {
    const { fc } = this;
    return fc.record({ actor: fc.oneof(fc.constant('operator'), this.account) });
  }
}

function orders(draw: Draw) {
  const { fc, account, ordersBack, product } = draw;
  const one = fc.record({ ordersBack });
  const version = draw.maybe({ expectedVersion: fc.integer({ min: 1, max: 2 }) }, 6);
  const ofProduct = product.map(({ id }) => ({ product: id }));
  return {
    submit: draw.draft(
      draw.merged(fc.record({ account }), draw.mostly(submission(draw), networkOrder(draw), 12)),
    ),
    amend: draw.draft(draw.merged(one, change(draw), version), draw.namedActor()),
    cancel: draw.draft(one, draw.namedActor()),
    take: draw.draft(draw.merged(fc.record({ account, ordersBack }), part(draw), takeZone(draw))),
    cancelAll: draw.draft(fc.oneof(fc.record({ account }), ofProduct)),
  };
}

/** An order of any kind, without its account. */
function submission(draw: Draw): Arbitrary<object> {
  const { fc, product, ticks, lots } = draw;
  const plain: Arbitrary<Terms> = fc.constant({});
  const order = fc
    .record({
      side: fc.constantFrom('buy', 'sell'),
      size: fc.record({ product, ticks, lots, asText: fc.boolean() }),
      terms: draw.mostly(plain, terms(draw), 3),
    })
    .map(
      ({
        side,
        size,
        terms: { least, priced, clip, below, tooMany, stop, trail, budget, second, exits, ...rest },
      }) => {
        const { product: of, asText } = size;
        const all = tooMany === true ? 5 * MAX_CLIPS : size.lots;
        const part = (count: number | undefined, name: string): object =>
          count === undefined ? {} : quantity(Math.min(count, all), of, asText, name);
        const refreshes = clip !== undefined && below !== undefined && below <= Math.min(clip, all);
        return {
          product: of.id,
          side,
          ...quantity(all, of, asText),
          ...(priced === false ? {} : price(size.ticks, of, asText)),
          ...rest,
          ...(stop === undefined ? {} : stopPrice(stop, of, asText)),
          ...(trail === undefined ? {} : written('trail', 'Ticks', trail, of.tick, asText)),
          ...(second === undefined ? {} : { oco: oco(second, side, size) }),
          ...(side === 'sell' || mayRest(rest) ? {} : bound(budget, size, draw)),
          ...(exits === undefined ? {} : { bracket: bracket(exits, side, size) }),
          ...part(least, 'minQuantity'),
          ...part(clip, 'displayQuantity'),
          ...part(refreshes ? below : undefined, 'refreshBelow'),
        };
      },
    );
  const modes = ['allow', 'cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement'];
  return draw.merged(
    order,
    draw.maybe({ selfTrade: fc.constantFrom(...modes) }, 3),
    draw.maybe({ clientOrderId: fc.constantFrom('mine', 'mine-too') }, 10),
  );
}

/** Whether a market order of these terms may stay in the book. */
function mayRest({ timeInForce = 'ioc' }: Terms): boolean {
  return timeInForce !== 'ioc' && timeInForce !== 'fok';
}

/** The most that an order may cost, if that is bounded. */
function bound(
  quanta: number | undefined,
  size: { readonly product: ProductOption; readonly asText: boolean },
  { market }: Draw,
): object {
  if (quanta === undefined) return {};
  const { decimals } = market.assets.find(({ id }) => id === size.product.money)!;
  return written('maxMoney', 'Quanta', quanta, formatSteps(1, quantum(decimals)), size.asText);
}

/** Numbers for an order whose product is not known: text suits it if all products have one grid. */
function unseen({ fc, market, ticks, lots }: Draw) {
  const grid = market.products[0]!;
  const common = market.products.every(({ tick, lot }) => tick === grid.tick && lot === grid.lot);
  return fc.record({
    ticks,
    lots,
    grid: fc.constant(grid),
    asText: common ? fc.boolean() : fc.constant(false),
  });
}

/** A new price, a new quantity, both, or now and then a new trigger. */
function change(draw: Draw): Arbitrary<object> {
  const usual = ['price', 'quantity', 'both'];
  const what = draw.fc.constantFrom(...usual, ...usual, 'stopPrice');
  return draw.fc.tuple(unseen(draw), what).map(([{ ticks, lots, grid, asText }, changed]) => {
    if (changed === 'stopPrice') return written(changed, 'Ticks', ticks, grid.tick, asText);
    return {
      ...(changed === 'quantity' ? {} : price(ticks, grid, asText)),
      ...(changed === 'price' ? {} : quantity(lots, grid, asText)),
    };
  });
}

/** What a take is for. */
function part(draw: Draw): Arbitrary<object> {
  const few = draw.fc.integer({ min: 1, max: Math.ceil(draw.market.maxQuantityLots / 4) });
  return draw.fc.tuple(unseen(draw), few).map(([{ ticks, grid, asText }, lots]) => ({
    ...quantity(lots, grid, asText),
    ...written('limitPrice', 'Ticks', ticks, grid.tick, asText),
  }));
}

function funds(draw: Draw) {
  const { fc, account } = draw;
  const amount = fc
    .record({ asset: draw.asset, quanta: draw.quanta, asText: fc.boolean() })
    .map(({ asset: { id, decimals }, quanta, asText }) => ({
      asset: id,
      ...written('amount', 'Quanta', quanta, formatSteps(1, quantum(decimals)), asText),
    }));
  const own = draw.merged(fc.record({ account }), amount);
  const parties = fc.uniqueArray(account, { minLength: 2, maxLength: 2 });
  const between = draw.merged(
    parties.map(([from, to]) => ({ account: from, to })),
    amount,
  );
  return {
    deposit: draw.draft(own),
    withdraw: draw.draft(own),
    transfer: draw.draft(between),
  };
}

function administration(draw: Draw) {
  const { fc, market } = draw;
  const { accounts, assets, products } = market;
  const account = draw.mostly(draw.account, fc.constant('guest'), 2);
  const product = draw.product.map(({ id }) => ({ product: id }));
  const ppm = fc.constantFrom(0, 1000, 50_000, 1_000_000);
  const listing = fc.constantFrom(
    { ...products[0]!, id: 'extra' },
    { ...products[0]!, id: 'extra', mechanism: 'call' },
    { ...products[0]!, id: 'too-fine', tick: '0.000000000000001' },
    ...products,
  );
  return {
    openAccount: draw.draft(fc.record({ id: fc.constantFrom('guest', 'guest', ...accounts) })),
    freezeAccount: draw.draft(
      fc.record({ account, frozen: draw.mostly(fc.constant(false), fc.constant(true), 3) }),
    ),
    closeAccount: draw.draft(fc.record({ account })),
    kill: draw.draft(fc.record({ account })),
    listAsset: draw.draft(
      fc.record({
        id: fc.constantFrom('silver', ...assets.map(({ id }) => id)),
        decimals: fc.nat({ max: 15 }),
      }),
    ),
    listProduct: draw.draft(draw.mostly(listing, planned(draw), 3)),
    setFees: draw.draft(draw.merged(product, fc.record({ makerPpm: ppm, takerPpm: ppm }))),
    setBand: draw.draft(bands(draw)),
    haltProduct: draw.draft(product),
    resumeProduct: draw.draft(product),
    closeProduct: draw.draft(product),
    endSession: draw.draft(product),
    archiveProduct: draw.draft(draw.mostly(fc.constant({ product: 'extra' }), product, 1)),
    runAuction: draw.draft(draw.mostly(fc.constant({ product: 'extra' }), product, 3)),
    setCircuit: draw.draft(circuits(draw)),
    setAccountLimits: draw.draft(allowances(draw, account)),
    recallTrade: draw.draft(recalls(draw)),
    recordReading: draw.draft(readings(draw)),
    setImbalancePrices: draw.draft(imbalancePrices(draw)),
    settleProduct: draw.draft(settlements(draw)),
    sealBlock: draw.draft(draw.merged(fc.record({}))),
    setAccountKey: draw.draft(keys(draw)),
    advanceTime: draw.draft(draw.merged(fc.record({ waitMs: draw.waitMs }))),
  };
}

/** A public key: from then on the account's orders would have to be signed, so it is one that has few. */
const KEY = Uint8Array.from(
  'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'.match(/../g)!,
  (hex) => parseInt(hex, 16),
);

function keys({ fc, account }: Draw): Arbitrary<object> {
  const set = fc.record({ account: fc.constant('guest'), key: fc.constant(KEY) });
  return fc.oneof(set, fc.record({ account, key: fc.constant(null) }));
}

/** A product that soon opens or has already, and whose gate soon closes or has already. */
function planned(draw: Draw): Arbitrary<object> {
  const { fc, market } = draw;
  const { products } = market;
  const opensMs = fc.integer({ min: -20, max: 40 });
  const span = fc.integer({ min: 1, max: 40 });
  const plan = fc.record({ opensMs, openMs: span, leadMs: fc.integer({ min: -10, max: 20 }) });
  const mechanism = fc.constantFrom('continuous', 'call');
  const more = draw.mostly(fc.constant({}), soldForward(draw), 3);
  return fc.tuple(fc.record({ plan, mechanism }), more).map(([draft, terms]) => {
    // The gate of a product that is sold forward closes before its delivery.
    const leadMs = 'settlement' in terms ? Math.abs(draft.plan.leadMs) : draft.plan.leadMs;
    return { ...products[0]!, id: 'extra', ...draft, plan: { ...draft.plan, leadMs }, ...terms };
  });
}

function bands({ fc, market, product }: Draw): Arbitrary<object> {
  const { minPriceTicks, maxPriceTicks } = market;
  const margin = fc.nat({ max: 3 });
  const margins = fc.option(fc.tuple(margin, margin), { freq: 2 });
  return fc.tuple(product, margins).map(([of, cut]) => ({
    product: of.id,
    band: cut === null ? null : bandOf(minPriceTicks + cut[0], maxPriceTicks - cut[1], of),
  }));
}

export function quantity(
  lots: number,
  { lot }: ProductOption,
  asText: boolean,
  name = 'quantity',
): object {
  return written(name, 'Lots', lots, lot, asText);
}
