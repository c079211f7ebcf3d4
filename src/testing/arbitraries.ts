import type { Arbitrary } from 'fast-check';
import {
  flagArgument,
  functionArgument,
  integerArgument,
  nameArgument,
  objectArgument,
} from '../engine/arguments.ts';
import type { Requests } from '../engine/requests.ts';
import { type Draft, draftsOf } from './drafts.ts';
import { fastCheckArgument, listArgument, MARKET_FIELDS, marketOf } from './market-options.ts';
import { sharedProduct } from './network-drafts.ts';
import { bandOf, type FastCheck, type MarketOptions } from './small-market.ts';

/** In this one command the time is what is asked for. */
type Asked = Requests & { readonly advanceTime: { readonly at: number } };

/** A request with the name of the method that takes it. */
export type NamedRequest = {
  [C in keyof Requests]: { readonly command: C; readonly request: Asked[C] };
}[keyof Requests];

/** Whatever takes requests as an `Engine` does, and answers each with a T. */
export type RequestTaker<T> = { [C in keyof Requests]: (request: Asked[C]) => T };

/** What a stream of requests consists of. */
export interface StreamOptions extends MarketOptions {
  /** The most requests in a stream, those that are sent twice counted once; 0 to 10,000. Default 100. */
  readonly maxLength?: number;
  /** The commands that occur, one at least. Default all. */
  readonly commands?: readonly (keyof Requests)[];
  /** Time of the market before the stream, epoch ms UTC, 0 to 8.64e15 as for a `Date`. Default 0. */
  readonly startAt?: number;
  /** false leaves `at` out of all requests: an `Exchange` takes none. Default true. */
  readonly stamped?: boolean;
}

/**
 * Requests that open a market: assets, products with fees and bands or without, accounts, and
 * deposits, some of them scarce. On a fresh engine all are accepted. The options may be those of a stream.
 * @throws TypeError, RangeError
 *
 * @example
 * fc.property(arbitraryMarket(fc), arbitraryRequests(fc), (opening, requests) => {
 *   const engine = new Engine();
 *   for (const each of [...opening, ...requests]) {
 *     perform(engine, each);
 *     if (!engine.isConserved()) return false;
 *   }
 *   return Engine.replay(engine.commandLog()).stateHash() === engine.stateHash();
 * });
 */
export function arbitraryMarket(
  fc: FastCheck,
  options: MarketOptions = {},
): Arbitrary<NamedRequest[]> {
  fastCheckArgument(fc);
  const { market } = streamOf(options);
  const { accounts, assets, products, minPriceTicks, maxPriceTicks, maxAmountQuanta } = market;
  const margin = fc.nat({ max: 3 });
  const terms = fc.record({
    makerPpm: fc.constantFrom(0, 1000, 50_000),
    takerPpm: fc.constantFrom(0, 2500, 100_000),
    margins: fc.option(fc.tuple(margin, margin), { freq: 1 }),
  });
  const amount = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.integer({ min: Math.ceil(maxAmountQuanta / 2), max: maxAmountQuanta }),
    },
    { weight: 1, arbitrary: fc.nat({ max: Math.ceil(maxAmountQuanta / 50) }) },
  );
  const purses = accounts.flatMap((account) => assets.map(({ id }) => ({ account, asset: id })));
  return fc
    .tuple(fc.tuple(...products.map(() => terms)), fc.tuple(...purses.map(() => amount)))
    .map(([termsOf, amounts]): NamedRequest[] => [
      ...assets.map((asset) => ({ command: 'listAsset', request: { ...asset } }) as const),
      ...products.map((product, i) => {
        const { margins, ...fees } = termsOf[i]!;
        const [below, above] = margins ?? [0, 0];
        const band = bandOf(minPriceTicks + below, maxPriceTicks - above, product);
        const request = { ...product, ...fees, ...(margins === null ? {} : { band }) };
        return { command: 'listProduct', request } as const;
      }),
      ...accounts.map((id) => ({ command: 'openAccount', request: { id } }) as const),
      ...purses.flatMap((purse, i) => {
        const request = { ...purse, amountQuanta: amounts[i]! };
        return request.amountQuanta === 0 ? [] : [{ command: 'deposit', request } as const];
      }),
      ...sharedProduct(products[0]!, accounts[0]!),
    ]);
}

/**
 * Streams of requests for a market that `arbitraryMarket` opened with the same options, or for one of
 * your own with just these products: every command in all its forms, by text and by counts. None is malformed, so none throws;
 * most are accepted, and every reject code occurs in the long run. Time goes forward along the stream
 * with rare steps back, some requests carry a command id and are sent twice, and order ids are often
 * those of orders that stand. A failing stream shrinks to few and plain requests.
 * @throws TypeError, RangeError
 *
 * @example
 * fc.property(arbitraryRequests(fc, { commands: ['submit', 'cancel'] }), (requests) => {
 *   const app = openMyApp(); // opens accounts and products as in SMALL_MARKET
 *   for (const each of requests) perform(app.engine, each);
 *   return app.isWell();
 * });
 */
