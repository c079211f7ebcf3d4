import { RejectCode, type RejectName } from '../core/codes.ts';
import type { Receipt } from '../matching/state.ts';
import type { OrderOutcome, Outcome } from './requests.ts';

/** By number. */
const REJECT_NAMES: RejectName[] = [];
for (const [name, code] of Object.entries(RejectCode)) REJECT_NAMES[code] = name as RejectName;

/** What users see of a receipt. */
export function outcomeOf(receipt: Receipt): Outcome {
  const { sequence, code } = receipt;
  const repeated = isRepeated(receipt);
  if (code === 0) return { ok: true, sequence, repeated };
  return { ok: false, code: REJECT_NAMES[code]!, sequence, repeated };
}

/** The same of a command about an order. */
export function orderOutcomeOf(receipt: Receipt): OrderOutcome {
  const { sequence, code, order, filled } = receipt;
  const repeated = isRepeated(receipt);
  if (code === 0) return { ok: true, sequence, repeated, orderId: order, filledLots: filled };
  return { ok: false, code: REJECT_NAMES[code]!, sequence, repeated };
}

/** A wrong signature is not recorded either, and repeats nothing. */
function isRepeated({ recorded, code }: Receipt): boolean {
  return !recorded && code !== RejectCode.SIGNATURE_WRONG;
}
