/**
 * Runs random command streams through the engine and its naive twin, and compares them:
 *
 *   npx tsx scripts/campaign.ts --commands 10000000 --seed 1
 *
 * Events and receipts are compared after every command, every field and the state bytes after every
 * 20th (more rarely where the book or the window of command ids is large). `--stream n` repeats one
 * stream of a seed.
 */
import { parseArgs } from 'node:util';
import { EndReason, EventType, nameOf, RejectCode } from '../src/core/codes.ts';
import { EVENTS, offsetsOf } from '../src/core/registry.ts';
import { recordLength, recordType } from '../src/core/records.ts';
import { CommandSource, PLAIN, type Profile } from '../test/random-commands.ts';
import type { Command } from '../test/twin/commands.ts';
import { Lockstep } from '../test/twin/lockstep.ts';
import { setUp } from '../test/twin/set-up.ts';
import { type Draw, mulberry32 } from '../test/mulberry32.ts';

interface Plan {
  readonly name: string;
  readonly share: number;
  readonly least: number;
  readonly most: number;
  readonly profile: (draw: Draw) => Partial<Profile>;
}

/** Thousands of resting orders in waves: filled for a while, then drained. */
function deepBook(
  traders: number,
  ticks: number,
  aggressive: number,
  draw: Draw,
): Partial<Profile> {
  const wave = 4000 + draw(12_000);
  // The twin places every peg anew after every command: hundreds of them would be all that it does.
  const pegOneIn = draw(8) === 0 ? 12 : 50 + draw(500);
  return { traders, ticks, aggressive, withIds: 5, administration: 10, wave, pegOneIn };
}

/** Share: how many of a hundred streams are of a kind. */
const PLANS: readonly Plan[] = [
  {
    name: 'short',
    share: 40,
    least: 200,
    most: 2000,
    profile: (draw) => ({
      planned: draw(2) === 0,
      called: draw(3) === 0,
      networks: draw(3) === 0,
    }),
  },
  {
    name: 'scarce funds',
    share: 12,
    least: 200,
    most: 3000,
    profile: (draw) => ({ funds: 'scarce', planned: draw(2) === 0 }),
  },
  {
    name: 'huge amounts',
    share: 16,
    least: 200,
    most: 3000,
    profile: (draw) => ({ funds: 'huge', planned: draw(2) === 0 }),
  },
  {
    name: 'many levels',
    share: 20,
    least: 8000,
    most: 50_000,
    profile: (draw) => deepBook(12, 100 + draw(3000), 4 + draw(10), draw),
  },
  {
    name: 'long queues',
    share: 8,
    least: 8000,
    most: 50_000,
    profile: (draw) => deepBook(20, 3 + draw(30), 3 + draw(6), draw),
  },
  {
    name: 'more ids than the window holds',
    share: 4,
    least: 70_000,
    most: 140_000,
    profile: () => ({ withIds: 95, administration: 30 }),
  },
];

interface Tally {
  streams: number;
  commands: number;
  accepted: number;
  refused: number;
  trades: number;
  hashes: number;
  mostOrders: number;
  mostPages: number;
  readonly codes: Map<number, number>;
  readonly events: Map<string, number>;
}

class Failure extends Error {}

const ENDED = offsetsOf(EVENTS.orderEnded);

function planOf(draw: Draw): Plan {
  let left = draw(PLANS.reduce((sum, { share }) => sum + share, 0));
  for (const plan of PLANS) {
    left -= plan.share;
    if (left < 0) return plan;
  }
  throw new Error('the shares do not add up');
}

