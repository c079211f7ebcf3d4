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
   * What was asked for is not kept: see the option `history` of an engine, `keepBytes` of an exchange.
   * Keep more with that option; an engine that keeps all may `forgetHistory` once its log is stored. An
   * exchange that was opened again has what came after its latest snapshot: a reader that is behind begins
   * anew from `read`.
   */
  | 'NOT_KEPT'
  /**
   * Bytes that are no frame, or a damaged one, or a frame that does not follow on the one before. Do not
   * write to this storage; find out which copy of it is whole.
   */
  | 'BAD_FRAME'
  /**
   * The last frame of a journal is damaged, and nobody can tell whether somebody relies on it. Look for a
   * whole copy of it; where there is none, `wattbook recover DIR --accept-tail-loss` goes on without that frame.
   */
  | 'TAIL_IN_DOUBT'
  /**
   * A replayed command came to another result than the journal recorded. Replay with the release that
   * wrote the journal; if that diverges too, report it with the journal.
   */
  | 'DIVERGED'
  /**
   * The journal was written by a release with other rules, under which the same commands may come to other results. Open
   * it with a release that has the rules that the message names.
   */
  | 'OTHER_RULES'
  /**
   * The clock is further ahead than the time that has passed allows (`maxClockJumpMs`); the request was not carried out, since its
   * time would let orders expire and gates close. Set the clock right; where it is right now, open the exchange again.
   */
  | 'CLOCK_JUMP'
  /**
   * The storage has a writer, and `takeOver` was not asked for. Close the other exchange, or take over if
   * you know that it is gone.
   */
  | 'STORAGE_IN_USE'
  /**
   * Another writer has taken over the storage; this one must not write any more. Send requests to the
   * exchange that took over, with the same command ids.
   */
  | 'FENCED'
  /**
   * The storage failed; see `cause`. What was under way may or may not be stored: open the exchange
   * again, and send it again with the same command ids.
   */
  | 'STORAGE_FAILED'
  /**
   * The storage did not answer in time. What was under way may or may not be stored: open the exchange
   * again, and send it again with the same command ids.
   */
  | 'STORAGE_TIMEOUT'
  /**
   * The storage answered with something else than it was given. Do not trust this storage: examine the
   * adapter and what it has stored.
   */
  | 'STORAGE_MISMATCH'
  /**
   * The blocks of a chain that are damaged, do not follow on each other, or are not signed by a key of their genesis; or a sealer that was
   * asked for two things at once. Run `wattbook verify` on them; blocks follow from the journal, so that they can be made anew
   * from a copy of their first entry.
   */
  | 'BAD_CHAIN'
  /** The exchange stopped earlier and takes no requests; see `cause`. Open it again on its storage. */
  | 'EXCHANGE_STOPPED'
  /** The exchange was closed. Open it again if it is still needed. */
  | 'EXCHANGE_CLOSED';

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

/** What an exchange stops with when a command failed half-way. */
export function brokenBy(cause: unknown): WattbookError {
  return new WattbookError('BROKEN_INVARIANT', 'broken invariant: a command failed half-way', {
    cause,
  });
}
