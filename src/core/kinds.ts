import * as codes from './codes.ts';
import { MAX_DECIMALS, MAX_HALT_WINDOW_MS, MAX_INTEGER, MAX_POSITION, PPM } from './limits.ts';

/** How a field of a record is written, and between what bounds. */
export interface Kind {
  readonly size: 1 | 2 | 4 | 8;
  readonly min: number;
  readonly max: number;
  /** Names by number, where the field is one of a table. */
  readonly names?: Readonly<Record<string, number>>;
}

function oneOf<T extends Readonly<Record<string, number>>, S extends 1 | 2>(names: T, size: S) {
  const numbers = Object.values(names);
  return { size, min: Math.min(...numbers), max: Math.max(...numbers), names };
}
const integer = (size: 1 | 2 | 4 | 8, min: number, max: number): Kind => ({ size, min, max });

/** What a field may hold. References (account, asset, product) are row numbers. */
export const KINDS = {
  account: integer(4, 0, codes.UNKNOWN),
  asset: integer(4, 0, codes.UNKNOWN),
  product: integer(4, 0, codes.UNKNOWN),
  network: integer(4, 0, codes.UNKNOWN),
  zone: integer(4, 0, codes.UNKNOWN),
  order: integer(8, 1, MAX_INTEGER),
  price: integer(8, -MAX_INTEGER, MAX_INTEGER),
  quantity: integer(8, 1, MAX_INTEGER),
  openQuantity: integer(8, 0, MAX_INTEGER),
  amount: integer(8, 1, MAX_INTEGER),
  amountOrZero: integer(8, 0, MAX_INTEGER),
  /** Above zero or below. */
  signedAmount: integer(8, -MAX_INTEGER, MAX_INTEGER),
  /** Energy that a meter counted, in quanta. */
  metered: integer(8, 0, MAX_POSITION),
  distance: integer(8, 0, MAX_INTEGER),
  haltWindow: integer(4, 0, MAX_HALT_WINDOW_MS),
  time: integer(8, 0, MAX_INTEGER),
  /** Ms before an instant, or after it. */
  offset: integer(8, -MAX_INTEGER, MAX_INTEGER),
  counter: integer(8, 0, MAX_INTEGER),
  trade: integer(8, 1, MAX_INTEGER),
  number: integer(4, 0, codes.UNKNOWN),
  ppm: integer(4, 0, PPM),
  decimals: integer(1, 0, MAX_DECIMALS),
  flag: integer(1, 0, 1),
  role: oneOf(codes.Role, 1),
  readingVersion: integer(4, 1, codes.UNKNOWN),
  readingQuality: oneOf(codes.ReadingQuality, 1),
  side: oneOf(codes.Side, 1),
  orderKind: oneOf(codes.OrderKind, 1),
  submitKind: oneOf(codes.SubmitKind, 1),
  timeInForce: oneOf(codes.TimeInForce, 1),
  postOnly: oneOf(codes.PostOnly, 1),
  selfTrade: oneOf(codes.SelfTrade, 1),
  display: oneOf(codes.Display, 1),
  trailBy: oneOf(codes.TrailBy, 1),
  pegTo: oneOf(codes.PegTo, 1),
  mechanism: oneOf(codes.Mechanism, 1),
  pricing: oneOf(codes.Pricing, 1),
  standing: oneOf(codes.Standing, 1),
  partnerRule: oneOf(codes.PartnerRule, 1),
  attributes: integer(1, 0, 31),
  endReason: oneOf(codes.EndReason, 1),
  rejectCode: oneOf(codes.RejectCode, 2),
  commandType: oneOf(codes.CommandType, 2),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;