export function arbitraryRequests(
  fc: FastCheck,
  options: StreamOptions = {},
): Arbitrary<NamedRequest[]> {
  fastCheckArgument(fc);
  const { maxLength, startAt, stamped, commands, market } = streamOf(options);
  const drafts = draftsOf(fc, market);
  const choices = commands.map((command) => ({
    weight: WEIGHTS[command],
    arbitrary: drafts[command].map((draft) => ({ command, draft })),
  }));
  // Without a size, fast-check would stay at some ten requests.
  return fc
    .array(fc.oneof({ withCrossShrink: true }, ...choices), { maxLength, size: 'max' })
    .map((drawn) => placed(drawn, startAt, stamped));
}

const STREAM_FIELDS = [...MARKET_FIELDS, 'maxLength', 'commands', 'startAt', 'stamped'];
const MAX_STREAM_LENGTH = 10_000;
/** The latest that a `Date` can be: it leaves all times of a stream below 2^53. */
const LATEST_START = 8.64e15;

/** Checks the options of a stream and completes them. @throws TypeError, RangeError */
function streamOf(options: StreamOptions) {
  objectArgument(options, 'options', STREAM_FIELDS);
  const { maxLength = 100, startAt = 0, stamped = true, commands = COMMANDS, ...market } = options;
  integerArgument(maxLength, 'maxLength', 0, MAX_STREAM_LENGTH);
  integerArgument(startAt, 'startAt', 0, LATEST_START);
  flagArgument(stamped, 'stamped');
  listArgument(commands, 'commands', 1);
  commands.forEach((command, i) => nameArgument(WEIGHTS, command, `commands[${i}]`));
  return { maxLength, startAt, stamped, commands, market: marketOf(market) };
}

/**
 * Has a market carry out a request.
 * @returns what its method returns; for an `Engine` the outcome
 * @throws TypeError, RangeError for another command, and whatever its method throws
 *
 * @example
 * const outcome = perform(engine, { command: 'cancel', request: { actor: 'anna', orderId: 1 } });
 */
export function perform<T>(market: RequestTaker<T>, request: NamedRequest): T {
  objectArgument(market, 'market');
  objectArgument(request, 'request');
  const { command } = request;
  nameArgument(WEIGHTS, command, 'command');
  functionArgument(market[command], `market.${command}`);
  objectArgument(request.request, command);
  return market[command](request.request as never);
}

interface DraftOf {
  readonly command: keyof Requests;
  readonly draft: Draft;
}

/**
 * Completes drafts along the stream: waits become times, lives expiries, and distances order ids.
 * Which orders will be accepted cannot be known, so the ids are a guess that is often right, and
 * always in a short stream, which is what a failing one shrinks to.
 */
function placed(drafts: readonly DraftOf[], startAt: number, stamped: boolean): NamedRequest[] {
  let now = startAt;
  let orders = 0;
  return drafts.flatMap(({ command, draft }) => {
    const { waitMs, lifeMs, ordersBack, plan, twice = false, ...fields } = draft;
    const at = Math.max(0, now + (waitMs ?? 0));
    now = Math.max(now, at);
    const latest = Math.ceil(Math.min(orders, 3 + orders * ACCEPTED_SHARE));
    if (command === 'submit' || command === 'take') orders++;
    const request = {
      ...fields,
      ...(ordersBack === undefined ? {} : { orderId: Math.max(1, latest - ordersBack) }),
      ...(lifeMs === undefined ? {} : { expiresAt: Math.max(0, now + lifeMs) }),
      ...(plan === undefined ? {} : { delivery: deliveryIn(now, plan) }),
      ...(waitMs === undefined || !stamped ? {} : { at }),
    };
    return Array<NamedRequest>(twice ? 2 : 1).fill({ command, request } as NamedRequest);
  });
}

/** A delivery as long as its trading. */
function deliveryIn(now: number, { opensMs, openMs, leadMs }: NonNullable<Draft['plan']>): object {
  const opens = Math.max(0, now + opensMs);
  const start = Math.max(0, opens + openMs + leadMs);
  return {
    start,
    end: start + openMs,
    opensMs: opens - start,
    gateMs: opens + openMs - start,
  };
}

/** Of submitted orders and takes in a long stream; with it, a quarter of the cancels meets an order. */
const ACCEPTED_SHARE = 0.5;

/** How often each command occurs, in relation to the others; a failing stream shrinks to the first ones. */
const WEIGHTS: Readonly<Record<keyof Requests, number>> = {
  submit: 260,
  cancel: 40,
  amend: 40,
  take: 30,
  cancelAll: 3,
  deposit: 15,
  withdraw: 8,
  transfer: 8,
  advanceTime: 12,
  sealBlock: 3,
  setAccountKey: 1,
  openAccount: 3,
  freezeAccount: 3,
  closeAccount: 3,
  listAsset: 2,
  listProduct: 3,
  setFees: 3,
  setBand: 3,
  haltProduct: 1,
  resumeProduct: 4,
  closeProduct: 1,
  endSession: 3,
  archiveProduct: 2,
  runAuction: 4,
  setCircuit: 3,
  setAccountLimits: 4,
  kill: 1,
  recallTrade: 5,
  listNetwork: 1,
  addZone: 2,
  setGridFee: 3,
  setCapacity: 3,
  setPartner: 2,
  recordReading: 1,
  setImbalancePrices: 1,
  settleProduct: 1,
};
const COMMANDS = Object.keys(WEIGHTS) as (keyof Requests)[];
