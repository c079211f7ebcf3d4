import { AccountStatus, RejectCode } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { MAX_ID_LENGTH } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { FEES, OUTSIDE } from '../ledger/ledger.ts';
import { canBeForward, Forward, type ForwardTerms } from '../market/forward.ts';
import type { Asset, Grid, Product, Terms } from '../market/products.ts';
import { claimId } from './debts.ts';
import { writeEvent } from './events.ts';
import { knownAccount } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.listProduct);
type Band = Terms['band'];

/** How the product of a listing is to be settled, if it is sold forward. */
export function readForwardTerms(view: DataView, at: number): ForwardTerms | undefined {
  if (view.getUint8(at + AT.hasSettlement) === 0) return undefined;
  return {
    utility: view.getUint32(at + AT.utility),
    min: readI64(view, at + AT.imbalanceMin),
    max: readI64(view, at + AT.imbalanceMax),
    positionLimit: readI64(view, at + AT.positionLimit),
  };
}

/** Whether there is the account that is to be the utility, if there is to be one. */
export function knowsUtility(state: MarketState, terms: ForwardTerms | undefined): boolean {
  return terms === undefined || knownAccount(state, terms.utility);
}

/** Why an account cannot be the utility of a product, or 0. */
export function utilityRefusal({ accounts }: MarketState, terms: ForwardTerms | undefined): number {
  if (terms === undefined) return 0;
  if (terms.utility === OUTSIDE || terms.utility === FEES) return RejectCode.SYSTEM_ACCOUNT;
  const closed = accounts.list[terms.utility]!.status === AccountStatus.closed;
  return closed ? RejectCode.ACCOUNT_CLOSED : 0;
}

/** What becomes of the terms on a grid; INVALID_PRODUCT if they cannot be. */
export function forwardOf(
  { listings }: MarketState,
  terms: ForwardTerms | undefined,
  grid: Grid,
  moneyAsset: number,
  band: Band,
): Forward | undefined | number {
  if (terms === undefined) return undefined;
  const within = band === undefined || isWithin(terms, band);
  const possible =
    within &&
    canBeForward(terms, grid) &&
    mayClaim(listings.assets, moneyAsset, claimOf(listings, moneyAsset));
  return possible ? new Forward(terms, grid) : RejectCode.INVALID_PRODUCT;
}

/** Whether claims on a money asset can be kept in an asset beside it, if that is there already. */
function mayClaim(
  assets: readonly (Asset | undefined)[],
  moneyAsset: number,
  claim: number | undefined,
): boolean {
  const { id, decimals } = assets[moneyAsset]!;
  if (claim !== undefined) return assets[claim]!.decimals === decimals;
  return claimId(id).length <= MAX_ID_LENGTH;
}

/** The asset of claims on a money asset, if it is there. */
export function claimOf(
  listings: Pick<MarketState['listings'], 'assets' | 'findAsset'>,
  moneyAsset: number,
): number | undefined {
  return listings.findAsset(claimId(listings.assets[moneyAsset]!.id));
}

/** Lists the asset in which claims on a money asset are kept, unless that is there. */
export function listClaims(state: MarketState, moneyAsset: number, outbox: Outbox): void {
  const { listings } = state;
  if (claimOf(listings, moneyAsset) !== undefined) return;
  const { id, decimals } = listings.assets[moneyAsset]!;
  const asset = listings.addAsset(claimId(id), decimals);
  writeEvent(state, outbox, 'assetListed', [asset, decimals], [claimId(id)]);
}

export function isWithin({ min, max }: ForwardTerms, { low, high }: NonNullable<Band>): boolean {
  return low >= min && high <= max;
}

/** The band that a product trades in: a forward one has no price beyond the bounds of imbalance. */
export function bandWithin({ forward }: Pick<Product, 'forward'>, band: Band): Band {
  if (forward === undefined || band !== undefined) return band;
  return { low: forward.terms.min, high: forward.terms.max };
}

/** The values of the terms in an event. */
export function forwardFields(forward: Forward | undefined): readonly number[] {
  if (forward === undefined) return [0, 0, 0, 0, 0];
  const { utility, min, max, positionLimit } = forward.terms;
  return [1, utility, min, max, positionLimit];
}
