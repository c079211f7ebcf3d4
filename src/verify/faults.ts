/**
 * Why something is not taken.
 *
 * - `TORN`: the chain file ends inside its last entry.
 * - `MALFORMED`: bytes or text that nobody writes so.
 * - `MISMATCH`: it is not what comes out when it is computed again, or not what the block before leads to.
 * - `BAD_SIGNATURE`: the signature is not that of the header, or of the checkpoint.
 * - `NOT_TRUSTED`: of another chain, or of a key that was not named as trusted.
 * - `BAD_FRAME`: a frame of the journal is damaged, or does not follow on the one before.
 * - `CHECKPOINT_AHEAD`: a checkpoint is of more blocks than there are: blocks that were published are missing.
 * - `MISSING`: something that is needed is not there: commands in the journal, a record in a proof.
 */
export type FaultCode =
  | 'TORN'
  | 'MALFORMED'
  | 'MISMATCH'
  | 'BAD_SIGNATURE'
  | 'NOT_TRUSTED'
  | 'BAD_FRAME'
  | 'CHECKPOINT_AHEAD'
  | 'MISSING';

/** What is wrong, and where. */
export interface Fault {
  readonly ok: false;
  readonly code: FaultCode;
  /** The field that the fault shows in, by its name in docs/format.md. */
  readonly field: string;
  /** A sentence for people; it may change with any release. */
  readonly detail: string;
}

/** Leaves a check at its first fault; never leaves this folder. */
export class Refusal extends Error {
  readonly code: FaultCode;
  readonly field: string;

  constructor(code: FaultCode, field: string, detail: string) {
    super(detail);
    this.code = code;
    this.field = field;
  }

  /** As a value. */
  get fault(): Fault {
    return { ok: false, code: this.code, field: this.field, detail: this.message };
  }
}

/** Checks that something holds. @throws Refusal */
export function demand(
  holds: boolean,
  code: FaultCode,
  field: string,
  detail: string,
): asserts holds {
  if (!holds) throw new Refusal(code, field, detail);
}
