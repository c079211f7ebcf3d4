import type { Attribute, PartnerRule } from '../core/codes.ts';
import type { Signable } from './account-keys.ts';
import type { AccountRequest, ProductRequest, QuantityFields, Stamp } from './requests.ts';

/** What energy may be. */
export type AttributeName = keyof typeof Attribute;

/** What an order asks for in a network. `zone` makes it an order in a network; the others are for such an order alone. */
export interface NetworkOrderFields {
  /** Where energy that is sold comes from, or where energy that is bought goes to. */
  readonly zone?: string;
  /** What the energy is that is sold. Default nothing of it. */
  readonly attributes?: readonly AttributeName[];
  /** An order that buys accepts energy that is one of these at least. Default any. */
  readonly only?: readonly AttributeName[];
  /** Zones that the other side may be in. Default all. */
  readonly onlyZones?: readonly string[];
  /** What an order that buys pays more for energy that is this: of several the most. Default nothing. */
  readonly premiums?: PremiumFields;
}

/** Premiums in money per unit of energy, or in ticks. */
export interface PremiumFields {
  readonly solar?: string;
  readonly solarTicks?: number;
  readonly wind?: string;
  readonly windTicks?: number;
  readonly battery?: string;
  readonly batteryTicks?: number;
  readonly grid?: string;
  readonly gridTicks?: number;
  readonly local?: string;
  readonly localTicks?: number;
}

/** What a take is in a network. */
export interface NetworkTakeFields {
  /** Zone of the account that takes. `limitPrice` is all-in if it buys. */
  readonly zone?: string;
  /** What its energy is, if it sells. */
  readonly attributes?: readonly AttributeName[];
}

/** How a trade to undo went, as `gridFeePaid` told it. All of these, or none where it was in no network. */
export interface NetworkRecallFields {
  readonly fromZone?: string;
  readonly toZone?: string;
  readonly gridFeeTicks?: number;
  readonly feeVersion?: number;
}

/** A new network, without zones. */
export interface ListNetworkRequest extends Stamp {
  readonly id: string;
  /** Price step of its fees and of all products that are traded in it, in money per unit of energy. */
  readonly tick: string;
}

/** A new zone of a network. A network has 32 at most. */
export interface AddZoneRequest extends Stamp {
  readonly network: string;
  /** Not that of any other zone, in whatever network. */
  readonly id: string;
  /** Account that the grid fees of energy go to which is delivered into the zone. It cannot be closed any more. */
  readonly gridAccount: string;
}

/** What energy from one zone to another costs the buyer. */
export interface SetGridFeeRequest extends Stamp {
  readonly network: string;
  readonly from: string;
  /** May be the same zone. */
  readonly to: string;
  /** Zero or more, in money per unit of energy. */
  readonly fee?: string;
  readonly feeTicks?: number;
}

/** What may still go from one zone to another in a product. */
export interface SetCapacityRequest
  extends ProductRequest, Omit<QuantityFields, 'quantity' | 'quantityLots'> {
  readonly from: string;
  readonly to: string;
  /** Zero or more; trades count it down. null takes the limit away. */
  readonly quantity?: string | null;
  readonly quantityLots?: number;
}

/** What an account says about trading with another one in networks. */
export interface SetPartnerRequest extends AccountRequest, Signable {
  readonly partner: string;
  /** An account that wants some trades with these alone. null takes back what was said. */
  readonly rule: Exclude<keyof typeof PartnerRule, 'none'> | null;
}
