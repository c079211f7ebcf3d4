import { nameOf, RejectCode, type RejectName } from '../core/codes.ts';
import type { Receipt as Applied } from '../matching/state.ts';
import type { StorageLevel } from '../storage/contract.ts';

/** The request became a command, which the market carried out. */
export interface ReceiptAccepted {
  readonly ok: true;
  /** Sequence of the command; of the earlier one where it is repeated. */
  readonly sequence: number;
  /** Whether the command id was used before, so that this request took no sequence. */
  readonly repeated: boolean;
  /** What the storage had promised of it when the receipt was given. */
  readonly level: StorageLevel;
}

/** The same of a request about an order. */
export interface OrderReceiptAccepted extends ReceiptAccepted {
  readonly orderId: number;
  /** Lots that traded at once. */
  readonly filledLots: number;
}

/** The request became a command, which the market refused. */
export interface ReceiptRefused {
  readonly ok: false;
  readonly code: RejectName;
  readonly sequence: number;
  readonly repeated: boolean;
  readonly level: StorageLevel;
}

/** The request never became a command: a limit of the exchange kept it off. It may be sent again. */
export interface TurnedAway {
  readonly ok: false;
  readonly code: TurnedAwayCode;
  readonly level: 'none';
  /** With RATE_LIMIT: after how long one more command is allowed, if time goes on. */
  readonly retryAfterMs?: number;
}

/** Why an exchange turned a request away. */
export type TurnedAwayCode =
  /** The actor has sent more commands than `limits.commandsPerSecond` and `limits.burst` allow. */
  | 'RATE_LIMIT'
  /** The account has `limits.openOrders` orders in the books. */
  | 'OPEN_ORDER_LIMIT'
  /** `maxWaiting` commands wait for the storage. */
  | 'OVERLOADED';

/** What an exchange answers to a request. */
export type Receipt = ReceiptAccepted | ReceiptRefused | TurnedAway;
/** What an exchange answers to a request about an order. */
export type OrderReceipt = OrderReceiptAccepted | ReceiptRefused | TurnedAway;

export function receiptOf(applied: Applied, level: StorageLevel): ReceiptAccepted | ReceiptRefused {
  const { sequence, code, recorded } = applied;
  const repeated = !recorded;
  if (code === 0) return { ok: true, sequence, repeated, level };
  return { ok: false, code: nameOf(RejectCode, code), sequence, repeated, level };
}

export function orderReceiptOf(
  applied: Applied,
  level: StorageLevel,
): OrderReceiptAccepted | ReceiptRefused {
  const { sequence, code, recorded, order, filled } = applied;
  const repeated = !recorded;
  if (code === 0)
    return { ok: true, sequence, repeated, level, orderId: order, filledLots: filled };
  return { ok: false, code: nameOf(RejectCode, code), sequence, repeated, level };
}
