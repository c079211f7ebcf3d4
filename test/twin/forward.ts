import { AccountStatus, ProductStatus, RejectCode, Side } from '../../src/core/codes.ts';
import type { Bytes } from './bytes.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import {
  balanceOf,
  FEES,
  type Market,
  MAX,
  move,
  type Order,
  OUTSIDE,
  type Product,
} from './market.ts';
import { restingOrders } from './orders.ts';

const MOST = 2n ** 52n - 1n;

export interface Reading {
  readonly version: number;
  readonly quality: number;
  readonly imported: number;
  readonly exported: number;
}

/** What was said of a product that is sold forward, and what has come of it. */
export interface Forward {
  readonly asked: readonly [utility: number, min: number, max: number, positionLimit: number];
  prices: readonly [long: number, short: number, ppm: number, price: number] | undefined;
  final: boolean;
  /** Bought less sold in lots, by account row. */
  readonly lots: Map<number, bigint>;
  readonly readings: Map<number, Reading>;
  /** What was booked: of what was contracted, and of what went beyond. */
  readonly booked: Map<number, readonly [contract: bigint, utility: bigint]>;
  /** Prices of all trades between two accounts. */
  prior: number[];
}

export interface Debt {
  readonly creditor: number;
  readonly asset: number;
  amount: bigint;
}

type Listing = CommandOf<'listProduct'>;

export function forwardOf(command: Listing, utility: number | undefined): Forward | undefined {
  if (command.hasSettlement === 0) return undefined;
  const { imbalanceMin, imbalanceMax, positionLimit } = command;
  return {
    asked: [utility!, imbalanceMin, imbalanceMax, positionLimit],
    prices: undefined,
    final: false,
    lots: new Map(),
    readings: new Map(),
    booked: new Map(),
    prior: [],
  };
}

/** Whether a product can be settled as a listing says. */
export function canSettle(
  market: Market,
  command: Listing,
  money: number,
  tickQuanta: bigint,
  lotQuanta: bigint,
): boolean {
  const { imbalanceMin, imbalanceMax, hasBand, bandLow, bandHigh } = command;
  const banded = hasBand === 0 || (bandLow >= imbalanceMin && bandHigh <= imbalanceMax);
  const far = [imbalanceMin, imbalanceMax].every((price) => {
    const value = BigInt(price) * tickQuanta;
    return value <= MAX && value >= -MAX;
  });
  const { id, decimals } = market.assets[money]!;
  const claim = market.assets[claimOf(market, money)];
  const claims = claim === undefined ? id.length <= 60 : claim.decimals === decimals;
  return banded && far && claims && tickQuanta % lotQuanta === 0n && lotQuanta <= MOST;
}

export function forwardFields(forward: Forward | undefined): readonly number[] {
  return forward === undefined ? [0, 0, 0, 0, 0] : [1, ...forward.asked];
}

export function listClaims(market: Market, money: number): void {
  const { id, decimals } = market.assets[money]!;
  if (claimOf(market, money) >= 0) return;
  market.assets.push({ id: `${id}.due`, decimals, gone: false });
  tell(market, 'assetListed', [market.assets.length - 1, decimals], [`${id}.due`]);
}

/** What a lot bought, or sold, may come to cost at worst. */
function worstOf({ tickQuanta, forward }: Product, account: number, side: number): bigint {
  if (forward === undefined || account === forward.asked[0]) return 0n;
  const worst = BigInt(side === Side.buy ? -forward.asked[1] : forward.asked[2]);
  return worst > 0n ? worst * tickQuanta : 0n;
}

/** The most collateral that a fill may bring about. */
export function fillCollateral(
  product: Product,
  account: number,
  side: number,
  lots: number,
): bigint {
  return worstOf(product, account, side) * BigInt(lots);
}

/** What is locked for a position. */
export function collateralOf(product: Product, account: number): bigint {
  const forward = product.forward!;
  const lots = forward.lots.get(account) ?? 0n;
  if (forward.final) return 0n;
  const worst =
    lots > 0n
      ? lots * worstOf(product, account, Side.buy)
      : -lots * worstOf(product, account, Side.sell);
  const held = worst - (forward.booked.get(account)?.[0] ?? 0n);
  return held > 0n ? held : 0n;
}

