/** Every number that ever appears in a record. The tables are append-only: a number is never given to anything else, nor withdrawn. */

/** Record types of commands: stamped inputs. */
export const CommandType = {
  openAccount: 1,
  freezeAccount: 2,
  closeAccount: 3,
  deposit: 4,
  withdraw: 5,
  transfer: 6,
  listAsset: 7,
  listProduct: 8,
  setFees: 9,
  setBand: 10,
  haltProduct: 11,
  resumeProduct: 12,
  closeProduct: 13,
  submit: 14,
  amend: 15,
  cancel: 16,
  cancelAll: 17,
  take: 18,
  advanceTime: 19,
  endSession: 20,
  setCircuit: 21,
  setAccountLimits: 22,
  kill: 23,
  recallTrade: 24,
  submitSpecial: 25,
  archiveProduct: 26,
  runAuction: 27,
  listNetwork: 31,
  addZone: 32,
  setGridFee: 33,
  setCapacity: 34,
  setPartner: 35,
  submitInNetwork: 36,
  takeInNetwork: 37,
  recallInNetwork: 38,
  recordReading: 28,
  setImbalancePrices: 29,
  settleProduct: 30,
  sealBlock: 39,
  setAccountKey: 40,
} as const;

/** Record types of events: facts. */
export const EventType = {
  rejected: 101,
  accountOpened: 102,
  accountFrozen: 103,
  accountClosed: 104,
  deposited: 105,
  withdrawn: 106,
  transferred: 107,
  assetListed: 108,
  productListed: 109,
  termsSet: 110,
  productHalted: 111,
  productResumed: 112,
  productClosed: 113,
  orderAccepted: 114,
  orderRested: 115,
  trade: 116,
  orderReduced: 117,
  orderAmended: 118,
  orderEnded: 119,
  allCancelled: 120,
  timeAdvanced: 121,
  orderRefreshed: 122,
  stopPlaced: 123,
  stopTriggered: 124,
  sessionEnded: 125,
  circuitSet: 126,
  accountLimitsSet: 127,
  accountKilled: 128,
  tradeRecalled: 129,
  stopMoved: 130,
  orderMoved: 131,
  volatilityHalt: 132,
  orderTerms: 133,
  ordersLinked: 134,
  bracketPlaced: 135,
  bracketDropped: 136,
  productOpened: 137,
  gateClosed: 138,
  productArchived: 139,
  auctionHeld: 140,
  networkListed: 145,
  zoneAdded: 146,
  gridFeeSet: 147,
  capacitySet: 148,
  partnerSet: 149,
  gridFeePaid: 150,
  orderRemains: 151,
  gridFeeReturned: 152,
  networkTerms: 153,
  readingRecorded: 141,
  imbalancePricesSet: 142,
  slotSettled: 143,
  settlementPosted: 144,
  debtPaid: 156,
  blockSealed: 157,
  accountKeySet: 158,
} as const;

