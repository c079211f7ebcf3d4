import { AccountStatus, ProductStatus } from '../core/codes.ts';
import { PPM } from '../core/limits.ts';
import { FEES, OUTSIDE } from '../ledger/ledger.ts';
import { canBeForward, type Forward, type Party } from '../market/forward.ts';
import { gateAt, isOver } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';
import { claimOf, isWithin } from './forward-listing.ts';
import { hasMeter, isDelivered } from './readings.ts';
import type { MarketState } from './state.ts';

/** What makes the products that are sold forward such that no command log could lead to them, or undefined. */
export function forwardFault(state: MarketState): string | undefined {
  for (const product of state.listings.living()) {
    const { id, forward } = product;
    if (forward === undefined) continue;
    if (!canBeListed(state, product, forward)) return `${id} cannot be settled as it says`;
    const faulty =
      !hasPossiblePrices(state, product, forward) ||
      !hasPossiblePositions(product, forward) ||
      [...forward.parties].some(
        ([account, party]) => !canBe(state, product, forward, account, party),
      );
    if (faulty) return `${id} has a position or a settlement that cannot be`;
  }
  return undefined;
}

function canBeListed(
  { listings, accounts }: MarketState,
  product: Product,
  forward: Forward,
): boolean {
  const { terms } = forward;
  const { delivery, grid, moneyAsset } = product;
  const claim = claimOf(listings, moneyAsset);
  return (
    delivery !== undefined &&
    product.network === undefined &&
    gateAt(delivery) <= delivery.end &&
    terms.min < terms.max &&
    terms.positionLimit >= 0 &&
    terms.utility !== OUTSIDE &&
    terms.utility !== FEES &&
    accounts.list[terms.utility]!.status !== AccountStatus.closed &&
    canBeForward(terms, grid) &&
    claim !== undefined &&
    listings.assets[claim]!.decimals === listings.assets[moneyAsset]!.decimals &&
    listings.terms.every((each) => {
      if (each?.product !== product.row) return true;
      return each.band !== undefined && isWithin(terms, each.band);
    })
  );
}

function hasPossiblePrices(
  state: MarketState,
  product: Product,
  { terms, prices, isFinal, tradesAt }: Forward,
): boolean {
  const { min, max } = terms;
  if (isFinal && (prices === undefined || !isDelivered(state, product))) return false;
  for (const [price, count] of tradesAt) if (count < 1 || price < min || price > max) return false;
  if (prices === undefined) return true;
  const { long, short, tolerancePpm, tolerancePrice } = prices;
  const tolerated =
    tolerancePpm === 0
      ? tolerancePrice === 0
      : tolerancePpm <= PPM && tolerancePrice >= long && tolerancePrice <= short;
  return long >= min && short <= max && long <= short && tolerated;
}

/** What some have bought others have sold. A recall may have been of a trade that was another one: prices tell nothing of positions. */
function hasPossiblePositions({ status }: Product, forward: Forward): boolean {
  const { parties, tradesAt, mostLots } = forward;
  if (status === ProductStatus.scheduled && tradesAt.size > 0) return false;
  let sum = 0n;
  for (const { lots } of parties.values()) {
    if (Math.abs(lots) > mostLots) return false;
    sum += BigInt(lots);
  }
  return sum === 0n;
}

function canBe(
  state: MarketState,
  product: Product,
  { terms, prices }: Forward,
  account: number,
  { lots, reading, contractCost, utilityCost }: Party,
): boolean {
  const settled = contractCost !== 0 || utilityCost !== 0;
  const { status } = state.accounts.list[account]!;
  if (lots === 0 && reading === undefined && !settled) return false;
  if (account === OUTSIDE || status === AccountStatus.closed) return false;
  if (account === terms.utility && settled) return false;
  if (!hasMeter(product, account) && reading !== undefined) return false;
  if (settled && prices === undefined) return false;
  return (
    (reading === undefined && !settled) || (isDelivered(state, product) && isOver(product.status))
  );
}

/** What makes what accounts owe such that no command log could lead to it, or undefined. */
export function debtFault({ accounts, orders }: MarketState): string | undefined {
  for (const { id, status, debts } of accounts.list) {
    const sums = new Set((debts ?? []).map(({ creditor, asset }) => `${creditor} ${asset}`));
    const sound =
      (debts ?? []).every(({ amount }) => amount > 0) &&
      sums.size === (debts ?? []).length &&
      (debts === undefined || (id !== 'outside' && status !== AccountStatus.closed));
    if (!sound) return `${id} owes what it cannot owe`;
  }
  const [ordered] = orders.select(
    (slot) => accounts.list[orders.account(slot)]!.debts !== undefined,
  );
  return ordered === undefined ? undefined : `order ${orders.id(ordered)} is of an account in debt`;
}
