import { type Flow, workload, type Workload } from '../src/testing/index.ts';
import { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';
import { PEER, peerPath } from './peer.ts';
import { type Contestant, median, timeRounds } from './rounds.ts';

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
  /** Over all that was computed. */
  readonly checksum: string;
}

export type Latency = Required<Pick<Figure, 'p50ns' | 'p99ns' | 'p999ns'>>;

/** How much of everything a run does. */
export interface Plan {
  readonly rounds: number;
  load(flow: Flow): Workload;
  /** How many timed commands the peer gets. */
  stretch(flow: Flow): number;
}

/** Whole flows: how published figures are taken. */
export const FULL: Plan = {
  rounds: 5,
  load: (flow) => workload(flow),
  stretch: (flow) => (flow === 'B' ? 2000 : 100_000),
};

/** Long enough for a sweep of B and six rolls of C, short enough for every commit. */
export const SMOKE: Plan = {
  rounds: 1,
  load: (flow) => workload(flow, { commands: 60_000, prefill: flow === 'E' ? 500 : 5000 }),
  stretch: (flow) => (flow === 'B' ? 200 : 2000),
};

export interface Suite {
  readonly name: string;
  /** Its cases: the flows that it takes. */
  readonly flows: readonly Flow[];
  measure(flow: Flow, plan: Plan, note: (text: string) => void): Promise<Figure>;
}

/**
 * A suite that takes a path of ours through flows, by turns with the peer.
 * @param pathOf makes the path for a workload
 * @param latencyOf times single commands, in the flows where that is wanted
 */
export function suite(
  name: string,
  flows: readonly Flow[],
  pathOf: (load: Workload) => Path,
  latencyOf?: (load: Workload, plan: Plan) => Latency | undefined,
): Suite {
  return {
    name,
    flows,
    async measure(flow, plan, note) {
      const load = plan.load(flow);
      const path = pathOf(load);
      const end = load.prefill + plan.stretch(flow);
      note('reference run');
      const ours = await reference(load, path, [end, load.length]);
      const peer = peerPath(load, end);
      const theirs = await reference(load, peer, [end]);
      if (ours[0]!.checksum !== theirs[0]!.checksum) {
        throw new Error(`${name}/${flow}: other fills than ${PEER}`);
      }
      const turns = [
        turn('ours', load, path, load.length, ours[1]!.proof),
        turn('ours, as far as the peer', load, path, end, ours[0]!.proof),
        turn('peer', load, peer, end, theirs[0]!.proof),
      ];
      const [whole, part, others] = (await timeRounds(turns, plan.rounds, note)) as [
        number[],
        number[],
        number[],
      ];
      note('latency');
      return {
        name: `${name}/${flow}`,
        unit: 'commands/s',
        median: (load.length - load.prefill) / median(whole),
        ...latencyOf?.(load, plan),
        against: PEER,
        ratio: median(others.map((seconds, round) => seconds / part[round]!)),
        checksum: ours[1]!.checksum,
      };
    },
  };
}

interface Outcome {
  readonly checksum: string;
  readonly proof: string;
}

/**
 * Goes through a workload once, untimed, and takes down every fill: what the timed runs must come to,
 * and their warm-up.
 * @returns the outcome after each of the rows `ends`
 */
async function reference(load: Workload, path: Path, ends: readonly number[]): Promise<Outcome[]> {
  const fills = new Fills(load.orders);
  const market = await path.open(fills);
  const outcomes: Outcome[] = [];
  let row = 0;
  for (const end of ends) {
    while (row < end) {
      const next = Math.min(end, row + (market.collect === undefined ? end : path.block));
      const running = market.run(row, next);
      if (path.isAsync === true) await running;
      await market.collect?.();
      row = next;
    }
    outcomes.push({ checksum: fills.checksum(), proof: await market.proof() });
  }
  return outcomes;
}

function turn(name: string, load: Workload, path: Path, end: number, proof: string): Contestant {
  const fills = new Fills(load.orders);
  let market: Market;
  return {
    name,
    isAsync: path.isAsync === true,
    async ready() {
      fills.count = 0;
      market = await path.open(fills);
      await market.run(0, load.prefill);
      return () => market.run(load.prefill, end);
    },
    async check() {
      if ((await market.proof()) !== proof) throw new Error(`${name}: not what it came to before`);
    },
  };
}