/** Why a command was refused. Numbers are append-only; the order in which codes are checked is PRECEDENCE below. */
export const RejectCode = {
  /** The command id was used before, for a command with other content. Takes no sequence. */
  ID_REUSED: 1,
  /** The command is stamped earlier than the latest time that the market has seen. */
  TIME_BACKWARDS: 2,
  /** The actor, or the account that stands for it where none is named, is not of this market. */
  UNKNOWN_ACTOR: 3,
  /** No account has this id. */
  UNKNOWN_ACCOUNT: 4,
  /** No asset has this id. */
  UNKNOWN_ASSET: 5,
  /** No product has this id. */
  UNKNOWN_PRODUCT: 6,
  /** No resting order has this id: it never existed, or it has ended. */
  UNKNOWN_ORDER: 7,
  /** The actor neither owns the account or order nor has the role that the command needs. */
  FORBIDDEN: 8,
  /** A system account cannot be used in this way, nor the utility of a product. */
  SYSTEM_ACCOUNT: 9,
  /** The account is closed for good. */
  ACCOUNT_CLOSED: 10,
  /** The account is frozen: it may cancel and receive, and neither trade nor pay out. */
  ACCOUNT_FROZEN: 11,
  /** The account still has balances or open orders, owes something, has a part in what is not settled for good, or gets grid fees. */
  ACCOUNT_NOT_EMPTY: 12,
  /** An account with this id exists, or existed. */
  DUPLICATE_ACCOUNT: 13,
  /** An asset with this id exists. */
  DUPLICATE_ASSET: 14,
  /** A product with this id exists, or existed. */
  DUPLICATE_PRODUCT: 15,
  /** A lot, or a lot at one tick, is no whole number of quanta, or more than 2^53-1 of them; or the settlement cannot be. */
  INVALID_PRODUCT: 16,
  /** The asset's supply would pass 2^53-1 quanta. */
  MINT_LIMIT: 17,
  /** Less is available than the withdrawal or transfer moves. */
  INSUFFICIENT_FUNDS: 18,
  /** The product is closed: it takes no commands any more. */
  PRODUCT_CLOSED: 19,
  /** The product is halted: cancels only. */
  PRODUCT_HALTED: 20,
  /** An open order of the account carries this client order id. */
  DUPLICATE_CLIENT_ORDER_ID: 21,
  /** The order would have expired before it was entered. */
  ALREADY_EXPIRED: 22,
  /** The order has another version than the amendment expects. */
  STALE_VERSION: 23,
  /** A market order with neither a protection price nor a price band around it. */
  NO_PROTECTION: 24,
  /** The price lies outside the product's price band; a band or a price of imbalance, outside what it was listed with. */
  PRICE_OUTSIDE_BAND: 25,
  /** What the order could cost would pass 2^53-1 quanta. */
  LOCK_LIMIT: 26,
  /** The post-only order would trade on entry, or the pegged order has no price at which it would not. */
  POST_ONLY_CROSSES: 27,
  /** The fill-or-kill order cannot be filled whole at once. */
  FOK_UNFILLABLE: 28,
  /** Less than the minimum quantity can be filled on entry. */
  MIN_QUANTITY: 29,
  /** The taker owns the resting order. */
  OWN_ORDER: 30,
  /** The resting order's price is worse than the taker's limit. */
  PRICE_CHANGED: 31,
  /** Less is open than the taker wants. */
  QUANTITY_GONE: 32,
  /** Less energy is available than the order could deliver. */
  INSUFFICIENT_ENERGY: 33,
  /** Less money is available than the order could cost. */
  INSUFFICIENT_MONEY: 34,
  /** The order would be shown in more than 1,000 parts. */
  CLIP_LIMIT: 35,
  /** The resting order trades whole or not at all, and the taker wants a part. */
  ALL_OR_NONE: 36,
  /** A market order that may rest takes its limit from the other side of the book, and nothing is there. */
  EMPTY_SIDE: 37,
  /** The most that the market order may cost does not pay for one lot of what is there. */
  MONEY_TOO_LITTLE: 38,
  /** The order follows a price that there is not: no trade yet, or no displayed order to be pegged to. */
  NO_REFERENCE: 39,
  /** The order does not wait for a price: it was triggered, or never was a stop order. */
  NOT_WAITING: 40,
  /** The product has 1,000 orders that follow a price, as many as it may have. */
  FOLLOWER_LIMIT: 41,
  /** The price is further beyond the last price than the product's collar allows. */
  PRICE_OUTSIDE_COLLAR: 42,
  /** The account has as many open orders as its limits allow, and this one, or what follows on it, could stand too; or 1,000 in a product that is sold forward. */
  OPEN_ORDER_LIMIT: 43,
  /** With what the order locks, more money would be at stake than the account's limits allow. */
  EXPOSURE_LIMIT: 44,
  /** The recall would overdraw the buyer, the seller or the fees: it takes from what is available; or no trade was like that. */
  RECALL_SHORT: 45,
  /** The trade was recalled before. */
  ALREADY_RECALLED: 46,
  /** No trade has this number yet, or it is older than the product. */
  UNKNOWN_TRADE: 47,
  /** The order and the one that it is linked with would trade with each other at their limits. */
  LEGS_CROSS: 48,
  /** The product takes orders from a planned instant on, which has not come. */
  NOT_YET_OPEN: 49,
  /** The planned instant at which trading ends has come. */
  GATE_CLOSED: 50,
  /** The product may trade yet, its delivery has not ended, or not all of it is settled for good. */
  NOT_CLOSED: 51,
  /** The product trades in auctions, in which there is no such order, and no circuit. */
  NOT_IN_CALL: 52,
  /** The product is traded continuously: no auction is held of it. */
  NOT_A_CALL: 53,
  /** No network has this id. */
  UNKNOWN_NETWORK: 61,
  /** No zone of the network has this id. */
  UNKNOWN_ZONE: 62,
  /** A network with this id exists. */
  DUPLICATE_NETWORK: 63,
  /** A zone with this id exists, in this network or another. */
  DUPLICATE_ZONE: 64,
  /** The product is traded in a network and the command is not made for that, or the other way round. */
  NOT_IN_NETWORK: 65,
  /** The network has 32 zones, as many as it may have. */
  ZONE_LIMIT: 66,
  /** The side of the product has 1,000 lanes, as many as it may have, and the order could rest in none of them. */
  LANE_LIMIT: 67,
  /** A filter or a partner rule keeps the taker and the resting order apart. */
  KEPT_APART: 68,
  /** The product is prepaid: it has neither meter readings nor prices of imbalance, and nothing to settle. */
  PREPAID: 54,
  /** The delivery of the product has not ended yet. */
  NOT_DELIVERED: 55,
  /** The account has a reading of that version, or of a later one. */
  READING_OLD: 56,
  /** The prices of imbalance of the product were not set yet. */
  NO_IMBALANCE_PRICES: 57,
  /** A settlement is final only with a reading of everyone who has bought more than sold, or sold more than bought. */
  READING_MISSING: 58,
  /** The utility of the product has less available than it has to pay. */
  UTILITY_SHORT: 59,
  /** The account owes something: until that is paid it enters no orders and pays nothing out. */
  IN_DEBT: 60,
  /** With the order, all others of its side, and what follows on others, the account could have bought or sold more than the product allows. */
  POSITION_LIMIT: 69,
  /** The market has given out 16,777,216 rows of assets, products or terms, as many as it may have. */
  LISTING_LIMIT: 70,
  /** The account has a key, and the command is not signed by it. */
  SIGNATURE_MISSING: 71,
  /** The signature held good up to an instant that has passed. */
  SIGNATURE_EXPIRED: 72,
  /** A signed command of the account with this nonce was recorded before, or one with a nonce higher by 64 or more. */
  NONCE_USED: 73,
  /** The command is signed, and the actor has no key. */
  NO_KEY: 74,
  /** The signature is not one of this command by the actor's key. Takes no sequence. */
  SIGNATURE_WRONG: 75,
} as const;

