import { AccountStatus, EndReason, Mechanism, ProductStatus, RejectCode } from '../core/codes.ts';
import { readI64, readId } from '../core/bytes.ts';
import type { Decimal } from '../core/decimal.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { SALT_SIZE } from '../ledger/accounts.ts';
import type { Call } from '../market/call.ts';
import { type Delivery, plannedStatus } from '../market/life-cycle.ts';
import type { Network } from '../market/networks.ts';
import type { Product, Terms } from '../market/products.ts';
import { isInvolved } from './debts.ts';
import { endOrders } from './ending.ts';
import { writeEvent } from './events.ts';
import {
  bandWithin,
  forwardFields,
  forwardOf,
  isWithin,
  knowsUtility,
  listClaims,
  readForwardTerms,
  utilityRefusal,
} from './forward-listing.ts';
import { endTrading, planNext } from './life-cycle.ts';
import {
  changeable,
  isOperator,
  knownAccount,
  knownAsset,
  ownsOrOperates,
  statusRefusal,
  tradable,
} from './permission.ts';
import type { MarketState, Outbox } from './state.ts';
import { triggerLeftStops } from './stops.ts';

const OPEN = offsetsOf(COMMANDS.openAccount);
const FREEZE = offsetsOf(COMMANDS.freezeAccount);
const CLOSE = offsetsOf(COMMANDS.closeAccount);
const LIST_ASSET = offsetsOf(COMMANDS.listAsset);
const LIST_PRODUCT = offsetsOf(COMMANDS.listProduct);
const SET_FEES = offsetsOf(COMMANDS.setFees);
const SET_BAND = offsetsOf(COMMANDS.setBand);

/** The string behind the command id. */
function namedId(view: DataView, strings: number): string {
  return readId(view, strings + 1 + view.getUint8(strings));
}

export function openAccount(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  if (!isOperator(state, view.getUint32(at + OPEN.actor))) return RejectCode.FORBIDDEN;
  const id = namedId(view, at + OPEN.strings);
  const role = view.getUint8(at + OPEN.role);
  if (state.accounts.find(id) !== undefined) return RejectCode.DUPLICATE_ACCOUNT;
  const salt = new Uint8Array(SALT_SIZE);
  for (let i = 0; i < SALT_SIZE; i++) salt[i] = view.getUint8(at + OPEN.salt0 + i);
  const account = state.accounts.open(id, role, AccountStatus.open, salt);
  writeEvent(state, outbox, 'accountOpened', [account, role], [id]);
  return 0;
}

/** Freezes an account, or lifts the freeze. Its resting orders stay, and can be cancelled. */
export function freezeAccount(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const account = view.getUint32(at + FREEZE.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!isOperator(state, view.getUint32(at + FREEZE.actor))) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  const frozen = view.getUint8(at + FREEZE.frozen);
  state.accounts.list[account]!.status = frozen === 1 ? AccountStatus.frozen : AccountStatus.open;
  writeEvent(state, outbox, 'accountFrozen', [account, frozen]);
  return 0;
}

/** Closes an empty account for good. O(ledger rows). */
export function closeAccount(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const account = view.getUint32(at + CLOSE.account);
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  const actor = view.getUint32(at + CLOSE.actor);
  if (!ownsOrOperates(state, actor, account)) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  const { ledger, orders } = state;
  for (let row = 0; row < ledger.rows; row++) {
    const own = ledger.account(row) === account;
    if (own && ledger.available(row) + ledger.locked(row) > 0) return RejectCode.ACCOUNT_NOT_EMPTY;
  }
  if (state.networks.collects(account)) return RejectCode.ACCOUNT_NOT_EMPTY;
  // An order at a price of zero or below may lock nothing at all.
  if (
    isInvolved(state, account) ||
    orders.select((slot) => orders.account(slot) === account).length > 0
  ) {
    return RejectCode.ACCOUNT_NOT_EMPTY;
  }
  state.accounts.list[account]!.status = AccountStatus.closed;
  state.partners.delete(account);
  state.keys.delete(account);
  if (state.limits.delete(account)) state.orders.countFor(state.limits);
  writeEvent(state, outbox, 'accountClosed', [account]);
  return 0;
}

export function listAsset(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  if (!isOperator(state, view.getUint32(at + LIST_ASSET.actor))) return RejectCode.FORBIDDEN;
  const id = namedId(view, at + LIST_ASSET.strings);
  const decimals = view.getUint8(at + LIST_ASSET.decimals);
  if (state.listings.findAsset(id) !== undefined) return RejectCode.DUPLICATE_ASSET;
  if (!state.listings.hasAssetRoom) return RejectCode.LISTING_LIMIT;
  const asset = state.listings.addAsset(id, decimals);
  writeEvent(state, outbox, 'assetListed', [asset, decimals], [id]);
  return 0;
}

