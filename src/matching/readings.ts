import { AccountStatus, RejectCode, Role } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import type { Forward } from '../market/forward.ts';
import type { Product } from '../market/products.ts';
import { writeEvent } from './events.ts';
import { receiverRefusal } from './funds.ts';
import { isOperator, knownAccount, knownProduct } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const READING = offsetsOf(COMMANDS.recordReading);
const PRICES = offsetsOf(COMMANDS.setImbalancePrices);

/** A product that is sold forward. */
export type ForwardProduct = Product & { readonly forward: Forward };

/** The forward product that a command of an operator is about, or the code of its refusal. */
export function settleable(
  state: MarketState,
  view: DataView,
  at: number,
): ForwardProduct | number {
  const row = view.getUint32(at + PRICES.product);
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(state, view.getUint32(at + PRICES.actor))) return RejectCode.FORBIDDEN;
  const product = state.listings.products[row]!;
  return isForward(product) ? product : RejectCode.PREPAID;
}

function isForward(product: Product): product is ForwardProduct {
  return product.forward !== undefined;
}

/** Whether the delivery of a forward product has ended. */
export function isDelivered({ time }: MarketState, { delivery }: Product): boolean {
  return time >= delivery!.end;
}

/** The command of a meter, or of an operator: keeps what the meter of an account counted. A later version takes its place. */
export function recordReading(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const account = view.getUint32(at + READING.account);
  const row = view.getUint32(at + READING.product);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (!mayRead(state, view.getUint32(at + READING.actor))) return RejectCode.FORBIDDEN;
  const product = state.listings.products[row]!;
  const refused =
    account === product.forward?.terms.utility
      ? RejectCode.SYSTEM_ACCOUNT
      : receiverRefusal(state, account);
  if (refused !== 0) return refused;
  if (!isForward(product)) return RejectCode.PREPAID;
  if (!isDelivered(state, product)) return RejectCode.NOT_DELIVERED;
  const version = view.getUint32(at + READING.readingVersion);
  const latest = product.forward.parties.get(account)?.reading?.version ?? 0;
  if (version <= latest) return RejectCode.READING_OLD;
  const quality = view.getUint8(at + READING.quality);
  const imported = readI64(view, at + READING.imported);
  const exported = readI64(view, at + READING.exported);
  product.forward.party(account).reading = { version, quality, imported, exported };
  const values = [row, account, version, quality, imported, exported];
  writeEvent(state, outbox, 'readingRecorded', values);
  return 0;
}

function mayRead(state: MarketState, actor: number): boolean {
  const { role, status } = state.accounts.list[actor]!;
  return status === AccountStatus.open && (role === Role.meter || role === Role.operator);
}

/** The command that says what imbalance costs, before or after it came about. */
export function setImbalancePrices(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const product = settleable(state, view, at);
  if (typeof product === 'number') return product;
  const { forward, row } = product;
  const long = readI64(view, at + PRICES.long);
  const short = readI64(view, at + PRICES.short);
  if (long < forward.terms.min || short > forward.terms.max) return RejectCode.PRICE_OUTSIDE_BAND;
  const tolerancePpm = view.getUint32(at + PRICES.tolerancePpm);
  const tolerancePrice = readI64(view, at + PRICES.tolerancePrice);
  forward.prices = { long, short, tolerancePpm, tolerancePrice };
  writeEvent(state, outbox, 'imbalancePricesSet', [row, long, short, tolerancePpm, tolerancePrice]);
  return 0;
}
