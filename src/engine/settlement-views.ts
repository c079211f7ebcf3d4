import { nameOf, ReadingQuality } from '../core/codes.ts';
import { heldCollateral } from '../contracts/collateral.ts';
import { forwardCost, tradedRange } from '../contracts/forward-cost.ts';
import { formatSteps } from '../core/decimal.ts';
import type { Forward, Party } from '../market/forward.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { amountText } from './views.ts';

/** What an account has bought less sold in a product that is sold forward; below zero if it has sold more. */
export interface ForwardPositionView {
  readonly product: string;
  readonly quantity: string;
  readonly quantityLots: number;
  /** What is locked for it until it is settled for good. */
  readonly collateral: string;
  readonly collateralQuanta: number;
}

/** What a meter counted. */
export interface ReadingView {
  readonly version: number;
  readonly quality: keyof typeof ReadingQuality;
  readonly imported: string;
  readonly importedQuanta: number;
  readonly exported: string;
  readonly exportedQuanta: number;
}

/** Imbalance that has one price; see `ImbalanceCharge`. */
export interface ChargeView {
  /** Of what was contracted, or of what went beyond that. */
  readonly kind: 'contract' | 'utility';
  /** Whether it is within the tolerance. */
  readonly tolerated: boolean;
  /** Above zero short, below zero long. */
  readonly quantity: string;
  readonly quantityQuanta: number;
  readonly price: string;
}

/** What an account has to do with a product that is sold forward. Above zero it pays, below zero it is paid. */
export interface SettlementPartyView {
  readonly account: string;
  /** Bought less sold. */
  readonly quantity: string;
  readonly quantityLots: number;
  readonly reading: ReadingView | undefined;
  readonly collateral: string;
  readonly collateralQuanta: number;
  /** What was booked so far. */
  readonly booked: string;
  /** Imported less exported less bought plus sold, as if what has no reading were zero; undefined of the utility. */
  readonly imbalance: string | undefined;
  readonly imbalanceQuanta: number | undefined;
  /** What that is charged at; undefined before prices are set. */
  readonly charges: readonly ChargeView[] | undefined;
  /** What it comes to by now, booked or not. */
  readonly cost: string | undefined;
}

/** How a product that is sold forward is settled. Text is exact, in whole units. */
export interface SettlementView {
  readonly mode: 'firm';
  readonly utility: string;
  readonly imbalanceMin: string;
  readonly imbalanceMax: string;
  readonly positionLimit: string | undefined;
  /** Undefined before they are set. */
  readonly prices:
    | {
        readonly long: string;
        readonly short: string;
        readonly tolerance: { readonly ppm: number; readonly price: string } | undefined;
      }
    | undefined;
  /** Whether it was settled for good: nothing is locked for it any more. */
  readonly final: boolean;
  /** In the order in which the accounts were opened. */
  readonly parties: readonly SettlementPartyView[];
}

/** What an account owes. */
export interface DebtView {
  readonly creditor: string;
  readonly asset: string;
  readonly amount: string;
  readonly amountQuanta: number;
}

export function positionViews(state: MarketState, account: number): ForwardPositionView[] {
  return state.listings.living().flatMap((product) => {
    const party = product.forward?.parties.get(account);
    if (party === undefined || party.lots === 0) return [];
    return [{ product: product.id, ...positionOf(state, product, account, party) }];
  });
}

function positionOf(state: MarketState, product: Product, account: number, party: Party) {
  const collateralQuanta = heldCollateral(product.forward!, account, party);
  return {
    quantity: formatSteps(party.lots, product.grid.lot),
    quantityLots: party.lots,
    collateral: amountText(state, product.moneyAsset, collateralQuanta),
    collateralQuanta,
  };
}

export function settlementView(state: MarketState, product: Product): SettlementView | undefined {
  const { forward, grid } = product;
  if (forward === undefined) return undefined;
  const { utility, min, max, positionLimit } = forward.terms;
  const rows = [...forward.parties.keys()].sort((a, b) => a - b);
  return {
    mode: 'firm',
    utility: state.accounts.list[utility]!.id,
    imbalanceMin: formatSteps(min, grid.tick),
    imbalanceMax: formatSteps(max, grid.tick),
    positionLimit: positionLimit === 0 ? undefined : formatSteps(positionLimit, grid.lot),
    prices: pricesView(forward, product),
    final: forward.isFinal,
    parties: rows.map((row) => partyView(state, product, forward, row)),
  };
}

function pricesView({ prices }: Forward, { grid }: Product): SettlementView['prices'] {
  if (prices === undefined) return undefined;
  const [long, short, price] = [prices.long, prices.short, prices.tolerancePrice].map((ticks) =>
    formatSteps(ticks, grid.tick),
  );
  const { tolerancePpm: ppm } = prices;
  return { long: long!, short: short!, tolerance: ppm === 0 ? undefined : { ppm, price: price! } };
}

function partyView(
  state: MarketState,
  product: Product,
  forward: Forward,
  row: number,
): SettlementPartyView {
  const party = forward.parties.get(row)!;
  const { moneyAsset, energyAsset } = product;
  const booked = BigInt(party.contractCost) + BigInt(party.utilityCost);
  return {
    account: state.accounts.list[row]!.id,
    ...positionOf(state, product, row, party),
    reading: readingView(state, energyAsset, party),
    booked: amountText(state, moneyAsset, booked),
    ...costView(state, product, forward, row === forward.terms.utility ? undefined : party),
  };
}

function readingView(
  state: MarketState,
  asset: number,
  { reading }: Party,
): ReadingView | undefined {
  if (reading === undefined) return undefined;
  const { version, quality, imported, exported } = reading;
  return {
    version,
    quality: nameOf(ReadingQuality, quality),
    imported: amountText(state, asset, imported),
    importedQuanta: imported,
    exported: amountText(state, asset, exported),
    exportedQuanta: exported,
  };
}

function costView(
  state: MarketState,
  product: Product,
  forward: Forward,
  party: Party | undefined,
): Pick<SettlementPartyView, 'imbalance' | 'imbalanceQuanta' | 'charges' | 'cost'> {
  const { grid, energyAsset, moneyAsset } = product;
  if (party === undefined || forward.prices === undefined) {
    return {
      imbalance: undefined,
      imbalanceQuanta: undefined,
      charges: undefined,
      cost: undefined,
    };
  }
  const { imbalance, parts, contract, utility } = forwardCost(
    forward,
    grid,
    party,
    tradedRange(forward),
  );
  return {
    imbalance: amountText(state, energyAsset, imbalance),
    imbalanceQuanta: imbalance,
    charges: parts.map(({ ofContract, tolerated, quantity, price }) => ({
      kind: ofContract ? 'contract' : 'utility',
      tolerated,
      quantity: amountText(state, energyAsset, quantity),
      quantityQuanta: quantity,
      price: formatSteps(price / forward.unitQuanta, grid.tick),
    })),
    cost: amountText(state, moneyAsset, contract + utility),
  };
}

export function debtViews(state: MarketState, account: number): DebtView[] {
  return (state.accounts.list[account]!.debts ?? []).map(({ creditor, asset, amount }) => ({
    creditor: state.accounts.list[creditor]!.id,
    asset: state.listings.assets[asset]!.id,
    amount: amountText(state, asset, amount),
    amountQuanta: amount,
  }));
}
