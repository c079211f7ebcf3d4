import { type Flow, workload, type Workload } from '../src/testing/index.ts';
import type { Work } from './checksums.ts';

/** One line of the output. */
export interface Figure {
  /** `suite/case`. */
  readonly name: string;
  readonly unit: string;
  /** Of all rounds. */
  readonly median: number;
  /** Of single commands, where they were timed one by one; the clock's own reading included. */
  readonly p50ns?: number;
  readonly p99ns?: number;
  readonly p999ns?: number;
  /** Whom it was measured against, and how many times as fast it was on the same commands. */
  readonly against?: string;
  readonly ratio?: number;
  /** What else was counted: how many orders rested, and so on. */
  readonly details?: Readonly<Record<string, number>>;
  /** Over all that was computed; '' where the measurement itself saw to it. */
  readonly checksum: string;
}

/** What a case finds out. */
export type Measured = Omit<Figure, 'name'>;

/** How much of everything a run does. */
export interface Plan {
  readonly rounds: number;
  load(flow: Flow): Workload;
  /** How many timed commands the peer gets. */
  stretch(flow: Flow): number;
  /** What is done of a case's own number of orders or markets. */
  size(full: number): number;
}

/** Whole flows: how published figures are taken. */
export const FULL: Plan = {
  rounds: 5,
  load: (flow) => workload(flow),
  stretch: (flow) => (flow === 'B' ? 2000 : 100_000),
  size: (full) => full,
};

/** Long enough for a sweep of B and six rolls of C, short enough for every commit. */
export const SMOKE: Plan = {
  rounds: 1,
  load: (flow) => workload(flow, { commands: 60_000, prefill: flow === 'E' ? 500 : 5000 }),
  stretch: (flow) => (flow === 'B' ? 200 : 2000),
  size: (full) => Math.ceil(full / 100),
};

/** What a case needs is not on this machine: its message says what. Such a case is skipped, and is no fault. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

/** What is measured under a name of its own. */
export interface Case {
  /** Behind the suite's name. */
  readonly name: string;
  /** What its fills must be those of; absent where it is not about fills. */
  readonly work?: Work;
  /** @throws Error if something comes out wrong; Unavailable */
  measure(plan: Plan, note: (text: string) => void): Promise<Measured>;
}

export interface Suite {
  readonly name: string;
  /** Whether it runs only where it is asked for: it takes minutes by itself. */
  readonly byNameAlone?: boolean;
  readonly cases: readonly Case[];
}
