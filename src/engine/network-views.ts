import { Attribute, nameOf, PartnerRule } from '../core/codes.ts';
import { type Decimal, formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import { pairOf } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import type { AttributeName } from './network-requests.ts';

const ATTRIBUTES = Object.keys(Attribute) as AttributeName[];

/** A zone of a network. */
export interface ZoneView {
  readonly id: string;
  readonly gridAccount: string;
}

/** What a pair of zones costs, where that is more than nothing. */
export interface GridFeeView {
  readonly from: string;
  readonly to: string;
  readonly fee: string;
  readonly feeTicks: number;
}

/** A network with its fees of now. */
export interface NetworkView {
  readonly id: string;
  readonly tick: string;
  readonly zones: readonly ZoneView[];
  readonly fees: readonly GridFeeView[];
  readonly feeVersion: number;
}

/** What may still go from zone to zone in a product. */
export interface CapacityView {
  readonly from: string;
  readonly to: string;
  readonly quantity: string;
  readonly quantityLots: number;
}

/** How a product is traded in a network. */
export interface MemberView {
  readonly id: string;
  /** The pairs of zones that are limited. */
  readonly capacities: readonly CapacityView[];
}

/** What an account has said about another one. */
export interface PartnerView {
  readonly partner: string;
  readonly rule: 'wanted' | 'excluded';
}

/** What an order asks for in its network; all undefined for one in none. */
export interface NetworkOrderView {
  readonly zone: string | undefined;
  readonly attributes: readonly AttributeName[] | undefined;
  readonly only: readonly AttributeName[] | undefined;
  readonly onlyZones: readonly string[] | undefined;
  readonly premiums: Readonly<Partial<Record<AttributeName, string>>> | undefined;
  /** Version of the grid fees that hold for it, of an order that buys. */
  readonly feeVersion: number | undefined;
}

export function networkView(state: MarketState, id: string): NetworkView | undefined {
  const row = state.networks.find(id);
  if (row === undefined) return undefined;
  const network = state.networks.list[row]!;
  const { tick, zones, feeVersion } = network;
  const fees = zones.flatMap((from) =>
    zones.flatMap((to) => {
      const feeTicks = network.fee(from.index, to.index, feeVersion);
      const fee = formatSteps(feeTicks, tick);
      return feeTicks === 0 ? [] : [{ from: from.id, to: to.id, fee, feeTicks }];
    }),
  );
  const nameOfAccount = (account: number): string => state.accounts.list[account]!.id;
  return {
    id,
    tick: formatSteps(1, tick),
    zones: zones.map((zone) => ({ id: zone.id, gridAccount: nameOfAccount(zone.gridAccount) })),
    fees,
    feeVersion,
  };
}

export function memberView({ network: member, grid }: Product): MemberView | undefined {
  if (member === undefined) return undefined;
  const { network, capacity } = member;
  const capacities = network.zones.flatMap((from) =>
    network.zones.flatMap((to) => {
      const quantityLots = capacity.get(pairOf(from.index, to.index));
      if (quantityLots === undefined) return [];
      const quantity = formatSteps(quantityLots, grid.lot);
      return [{ from: from.id, to: to.id, quantity, quantityLots }];
    }),
  );
  return { id: network.id, capacities };
}

export function partnersView(state: MarketState, account: number): PartnerView[] {
  const rules = [...(state.partners.get(account) ?? [])].sort(([a], [b]) => a - b);
  return rules.map(([partner, rule]) => ({
    partner: state.accounts.list[partner]!.id,
    rule: nameOf(PartnerRule, rule) as PartnerView['rule'],
  }));
}

const IN_NO_NETWORK: NetworkOrderView = {
  zone: undefined,
  attributes: undefined,
  only: undefined,
  onlyZones: undefined,
  premiums: undefined,
  feeVersion: undefined,
};

export function networkOrderView(
  { networked }: MarketState,
  product: Product,
  slot: number,
): NetworkOrderView {
  const terms = networked.get(slot);
  if (terms === undefined) return IN_NO_NETWORK;
  const { zones } = product.network!.network;
  return {
    zone: zones[terms.zone]!.id,
    attributes: attributeNames(terms.attributes),
    only: attributeNames(terms.only),
    onlyZones: zones.filter(({ index }) => (terms.onlyZones >>> index) & 1).map(({ id }) => id),
    premiums: premiumTexts(terms.premiums, product.grid.tick),
    feeVersion: terms.feeVersion === 0 ? undefined : terms.feeVersion,
  };
}

/** The attributes of a mask. */
export function attributeNames(mask: number): AttributeName[] {
  return ATTRIBUTES.filter((_, bit) => (mask >>> bit) & 1);
}

/** The premiums of an order as its event told them, by attribute. */
export function premiumsTold(event: Extract<EventRecord, { type: 'networkTerms' }>): number[] {
  return ATTRIBUTES.map((name) => event[`${name}Premium`]);
}

/** Premiums that are more than nothing, by attribute. */
export function premiumTexts(
  premiums: readonly number[],
  tick: Decimal,
): Partial<Record<AttributeName, string>> {
  const texts: Partial<Record<AttributeName, string>> = {};
  ATTRIBUTES.forEach((name, i) => {
    const ticks = premiums[i]!;
    if (ticks !== 0) texts[name] = formatSteps(ticks, tick);
  });
  return texts;
}
