export type { MongoOptions } from './place.ts';
export type {
  BalanceDocument,
  BlockDocument,
  OrderDocument,
  ProductDocument,
  TradeDocument,
  UserDocument,
} from './documents.ts';
export { mongoProjections, type MongoProjections } from './projections.ts';
export type { Page, PageOfTime, ReadModelQueries } from './queries.ts';
export { mongoStorage } from './storage.ts';
