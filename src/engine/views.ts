import {
  AccountStatus,
  Display,
  nameOf,
  OrderKind,
  PostOnly,
  ProductStatus,
  Role,
  SelfTrade,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import { lockedEnergy, lockedMoney } from '../contracts/held.ts';
import { type Decimal, formatSteps, quantum } from '../core/decimal.ts';
import { type CallView, callView } from './call-views.ts';
import { type CircuitView, circuitView } from './circuit-views.ts';
import { type DeliveryView, deliveryView } from './delivery-views.ts';
import { type FollowerView, limitView, pegView, trailView } from './follower-views.ts';
import {
  type MemberView,
  memberView,
  type NetworkOrderView,
  networkOrderView,
} from './network-views.ts';
import type { Grid, Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import type { DepthLevel } from '../orderbook/book.ts';
import type { Bracket } from '../orderbook/side-tables.ts';
import {
  ALL_OR_NONE,
  displayOf,
  durationOf,
  kindOf,
  LINKED,
  PEGGED,
  postOnlyOf,
  selfTradeOf,
  sideOf,
  timeInForceOf,
  TRAILING,
  WAITING,
} from '../orderbook/flags.ts';

/** What users see. Text is exact, in whole units; the integer beside it counts the steps. */
export interface AccountView {
  readonly id: string;
  readonly role: keyof typeof Role;
  readonly status: keyof typeof AccountStatus;
  /** What it signs with, 32 bytes, if it has a key. */
  readonly key?: Uint8Array;
  /** With a key, the highest nonce that it has used, 0 for none. */
  readonly nonce?: number;
}

/** What an account has of an asset. Locked is what its open orders hold. */
export interface BalanceView {
  readonly asset: string;
  readonly available: string;
  readonly locked: string;
  readonly availableQuanta: number;
  readonly lockedQuanta: number;
}

/** What can be owned. */
export interface AssetView {
  readonly id: string;
  /** From 0, in the order of listing. Never given out again, as an id may be once it was archived. */
  readonly row: number;
  /** A quantum is one over ten to this. */
  readonly decimals: number;
}

/** A product with its terms of now. */
export interface ProductView extends CallView, CircuitView, DeliveryView {
  /** The network that it is traded in, and what may still go between its zones where that is limited. */
  readonly network: MemberView | undefined;
  readonly id: string;
  /** From 0, in the order of listing. Never given out again, as an id may be once it was archived. */
  readonly row: number;
  readonly energy: string;
  readonly money: string;
  readonly tick: string;
  readonly lot: string;
  readonly status: keyof typeof ProductStatus;
  readonly makerPpm: number;
  readonly takerPpm: number;
  readonly band: { readonly low: string; readonly high: string } | undefined;
  readonly termsVersion: number;
  readonly lastPrice: string | undefined;
  readonly lastPriceTicks: number | undefined;
}

/** What follows on an order that has a bracket. */
export interface BracketView {
  readonly takeProfit: string;
  readonly takeProfitTicks: number;
  readonly stopPrice: string;
  readonly stopPriceTicks: number;
  readonly stopLimit: string;
  readonly stopLimitTicks: number;
}

/** An open order. */
export interface OrderView extends FollowerView, NetworkOrderView {
  readonly orderId: number;
  readonly account: string;
  readonly product: string;
  readonly side: keyof typeof Side;
  readonly kind: keyof typeof OrderKind;
  readonly timeInForce: keyof typeof TimeInForce;
  readonly postOnly: keyof typeof PostOnly;
  readonly selfTrade: keyof typeof SelfTrade;
  readonly price: string;
  readonly priceTicks: number;
  /** Still to trade. */
  readonly open: string;
  readonly openLots: number;
  /** In all, traded ones included. */
  readonly quantity: string;
  readonly quantityLots: number;
  /** What the order has locked. */
  readonly lockedMoney: string;
  readonly lockedMoneyQuanta: number;
  readonly lockedEnergy: string;
  readonly lockedEnergyQuanta: number;
  /** Of a stop order that waits, what triggers it. */
  readonly stopPrice: string | undefined;
  readonly stopPriceTicks: number | undefined;
  readonly display: keyof typeof Display;
  /** What everyone sees of it. */
  readonly shown: string;
  readonly shownLots: number;
  readonly allOrNone: boolean;
  readonly version: number;
  readonly termsVersion: number;
  readonly priority: number;
  readonly expiresAt: number | undefined;
  readonly clientOrderId: string | undefined;
  /** The order that it is linked with: one cancels the other. */
  readonly linkedOrderId: number | undefined;
  readonly bracket: BracketView | undefined;
}

/** A price with what stands at it. */
export interface DepthLevelView {
  readonly price: string;
  readonly priceTicks: number;
  readonly open: string;
  /** Rounded beyond 2^53-1, which only bids at zero or below can reach; `open` is exact. */
  readonly openLots: number;
  readonly orders: number;
}

/** Both sides, best price first. */
export interface DepthView {
  readonly bids: readonly DepthLevelView[];
  readonly asks: readonly DepthLevelView[];
}

/** The best prices, as everyone sees them, and that of the latest trade. */
export interface BestView {
  /** The best level of each side, undefined if nothing is displayed there. */
  readonly bid: DepthLevelView | undefined;
  readonly ask: DepthLevelView | undefined;
  readonly lastPrice: string | undefined;
  readonly lastPriceTicks: number | undefined;
}

/** An open order, as everyone sees it. */
export interface BookOrderView {
  readonly orderId: number;
  readonly price: string;
  readonly priceTicks: number;
  /** All of an order, or the part that an iceberg shows of itself. */
  readonly shown: string;
  readonly shownLots: number;
  /** Rank in time: at one price the smaller trades first. */
  readonly priority: number;
}

/** Both sides, best price first, and at one price in the order of the queue. */
export interface BookView {
  readonly bids: readonly BookOrderView[];
  readonly asks: readonly BookOrderView[];
}

/** A trade with both parties. The price is that of the order that was there first. */
export interface TradeView {
  readonly trade: number;
  readonly sequence: number;
  readonly time: number;
  readonly product: string;
  readonly buyer: string;
  readonly seller: string;
  readonly price: string;
  readonly priceTicks: number;
  readonly quantity: string;
  readonly quantityLots: number;
  /** Price times quantity. */
  readonly value: string;
  readonly valueQuanta: number;
  readonly buyerFee: string;
  readonly buyerFeeQuanta: number;
  readonly sellerFee: string;
  readonly sellerFeeQuanta: number;
  readonly makerOrder: number;
  readonly takerOrder: number;
  readonly takerSide: keyof typeof Side;
}

export function accountView(state: MarketState, row: number): AccountView {
  const { id, role, status } = state.accounts.list[row]!;
  const view = { id, role: nameOf(Role, role), status: nameOf(AccountStatus, status) };
  const { key, highest } = state.keys.get(row) ?? { key: undefined, highest: 0 };
  return key === undefined ? view : { ...view, key: key.slice(), nonce: highest };
}

/** Decimal text of an amount in an asset. */
export function amountText(state: MarketState, asset: number, quanta: number | bigint): string {
  return formatSteps(quanta, quantum(state.asset(asset).decimals));
}

export function balanceView(state: MarketState, account: number, asset: number): BalanceView {
  const { ledger } = state;
  const row = ledger.find(account, asset);
  const availableQuanta = ledger.available(row);
  const lockedQuanta = row < 0 ? 0 : ledger.locked(row);
  return {
    asset: state.asset(asset).id,
    available: amountText(state, asset, availableQuanta),
    locked: amountText(state, asset, lockedQuanta),
    availableQuanta,
    lockedQuanta,
  };
}

export function productView(state: MarketState, product: Product): ProductView {
  const { version, makerPpm, takerPpm, band } = state.termsOf(product);
  const { tick, lot } = product.grid;
  return {
    id: product.id,
    row: product.row,
    energy: state.asset(product.energyAsset).id,
    money: state.asset(product.moneyAsset).id,
    tick: formatSteps(1, tick),
    lot: formatSteps(1, lot),
    status: nameOf(ProductStatus, product.status),
    makerPpm,
    takerPpm,
    band: band && { low: formatSteps(band.low, tick), high: formatSteps(band.high, tick) },
    termsVersion: version,
    ...lastPriceOf(product),
    ...circuitView(product),
    network: memberView(product),
    ...deliveryView(product, state.time),
    ...callView(product, state.time),
  };
}

function lastPriceOf({
  grid,
  lastPrice,
}: Product): Pick<ProductView, 'lastPrice' | 'lastPriceTicks'> {
  return Number.isNaN(lastPrice)
    ? { lastPrice: undefined, lastPriceTicks: undefined }
    : { lastPrice: formatSteps(lastPrice, grid.tick), lastPriceTicks: lastPrice };
}

export function orderView(state: MarketState, slot: number): OrderView {
  const { orders, listings } = state;
  const product = listings.products[orders.product(slot)]!;
  const { tick, lot } = product.grid;
  const flags = orders.flags(slot);
  const openLots = orders.open(slot);
  const stopPrice = (flags & WAITING) === 0 ? undefined : state.stopPrice(slot);
  const lockedMoneyQuanta = lockedMoney(state, product, slot);
  const lockedEnergyQuanta = lockedEnergy(state, product, slot);
  const expires = timeInForceOf(flags) === TimeInForce.gtd;
  return {
    orderId: orders.id(slot),
    account: state.accounts.list[orders.account(slot)]!.id,
    product: product.id,
    side: nameOf(Side, sideOf(flags)),
    kind: nameOf(OrderKind, kindOf(flags)),
    timeInForce: nameOf(TimeInForce, durationOf(flags)),
    postOnly: nameOf(PostOnly, postOnlyOf(flags)),
    selfTrade: nameOf(SelfTrade, selfTradeOf(flags)),
    price: formatSteps(orders.price(slot), tick),
    priceTicks: orders.price(slot),
    open: formatSteps(openLots, lot),
    openLots,
    quantity: formatSteps(orders.total(slot), lot),
    quantityLots: orders.total(slot),
    lockedMoney: amountText(state, product.moneyAsset, lockedMoneyQuanta),
    lockedMoneyQuanta,
    lockedEnergy: amountText(state, product.energyAsset, lockedEnergyQuanta),
    lockedEnergyQuanta,
    stopPrice: stopPrice === undefined ? undefined : formatSteps(stopPrice, tick),
    stopPriceTicks: stopPrice,
    ...pegView((flags & PEGGED) === 0 ? undefined : orders.pegs.of(slot), tick),
    ...limitView((flags & PEGGED) === 0 ? undefined : orders.lockPrice(slot), tick),
    ...trailView((flags & TRAILING) === 0 ? undefined : orders.trails.of(slot), tick),
    display: nameOf(Display, displayOf(flags)),
    shown: formatSteps(orders.shown(slot), lot),
    shownLots: orders.shown(slot),
    allOrNone: (flags & ALL_OR_NONE) !== 0,
    version: orders.version(slot),
    termsVersion: listings.terms[orders.terms(slot)]!.version,
    priority: orders.priority(slot),
    expiresAt: expires ? state.timers.expiresAt(slot) : undefined,
    clientOrderId: orders.clientOrderId(slot) || undefined,
    linkedOrderId: (flags & LINKED) === 0 ? undefined : orders.id(orders.partner(slot)),
    bracket: bracketView(orders.bracket(slot), tick),
    ...networkOrderView(state, product, slot),
  };
}

function bracketView(bracket: Bracket | undefined, tick: Decimal): BracketView | undefined {
  if (bracket === undefined) return undefined;
  const { takeProfit, stopPrice, stopLimit } = bracket;
  return {
    takeProfit: formatSteps(takeProfit, tick),
    takeProfitTicks: takeProfit,
    stopPrice: formatSteps(stopPrice, tick),
    stopPriceTicks: stopPrice,
    stopLimit: formatSteps(stopLimit, tick),
    stopLimitTicks: stopLimit,
  };
}

export function levelView({ tick, lot }: Grid, level: DepthLevel): DepthLevelView {
  const { price, open, orders } = level;
  return {
    price: formatSteps(price, tick),
    priceTicks: price,
    open: formatSteps(open, lot),
    openLots: Number(open),
    orders,
  };
}

export function depthView(state: MarketState, product: Product, limit: number): DepthView {
  const { grid, row } = product;
  const side = (which: number): DepthLevelView[] =>
    state.depthOf(row, which, limit).map((level) => levelView(grid, level));
  return { bids: side(Side.buy), asks: side(Side.sell) };
}

export function bestView(state: MarketState, product: Product): BestView {
  const { bids, asks } = depthView(state, product, 1);
  return { bid: bids[0], ask: asks[0], ...lastPriceOf(product) };
}

export function bookOrderView(
  { tick, lot }: Grid,
  orderId: number,
  price: number,
  shown: number,
  priority: number,
): BookOrderView {
  return {
    orderId,
    price: formatSteps(price, tick),
    priceTicks: price,
    shown: formatSteps(shown, lot),
    shownLots: shown,
    priority,
  };
}

export function bookView(state: MarketState, { grid, row }: Product): BookView {
  const { orders } = state;
  const side = (which: number): BookOrderView[] => {
    const found: BookOrderView[] = [];
    state.walkSide(row, which, (slot) => {
      const shown = orders.shown(slot);
      const [id, price] = [orders.id(slot), orders.price(slot)];
      if (shown > 0) found.push(bookOrderView(grid, id, price, shown, orders.priority(slot)));
      return true;
    });
    return found;
  };
  return { bids: side(Side.buy), asks: side(Side.sell) };
}
