import { ReadingQuality } from '../core/codes.ts';
import { MAX_POSITION } from '../core/limits.ts';
import { Forward, type ForwardTerms, type Party, type Reading } from '../market/forward.ts';
import type { Grid, Product } from '../market/products.ts';
import { claimOf, forwardFields } from './forward-listing.ts';
import type { Reader } from './reader.ts';
import type { MarketState } from './state.ts';
import { inOrder, type Writer } from './writer.ts';

const QUALITIES: readonly number[] = Object.values(ReadingQuality);
const NO_READING: Reading = { version: 0, quality: 0, imported: 0, exported: 0 };

/** Writes what a product was listed with, if it is sold forward. */
export function encodeForwardTerms({ forward }: Product, to: Writer): void {
  const [hasSettlement, utility, ...limits] = forwardFields(forward);
  to.u8(hasSettlement!);
  to.u32(utility!);
  for (const limit of limits) to.i64(limit);
}

export function decodeForward(
  from: Reader,
  { accounts }: MarketState,
  grid: Grid,
): Forward | undefined {
  const sold = from.u8() === 1;
  const utility = from.u32();
  const terms: ForwardTerms = {
    utility,
    min: from.i64(),
    max: from.i64(),
    positionLimit: from.i64(),
  };
  if (!sold) return undefined;
  if (utility >= accounts.list.length) throw new RangeError('has a utility that is not there');
  return new Forward(terms, grid);
}

/** Writes what has come of the products that are sold forward, by product, and what accounts owe, by debtor and then by age. */
export function encodeForwards({ listings, accounts }: MarketState, to: Writer): void {
  for (const { forward } of listings.living())
    if (forward !== undefined) encodeForward(forward, to);
  const debts = accounts.list.flatMap(({ debts = [] }, debtor) =>
    debts.map((debt) => ({ debtor, ...debt })),
  );
  to.u32(debts.length);
  for (const { debtor, creditor, asset, amount } of debts) {
    to.u32(debtor);
    to.u32(creditor);
    to.u32(asset);
    to.i64(amount);
  }
}

function encodeForward({ prices, isFinal, tradesAt, parties }: Forward, to: Writer): void {
  to.u8(prices === undefined ? 0 : 1);
  to.i64(prices?.long ?? 0);
  to.i64(prices?.short ?? 0);
  to.u32(prices?.tolerancePpm ?? 0);
  to.i64(prices?.tolerancePrice ?? 0);
  to.u8(isFinal ? 1 : 0);
  to.u32(tradesAt.size);
  for (const [price, count] of inOrder(tradesAt)) {
    to.i64(price);
    to.i64(count);
  }
  to.u32(parties.size);
  for (const [account, { lots, reading, contractCost, utilityCost }] of inOrder(parties)) {
    const { version, quality, imported, exported } = reading ?? NO_READING;
    to.u32(account);
    to.i64(lots);
    to.u32(version);
    to.u8(quality);
    for (const amount of [imported, exported, contractCost, utilityCost]) to.i64(amount);
  }
}

/** Fills in what `encodeForwards` wrote. */
export function decodeForwards(from: Reader, state: MarketState): void {
  const { listings, accounts } = state;
  for (const { forward } of listings.living()) {
    if (forward !== undefined) fillForward(from, state, forward);
  }
  for (let left = from.u32(); left > 0; left--) {
    const debtor = accounts.list[from.row(accounts.list)]!;
    const creditor = from.row(accounts.list);
    const asset = from.row(listings.assets);
    const claim = claimOf(listings, asset);
    if (claim === undefined) throw new RangeError('has a debt without an asset for the claim');
    debtor.debts ??= [];
    debtor.debts.push({ creditor, asset, claim, amount: from.i64() });
  }
}

function fillForward(from: Reader, { accounts }: MarketState, forward: Forward): void {
  const hasPrices = from.u8() === 1;
  const prices = {
    long: from.i64(),
    short: from.i64(),
    tolerancePpm: from.u32(),
    tolerancePrice: from.i64(),
  };
  forward.prices = hasPrices ? prices : undefined;
  forward.isFinal = from.u8() === 1;
  for (let left = from.u32(); left > 0; left--) forward.tradesAt.set(from.i64(), from.i64());
  for (let left = from.u32(); left > 0; left--) {
    const account = from.row(accounts.list);
    forward.parties.set(account, decodeParty(from));
  }
}

function decodeParty(from: Reader): Party {
  const lots = from.i64();
  const version = from.u32();
  const quality = from.oneOf(QUALITIES);
  const [imported, exported] = [from.i64(), from.i64()];
  const reading = version === 0 ? undefined : { version, quality, imported, exported };
  const amounts = [imported, exported].every((amount) => amount >= 0 && amount <= MAX_POSITION);
  if (!amounts) throw new RangeError('has a reading that cannot be');
  return { lots, reading, contractCost: from.i64(), utilityCost: from.i64() };
}