export function listProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const { listings } = state;
  const energyAsset = view.getUint32(at + LIST_PRODUCT.energyAsset);
  const moneyAsset = view.getUint32(at + LIST_PRODUCT.moneyAsset);
  const settled = readForwardTerms(view, at);
  if (!knowsUtility(state, settled)) return RejectCode.UNKNOWN_ACCOUNT;
  if (!knownAsset(state, energyAsset) || !knownAsset(state, moneyAsset)) {
    return RejectCode.UNKNOWN_ASSET;
  }
  const joins = view.getUint8(at + LIST_PRODUCT.hasNetwork);
  const networkRow = view.getUint32(at + LIST_PRODUCT.network);
  const network = joins === 1 ? state.networks.list[networkRow] : undefined;
  if (joins === 1 && network === undefined) return RejectCode.UNKNOWN_NETWORK;
  if (!isOperator(state, view.getUint32(at + LIST_PRODUCT.actor))) return RejectCode.FORBIDDEN;
  const unfit = utilityRefusal(state, settled);
  if (unfit !== 0) return unfit;
  const id = namedId(view, at + LIST_PRODUCT.strings);
  if (listings.findProduct(id) !== undefined) return RejectCode.DUPLICATE_PRODUCT;
  const tick = {
    mantissa: readI64(view, at + LIST_PRODUCT.tickMantissa),
    decimals: view.getUint8(at + LIST_PRODUCT.tickDecimals),
  };
  const lot = {
    mantissa: readI64(view, at + LIST_PRODUCT.lotMantissa),
    decimals: view.getUint8(at + LIST_PRODUCT.lotDecimals),
  };
  const grid = listings.grid(energyAsset, moneyAsset, tick, lot);
  if (grid === undefined) return RejectCode.INVALID_PRODUCT;
  const call = readCall(view, at);
  if (network !== undefined && !admits(network, tick, call, settled))
    return RejectCode.INVALID_PRODUCT;
  const band = readBand(view, at + LIST_PRODUCT.hasBand);
  const forward = forwardOf(state, settled, grid, moneyAsset, band);
  if (typeof forward === 'number') return forward;
  const delivery = readDelivery(view, at);
  const status = plannedStatus(delivery, state.time);
  if (status === ProductStatus.gateClosed) return RejectCode.GATE_CLOSED;
  if (!listings.hasProductRoom(forward !== undefined)) return RejectCode.LISTING_LIMIT;
  if (forward !== undefined) listClaims(state, moneyAsset, outbox);
  const assets = [energyAsset, moneyAsset] as const;
  const product = listings.addProduct(id, ...assets, grid, delivery, call, forward);
  product.status = status;
  product.listedAfter = state.lastTrade;
  if (network !== undefined) product.network = { network, capacity: new Map<number, number>() };
  state.addBook(product);
  planNext(state, product);
  const steps = [tick.mantissa, tick.decimals, lot.mantissa, lot.decimals];
  const { start, end, opensMs, gateMs } = delivery ?? { start: 0, end: 0, opensMs: 0, gateMs: 0 };
  const plan = [delivery === undefined ? 0 : 1, start, end, opensMs, gateMs];
  const auctions = [
    view.getUint8(at + LIST_PRODUCT.mechanism),
    view.getUint8(at + LIST_PRODUCT.pricing),
    view.getUint8(at + LIST_PRODUCT.hasReference),
    readI64(view, at + LIST_PRODUCT.referencePrice),
    readI64(view, at + LIST_PRODUCT.auctionEveryMs),
  ];
  const terms = [...steps, ...plan, ...auctions];
  const values = [product.row, ...assets, ...terms, joins, networkRow];
  values.push(...forwardFields(forward));
  writeEvent(state, outbox, 'productListed', values, [id]);
  const makerPpm = view.getUint32(at + LIST_PRODUCT.makerPpm);
  const takerPpm = view.getUint32(at + LIST_PRODUCT.takerPpm);
  putInForce(state, product, makerPpm, takerPpm, bandWithin(product, band), outbox);
  return 0;
}