/** Counts what happened, by kind of event, and by reason where an order ended. */
function countEvents(events: Uint8Array, counts: Map<string, number>): void {
  const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
  for (let at = 0; at < events.length; at += recordLength(view, at)) {
    const type = recordType(view, at);
    const name = nameOf(EventType, type);
    const ends = type === EventType.orderEnded;
    const what = ends ? `${name} ${nameOf(EndReason, view.getUint8(at + ENDED.reason))}` : name;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
}

function runStream(seed: number, number: number, budget: number, tally: Tally): void {
  const draw = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const plan = planOf(draw);
  const profile: Profile = { ...PLAIN, ...plan.profile(draw) };
  const length = Math.min(budget, plan.least + draw(plan.most - plan.least + 1));
  const lockstep = new Lockstep();
  const source = new CommandSource(profile, lockstep.market);
  const prefix = draw(50) === 0 ? [] : setUp(profile, draw);
  let applied = 0;
  let due = 20;
  let last: Command | undefined;
  const step = (command: Command): void => {
    last = command;
    const thorough = ++applied >= due;
    if (thorough) due = applied + pause(lockstep);
    const checks = { fields: thorough, market: false, state: thorough };
    const { receipt, events } = lockstep.step(command, checks);
    if (receipt.code === 0) tally.accepted++;
    else tally.refused++;
    tally.codes.set(receipt.code, (tally.codes.get(receipt.code) ?? 0) + 1);
    countEvents(events, tally.events);
    tally.mostOrders = Math.max(tally.mostOrders, lockstep.market.orders.size);
  };
  try {
    for (const command of prefix.slice(0, length)) step(command);
    while (applied < length) {
      step(source.next(draw));
      if (applied % 1000 === 0) tally.mostPages = Math.max(tally.mostPages, pagesOf(lockstep));
    }
    lockstep.compareBytes(true);
  } catch (error) {
    throw new Failure(
      `seed ${seed}, stream ${number} (${plan.name}), command ${applied} of ${length}:\n` +
        `${JSON.stringify(last)}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`,
      { cause: error },
    );
  } finally {
    tally.streams++;
    tally.commands += applied;
    tally.trades += lockstep.market.lastTrade;
    tally.hashes += lockstep.hashes;
  }
}

/** How many commands until the next thorough comparison, whose cost grows with the state. */
function pause({ market }: Lockstep): number {
  return 20 + Math.floor(market.orders.size / 10 + market.window.size / 20);
}

function pagesOf({ state }: Lockstep): number {
  const pages = state.books.flatMap((book) =>
    book === undefined ? [] : [book.bids.pages, book.asks.pages],
  );
  return Math.max(0, ...pages);
}

function report(tally: Tally, mismatches: number, started: number): void {
  const { codes, events, commands, ...counts } = tally;
  const names = Object.entries(RejectCode);
  console.log(`commands          ${commands}`);
  for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(17)} ${count}`);
  const seen = names.filter(([, code]) => codes.has(code));
  console.log(`reject codes seen ${seen.length} of ${names.length}`);
  for (const [name, code] of names) console.log(`  ${name.padEnd(26)} ${codes.get(code) ?? 0}`);
  console.log('events');
  for (const name of [...events.keys()].sort()) {
    console.log(`  ${name.padEnd(26)} ${events.get(name)}`);
  }
  console.log(`mismatches        ${mismatches}`);
  console.log(`seconds           ${((performance.now() - started) / 1000).toFixed(1)}`);
}

function whole(text: string, option: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`${option} must be a whole number, got '${text}'`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      commands: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      stream: { type: 'string' },
    },
  });
  const goal = whole(values.commands, '--commands');
  const seed = whole(values.seed, '--seed');
  const only = values.stream === undefined ? undefined : whole(values.stream, '--stream');
  const tally: Tally = {
    streams: 0,
    commands: 0,
    accepted: 0,
    refused: 0,
    trades: 0,
    hashes: 0,
    mostOrders: 0,
    mostPages: 0,
    codes: new Map(),
    events: new Map(),
  };
  const started = performance.now();
  let mismatches = 0;
  let told = 0;
  try {
    if (only !== undefined) runStream(seed, only, Infinity, tally);
    for (let number = 0; only === undefined && tally.commands < goal; number++) {
      runStream(seed, number, goal - tally.commands, tally);
      const percent = Math.floor((20 * tally.commands) / goal) * 5;
      if (percent > told) {
        told = percent;
        const seconds = (performance.now() - started) / 1000;
        console.log(`${percent}%  ${tally.commands} commands  ${seconds.toFixed(0)} s`);
      }
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    mismatches++;
    console.log(error.message);
  }
  report(tally, mismatches, started);
  process.exitCode = mismatches > 0 ? 1 : 0;
}

main();
