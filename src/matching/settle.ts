import { EndReason, RejectCode } from '../core/codes.ts';
import { heldCollateral, worstCost } from '../contracts/collateral.ts';
import { type ForwardCost, forwardCost, isBooked, tradedRange } from '../contracts/forward-cost.ts';
import { lockedEnergy, lockedMoney } from '../contracts/held.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { owe, payDebts } from './debts.ts';
import { endOrders } from './ending.ts';
import { writeEvent } from './events.ts';
import { claimOf } from './forward-listing.ts';
import { type ForwardProduct, hasMeter, isDelivered, settleable } from './readings.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.settleProduct);
const MAX = BigInt(MAX_INTEGER);

/** What is booked for an account. Money in quanta; what it pays is below zero where it gets something. */
interface Bill {
  readonly account: number;
  readonly moneyRow: number;
  readonly imbalance: number;
  readonly contract: number;
  readonly utility: number;
  /** What it pays at once, and what it owes from then on. */
  readonly paid: number;
  readonly owed: number;
  /** What is locked for its position before and after. */
  readonly before: number;
  readonly after: number;
}

/**
 * The command that settles a product: of each account it books what its imbalance comes to less what was booked before, between it and the
 * utility. What was contracted is paid out of the collateral, what went beyond that out of what is available, and what is not
 * there is owed. The final one gives the collateral back; others may correct it. O(accounts + prices), and O(orders) if anybody comes to owe.
 */
export function settleProduct(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const product = settleable(state, view, at);
  if (typeof product === 'number') return product;
  const { forward, row, moneyAsset } = product;
  const { utility } = forward.terms;
  if (!isDelivered(state, product)) return RejectCode.NOT_DELIVERED;
  if (forward.prices === undefined) return RejectCode.NO_IMBALANCE_PRICES;
  const final = view.getUint8(at + AT.final);
  // After a recall others may need one, once it is final.
  if ((final === 1 || forward.isFinal) && isUnread(product)) return RejectCode.READING_MISSING;
  const bills = billsOf(state, product, final === 1 || forward.isFinal);
  if (typeof bills === 'number') return bills;
  // From here on nothing can be refused.
  if (final === 1) forward.isFinal = true;
  for (const bill of bills) book(state, product, bill, outbox);
  endOrdersOfDebtors(state, bills, outbox);
  for (const { account } of bills) payDebts(state, account, moneyAsset, outbox);
  payDebts(state, utility, moneyAsset, outbox);
  writeEvent(state, outbox, 'slotSettled', [row, final, bills.length]);
  return 0;
}

/** Whether someone who has bought less sold has no reading. */
function isUnread(product: ForwardProduct): boolean {
  for (const [account, { lots, reading }] of product.forward.parties) {
    if (lots !== 0 && reading === undefined && hasMeter(product, account)) return true;
  }
  return false;
}

/** What there is to book, in the order of the accounts, or why it cannot be. */
function billsOf(
  state: MarketState,
  product: ForwardProduct,
  final: boolean,
): readonly Bill[] | number {
  const { ledger, listings } = state;
  const { forward, grid, moneyAsset } = product;
  const { utility } = forward.terms;
  const range = tradedRange(forward);
  const bills: Bill[] = [];
  let [cash, owed] = [BigInt(ledger.availableOf(utility, moneyAsset)), 0n];
  for (const [account, party] of [...forward.parties].sort(([a], [b]) => a - b)) {
    if (account === utility) continue;
    const cost = forwardCost(forward, grid, party, range);
    const due =
      cost.contract + cost.utility - BigInt(party.contractCost) - BigInt(party.utilityCost);
    if (!isExact(cost) || !isWithin(due)) return RejectCode.MINT_LIMIT;
    const before = heldCollateral(forward, account, party);
    const after = final ? 0 : worstCost(forward, account, party.lots) - Number(cost.contract);
    if (isBooked(cost, party) && before === after) continue;
    const available =
      BigInt(ledger.availableOf(account, moneyAsset)) + BigInt(before) - BigInt(after);
    const short = due > available ? due - available : 0n;
    cash += due - short;
    owed += short;
    bills.push({
      account,
      moneyRow: ledger.row(account, moneyAsset),
      imbalance: cost.imbalance,
      contract: Number(cost.contract),
      utility: Number(cost.utility),
      paid: Number(due - short),
      owed: Number(short),
      before,
      after,
    });
  }
  const claims = 0 - ledger.availableOf(OUTSIDE, claimOf(listings, moneyAsset)!);
  if (BigInt(claims) + owed > MAX) return RejectCode.MINT_LIMIT;
  if (cash < 0n) cash += paidByOrders(state, bills);
  return cash < 0n ? RejectCode.UTILITY_SHORT : bills;
}

/** What those who come to owe pay at once, out of what their orders hold until then: who has orders owes nothing else. O(orders). */
function paidByOrders(state: MarketState, bills: readonly Bill[]): bigint {
  const { orders, listings } = state;
  const held = new Map<number, bigint>();
  for (const { owed, moneyRow } of bills) if (owed > 0) held.set(moneyRow, 0n);
  orders.each((slot) => {
    const product = listings.products[orders.product(slot)]!;
    for (const [row, amount] of [
      [orders.moneyRow(slot), lockedMoney],
      [orders.energyRow(slot), lockedEnergy],
    ] as const) {
      const sum = held.get(row);
      if (sum !== undefined) held.set(row, sum + BigInt(amount(state, product, slot)));
    }
  });
  let paid = 0n;
  for (const { owed, moneyRow } of bills) {
    const sum = held.get(moneyRow) ?? 0n;
    paid += sum < BigInt(owed) ? sum : BigInt(owed);
  }
  return paid;
}

function isExact({ contract, utility }: ForwardCost): boolean {
  return isWithin(contract) && isWithin(utility) && isWithin(contract + utility);
}

function isWithin(amount: bigint): boolean {
  return amount <= MAX && amount >= -MAX;
}

function book(state: MarketState, product: ForwardProduct, bill: Bill, outbox: Outbox): void {
  const { ledger, listings } = state;
  const { forward, moneyAsset, row } = product;
  const { utility } = forward.terms;
  const { account, imbalance, paid, owed, before, after } = bill;
  ledger.settle(bill.moneyRow, before, after, paid);
  ledger.credit(ledger.row(utility, moneyAsset), paid);
  if (owed > 0) owe(state, account, utility, moneyAsset, claimOf(listings, moneyAsset)!, owed);
  const party = forward.party(account);
  party.contractCost = bill.contract;
  party.utilityCost = bill.utility;
  forward.forget(account);
  const values = [
    row,
    account,
    imbalance,
    bill.contract + bill.utility,
    paid,
    owed,
    before - after,
  ];
  writeEvent(state, outbox, 'settlementPosted', values);
}

/** Who owes something has no orders: what they release pays at once. */
function endOrdersOfDebtors(state: MarketState, bills: readonly Bill[], outbox: Outbox): void {
  const { orders } = state;
  const slotsOf = new Map<number, number[]>();
  for (const { account, owed } of bills) if (owed > 0) slotsOf.set(account, []);
  if (slotsOf.size === 0) return;
  for (const slot of orders.select((each) => slotsOf.has(orders.account(each)))) {
    slotsOf.get(orders.account(slot))!.push(slot);
  }
  for (const slots of slotsOf.values()) endOrders(state, outbox, slots, EndReason.inDebt);
}
