import { AccountStatus, EndReason, RejectCode, Role } from '../../src/core/codes.ts';
import type { Command, CommandOf, Reference } from './commands.ts';
import { tell } from './events.ts';
import { claimOf, collateralOf, type Forward, partiesOf, payDebts } from './forward.ts';
import {
  balanceOf,
  FEES,
  isOperator,
  type Market,
  MAX,
  move,
  OUTSIDE,
  type Product,
  rowOf,
} from './market.ts';
import { endOrders, restingOrders } from './orders.ts';

const LAST = 0xffff_ffff;

function forwardNamed(
  market: Market,
  command: { readonly actor: Reference; readonly product: Reference },
): { row: number; product: Product; forward: Forward } | number {
  const row = rowOf(market.products, command.product);
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const product = market.products[row]!;
  const { forward } = product;
  return forward === undefined ? RejectCode.PREPAID : { row, product, forward };
}

export function recordReading(market: Market, command: CommandOf<'recordReading'>): number {
  const account = rowOf(market.accounts, command.account);
  const row = rowOf(market.products, command.product);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  const actor = market.accounts[rowOf(market.accounts, command.actor)!]!;
  const { readingVersion: version, quality, imported, exported } = command;
  const may = actor.role === Role.operator || (actor.role === Role.meter && version < LAST);
  if (!may || actor.status !== AccountStatus.open) return RejectCode.FORBIDDEN;
  const { forward, plan } = market.products[row]!;
  if ([OUTSIDE, FEES, forward?.asked[0]].includes(account)) return RejectCode.SYSTEM_ACCOUNT;
  if (market.accounts[account]!.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  if (forward === undefined) return RejectCode.PREPAID;
  if (market.time < plan!.asked[1]) return RejectCode.NOT_DELIVERED;
  const { version: latest = 0 } = forward.readings.get(account) ?? {};
  if (version < latest || (version === latest && latest < LAST)) return RejectCode.READING_OLD;
  forward.readings.set(account, { version, quality, imported, exported });
  tell(market, 'readingRecorded', [row, account, version, quality, imported, exported]);
  return 0;
}

export function setImbalancePrices(
  market: Market,
  command: CommandOf<'setImbalancePrices'>,
): number {
  const found = forwardNamed(market, command);
  if (typeof found === 'number') return found;
  const { long, short, tolerancePpm, tolerancePrice } = command;
  const [, min, max] = found.forward.asked;
  if (long < min || short > max) return RejectCode.PRICE_OUTSIDE_BAND;
  found.forward.prices = [long, short, tolerancePpm, tolerancePrice];
  tell(market, 'imbalancePricesSet', [found.row, long, short, tolerancePpm, tolerancePrice]);
  return 0;
}

/** What an account's imbalance comes to, of which part was contracted; in quanta of energy and of money. */
function costOf({ forward, tickQuanta, lotQuanta }: Product, account: number) {
  const [long, short, ppm, tolerance] = forward!.prices!;
  const contracted = (forward!.lots.get(account) ?? 0n) * lotQuanta;
  const { imported = 0, exported = 0 } = forward!.readings.get(account) ?? {};
  const imbalance = BigInt(imported) - BigInt(exported) - contracted;
  const isShort = imbalance > 0n;
  const size = isShort ? imbalance : -imbalance;
  // What was sold can be lacking, what was bought can be too much.
  const atStake = isShort ? -contracted : contracted;
  const ofContract = atStake <= 0n ? 0n : atStake < size ? atStake : size;
  const extreme = (...prices: number[]): number =>
    isShort ? Math.max(...prices) : Math.min(...prices);
  const cheaper = (a: number, b: number): number => (isShort ? Math.min(a, b) : Math.max(a, b));
  let left = ((contracted < 0n ? -contracted : contracted) * BigInt(ppm)) / 1_000_000n;
  const unit = tickQuanta / lotQuanta;
  const charge = (quantity: bigint, price: number): bigint => {
    const tolerated = quantity < left ? quantity : left;
    left -= tolerated;
    const within = cheaper(price, extreme(tolerance, ...forward!.prior));
    const cost = (tolerated * BigInt(within) + (quantity - tolerated) * BigInt(price)) * unit;
    return isShort ? cost : -cost;
  };
  const usual = isShort ? short : long;
  const contract = charge(ofContract, extreme(usual, ...forward!.prior));
  return { imbalance, contract, utility: charge(size - ofContract, usual) };
}

/** Whether nothing would be booked if a product were settled again. */
export function isSettled(product: Product): boolean {
  const { asked, booked } = product.forward!;
  return partiesOf(product.forward!).every((account) => {
    const { contract, utility } = costOf(product, account);
    const [wasContract, wasUtility] = booked.get(account) ?? [0n, 0n];
    return account === asked[0] || (contract === wasContract && utility === wasUtility);
  });
}

export function settleProduct(market: Market, command: CommandOf<'settleProduct'>): number {
  const found = forwardNamed(market, command);
  if (typeof found === 'number') return found;
  const { row, product, forward } = found;
  const [utility] = forward.asked;
  const asset = product.moneyAsset;
  if (market.time < product.plan!.asked[1]) return RejectCode.NOT_DELIVERED;
  if (forward.prices === undefined) return RejectCode.NO_IMBALANCE_PRICES;
  const unread = [...forward.lots.keys()].some(
    (each) => each !== utility && each !== FEES && !forward.readings.has(each),
  );
  if ((command.final === 1 || forward.final) && unread) return RejectCode.READING_MISSING;
  const parties = partiesOf(forward).filter((account) => account !== utility);
  const claim = claimOf(market, asset);
  const earlier = { final: forward.final, booked: new Map(forward.booked) };
  const held = new Map(parties.map((account) => [account, collateralOf(product, account)]));
  const costs = new Map(parties.map((account) => [account, costOf(product, account)]));
  for (const [account, { contract, utility: rest }] of costs) {
    if (contract === 0n && rest === 0n) forward.booked.delete(account);
    else forward.booked.set(account, [contract, rest]);
  }
  if (command.final === 1) forward.final = true;
  let most = 0n;
  let [cash, owing] = [
    balanceOf(market, utility, asset).available,
    -balanceOf(market, OUTSIDE, claim).available,
  ];
  const bills = parties.map((account) => {
    const { imbalance, contract, utility: rest } = costs.get(account)!;
    const [wasContract, wasRest] = earlier.booked.get(account) ?? [0n, 0n];
    const due = contract + rest - wasContract - wasRest;
    const released = held.get(account)! - collateralOf(product, account);
    const there = balanceOf(market, account, asset).available + released;
    const owed = due > there ? due - there : 0n;
    for (const amount of [contract, rest, contract + rest, due]) {
      const size = amount < 0n ? -amount : amount;
      if (size > most) most = size;
    }
    cash += due - owed;
    owing += owed;
    const moved = contract !== wasContract || rest !== wasRest || released !== 0n;
    return { account, imbalance, cost: contract + rest, due, owed, released, moved };
  });
  for (const { account, owed } of bills) {
    const inOrders = inOrdersOf(market, account, asset, product, held.get(account)!);
    cash += owed < inOrders ? owed : inOrders;
  }
  const refused =
    most > MAX || owing > MAX ? RejectCode.MINT_LIMIT : cash < 0n ? RejectCode.UTILITY_SHORT : 0;
  if (refused !== 0) {
    forward.final = earlier.final;
    forward.booked.clear();
    for (const [account, booked] of earlier.booked) forward.booked.set(account, booked);
    return refused;
  }
  const told = bills.filter(({ moved }) => moved);
  for (const bill of told) book(market, product, row, bill);
  for (const { account, owed } of told) {
    if (owed === 0n) continue;
    const orders = restingOrders(market, (order) => order.account === account);
    endOrders(market, orders, EndReason.inDebt);
  }
  for (const { account } of told) payDebts(market, account, asset);
  payDebts(market, utility, asset);
  tell(market, 'slotSettled', [row, command.final, told.length]);
  return 0;
}

/** What an account's orders hold of an asset: what is locked and neither for a position nor a claim. */
function inOrdersOf(
  market: Market,
  account: number,
  asset: number,
  settled: Product,
  heldBefore: bigint,
): bigint {
  let held = heldBefore;
  for (const product of market.products) {
    if (product === settled || product.gone || product.forward === undefined) continue;
    if (product.moneyAsset === asset) held += collateralOf(product, account);
  }
  for (const { debts } of market.accounts) {
    for (const debt of debts) {
      if (debt.creditor === account && claimOf(market, debt.asset) === asset) held += debt.amount;
    }
  }
  return balanceOf(market, account, asset).locked - held;
}

interface Bill {
  readonly account: number;
  readonly imbalance: bigint;
  readonly cost: bigint;
  readonly due: bigint;
  readonly owed: bigint;
  readonly released: bigint;
}

/** Books what is due between an account and the utility, and what is owed from then on. */
function book(market: Market, product: Product, row: number, bill: Bill): void {
  const { account, imbalance, cost, due, owed, released } = bill;
  const asset = product.moneyAsset;
  const [utility] = product.forward!.asked;
  const claim = claimOf(market, asset);
  const balance = balanceOf(market, account, asset);
  balance.available += released;
  balance.locked -= released;
  move(market, account, utility, asset, due - owed);
  if (owed > 0n) {
    move(market, OUTSIDE, utility, claim, owed);
    balanceOf(market, utility, claim).available -= owed;
    balanceOf(market, utility, claim).locked += owed;
    const { debts } = market.accounts[account]!;
    const same = debts.find((each) => each.creditor === utility && each.asset === asset);
    if (same === undefined) debts.push({ creditor: utility, asset, amount: owed });
    else same.amount += owed;
  }
  tell(market, 'settlementPosted', [row, account, imbalance, cost, due - owed, owed, released]);
}

type Settling =
  CommandOf<'recordReading'> | CommandOf<'setImbalancePrices'> | CommandOf<'settleProduct'>;

/** Whether a command is about settlement. */
export function isOne(command: Command): command is Settling {
  return ['recordReading', 'setImbalancePrices', 'settleProduct'].includes(command.type);
}

/** What a command about settlement comes to. */
export function dispatch(market: Market, command: Settling): number {
  if (command.type === 'recordReading') return recordReading(market, command);
  if (command.type === 'setImbalancePrices') return setImbalancePrices(market, command);
  return settleProduct(market, command);
}