/** Does something to positions, with what is locked for them undone. */
export function repositioning(
  market: Market,
  product: Product,
  accounts: readonly number[],
  change: () => void,
): void {
  const each = [...new Set(accounts)];
  const shift = (sign: bigint): void => {
    for (const account of each) {
      const balance = balanceOf(market, account, product.moneyAsset);
      const held = collateralOf(product, account) * sign;
      balance.available -= held;
      balance.locked += held;
    }
  };
  shift(-1n);
  change();
  shift(1n);
}

export function changeLots({ lots }: Forward, account: number, change: bigint): void {
  const sum = (lots.get(account) ?? 0n) + change;
  if (sum === 0n) lots.delete(account);
  else lots.set(account, sum);
}

/** Notes down a trade, or takes one back. */
export function countTrade(
  forward: Forward,
  buyer: number,
  seller: number,
  price: number,
  lots: bigint,
): void {
  changeLots(forward, buyer, lots);
  changeLots(forward, seller, -lots);
  if (buyer !== seller) forward.prior.push(price);
}

/** Whether an account may have so much more, were all of its orders of that side filled; but for `instead`. */
export function positionRefusal(
  market: Market,
  order: Order,
  lots: number,
  instead: readonly Order[] = [],
): number {
  const { forward, lotQuanta } = market.products[order.product]!;
  if (forward === undefined) return 0;
  const [utility, , , limit] = forward.asked;
  let most = MOST / lotQuanta;
  if (limit > 0 && order.account !== utility && BigInt(limit) < most) most = BigInt(limit);
  const own = restingOrders(market, ({ id, account, product }) => {
    const other = !instead.some((each) => each.id === id);
    return other && account === order.account && product === order.product;
  });
  let sum =
    (forward.lots.get(order.account) ?? 0n) * (order.side === Side.buy ? 1n : -1n) + BigInt(lots);
  for (const each of own) {
    if (each.side !== order.side) {
      if (each.bracket !== undefined) sum += BigInt(each.total - each.open);
      continue;
    }
    const twice = each.partner?.side === each.side && each.partner.id < each.id;
    if (!twice) sum += BigInt(each.open);
  }
  return sum > most ? RejectCode.POSITION_LIMIT : 0;
}

export function claimOf(market: Market, asset: number): number {
  const claim = `${market.assets[asset]!.id}.due`;
  return market.assets.findIndex(({ id, gone }) => !gone && id === claim);
}

/** Pays what an account owes in an asset as far as it can, and then what those owe who got it, unless the same one has paid them before. */
export function payDebts(market: Market, debtor: number, asset: number): void {
  const payers = [debtor];
  const pairs: string[] = [];
  for (let i = 0; i < payers.length; i++) {
    for (const creditor of payOwn(market, payers[i]!, asset)) {
      const pair = `${payers[i]} pays ${creditor}`;
      if (!pairs.includes(pair)) payers.push(creditor);
      pairs.push(pair);
    }
  }
}

function payOwn(market: Market, debtor: number, asset: number): number[] {
  const paid: number[] = [];
  const account = market.accounts[debtor]!;
  for (const debt of account.debts.filter((each) => each.asset === asset)) {
    const { available } = balanceOf(market, debtor, asset);
    const amount = available < debt.amount ? available : debt.amount;
    if (amount <= 0n) continue;
    move(market, debtor, debt.creditor, asset, amount);
    const claim = claimOf(market, asset);
    balanceOf(market, debt.creditor, claim).locked -= amount;
    balanceOf(market, OUTSIDE, claim).available += amount;
    debt.amount -= amount;
    paid.push(debt.creditor);
    tell(market, 'debtPaid', [debtor, debt.creditor, asset, amount, debt.amount]);
  }
  account.debts = account.debts.filter(({ amount }) => amount > 0n);
  return paid;
}

/** Whether an account cannot be closed yet. */
export function isInvolved(market: Market, row: number): boolean {
  const takesPart = market.products.some(({ forward, gone }) => {
    if (forward === undefined || gone) return false;
    return forward.asked[0] === row || partiesOf(forward).includes(row);
  });
  return takesPart || market.accounts[row]!.debts.length > 0;
}

export function partiesOf({ lots, readings, booked }: Forward): number[] {
  const rows = [...new Set([...lots.keys(), ...readings.keys(), ...booked.keys()])];
  return rows.sort((a, b) => a - b);
}

