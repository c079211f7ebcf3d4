/** What can go wrong that is neither a refused command nor a misused argument. */
export type ErrorCode =
  /** The engine met a state that must not exist and takes no further commands. */
  | 'BROKEN_INVARIANT'
  /** The engine stopped earlier; see `cause`. */
  | 'ENGINE_STOPPED'
  /** Bytes that are no snapshot, or a damaged one. */
  | 'BAD_SNAPSHOT'
  /** Bytes that are no command record, or a damaged one. */
  | 'BAD_RECORD'
  /** Records that do not follow on each other. */
  | 'SEQUENCE_GAP'
  /** A record of a type or version that this release does not know. */
  | 'UNKNOWN_TYPE'
  /** What was asked for is not kept (see the engine's `history` option). */
  | 'NOT_KEPT';

/** A fault of the machine, the data or the library; its `code` is stable. */
export class WattbookError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WattbookError';
    this.code = code;
  }
}

/** Stops the engine: called where the code's own promises turn out to be broken. */
export function brokenInvariant(what: string): never {
  throw new WattbookError('BROKEN_INVARIANT', `broken invariant: ${what}`);
}
