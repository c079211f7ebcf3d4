export { Engine, type EngineOptions } from './engine/engine.ts';
export type { Preview } from './engine/preview.ts';
export type * from './engine/requests.ts';
export type {
  AccountView,
  BalanceView,
  DepthLevelView,
  DepthView,
  OrderView,
  ProductView,
  TradeView,
} from './engine/views.ts';
export type { CommandRecord, EventRecord } from './core/records.ts';
export { type ErrorCode, WattbookError } from './core/errors.ts';
export { PRECEDENCE, RejectCode, type RejectName } from './core/codes.ts';
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
