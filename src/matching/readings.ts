import { AccountStatus, RejectCode, Role } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { FEES } from '../ledger/ledger.ts';
import type { Forward } from '../market/forward.ts';
import type { Product } from '../market/products.ts';
import { writeEvent } from './events.ts';
import { receiverRefusal } from './funds.ts';
import { isOperator, knownAccount, knownProduct } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const READING = offsetsOf(COMMANDS.recordReading);
const PRICES = offsetsOf(COMMANDS.setImbalancePrices);

/** The highest version of a reading. */
const LAST_READING = 2 ** 32 - 1;

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
  const version = view.getUint32(at + READING.readingVersion);
  const actor = view.getUint32(at + READING.actor);
  if (!mayRead(state, actor, version)) return RejectCode.FORBIDDEN;
  const product = state.listings.products[row]!;
  const refused = hasMeter(product, account)
    ? receiverRefusal(state, account)
    : RejectCode.SYSTEM_ACCOUNT;
  if (refused !== 0) return refused;
  if (!isForward(product)) return RejectCode.PREPAID;
  if (!isDelivered(state, product)) return RejectCode.NOT_DELIVERED;
  const latest = product.forward.parties.get(account)?.reading?.version ?? 0;
  if (version < latest || (version === latest && version !== LAST_READING)) {
    return RejectCode.READING_OLD;
  }
  const quality = view.getUint8(at + READING.quality);
  const imported = readI64(view, at + READING.imported);
  const exported = readI64(view, at + READING.exported);
  product.forward.party(account).reading = { version, quality, imported, exported };
  const values = [row, account, version, quality, imported, exported];
  writeEvent(state, outbox, 'readingRecorded', values);
  return 0;
}

/** Whether an account may have a meter: the utility is settled with nobody, and what is traded for the fees is nobody's own. */
export function hasMeter({ forward }: Product, account: number): boolean {
  return account !== FEES && account !== forward?.terms.utility;
}

/** A meter could not correct what it said last, so that the last word is an operator's, who may take it back. */
function mayRead(state: MarketState, actor: number, version: number): boolean {
  const { role, status } = state.accounts.list[actor]!;
  if (status !== AccountStatus.open) return false;
  return role === Role.operator || (role === Role.meter && version !== LAST_READING);
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
