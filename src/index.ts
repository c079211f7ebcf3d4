export { Engine, type EngineOptions } from './engine/engine.ts';
export type { Clock } from './engine/sequencer.ts';
export type { CallFields } from './engine/call-fields.ts';
export type { CallView, IndicativeView } from './engine/call-views.ts';
export type { AccountLimitsView, PositionView } from './engine/limit-views.ts';
export type {
  ChargeView,
  DebtView,
  ForwardPositionView,
  ReadingView,
  SettlementPartyView,
  SettlementView,
} from './engine/settlement-views.ts';
export type { Explanation } from './engine/explain.ts';
export type { NetworkObstacle } from './engine/network-obstacles.ts';
export type { Obstacle } from './engine/obstacles.ts';
export type {
  CapacityView,
  GridFeeView,
  MemberView,
  NetworkOrderView,
  NetworkView,
  PartnerView,
  ZoneView,
} from './engine/network-views.ts';
export type { Preview } from './engine/preview.ts';
export type * from './engine/requests.ts';
export type * from './engine/settlement-requests.ts';
export type {
  AccountView,
  AssetView,
  BalanceView,
  BestView,
  BookOrderView,
  BookView,
  DepthLevelView,
  DepthView,
  OrderView,
  ProductView,
  TradeView,
} from './engine/views.ts';
export type { CommandRecord, EventRecord } from './core/records.ts';
export { type ErrorCode, WattbookError } from './core/errors.ts';
export { Exchange } from './exchange/exchange.ts';
export type {
  ExchangeOptions,
  ExchangeStatus,
  Notice,
  ReadOptions,
  RequestOptions,
  RequestTo,
} from './exchange/options.ts';
export type { AccountLimits } from './exchange/limits.ts';
export type { BlockPolicy } from './exchange/block-policy.ts';
export type {
  OrderReceipt,
  OrderReceiptAccepted,
  Receipt,
  ReceiptAccepted,
  ReceiptRefused,
  TurnedAway,
  TurnedAwayCode,
} from './exchange/receipts.ts';
export type { Channels, SubscribeOptions } from './exchange/channels.ts';
export { Subscription } from './exchange/subscription.ts';
export type { BestUpdate } from './exchange/best.ts';
export type {
  BookAdded,
  BookChange,
  BookChanged,
  BookRemoved,
  BookUpdate,
} from './exchange/book-updates.ts';
export type { DepthUpdate } from './exchange/depth.ts';
export type {
  OrderAcceptedUpdate,
  OrderAmendedUpdate,
  OrderDroppedUpdate,
  OrderEndedUpdate,
  OrderFilledUpdate,
  OrderFollowedUpdate,
  OrderLinkedUpdate,
  OrderReducedUpdate,
  OrderRefreshedUpdate,
  OrderRestedUpdate,
  OrderTermsUpdate,
  OrderTriggeredUpdate,
  OrderUpdate,
  OrderWaitingUpdate,
} from './exchange/order-updates.ts';
export type { OrderCarriedUpdate, OrderNetworkUpdate } from './exchange/network-updates.ts';
export type { OrderMovedUpdate, OrderStopMovedUpdate } from './exchange/follower-updates.ts';
export { type Period, type Slot, slotsOf } from './market/calendar.ts';
export { slotProducts, type SlotProductsRequest } from './engine/slot-products.ts';
export {
  type AuctionFill,
  type AuctionOrder,
  type AuctionResult,
  type AuctionRules,
  clearAuction,
  type Pricing,
} from './market/auction.ts';
export {
  type CountedTrade,
  type ImbalanceCharge,
  settleSlot,
  type Settlement,
  type Statement,
} from './contracts/settlement.ts';
export type {
  MeterReading,
  ReadingQuality,
  SettlementTerms,
  SlotTrade,
} from './contracts/settlement-input.ts';
export { booksOf, type Posting, settlementDifference } from './contracts/postings.ts';
export { type Invoice, type InvoiceOptions, invoiceOf } from './contracts/invoice.ts';
export { memoryStorage } from './storage/memory.ts';
export type * from './storage/contract.ts';
export type { Frame, Sha256 } from './storage/frame.ts';
export type { AbortSignalLike } from './core/abort.ts';
export { type SignatureReport, verifySignatures } from './engine/signatures.ts';
export { Queries } from './engine/queries.ts';
export { RejectCode, type RejectName } from './core/codes.ts';
export { PRECEDENCE } from './core/precedence.ts';
export {
  convertEnergy,
  convertPrice,
  type EnergyUnit,
  formatEnergy,
  formatPrice,
  fromSteps,
  type PriceUnit,
  toSteps,
} from './core/units.ts';
