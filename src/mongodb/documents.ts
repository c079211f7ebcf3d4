import type {
  AccountStatus,
  Display,
  EndReason,
  Mechanism,
  OrderKind,
  Pricing,
  ProductStatus,
  Role,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import type { AttributeName } from '../engine/network-requests.ts';

// Fields are named as in the views of `Queries`, and null stands where those have undefined. Text is exact, in whole units; the
// integer beside it counts the steps, from -(2^53-1) to 2^53-1. Times are epoch ms UTC.

/** What every document bears. */
export interface Applied {
  /** Sequence as of which the document is right: that of the last command of a frame. */
  readonly seq: number;
  /** Of the rebuild that has made it, from 1. */
  readonly generation: number;
}

/** An account, one of the system's three included. */
export interface UserDocument extends Applied {
  /** Its id, which is never given out again. */
  readonly _id: string;
  readonly role: keyof typeof Role;
  readonly status: keyof typeof AccountStatus;
  /** The Ed25519 public key that it signs with, 64 hex digits; null if it has none. */
  readonly key: string | null;
  /** null of those of the system, which are there from the beginning. */
  readonly openedAt: number | null;
}

/** A product with its terms of now, or those at its end once it was archived. What time alone changes is not in it. */
export interface ProductDocument extends Applied {
  /** Its row, from 0: an id may be given out again once it was archived, a row never is. */
  readonly _id: number;
  /** Its id. */
  readonly product: string;
  /** Asset that is traded. */
  readonly energy: string;
  /** Asset that it is paid with. */
  readonly money: string;
  /** Step of prices, in money for a whole unit of energy. */
  readonly tick: string;
  /** Step of quantities, in whole units of energy. */
  readonly lot: string;
  readonly status: keyof typeof ProductStatus;
  readonly makerPpm: number;
  readonly takerPpm: number;
  /** Lowest and highest price of orders, both allowed; null where any is. */
  readonly bandLow: string | null;
  readonly bandHigh: string | null;
  /** Counts up from 1 with each change of fees or band. */
  readonly termsVersion: number;
  /** Of the last trade that sets it, null before there was one. */
  readonly lastPrice: string | null;
  readonly lastPriceTicks: number | null;
  /** How far beyond the last price a limit may lie, and from when on trading halts; see `CircuitView`. */
  readonly collar: string | null;
  readonly collarPpm: number | null;
  readonly haltMove: string | null;
  readonly haltMovePpm: number | null;
  readonly haltWindowMs: number | null;
  readonly mechanism: keyof typeof Mechanism;
  /** Of a product that trades in auctions, else null; see `CallView`. */
  readonly pricing: keyof typeof Pricing | null;
  readonly referencePrice: string | null;
  readonly referencePriceTicks: number | null;
  readonly auctionEveryMs: number | null;
  /** When it is delivered and traded; null for a product without a plan. */
  readonly deliveryStart: number | null;
  readonly deliveryEnd: number | null;
  readonly opensAt: number | null;
  readonly gateAt: number | null;
  /** The network that it is traded in, null for none. */
  readonly network: string | null;
  readonly listedAt: number;
  /** Whether the market has forgotten it. */
  readonly archived: boolean;
  readonly archivedAt: number | null;
}

/** An order, one that was accepted and ended at once included. A refused one has no document. */
export interface OrderDocument extends Applied {
  /** Its number, from 1. */
  readonly _id: number;
  readonly account: string;
  /** Id of its product. */
  readonly product: string;
  /** `_id` of its product. */
  readonly productRow: number;
  readonly side: keyof typeof Side;
  readonly kind: keyof typeof OrderKind;
  readonly timeInForce: keyof typeof TimeInForce;
  /** Its limit; of one that is pegged, where it stands. */
  readonly price: string;
  readonly priceTicks: number;
  /** In all: `traded` and `open`. */
  readonly quantity: string;
  readonly quantityLots: number;
  /** Still to trade; of one that has ended, what was left of it. */
  readonly open: string;
  readonly openLots: number;
  readonly traded: string;
  readonly tradedLots: number;
  /** What it has locked: nothing once it has ended. */
  readonly lockedMoney: string;
  readonly lockedMoneyQuanta: number;
  readonly lockedEnergy: string;
  readonly lockedEnergyQuanta: number;
  /** Of a stop order that waits, what triggers it, else null. */
  readonly stopPrice: string | null;
  readonly stopPriceTicks: number | null;
  readonly display: keyof typeof Display;
  /** Of an iceberg how much of it is shown at a time, and below what the next part is; else null. */
  readonly displayQuantity: string | null;
  readonly displayQuantityLots: number | null;
  readonly refreshBelow: string | null;
  readonly refreshBelowLots: number | null;
  readonly allOrNone: boolean;
  /** The most that it may cost, null where nothing was said. */
  readonly maxMoney: string | null;
  readonly maxMoneyQuanta: number | null;
  /** What it follows if it is pegged, else null. */
  readonly peg: 'bid' | 'ask' | 'mid' | null;
  readonly pegOffset: string | null;
  readonly pegOffsetTicks: number | null;
  /** How far the trigger of a trailing stop stays behind, or stayed until it was triggered, else null. */
  readonly trail: string | null;
  readonly trailTicks: number | null;
  readonly trailPpm: number | null;
  /** What it asks for in its network; null of one in none. */
  readonly zone: string | null;
  readonly attributes: readonly AttributeName[] | null;
  readonly only: readonly AttributeName[] | null;
  readonly onlyZones: readonly string[] | null;
  readonly expiresAt: number | null;
  readonly clientOrderId: string | null;
  /** The order that it is, or was, linked with: one cancels the other. */
  readonly linkedOrderId: number | null;
  /** The two orders that have followed on it. */
  readonly takeProfitOrderId: number | null;
  readonly stopOrderId: number | null;
  /** Counts up from 1 with each change. */
  readonly version: number;
  /** `waiting` of a stop order that is not triggered. */
  readonly status: 'open' | 'waiting' | 'ended';
  /** Why it has ended, null as long as it has not. */
  readonly reason: keyof typeof EndReason | null;
  readonly acceptedAt: number;
  readonly endedAt: number | null;
  /** Time of the last event that was about it. */
  readonly updatedAt: number;
}

/** A trade, as `TradeView` tells it. */
export interface TradeDocument extends Applied {
  /** Its number, from 1. */
  readonly _id: number;
  readonly sequence: number;
  readonly time: number;
  readonly product: string;
  /** `_id` of its product. */
  readonly productRow: number;
  readonly buyer: string;
  readonly seller: string;
  /** Buyer and seller, so that one index finds the trades of an account. */
  readonly parties: readonly [buyer: string, seller: string];
  readonly price: string;
  readonly priceTicks: number;
  readonly quantity: string;
  readonly quantityLots: number;
  readonly value: string;
  readonly valueQuanta: number;
  readonly buyerFee: string;
  readonly buyerFeeQuanta: number;
  readonly sellerFee: string;
  readonly sellerFeeQuanta: number;
  readonly makerOrder: number;
  readonly takerOrder: number;
  readonly takerSide: keyof typeof Side;
  /** Of a trade in a network, from where to where it went, and what the buyer paid for that in all; else null. */
  readonly fromZone: string | null;
  readonly toZone: string | null;
  readonly gridFee: string | null;
  readonly gridFeeQuanta: number | null;
  /** Height of the block that it is in, or will be in once that is sealed. */
  readonly block: number;
  /** Whether an operator has undone it. */
  readonly recalled: boolean;
  readonly recalledAt: number | null;
}

/** What an account has of an asset: none before it has any, zero once it has no more or the asset is gone. */
export interface BalanceDocument extends Applied {
  /** Account and asset with a space between them, which is in no id. */
  readonly _id: string;
  readonly account: string;
  readonly asset: string;
  /** Below zero of `outside` alone. */
  readonly available: string;
  readonly availableQuanta: number;
  readonly locked: string;
  readonly lockedQuanta: number;
}

/** A block as the market ended it. Its hash and its signature are the sealer's. */
export interface BlockDocument extends Applied {
  /** Its height, from 1. */
  readonly _id: number;
  /** Its first command. */
  readonly firstSequence: number;
  /** Its last command. */
  readonly lastSequence: number;
  readonly time: number;
  /**
   * Number of the latest trade at its end, 0 before the first: its own are those above that of the block before. How many they
   * are does not stand here, since nobody who begins within a block can tell.
   */
  readonly lastTrade: number;
}

/** The documents by collection. */
export interface Documents {
  readonly users: UserDocument;
  readonly products: ProductDocument;
  readonly orders: OrderDocument;
  readonly trades: TradeDocument;
  readonly balances: BalanceDocument;
  readonly blocks: BlockDocument;
}

export type CollectionName = keyof Documents;

/** The names of the collections. */
export const COLLECTIONS: readonly CollectionName[] = [
  'users',
  'products',
  'orders',
  'trades',
  'balances',
  'blocks',
];

/** Some fields of a document, each with what it has become. */
export type FieldsOf<C extends CollectionName> = Partial<Omit<Documents[C], '_id' | keyof Applied>>;

/** What a frame makes of a document, one that there may not be yet: absolute values, so that writing them twice is the same. */
export interface ChangeOf<C extends CollectionName> {
  readonly collection: C;
  readonly id: Documents[C]['_id'];
  readonly fields: FieldsOf<C>;
  /** Sequence at which this was so: that of the last command of the frame. */
  readonly seq: number;
}

export type Change = { [C in CollectionName]: ChangeOf<C> }[CollectionName];

/**
 * One change for each document, of changes in the order of their frames: later fields over earlier ones, and the later sequence. To
 * be written at once, or not at all: a part of them under the guard of `seq` would hide the rest.
 */
export function mergedChanges(changes: Iterable<Change>): Change[] {
  const merged = new Map<string, Change>();
  for (const change of changes) {
    // A number and its text are ids of different collections.
    const key = `${change.collection} ${change.id}`;
    const before = merged.get(key);
    const fields = { ...before?.fields, ...change.fields };
    merged.set(key, { ...change, fields } as Change);
  }
  return [...merged.values()];
}
