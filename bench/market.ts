import type { Fills } from './fills.ts';

/** A market that is taken through a workload: one of ours, or the peer. */
export interface Market {
  /** Applies the operations of the rows from `from` up to `to`. This is what is timed. */
  run(from: number, to: number): void | Promise<void>;
  /** Reads the fills of the latest run off what it left; absent where `run` notes them down itself. */
  collect?(): void | Promise<void>;
  /** What came out, for comparison with an equal run: equal results, equal text. */
  proof(): string | Promise<string>;
}

/** A way into the library that is timed: how to make its market for a workload. */
export interface Path {
  /** Whether `run` returns a promise. */
  readonly isAsync?: boolean;
  /** The most operations of a run that `collect` can tell about. */
  readonly block: number;
  /** A new market, without the prefill. Fills go where `collect` or `run` finds them. */
  open(fills: Fills): Market | Promise<Market>;
}

/** A market of this library in which one can see how many orders rest. */
export interface RestingMarket extends Market {
  run(from: number, to: number): void;
  resting(): number;
}

export interface RestingPath extends Path {
  open(fills: Fills): RestingMarket;
}
