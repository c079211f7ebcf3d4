import type { RejectName } from '../core/codes.ts';

/** The command was refused and changed nothing. */
export interface Refused {
  readonly ok: false;
  readonly code: RejectName;
  /** Sequence of the refused command; with ID_REUSED, of the command that used the id first; with SIGNATURE_WRONG, 0. */
  readonly sequence: number;
  /** Whether the command id was used before, so that this request took no sequence. */
  readonly repeated: boolean;
}

/** The command was carried out. */
export interface Accepted {
  readonly ok: true;
  readonly sequence: number;
  readonly repeated: boolean;
}

/** The order was accepted; what became of it is in the events. */
export interface OrderAccepted extends Accepted {
  readonly orderId: number;
  /** Lots that traded at once. */
  readonly filledLots: number;
}

/** What came of a request. */
export type Outcome = Accepted | Refused;
/** What came of a request about an order. */
export type OrderOutcome = OrderAccepted | Refused;