/** Sets the fees of orders that enter from now on; resting ones keep theirs. */
export function setFees(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = changeable(state, view, at);
  if (typeof product === 'number') return product;
  if (!state.listings.hasTermsRoom) return RejectCode.LISTING_LIMIT;
  const { band } = state.listings.terms[product.terms]!;
  const makerPpm = view.getUint32(at + SET_FEES.makerPpm);
  const takerPpm = view.getUint32(at + SET_FEES.takerPpm);
  putInForce(state, product, makerPpm, takerPpm, band, outbox);
  return 0;
}

/** Sets the price band of orders that enter from now on; resting ones keep theirs. */
export function setBand(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const product = changeable(state, view, at);
  if (typeof product === 'number') return product;
  if (!state.listings.hasTermsRoom) return RejectCode.LISTING_LIMIT;
  const { makerPpm, takerPpm } = state.listings.terms[product.terms]!;
  const band = bandWithin(product, readBand(view, at + SET_BAND.hasBand));
  const { forward } = product;
  if (forward !== undefined && !isWithin(forward.terms, band!))
    return RejectCode.PRICE_OUTSIDE_BAND;
  putInForce(state, product, makerPpm, takerPpm, band, outbox);
  return 0;
}

/** Halts a product: nothing but cancels until it is resumed. */
export function haltProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const product = tradable(state, view, at);
  if (typeof product === 'number') return product;
  product.status = ProductStatus.halted;
  writeEvent(state, outbox, 'productHalted', [product.row]);
  return 0;
}

/**
 * Resumes a product. Moves of its price count from the last one on, and stop orders that this price has
 * reached are triggered: a volatility halt may have left some.
 */
export function resumeProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const product = tradable(state, view, at);
  if (typeof product === 'number') return product;
  const wasHalted = product.status === ProductStatus.halted;
  product.status = ProductStatus.open;
  writeEvent(state, outbox, 'productResumed', [product.row]);
  if (!wasHalted) return 0;
  product.circuit?.restart(product.lastPrice);
  triggerLeftStops(state, product, outbox);
  return 0;
}

/** Closes a product for good: every open order ends, in order of order id. O(orders log orders) of the product. */
export function closeProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const product = changeable(state, view, at);
  if (typeof product === 'number') return product;
  endOrders(state, outbox, state.openOrders(product.row), EndReason.productClosed);
  endTrading(state, product, ProductStatus.closed);
  writeEvent(state, outbox, 'productClosed', [product.row]);
  return 0;
}

function readDelivery(view: DataView, at: number): Delivery | undefined {
  if (view.getUint8(at + LIST_PRODUCT.hasDelivery) === 0) return undefined;
  return {
    start: readI64(view, at + LIST_PRODUCT.deliveryStart),
    end: readI64(view, at + LIST_PRODUCT.deliveryEnd),
    opensMs: readI64(view, at + LIST_PRODUCT.opensMs),
    gateMs: readI64(view, at + LIST_PRODUCT.gateMs),
  };
}

/** Whether a product with this tick can be traded in a network: its own, and continuously. */
function admits(
  { tick: own }: Network,
  tick: Decimal,
  ...others: readonly (object | undefined)[]
): boolean {
  const plain = others.every((other) => other === undefined);
  return own.mantissa === tick.mantissa && own.decimals === tick.decimals && plain;
}

function readCall(view: DataView, at: number): Call | undefined {
  if (view.getUint8(at + LIST_PRODUCT.mechanism) === Mechanism.continuous) return undefined;
  const hasReference = view.getUint8(at + LIST_PRODUCT.hasReference) === 1;
  return {
    pricing: view.getUint8(at + LIST_PRODUCT.pricing),
    reference: hasReference ? readI64(view, at + LIST_PRODUCT.referencePrice) : NaN,
    everyMs: readI64(view, at + LIST_PRODUCT.auctionEveryMs),
  };
}

/** Reads the three fields of a band: flag, low, high. */
function readBand(view: DataView, at: number): Terms['band'] {
  if (view.getUint8(at) === 0) return undefined;
  return { low: readI64(view, at + 1), high: readI64(view, at + 9) };
}

function putInForce(
  state: MarketState,
  product: Product,
  makerPpm: number,
  takerPpm: number,
  band: Terms['band'],
  outbox: Outbox,
): void {
  const old = state.listings.terms[product.terms];
  const version = old?.product === product.row ? old.version + 1 : 1;
  state.listings.setTerms(product, makerPpm, takerPpm, band, version);
  const { low, high } = band ?? { low: 0, high: 0 };
  const values = [makerPpm, takerPpm, band === undefined ? 0 : 1, low, high];
  writeEvent(state, outbox, 'termsSet', [product.row, version, ...values]);
}
