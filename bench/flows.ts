import type { Flow, Workload } from '../src/testing/index.ts';
import { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';
import { PEER, peerPath } from './peer.ts';
import { type Contestant, median, timeRounds } from './rounds.ts';
import type { Case } from './suite.ts';

/**
 * Takes a path of ours through flows, by turns with the peer.
 * @param pathOf makes the path for a workload
 */
export function flowCases(flows: readonly Flow[], pathOf: (load: Workload) => Path): Case[] {
  return flows.map((flow) => ({
    name: flow,
    work: flow,
    async measure(plan, note) {
      const load = plan.load(flow);
      const path = pathOf(load);
      const end = load.prefill + plan.stretch(flow);
      note('reference run');
      const ours = await reference(load, path, [end, load.length]);
      const peer = peerPath(load, end);
      const theirs = await reference(load, peer, [end]);
      if (ours[0]!.checksum !== theirs[0]!.checksum) {
        throw new Error(`other fills than ${PEER}`);
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
      return {
        unit: 'commands/s',
        median: (load.length - load.prefill) / median(whole),
        against: PEER,
        ratio: median(others.map((seconds, round) => seconds / part[round]!)),
        checksum: ours[1]!.checksum,
      };
    },
  }));
}

/**
 * Takes a path of ours through the flow `special`, by turns with flow A on a path of the same kind: the
 * peer does not know these orders.
 * @param plainPathOf makes the path for flow A
 */
export function specialCase(
  pathOf: (load: Workload) => Path,
  plainPathOf: (load: Workload) => Path = pathOf,
): Case {
  return {
    name: 'special',
    work: 'special',
    async measure(plan, note) {
      const loads = [plan.load('special'), plan.load('A')] as const;
      const paths = [pathOf(loads[0]), plainPathOf(loads[1])] as const;
      note('reference run');
      const [ours] = (await reference(loads[0], paths[0], [loads[0].length])) as [Outcome];
      const [plain] = (await reference(loads[1], paths[1], [loads[1].length])) as [Outcome];
      const turns = [
        turn('special', loads[0], paths[0], loads[0].length, ours.proof),
        turn('A', loads[1], paths[1], loads[1].length, plain.proof),
      ];
      const [special, a] = (await timeRounds(turns, plan.rounds, note)) as [number[], number[]];
      const shares = special.map((seconds, round) => a[round]! / seconds);
      return {
        unit: 'commands/s',
        median: (loads[0].length - loads[0].prefill) / median(special),
        details: { percentOfA: Math.round(100 * median(shares)) },
        checksum: ours.checksum,
      };
    },
  };
}

export interface Outcome {
  readonly checksum: string;
  readonly proof: string;
}

/**
 * Goes through a workload once, untimed, and takes down every fill: what the timed runs must come to,
 * and their warm-up.
 * @returns the outcome after each of the rows `ends`
 */
export async function reference(
  load: Workload,
  path: Path,
  ends: readonly number[],
): Promise<Outcome[]> {
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