/** The same as recalling a trade where energy is prepaid, but that positions move. */
export function recallForward(
  market: Market,
  product: Product,
  command: CommandOf<'recallTrade'> | CommandOf<'recallInNetwork'>,
  undo: (sign: bigint) => void,
): boolean {
  const forward = product.forward!;
  const [buyer, seller] = [command.buyer as number, command.seller as number];
  const at = forward.prior.indexOf(command.price);
  if (buyer !== seller && at < 0) return false;
  const shift = (sign: bigint): void => {
    repositioning(market, product, [buyer, seller], () => {
      undo(sign);
      changeLots(forward, buyer, BigInt(-command.quantity) * sign);
      changeLots(forward, seller, BigInt(command.quantity) * sign);
    });
  };
  shift(1n);
  const parties = [buyer, seller, FEES];
  const most = MOST / product.lotQuanta;
  const impossible = parties.some((party) => {
    const lots = forward.lots.get(party) ?? 0n;
    return (
      balanceOf(market, party, product.moneyAsset).available < 0n || lots > most || -lots > most
    );
  });
  if (impossible) shift(-1n);
  else if (buyer !== seller) forward.prior.splice(at, 1);
  return !impossible;
}

export function isWithinBounds({ forward }: Product, low: number, high: number): boolean {
  return forward === undefined || (low >= forward.asked[1] && high <= forward.asked[2]);
}

/** What has come of the products that are sold forward, and what is owed, as docs/format.md says. */
export function forwardBytes(market: Market, to: Bytes): void {
  for (const { forward, gone } of market.products) {
    if (forward === undefined || gone) continue;
    const [long, short, ppm, price] = forward.prices ?? [0, 0, 0, 0];
    to.u8(forward.prices === undefined ? 0 : 1);
    to.i64(long);
    to.i64(short);
    to.u32(ppm);
    to.i64(price);
    to.u8(forward.final ? 1 : 0);
    const counts = new Map<number, number>();
    for (const each of forward.prior) counts.set(each, (counts.get(each) ?? 0) + 1);
    to.u32(counts.size);
    for (const [each, count] of [...counts].sort(([a], [b]) => a - b)) {
      to.i64(each);
      to.i64(count);
    }
    const parties = partiesOf(forward);
    to.u32(parties.length);
    for (const account of parties) {
      const reading = forward.readings.get(account);
      const [contract, utility] = forward.booked.get(account) ?? [0n, 0n];
      to.u32(account);
      to.i64(forward.lots.get(account) ?? 0n);
      to.u32(reading?.version ?? 0);
      to.u8(reading?.quality ?? 0);
      for (const amount of [reading?.imported ?? 0, reading?.exported ?? 0]) to.i64(amount);
      to.i64(contract);
      to.i64(utility);
    }
  }
  const debts = market.accounts.flatMap((account, debtor) => {
    return account.debts.map((debt) => ({ debtor, ...debt }));
  });
  to.u32(debts.length);
  for (const { debtor, creditor, asset, amount } of debts) {
    to.u32(debtor);
    to.u32(creditor);
    to.u32(asset);
    to.i64(amount);
  }
}

/** Why an account cannot be the utility, or 0. */
export function utilityRefusal(market: Market, utility: number): number {
  if (utility === OUTSIDE || utility === FEES) return RejectCode.SYSTEM_ACCOUNT;
  const closed = market.accounts[utility]!.status === AccountStatus.closed;
  return closed ? RejectCode.ACCOUNT_CLOSED : 0;
}

/** Whether it is time to look at meters: for makers of commands. */
export function isDelivered({ plan, status }: Product, time: number): boolean {
  return status !== ProductStatus.open && plan !== undefined && time >= plan.asked[1];
}

/** Whether an asset is owed, or claims are kept in it, or may be. */
export function isOwed(market: Market, asset: number): boolean {
  const kept = market.products.some(({ forward, gone, moneyAsset }) => {
    return forward !== undefined && !gone && claimOf(market, moneyAsset) === asset;
  });
  const debts = market.accounts.flatMap((account) => account.debts);
  return (
    kept || debts.some((debt) => debt.asset === asset || claimOf(market, debt.asset) === asset)
  );
}
