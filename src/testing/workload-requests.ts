import { Side } from '../core/codes.ts';
import { PPM } from '../core/limits.ts';
import { integerArgument, objectArgument } from '../engine/arguments.ts';
import type { Requests } from '../engine/requests.ts';
import {
  lifetimeMs,
  OperationKind,
  shownLots,
  triggerTicks,
  type Workload,
  workloadArgument,
} from './workload.ts';

type Sent<C extends keyof Requests> = { [N in C]: { command: N; request: Requests[N] } }[C];

/** A request of a workload and the method of `Engine` that it is for. */
export type WorkloadRequest = Sent<'submit' | 'cancel' | 'closeProduct' | 'listProduct'>;
/** A request that sets the market up. */
export type OpeningRequest = Sent<'listAsset' | 'listProduct' | 'openAccount' | 'deposit'>;

/** Fees of the products of a workload. */
export interface WorkloadFees {
  /** Parts per million, 0 to 1,000,000. Default 0. */
  readonly makerPpm?: number;
  /** The same. */
  readonly takerPpm?: number;
}

/** Of each asset, shared out equally: under 2^53-1 quanta, and a thousand times what a flow moves. */
const SUPPLY_QUANTA = 4e15;
/** When a flow begins that has a time. */
const BEGIN = Date.UTC(2026, 0, 1);

/**
 * What a market needs before a workload: assets, products, accounts, and deposits that no order of
 * it exhausts. One lot at one tick costs one quantum, as does one lot of energy.
 * @throws TypeError, RangeError
 */
export function openingRequests(
  load: Workload,
  fees: WorkloadFees = {},
): Generator<OpeningRequest> {
  workloadArgument(load);
  checkFees(fees, 'fees');
  return opening(load, fees);
}

function* opening(load: Workload, fees: WorkloadFees): Generator<OpeningRequest> {
  yield { command: 'listAsset', request: { id: 'kWh', decimals: 3 } };
  yield { command: 'listAsset', request: { id: 'EUR', decimals: 9 } };
  for (let product = 0; product < load.products; product++) yield listing(product, fees);
  const amountQuanta = Math.floor(SUPPLY_QUANTA / load.accounts);
  for (const id of accountIds(load)) {
    yield { command: 'openAccount', request: { id } };
    yield { command: 'deposit', request: { account: id, asset: 'kWh', amountQuanta } };
    yield { command: 'deposit', request: { account: id, asset: 'EUR', amountQuanta } };
  }
}

/**
 * The operations of a workload from row `from` up to row `to` as requests, in order; a roll is two of
 * them. The market must be as `openingRequests` with the same fees leaves it, and accept every order:
 * cancels name orders by the number that they were given. In flow `special` each request brings its
 * time, a millisecond after the one before, from the beginning of 2026 on: for an engine without a clock.
 * @throws TypeError, RangeError
 */
export function requestsOf(
  load: Workload,
  options: WorkloadFees & { readonly from?: number; readonly to?: number } = {},
): Generator<WorkloadRequest> {
  workloadArgument(load);
  checkFees(options, 'options', ['from', 'to']);
  const { from = 0, to = load.length } = options;
  integerArgument(from, 'from', 0, load.length);
  integerArgument(to, 'to', 0, load.length);
  if (to < from) throw new RangeError(`to must not be below from (${from}), got ${to}`);
  return requests(load, options, from, to);
}

function* requests(
  load: Workload,
  fees: WorkloadFees,
  from: number,
  to: number,
): Generator<WorkloadRequest> {
  const accounts = accountIds(load);
  const products = new Map<number, string>();
  for (let row = from; row < to; row++) {
    const kind = load.kind[row]!;
    const account = accounts[load.account[row]!]!;
    const number = load.product[row]!;
    const time = load.flow === 'special' ? { at: BEGIN + row } : {};
    if (kind === OperationKind.cancel) {
      yield { command: 'cancel', request: { actor: account, orderId: load.order[row]!, ...time } };
      continue;
    }
    if (kind === OperationKind.roll) {
      yield { command: 'closeProduct', request: { product: productId(number) } };
      yield listing(number + load.products, fees);
      continue;
    }
    let product = products.get(number);
    if (product === undefined) products.set(number, (product = productId(number)));
    const side = load.side[row] === Side.buy ? 'buy' : 'sell';
    const timeInForce = kind === OperationKind.immediate ? 'ioc' : 'gtc';
    const [priceTicks, quantityLots] = [load.priceTicks[row]!, load.quantityLots[row]!];
    const terms = { side, priceTicks, quantityLots, timeInForce, selfTrade: 'allow' } as const;
    const request = { account, product, ...terms, ...otherTerms(load, row), ...time };
    yield { command: 'submit', request };
  }
}

/** What an order of another kind asks for beside. */
function otherTerms(load: Workload, row: number): Partial<Requests['submit']> {
  const quantityLots = load.quantityLots[row]!;
  switch (load.kind[row]) {
    case OperationKind.iceberg:
      return { displayQuantityLots: shownLots(quantityLots) };
    case OperationKind.stop:
      return { stopPriceTicks: triggerTicks(load.side[row]!, load.priceTicks[row]!) };
    case OperationKind.allOrNone:
      return { allOrNone: true };
    case OperationKind.postOnly:
      return { postOnly: 'slide' };
    case OperationKind.goodTillDate:
      return { timeInForce: 'gtd', expiresAt: BEGIN + row + lifetimeMs(quantityLots) };
    default:
      return {};
  }
}

/** Checks fees, and that the object has no fields but them and `others`. @throws TypeError, RangeError */
function checkFees(fees: WorkloadFees, argument: string, others: readonly string[] = []): void {
  objectArgument(fees, argument, ['makerPpm', 'takerPpm', ...others]);
  const { makerPpm = 0, takerPpm = 0 } = fees;
  integerArgument(makerPpm, 'makerPpm', 0, PPM);
  integerArgument(takerPpm, 'takerPpm', 0, PPM);
}

function accountIds({ accounts }: Workload): string[] {
  return Array.from({ length: accounts }, (_, account) => `home-${account}`);
}

function productId(product: number): string {
  return `slot-${product}`;
}

function listing(product: number, { makerPpm = 0, takerPpm = 0 }: WorkloadFees) {
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.000001', lot: '0.001' };
  const request = { id: productId(product), ...grid, makerPpm, takerPpm };
  return { command: 'listProduct', request } as const;
}
