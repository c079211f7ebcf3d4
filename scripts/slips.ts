/**
 * Breaks the source on purpose, one slip of the pen at a time, and looks whether the tests see it:
 *
 *   npx tsx scripts/slips.ts --only ladder
 *
 * The slips stand in test/slips. Each is planted in a copy of the tree, never in the tree itself, and
 * its tests run until one fails. `--only` takes those whose file or description has a text in it,
 * `--jobs` says how many run at a time: one for each core where nothing is said.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { SLIP_GROUPS } from '../test/slips/list.ts';
import { plant, type Slip } from '../test/slips/slip.ts';
import { ROOT } from './command.ts';
import { Lane } from './lane.ts';

const NOT_COPIED = new Set(['.git', 'node_modules', 'dist', 'coverage']);
/** A test that takes so much longer than without the slip hangs: a factor, and seconds on top. */
const SLOWER = 4;
const SLACK_SECONDS = 10;
/** Tests that take less than this run once more at the end. */
const QUICK_SECONDS = 5;

interface Planned extends Slip {
  readonly file: string;
  readonly tests: readonly string[];
}

/** What a test file comes to without a slip. */
interface Usual {
  readonly seconds: number;
  readonly passed: number;
}

function planned(only: string): Planned[] {
  const all = SLIP_GROUPS.flatMap(({ file, tests, slips }) =>
    slips.map((slip): Planned => ({ file, tests, ...slip })),
  );
  return all.filter(({ file, about }) => file.includes(only) || about.includes(only));
}

/** A copy of the tree that slips can be planted in. */
function copyTree(parent: string, name: string): string {
  const folder = join(parent, name);
  cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Takes jobs off a list, one at a time in each lane. */
async function share<T>(
  lanes: readonly Lane[],
  jobs: readonly T[],
  work: (job: T, lane: Lane, index: number) => Promise<void>,
): Promise<void> {
  const left = [...jobs.entries()];
  const follow = async (lane: Lane): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      await work(job[1], lane, job[0]);
    }
  };
  await Promise.all(lanes.map(follow));
}

/** Runs a test file as it is. @throws Error if it does not pass */
async function runUnharmed(test: string, lane: Lane): Promise<Usual> {
  const started = performance.now();
  const found = await lane.run(test, 600);
  const seconds = (performance.now() - started) / 1000;
  if (found === 'hangs' || found.failed !== undefined || found.fault !== undefined) {
    const how = found === 'hangs' ? found : `${found.failed}: ${found.fault}`;
    throw new Error(`test/${test}.test.ts fails without a slip: ${how}`);
  }
  return { seconds, passed: found.passed };
}

/** Plants a slip and takes it out again; returns how it was found, undefined if it was not. */
async function tryOut(
  slip: Planned,
  lane: Lane,
  usual: ReadonlyMap<string, Usual>,
): Promise<string | undefined> {
  const path = join(lane.folder, slip.file);
  const text = readFileSync(path, 'utf8');
  lane.write(path, plant(text, slip));
  try {
    for (const test of slip.tests) {
      const { seconds, passed } = usual.get(test)!;
      const found = await lane.run(test, SLACK_SECONDS + SLOWER * seconds);
      if (found === 'hangs') return `${test}: ${found}`;
      if (found.failed !== undefined) return `${test}: ${found.failed}`;
      const fault = found.fault ?? `${found.passed} tests of ${passed} have passed`;
      if (found.fault !== undefined || found.passed !== passed) {
        throw new Error(`${slip.file}: ${slip.about}: ${test}: ${fault}`);
      }
    }
    return undefined;
  } finally {
    lane.write(path, text);
  }
}

/** Those that apply; tells of the others. */
function applicable(slips: readonly Planned[]): Planned[] {
  return slips.filter((slip) => {
    try {
      return plant(readFileSync(join(ROOT, slip.file), 'utf8'), slip) !== '';
    } catch (error) {
      console.log(`NO PLACE  ${slip.file}: ${slip.about}: ${(error as Error).message}`);
      return false;
    }
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: String(availableParallelism()) },
    },
  });
  if (!/^[1-9]\d?$/.test(values.jobs)) {
    throw new Error(`--jobs must be a whole number from 1 to 99, got '${values.jobs}'`);
  }
  const all = planned(values.only);
  const slips = applicable(all);
  const started = performance.now();
  const parent = realpathSync(mkdtempSync(join(tmpdir(), 'slips-')));
  const lanes: Lane[] = [];
  process.on('exit', () => {
    for (const lane of lanes) lane.end();
    rmSync(parent, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  for (let i = 0; i < Number(values.jobs); i++) lanes.push(new Lane(copyTree(parent, `${i}`)));

  const usual = new Map<string, Usual>();
  // Those that are named last take longest: they come first, so that no lane ends long before the others.
  const tests = new Set(slips.flatMap((slip) => [...slip.tests].reverse()));
  await share(lanes, [...tests], async (test, lane) => {
    const found = await runUnharmed(test, lane);
    usual.set(test, found);
    console.log(`green     ${found.seconds.toFixed(1).padStart(5)} s  ${test}`);
  });

  let survived = 0;
  const report = inOrder();
  await share(lanes, slips, async (slip, lane, index) => {
    const begun = performance.now();
    const found = await tryOut(slip, lane, usual);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
    if (found === undefined) survived++;
    const verdict = found === undefined ? 'SURVIVED' : 'killed  ';
    const how = found ?? `${slip.find} -> ${slip.replace}`;
    report(index, `${verdict}  ${seconds} s  ${slip.file}: ${slip.about}\n  ${how}`);
  });
  // What is left of a slip that was taken out would find others in its place.
  const quick = [...tests].filter((test) => usual.get(test)!.seconds < QUICK_SECONDS);
  for (const test of quick) await Promise.all(lanes.map((lane) => runUnharmed(test, lane)));

  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const misplaced = all.length - slips.length;
  console.log(`${seconds} s, ${misplaced} without a place`);
  console.log(`${all.length} slips, ${slips.length - survived} killed, ${survived} survived`);
  process.exit(survived + misplaced > 0 || all.length === 0 ? 1 : 0);
}

/** Prints texts in the order of their numbers, from 0, whenever they come. */
function inOrder(): (index: number, text: string) => void {
  const waiting = new Map<number, string>();
  let next = 0;
  return (index, text) => {
    waiting.set(index, text);
    for (let found = waiting.get(next); found !== undefined; found = waiting.get(++next)) {
      console.log(found);
      waiting.delete(next);
    }
  };
}

await main();
