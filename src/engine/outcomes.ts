import { nameOf, RejectCode } from '../core/codes.ts';
import type { Receipt } from '../matching/state.ts';
import type { OrderOutcome, Outcome } from './requests.ts';

/** What users see of a receipt. */
export function outcomeOf({ sequence, code, recorded }: Receipt): Outcome {
  const repeated = !recorded;
  if (code === 0) return { ok: true, sequence, repeated };
  return { ok: false, code: nameOf(RejectCode, code), sequence, repeated };
}

/** The same of a command about an order. */
export function orderOutcomeOf(receipt: Receipt): OrderOutcome {
  const { sequence, code, recorded, order, filled } = receipt;
  const repeated = !recorded;
  if (code === 0) return { ok: true, sequence, repeated, orderId: order, filledLots: filled };
  return { ok: false, code: nameOf(RejectCode, code), sequence, repeated };
}
