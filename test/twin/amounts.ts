import { OrderKind, Side } from '../../src/core/codes.ts';
import { feesInto } from './networks.ts';
import { fillCollateral } from './forward.ts';
import { balanceOf, holdsLock, type Market, MAX, type Order, type Terms } from './market.ts';

export function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

export function feeOn(value: bigint, ppm: number): bigint {
  return (size(value) * BigInt(ppm)) / 1_000_000n;
}

/** What a fill costs a side; below zero where it receives. */
export function costOf(side: number, value: bigint, fee: bigint): bigint {
  return side === Side.buy ? value + fee : fee - value;
}

export function termsOf(market: Market, order: Order): Terms {
  return market.terms[order.terms]!;
}

export function lockPpm(terms: Terms): number {
  return terms.makerPpm > terms.takerPpm ? terms.makerPpm : terms.takerPpm;
}

/** Money quanta that `lots` are worth at a price. */
export function valueOf(market: Market, product: number, price: number, lots: number): bigint {
  return BigInt(price) * BigInt(lots) * market.products[product]!.tickQuanta;
}

export function energyOf(market: Market, product: number, lots: number): bigint {
  return BigInt(lots) * market.products[product]!.lotQuanta;
}

/** Energy quanta that change hands with lots. */
export function movedOf(market: Market, product: number, lots: number): bigint {
  const { forward } = market.products[product]!;
  return forward === undefined ? energyOf(market, product, lots) : 0n;
}

export interface Holding {
  readonly money: bigint;
  readonly energy: bigint;
}

const NOTHING: Holding = { money: 0n, energy: 0n };

/**
 * What is set aside for what follows on an order: of money what the dearer of the two orders needs for `lots`,
 * of energy what a buyer has bought.
 */
export function exitsOf(market: Market, order: Order, lots: number, traded: number): Holding {
  const { bracket, side } = order;
  if (bracket === undefined) return NOTHING;
  const exit = { ...order, side: side === Side.buy ? Side.sell : Side.buy, kind: OrderKind.limit };
  const [one, other] = [bracket.takeProfit, bracket.stopLimit].map(
    (price) => lockAlone(market, { ...exit, price }, lots).money,
  );
  return {
    money: one! > other! ? one! : other!,
    energy: side === Side.buy ? movedOf(market, order.product, traded) : 0n,
  };
}

function sum(one: Holding, other: Holding): Holding {
  return { money: one.money + other.money, energy: one.energy + other.energy };
}

/** The most that lots may cost a buyer in a network, whatever the grid fee. */
function dearest(market: Market, order: Order, lots: number): bigint {
  const most = order.price + Math.max(...order.net!.premiums);
  const ppm = lockPpm(termsOf(market, order));
  const costs = feesInto(market, order).map((gridFee) => {
    const energy = valueOf(market, order.product, most - gridFee, lots);
    return valueOf(market, order.product, most, lots) + feeOn(energy, ppm);
  });
  return costs.reduce((a, b) => (a > b ? a : b));
}

/** What a limit order locks alone, by its price, its open lots and the terms that it entered with. */
function lockAlone(market: Market, order: Order, lots: number): Holding {
  if (!holdsLock(order)) return NOTHING;
  const value = valueOf(market, order.product, order.limit ?? order.price, lots);
  const alone =
    order.net !== undefined && order.side === Side.buy
      ? dearest(market, order, lots)
      : costOf(order.side, value, feeOn(value, lockPpm(termsOf(market, order))));
  const product = market.products[order.product]!;
  const cost = alone + fillCollateral(product, order.account, order.side, lots);
  return {
    money: cost > 0n ? cost : 0n,
    energy: order.side === Side.sell ? movedOf(market, order.product, lots) : 0n,
  };
}

/**
 * What an order holds. Of two orders that cancel each other the earlier one what it would alone, the later one
 * what it needs beyond that; nothing once one of them has nothing left to trade.
 */
export function lockOf(market: Market, order: Order): Holding {
  const { partner } = order;
  if (partner === undefined) {
    const exits = exitsOf(market, order, order.total, order.total - order.open);
    return sum(lockAlone(market, order, order.open), exits);
  }
  const lots = order.open < partner.open ? order.open : partner.open;
  const own = lockAlone(market, order, lots);
  if (order.id < partner.id) return own;
  const first = lockAlone(market, partner, lots);
  return {
    money: own.money > first.money ? own.money - first.money : 0n,
    energy: own.energy > first.energy ? own.energy - first.energy : 0n,
  };
}

/** What an order and its partner, if it has one, hold together. */
export function lockOfBoth(market: Market, order: Order): Holding {
  const own = lockOf(market, order);
  if (order.partner === undefined) return own;
  return sum(own, lockOf(market, order.partner));
}

/** Does something to the quantity or price of an order, with its locks and those of its partner undone. */
export function relocking(market: Market, orders: readonly Order[], change: () => void): void {
  const all = orders
    .flatMap((order) => [order, order.partner])
    .filter((each) => each !== undefined);
  for (const order of all) unlock(market, order);
  change();
  for (const order of all) lock(market, order);
}

export function shift(market: Market, order: Order, held: Holding, sign: bigint): void {
  const { moneyAsset, energyAsset } = market.products[order.product]!;
  const parts: [number, bigint][] = [
    [moneyAsset, held.money * sign],
    [energyAsset, held.energy * sign],
  ];
  for (const [asset, amount] of parts) {
    const balance = balanceOf(market, order.account, asset);
    balance.available -= amount;
    balance.locked += amount;
  }
}

export function lock(market: Market, order: Order): void {
  shift(market, order, lockOf(market, order), 1n);
}

/** Gives back all that an order holds. */
export function unlock(market: Market, order: Order): Holding {
  const held = lockOf(market, order);
  shift(market, order, held, -1n);
  return held;
}

/** Collateral that lots bring about, bought or sold, whoever trades. */
function worstOfBoth(market: Market, row: number, lots: number): bigint {
  const product = market.products[row]!;
  const [buy, sell] = [Side.buy, Side.sell].map((side) => fillCollateral(product, -1, side, lots));
  return buy! > sell! ? buy! : sell!;
}

/** Whether all that an order could move stays within 2^53-1. */
export function withinLockLimit(market: Market, order: Order): boolean {
  const away =
    order.net !== undefined && order.side === Side.buy
      ? Math.max(...feesInto(market, order)) + Math.max(...order.net.premiums)
      : 0;
  const price = Math.abs(order.price) + away;
  if (order.net !== undefined && price > 2 ** 51) return false;
  const value = valueOf(market, order.product, price, order.open);
  const { product, open } = order;
  const whole =
    value + feeOn(value, lockPpm(termsOf(market, order))) + worstOfBoth(market, product, open);
  const { forward, lotQuanta } = market.products[product]!;
  if (forward !== undefined && BigInt(open) * lotQuanta > 2n ** 52n - 1n) return false;
  return whole <= MAX && energyOf(market, order.product, order.open) <= MAX;
}

export function insideBand({ band }: Terms, price: number): boolean {
  return band === undefined || (band.low <= price && price <= band.high);
}