/** The name of a reject code, as outcomes carry it. */
export type RejectName = keyof typeof RejectCode;

/** Side of an order. */
export const Side = { buy: 0, sell: 1 } as const;
/** Kind of an order. A take is an immediate order against one resting order. */
export const OrderKind = { limit: 0, market: 1, take: 2 } as const;
/** Kinds that can be submitted. */
export const SubmitKind = { limit: 0, market: 1 } as const;
/** How long an order stands: until cancelled, until an instant, not at all, whole or not at all, or until its session ends. */
export const TimeInForce = { gtc: 0, gtd: 1, ioc: 2, fok: 3, session: 4 } as const;
/** What a post-only order does when it would trade on entry. */
export const PostOnly = { off: 0, reject: 1, slide: 2 } as const;
/** What happens when an incoming order meets a resting order of its own account. */
export const SelfTrade = {
  allow: 0,
  cancelTaker: 1,
  cancelMaker: 2,
  cancelBoth: 3,
  decrement: 4,
} as const;
/** How much of a resting order everyone sees: all, one clip at a time (iceberg), or nothing. */
export const Display = { all: 0, clip: 1, hidden: 2 } as const;
/** In what a stop order counts how far its trigger stays behind the last price, if it trails. */
export const TrailBy = { none: 0, ticks: 1, ppm: 2 } as const;
/** The price that a pegged order follows: the best bid, the best ask, or the middle between them. */
export const PegTo = { none: 0, bid: 1, ask: 2, mid: 3 } as const;
/** Where an order stood when an event took lots off it: in no book, in one for all to see or not, among the stops. */
export const Standing = { outside: 0, displayed: 1, undisplayed: 2, waiting: 3 } as const;
/** What energy may be, and a bit for each. */
export const Attribute = { solar: 1, wind: 2, battery: 4, grid: 8, local: 16 } as const;
/** What an account says about another one that it could trade with. */
export const PartnerRule = { none: 0, wanted: 1, excluded: 2 } as const;
/** What an account may do beside trading: everything, or to record meter readings. */
export const Role = { trader: 0, operator: 1, meter: 2 } as const;
/** How a meter reading came about: read off the meter, put in its place, or guessed. */
export const ReadingQuality = { measured: 0, substituted: 1, estimated: 2 } as const;
export const AccountStatus = { open: 0, frozen: 1, closed: 2 } as const;
/** What may be done in a product: `scheduled` before its planned opening, `gateClosed` from its planned gate closure on. */
export const ProductStatus = {
  open: 0,
  halted: 1,
  closed: 2,
  scheduled: 3,
  gateClosed: 4,
} as const;
/** How a product is traded: as orders come in, or in auctions. */
export const Mechanism = { continuous: 0, call: 1 } as const;
/** At what those trade who do in an auction: at one price, at the limit of the buyer, or at a rate that is given. */
export const Pricing = { uniform: 0, 'pay-as-bid': 1, 'mid-market': 2 } as const;
/** Why an order ended. */
export const EndReason = {
  /** All of it traded. */
  filled: 1,
  /** Its owner or an operator cancelled it. */
  cancelled: 2,
  /** Its expiry came. */
  expired: 3,
  /** An immediate order found no more to trade with. */
  unfilled: 4,
  /** It met an order of its own account. */
  selfTrade: 5,
  /** Its product closed. */
  productClosed: 6,
  /** It was amended to no more than what it had traded. */
  amended: 7,
  /** A stop order: too many were triggered by one command, one by way of another. */
  cascade: 8,
  /** It was good for the session of its product, which ended. */
  sessionEnded: 9,
  /** A trade of its own moved the price too far: its product was halted, and it trades no further. */
  halted: 10,
  /** Its account was killed: frozen, with all its orders cancelled. */
  killed: 11,
  /** The order that it was linked with ended. */
  oco: 12,
  /** The gate of its product closed, as planned. */
  gateClosed: 13,
  /** It was good for an auction of its product, which was held. */
  auctionOver: 14,
  /** Its account could not pay what a settlement came to. */
  inDebt: 15,
} as const;

/** In a record: a reference to something whose id nobody has registered. */
export const UNKNOWN = 0xffff_ffff;

/** Accounts that every market starts with, in this order. */
export const SYSTEM_ACCOUNTS = ['outside', 'fees', 'operator'] as const;

// The engine decides by them, and some are handed out: nobody may change them.
for (const table of [
  CommandType,
  EventType,
  RejectCode,
  SYSTEM_ACCOUNTS,
  Side,
  OrderKind,
  SubmitKind,
  TimeInForce,
  PostOnly,
  SelfTrade,
  Display,
  TrailBy,
  PegTo,
  Standing,
  Attribute,
  PartnerRule,
  Role,
  ReadingQuality,
  AccountStatus,
  ProductStatus,
  Mechanism,
  Pricing,
  EndReason,
]) {
  Object.freeze(table);
}

export { nameOf } from './names.ts';
