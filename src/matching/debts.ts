import { heldCollateral } from '../contracts/collateral.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { writeEvent } from './events.ts';
import type { MarketState, Outbox } from './state.ts';

/** The id of the asset in which claims on a money asset are kept. */
export function claimId(money: string): string {
  return `${money}.due`;
}

/** Notes down that an account owes something: the creditor gets a claim, which it has locked until it is paid. */
export function owe(
  { accounts, ledger }: MarketState,
  debtor: number,
  creditor: number,
  asset: number,
  claim: number,
  amount: number,
): void {
  const row = ledger.row(creditor, claim);
  ledger.transfer(OUTSIDE, creditor, claim, amount);
  ledger.lock(row, amount);
  const account = accounts.list[debtor]!;
  account.debts ??= [];
  const same = account.debts.find((debt) => debt.creditor === creditor && debt.asset === asset);
  if (same === undefined) account.debts.push({ creditor, asset, claim, amount });
  else same.amount += amount;
}

/**
 * Pays what an account owes in an asset, oldest debt first, as far as it has it available; then what its creditors owe, and
 * so on: each account as often as another one has paid it for the first time. Round a circle of debts money would go until nothing
 * is left to pay. O(debts of those accounts, squared where many owe to many).
 */
export function payDebts(state: MarketState, debtor: number, asset: number, outbox: Outbox): void {
  const paid = new Map<number, Set<number>>();
  // Grows on the way.
  const payers = [debtor];
  for (const payer of payers) {
    const before = paid.get(payer) ?? new Set();
    paid.set(payer, before);
    for (const creditor of payOwn(state, payer, asset, outbox)) {
      if (!before.has(creditor)) payers.push(creditor);
      before.add(creditor);
    }
  }
}

/** @returns who was paid */
function payOwn(
  state: MarketState,
  debtor: number,
  asset: number,
  outbox: Outbox,
): readonly number[] {
  const { accounts, ledger } = state;
  const account = accounts.list[debtor]!;
  if (account.debts === undefined) return [];
  const paid: number[] = [];
  for (const debt of account.debts) {
    if (debt.asset !== asset) continue;
    const { creditor, claim } = debt;
    const amount = Math.min(debt.amount, ledger.availableOf(debtor, asset));
    if (amount <= 0) break;
    ledger.transfer(debtor, creditor, asset, amount);
    ledger.release(ledger.row(creditor, claim), amount);
    ledger.transfer(creditor, OUTSIDE, claim, amount);
    debt.amount -= amount;
    paid.push(creditor);
    writeEvent(state, outbox, 'debtPaid', [debtor, creditor, asset, amount, debt.amount]);
  }
  const left = account.debts.filter(({ amount }) => amount > 0);
  account.debts = left.length === 0 ? undefined : left;
  return paid;
}

/**
 * Adds to what each ledger row has locked what it holds for positions, and its claims.
 * @returns whether there is a row for all of it
 */
export function addForwards(
  { ledger, listings, accounts }: MarketState,
  held: Float64Array,
): boolean {
  let complete = true;
  const add = (row: number, amount: number): void => {
    if (row < 0) complete = false;
    else held[row]! += amount;
  };
  for (const { forward, moneyAsset } of listings.living()) {
    for (const [account, party] of forward?.parties ?? []) {
      const collateral = heldCollateral(forward!, account, party);
      if (collateral > 0) add(ledger.find(account, moneyAsset), collateral);
    }
  }
  for (const { debts } of accounts.list) {
    for (const { creditor, claim, amount } of debts ?? [])
      add(ledger.find(creditor, claim), amount);
  }
  return complete;
}

/** Whether an account owes something, or has a part in a product that is sold forward. O(products). */
export function isInvolved({ accounts, listings }: MarketState, account: number): boolean {
  if (accounts.list[account]!.debts !== undefined) return true;
  return listings
    .living()
    .some(({ forward }) => forward?.terms.utility === account || forward?.parties.has(account));
}

/** Whether an asset is owed, or keeps claims, or may come to keep them. O(products + accounts). */
export function isOwed({ accounts, listings }: MarketState, asset: number): boolean {
  const id = listings.assets[asset]!.id;
  const keeps = listings.living().some(({ forward, moneyAsset }) => {
    return forward !== undefined && claimId(listings.assets[moneyAsset]!.id) === id;
  });
  if (keeps) return true;
  return accounts.list.some(({ debts = [] }) => {
    return debts.some((debt) => debt.asset === asset || debt.claim === asset);
  });
}
