import { AccountStatus, ProductStatus, RejectCode, UNKNOWN } from '../../src/core/codes.ts';
import { movedOf, size, valueOf } from './amounts.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import { capacityOf, pairIn } from './networks.ts';
import { payDebts, recallForward } from './forward.ts';
import { restingOrders } from './orders.ts';
import {
  balanceOf,
  FEES,
  isOperator,
  type Limits,
  type Market,
  type Order,
  MAX,
  move,
  OPERATOR,
  OUTSIDE,
  rowOf,
} from './market.ts';

export function recallTrade(market: Market, command: CommandOf<'recallTrade'>): number {
  return recall(market, command, undefined);
}

export function recallInNetwork(market: Market, command: CommandOf<'recallInNetwork'>): number {
  const row = rowOf(market.products, command.product);
  const member = row === undefined ? undefined : market.products[row]!.network;
  const pair = pairIn(market, member?.row, command.from, command.to);
  const code = recall(market, command, pair ?? 'nowhere', command.fee);
  if (code !== 0 || pair === undefined) return code;
  const [from, to] = pair;
  const limited = capacityOf(market.products[row!]!, from, to);
  const most = Number.MAX_SAFE_INTEGER;
  if (limited !== undefined) limited.left = Math.min(most, limited.left + command.quantity);
  const { trade, fee, feeVersion, quantity } = command;
  const amount = valueOf(market, row!, fee, quantity);
  tell(market, 'gridFeeReturned', [trade, row!, from, to, fee, feeVersion, amount]);
  return 0;
}

/** @param way zones of a trade in a network, of which there may be none such */
function recall(
  market: Market,
  command: CommandOf<'recallTrade'> | CommandOf<'recallInNetwork'>,
  way: readonly [number, number] | 'nowhere' | undefined,
  gridFee = 0,
): number {
  const buyer = rowOf(market.accounts, command.buyer);
  const seller = rowOf(market.accounts, command.seller);
  const row = rowOf(market.products, command.product);
  if (buyer === undefined || seller === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (way === 'nowhere') return RejectCode.UNKNOWN_ZONE;
  if (command.trade > market.lastTrade || command.trade <= market.products[row]!.listedAfter)
    return RejectCode.UNKNOWN_TRADE;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (buyer === OUTSIDE || seller === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  for (const party of [buyer, seller]) {
    if (market.accounts[party]!.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  }
  if ((market.products[row]!.network === undefined) !== (way === undefined)) {
    return RejectCode.NOT_IN_NETWORK;
  }
  if (market.recalled.includes(command.trade)) return RejectCode.ALREADY_RECALLED;
  const { trade, price, quantity, buyerFee, sellerFee } = command;
  const { moneyAsset, energyAsset } = market.products[row]!;
  const grid = way === undefined ? FEES : market.zones[way[1]]!.gridAccount;
  const undo = (sign: bigint): void => {
    const value = valueOf(market, row, price, quantity) * sign;
    move(market, seller, buyer, moneyAsset, value);
    move(market, FEES, buyer, moneyAsset, BigInt(buyerFee) * sign);
    move(market, grid, buyer, moneyAsset, valueOf(market, row, gridFee, quantity) * sign);
    move(market, FEES, seller, moneyAsset, BigInt(sellerFee) * sign);
    move(market, buyer, seller, energyAsset, movedOf(market, row, quantity) * sign);
  };
  const product = market.products[row]!;
  if (product.forward !== undefined) {
    if (!recallForward(market, product, command, undo)) return RejectCode.RECALL_SHORT;
  } else {
    undo(1n);
    const short = [buyer, seller, FEES, grid].some((party) =>
      [moneyAsset, energyAsset].some((asset) => balanceOf(market, party, asset).available < 0n),
    );
    if (short) {
      undo(-1n);
      return RejectCode.RECALL_SHORT;
    }
  }
  market.recalled.push(trade);
  for (const [party, lots] of [
    [buyer, -quantity],
    [seller, quantity],
  ] as const) {
    const since = market.accounts[party]!.limits?.since ?? trade;
    if (trade > since) addPosition(market, party, row, BigInt(lots));
  }
  tell(market, 'tradeRecalled', [trade, row, buyer, seller, price, quantity, buyerFee, sellerFee]);
  for (const party of [buyer, seller]) payDebts(market, party, moneyAsset);
  return 0;
}

export function setAccountLimits(market: Market, command: CommandOf<'setAccountLimits'>): number {
  const row = rowOf(market.accounts, command.account);
  if (row === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  const { hasOpenOrders, openOrders, hasExposure, exposure } = command;
  const asset = hasExposure === 1 ? rowOf(market.assets, command.asset) : 0;
  if (asset === undefined) return RejectCode.UNKNOWN_ASSET;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (row <= OPERATOR) return RejectCode.SYSTEM_ACCOUNT;
  const account = market.accounts[row]!;
  if (account.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  const { since = market.lastTrade, positions = [] } = account.limits ?? {};
  account.limits = {
    openOrders: hasOpenOrders === 1 ? openOrders : undefined,
    exposure: hasExposure === 1 ? { asset, amount: BigInt(exposure) } : undefined,
    since,
    positions,
  };
  if (hasOpenOrders === 0 && hasExposure === 0) account.limits = undefined;
  const told = typeof command.asset === 'number' ? command.asset : UNKNOWN;
  tell(market, 'accountLimitsSet', [row, hasOpenOrders, openOrders, hasExposure, told, exposure]);
  return 0;
}

export function positionOf({ positions }: Limits, product: number): bigint {
  return positions[product] ?? 0n;
}

export function addPosition(market: Market, account: number, product: number, lots: bigint): void {
  const { limits } = market.accounts[account]!;
  const { status } = market.products[product]!;
  if (status === ProductStatus.closed || status === ProductStatus.gateClosed) return;
  if (limits === undefined) return;
  const sum = positionOf(limits, product) + lots;
  limits.positions[product] = sum > MAX ? MAX : sum < -MAX ? -MAX : sum;
}

/** Whether an account may have so many more orders that stand. */
export function standingRefusal(market: Market, account: number, more = 1): number {
  const most = market.accounts[account]!.limits?.openOrders;
  const own = [...market.orders.values()].filter((order) => order.account === account);
  const open = own.reduce((sum, { bracket }) => sum + (bracket === undefined ? 1 : 2), 0);
  return most !== undefined && open + more > most ? RejectCode.OPEN_ORDER_LIMIT : 0;
}

/** Whether an account has too many orders in a product that is sold forward. */
export function crowdRefusal(market: Market, { account, product }: Order): number {
  if (market.products[product]!.forward === undefined) return 0;
  const own = restingOrders(market, (each) => each.account === account && each.product === product);
  return own.length >= 1000 ? RejectCode.OPEN_ORDER_LIMIT : 0;
}

/** Whether an account may lock more money in a product. */
export function exposureRefusal(
  market: Market,
  account: number,
  product: number,
  money: bigint,
): number {
  const { limits } = market.accounts[account]!;
  const { moneyAsset } = market.products[product]!;
  const most = limits?.exposure;
  if (limits === undefined || most?.asset !== moneyAsset || money <= 0n) return 0;
  let exposure = balanceOf(market, account, moneyAsset).locked + money;
  market.products.forEach((each, row) => {
    if (each.moneyAsset !== moneyAsset) return;
    exposure += size(positionOf(limits, row) * valueOf(market, row, each.lastPrice ?? 0, 1));
  });
  return exposure > most.amount ? RejectCode.EXPOSURE_LIMIT : 0;
}
