/**
 * What can go wrong that is neither a refused command nor a misused argument. Of each comment the
 * first sentence says when, the rest what to do: docs/errors.md is made from them.
 */
export type ErrorCode =
  /**
   * The engine met a state that must not exist, and takes no further commands. Report it with the
   * command log, whose last record is the command that failed; go on from a snapshot that was taken
   * before, since the state may be half changed.
   */
  | 'BROKEN_INVARIANT'
  /**
   * The engine stopped earlier; see `cause`. Go on with an engine that is restored or replayed: this
   * one answers queries and gives its command log, and a snapshot of it is worth nothing.
   */
  | 'ENGINE_STOPPED'
  /**
   * Bytes that are no snapshot, a damaged one, or one of another version. Take an older snapshot and
   * replay the log from there; another version needs the release that wrote it.
   */
  | 'BAD_SNAPSHOT'
  /**
   * Bytes that are no command record, or a damaged one. The message says at which byte: what stands
   * before it can be replayed, and what stands behind it has lost its meaning.
   */
  | 'BAD_RECORD'
  /**
   * Records that do not follow on each other. Check that the log begins where the snapshot ends, and
   * that no part of it is missing or there twice.
   */
  | 'SEQUENCE_GAP'
  /**
   * A record of a type or version that this release does not know. Read it with the release that wrote
   * it.
   */
  | 'UNKNOWN_TYPE'
  /**
   * What was asked for is not kept (see the engine's `history` option). Make the engine with
   * `history: 'keep'`, and call `forgetHistory` once the log has been put away.
   */
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
