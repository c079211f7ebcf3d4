import type {
  OrderKind,
  PegTo,
  PostOnly,
  Role,
  SelfTrade,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import type { SetAccountKeyRequest, Signable } from './account-keys.ts';
import type { CallFields } from './call-fields.ts';
import type {
  AddZoneRequest,
  ListNetworkRequest,
  NetworkOrderFields,
  NetworkRecallFields,
  NetworkTakeFields,
  SetCapacityRequest,
  SetGridFeeRequest,
  SetPartnerRequest,
} from './network-requests.ts';
export type * from './network-requests.ts';
export type * from './answers.ts';
export type { SetAccountKeyRequest, Signable, Signed } from './account-keys.ts';
import type { ForwardFields, SettlementRequests } from './settlement-requests.ts';

/** What every request may carry. */
export interface Stamp {
  /**
   * Account that asks; it needs the right to. Left out, it is the account that the request is
   * about, or `operator` for what is reserved to operators.
   */
  readonly actor?: string;
  /**
   * Makes the request safe to send again: the same id with the same content returns the recorded
   * outcome, with other content ID_REUSED. Remembered for 65,536 commands.
   */
  readonly commandId?: string;
  /** Time of the command, epoch ms UTC. Left out, the engine's clock tells it. */
  readonly at?: number;
}

/** An amount as decimal text in whole units ('12.50'), or as a count of the asset's quanta. */
export interface AmountFields {
  readonly amount?: string;
  readonly amountQuanta?: number;
}

/** A price as decimal text in money per unit of energy ('0.2999'), or as a count of ticks. */
export interface PriceFields {
  readonly price?: string;
  readonly priceTicks?: number;
}

/** A quantity as decimal text in units of energy ('1.5'), or as a count of lots. */
export interface QuantityFields {
  readonly quantity?: string;
  readonly quantityLots?: number;
}

/** A new account. */
export interface OpenAccountRequest extends Stamp {
  readonly id: string;
  /** Default trader. */
  readonly role?: keyof typeof Role;
}

/** An account to do something with. */
export interface AccountRequest extends Stamp {
  readonly account: string;
}

/** An account to freeze, or to thaw. */
export interface FreezeAccountRequest extends AccountRequest {
  /** false lifts the freeze. Default true. */
  readonly frozen?: boolean;
}

/** An amount of an asset that an account pays in or takes out. */
export interface FundsRequest extends Stamp, AmountFields {
  readonly account: string;
  readonly asset: string;
}

/** An amount of an asset that goes from `account` to `to`. */
export interface TransferRequest extends FundsRequest, Signable {
  readonly to: string;
}

/** A new asset. */
export interface ListAssetRequest extends Stamp {
  readonly id: string;
  /** One quantum is 10^-decimals of the unit: 9 for nano-EUR, 3 for Wh of a kWh. 0 to 15. */
  readonly decimals: number;
}

/** Lowest and highest price that a limit may have, both included, as decimal text. */
export interface Band {
  readonly low: string;
  readonly high: string;
}

/** Percent fees of an order, by the part that it plays in a trade. */
export interface FeeFields {
  /** Parts per million of the energy value, 0 to 1,000,000; 1,000 is 0.1%. Default 0. */
  readonly makerPpm?: number;
  readonly takerPpm?: number;
}

/** When a product is delivered, and from when until when it is traded. */
export interface DeliveryFields {
  /** First instant of the delivery, epoch ms UTC. */
  readonly start: number;
  /** First instant after it, epoch ms UTC. */
  readonly end: number;
  /** When the product opens, in ms from `start`: below zero for before, such as -172_800_000 for two days. */
  readonly opensMs: number;
  /** When its gate closes, in ms from `start`, after `opensMs`: from that instant on all its orders are gone. */
  readonly gateMs: number;
}

/** A new product. One lot at one tick must be a whole number of money quanta. */
export interface ListProductRequest extends Stamp, FeeFields, CallFields, ForwardFields {
  readonly id: string;
  /** Asset that is traded. */
  readonly energy: string;
  /** Asset that it is paid in. */
  readonly money: string;
  /** Price step in money per unit of energy, such as '0.000001' EUR/kWh. */
  readonly tick: string;
  /** Quantity step in units of energy, such as '0.001' kWh. */
  readonly lot: string;
  readonly band?: Band;
  /** Left out, the product is open at once, until it is closed. */
  readonly delivery?: DeliveryFields;
  /** Network that it is traded in. Its tick is that of the product. */
  readonly network?: string;
}

/** A product to do something with. */
export interface ProductRequest extends Stamp {
  readonly product: string;
}

/** New fees of a product, in parts per million. */
export interface SetFeesRequest extends ProductRequest {
  readonly makerPpm: number;
  readonly takerPpm: number;
}

/** A new price band of a product. */
export interface SetBandRequest extends ProductRequest {
  /** null takes the band away. */
  readonly band: Band | null;
}

/** The second of two orders of which one cancels the other. All else it has in common with the first. */
export interface OcoFields extends PriceFields {
  /** Default that of the first. */
  readonly side?: keyof typeof Side;
  /** Makes a stop order of it, as that of an order does. */
  readonly stopPrice?: string;
  readonly stopPriceTicks?: number;
}

/** At what an order is to get rid of what it trades: a better price, or a worse one to bound the loss. */
export interface BracketFields {
  /** Limit of the one order. */
  readonly takeProfit?: string;
  readonly takeProfitTicks?: number;
  /** What the other one waits for. */
  readonly stopPrice?: string;
  readonly stopPriceTicks?: number;
  /** Its limit once that has come. */
  readonly stopLimit?: string;
  readonly stopLimitTicks?: number;
}

/** An order. Without a price it must be a market order. */
export interface OrderRequest
  extends Stamp, PriceFields, QuantityFields, NetworkOrderFields, Signable {
  readonly account: string;
  readonly product: string;
  readonly side: keyof typeof Side;
  /**
   * Default limit. A market order's price, if it has one, protects it. One that is gtc, gtd or session becomes a
   * limit order at the best price of the other side.
   */
  readonly kind?: Exclude<keyof typeof OrderKind, 'take'>;
  /** Default gtc, for market orders ioc. With `session` the order ends with the product's session, `endSession`. */
  readonly timeInForce?: keyof typeof TimeInForce;
  /** Epoch ms UTC from which on a gtd order is gone. */
  readonly expiresAt?: number;
  /** Default off. */
  readonly postOnly?: keyof typeof PostOnly;
  /** Default cancelTaker. */
  readonly selfTrade?: keyof typeof SelfTrade;
  /** Least quantity that must trade on entry, else the order is refused. */
  readonly minQuantity?: string;
  readonly minQuantityLots?: number;
  /**
   * Makes a stop order of it: it waits until a trade at this price, or at a higher one if it buys, a lower
   * one if it sells, and enters then as what it is otherwise. A market order waits as a limit order at its
   * protection. Where the last price is there already it enters at once.
   */
  readonly stopPrice?: string;
  readonly stopPriceTicks?: number;
  /**
   * The most that a market order which buys may cost, fee included: it is an order for as much as that pays
   * for, of `quantity` at most. Zero pays for what costs nothing. With fok all of `quantity` must be paid for.
   */
  readonly maxMoney?: string;
  readonly maxMoneyQuanta?: number;
  /**
   * Makes a trailing stop order of it: after each trade its trigger is brought to within this distance of the price
   * (above it if it buys, below if it sells), and never farther away from it. It begins at `stopPrice`, or
   * at this distance from the last price. In money per unit of energy, in ticks, or in parts per million of the
   * price, at least a tick.
   */
  readonly trail?: string;
  readonly trailTicks?: number;
  /** 1 to 1,000,000. */
  readonly trailPpm?: number;
  /**
   * Has the order follow a price within its limit: the best displayed bid, ask, or the middle between them, as far as
   * orders that are not pegged make it. It never trades on its own: it keeps a tick away from what it would trade with.
   */
  readonly peg?: Exclude<keyof typeof PegTo, 'none'>;
  /** How far above that price it stands, or below, where this is below zero. Default 0. */
  readonly pegOffset?: string;
  readonly pegOffsetTicks?: number;
  /**
   * How much of the order everyone sees at a time, if not all: an iceberg. '0' hides it. A part that has
   * traded is followed by the next one, at the back of the queue. At least a thousandth of the quantity.
   */
  readonly displayQuantity?: string;
  readonly displayQuantityLots?: number;
  /** The next part comes as soon as less than this is left of the one before. Default: nothing is left. */
  readonly refreshBelow?: string;
  readonly refreshBelowLots?: number;
  /**
   * Whether the order trades whole or not at all. It waits in the book, beside the depth that everyone
   * sees, and is passed over by what is smaller. Default false.
   */
  readonly allOrNone?: boolean;
  /**
   * A second order of the same quantity: what one of the two trades, the other loses, and if one ends, so does the
   * other. They lock as much as the one that needs more. The second enters after the first, and has the next
   * order id. For limit and stop orders that may stand, without any of the other terms.
   */
  readonly oco?: OcoFields;
  /**
   * Two orders of the other side that enter once this one has ended, for what it traded: a limit order and a stop
   * order of which one cancels the other. What they will lock is reserved from the beginning, and what is bought is
   * locked for them at once.
   */
  readonly bracket?: BracketFields;
  /** The account's own name for the order, unique among its open orders. */
  readonly clientOrderId?: string;
}

/** What is to be new about an open order: its price, its total quantity, what triggers it; one of them at least. */
export interface AmendRequest extends Stamp, PriceFields, QuantityFields, Signable {
  /** The owner, or an operator. */
  readonly actor: string;
  readonly orderId: number;
  /** What a stop order that waits is to wait for; where the last price is there already it enters at once. */
  readonly stopPrice?: string;
  readonly stopPriceTicks?: number;
  /** Version that the order is believed to have; another one refuses with STALE_VERSION. */
  readonly expectedVersion?: number;
}

/** An open order to end. */
export interface CancelRequest extends Stamp, Signable {
  /** The owner, or an operator. */
  readonly actor: string;
  readonly orderId: number;
}

/** Open orders of an account, of a product, or of an account in a product. */
export interface CancelAllRequest extends Stamp, Signable {
  readonly account?: string;
  readonly product?: string;
}

/** A part of one resting order to trade with, whatever its place in the queue. */
export interface TakeRequest extends Stamp, QuantityFields, NetworkTakeFields, Signable {
  readonly account: string;
  /** The resting order to trade with. */
  readonly orderId: number;
  /** Worst price that is acceptable. */
  readonly limitPrice?: string;
  readonly limitPriceTicks?: number;
}

/** How far a product's price may move. What was set before is replaced. */
export interface SetCircuitRequest extends ProductRequest {
  /**
   * How far above the last price an order may buy, and how far below it one may sell, as decimal text, more than
   * zero. null takes the collar away, but for `collarPpm`; beside that it may be left out.
   */
  readonly collar?: string | null;
  /**
   * The same as parts per million of the last price, whichever sign it has, rounded down to a tick: 1 to
   * 1,000,000. Of the two distances the larger one holds. Alone it comes to nothing where the last price is 0:
   * an order may be priced no worse than that then.
   */
  readonly collarPpm?: number;
  /** What halts the product. null takes it away. */
  readonly halt: HaltFields | null;
}

/** What halts a product: a trade whose price is further than `move`, or `movePpm`, from the last price of `windowMs` ago. One of the two. */
export interface HaltFields {
  /** As decimal text, more than zero. */
  readonly move?: string;
  /**
   * The same as parts per million of the price of `windowMs` ago, whichever sign it has, rounded down to a tick:
   * 1 to 1,000,000. Of the two distances the larger one holds. Alone it comes to nothing where that price is 0:
   * a trade at any other price halts then.
   */
  readonly movePpm?: number;
  /** 1 to 3,600,000 ms. */
  readonly windowMs: number;
}

/** What an account may do at most. Limits that it had before are replaced. */
export interface SetAccountLimitsRequest extends AccountRequest {
  /**
   * Open orders that it may have when one more comes in that could stand, 0 to 4,294,967,295; a bracket counts
   * as the two that follow on it. null takes the limit away.
   */
  readonly maxOpenOrders: number | null;
  /**
   * Money of one asset that it may have at stake once an order has locked what it can cost: all that is
   * locked in the asset, and the value of what it has bought less sold in each product that is
   * paid in it, at the last price, whether above or below zero. null takes the limit away.
   */
  readonly maxExposure: (AmountFields & { readonly asset: string }) | null;
}

/** A trade to undo, as `trades` or its event told it. */
export interface RecallTradeRequest
  extends Stamp, PriceFields, QuantityFields, NetworkRecallFields {
  /** Its number. */
  readonly trade: number;
  readonly product: string;
  readonly buyer: string;
  readonly seller: string;
  readonly buyerFeeQuanta: number;
  readonly sellerFeeQuanta: number;
}

/** Which request belongs to which command. */
export interface Requests extends SettlementRequests {
  openAccount: OpenAccountRequest;
  freezeAccount: FreezeAccountRequest;
  closeAccount: AccountRequest & Signable;
  deposit: FundsRequest;
  withdraw: FundsRequest & Signable;
  transfer: TransferRequest;
  listAsset: ListAssetRequest;
  listProduct: ListProductRequest;
  setFees: SetFeesRequest;
  setBand: SetBandRequest;
  haltProduct: ProductRequest;
  resumeProduct: ProductRequest;
  closeProduct: ProductRequest;
  endSession: ProductRequest;
  archiveProduct: ProductRequest;
  runAuction: ProductRequest;
  submit: OrderRequest;
  amend: AmendRequest;
  cancel: CancelRequest;
  cancelAll: CancelAllRequest;
  take: TakeRequest;
  advanceTime: Stamp;
  sealBlock: Stamp;
  setCircuit: SetCircuitRequest;
  setAccountLimits: SetAccountLimitsRequest;
  kill: AccountRequest & Signable;
  setAccountKey: SetAccountKeyRequest;
  recallTrade: RecallTradeRequest;
  listNetwork: ListNetworkRequest;
  addZone: AddZoneRequest;
  setGridFee: SetGridFeeRequest;
  setCapacity: SetCapacityRequest;
  setPartner: SetPartnerRequest;
}

/** What can be asked for: the commands, but that `submitSpecial` is a submit with special terms. */
export type RequestName = keyof Requests;
