/**
 * Breaks the source on purpose, one slip of the pen at a time, and looks whether the tests see it:
 *
 *   npx tsx scripts/slips.ts --only ladder
 *
 * The slips stand in test/slips. Each is planted in a copy of the tree, never in the tree itself, and
 * its tests run until one fails. `--only` takes those whose file or description has a text in it,
 * `--jobs` says how many run at a time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { SLIP_GROUPS } from '../test/slips/list.ts';
import { plant, type Slip } from '../test/slips/slip.ts';
import { ROOT } from './command.ts';

const NOT_COPIED = new Set(['.git', 'node_modules', 'dist', 'coverage']);
/** A test that takes so much longer than without the slip hangs: a factor, and seconds on top. */
const SLOWER = 4;
const SLACK_SECONDS = 10;

interface Planned extends Slip {
  readonly file: string;
  readonly tests: readonly string[];
}

/** What a test file came to. */
interface Run {
  readonly passed: boolean;
  readonly seconds: number;
  /** The first test that failed, or what else went wrong. */
  readonly failure: string;
  /** Whether tests ran at all, to their end. */
  readonly ran: boolean;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const running = new Set<ChildProcess>();

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

/** Runs one test file until a test fails. Threads, so that nothing outlives the process if it is ended. */
function runTest(folder: string, test: string, limitSeconds: number): Promise<Run> {
  const output = join(folder, 'report.json');
  rmSync(output, { force: true });
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs');
  const config = join(folder, 'test/slips/vitest.config.ts');
  const options = ['--config', config, '--bail', '1', '--pool', 'threads', '--no-cache'];
  const reporter = ['--reporter', 'json', '--outputFile', output];
  const args = [vitest, 'run', ...options, ...reporter, `test/${test}.test.ts`];
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    running.add(child);
    const timer = setTimeout(() => child.kill('SIGKILL'), limitSeconds * 1000);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const seconds = (performance.now() - started) / 1000;
      const hung = signal === 'SIGKILL' && seconds >= limitSeconds;
      const failed = hung ? 'hangs' : firstFailure(output);
      const failure = failed ?? `vitest ended with ${status ?? signal}`;
      resolve({ passed: status === 0, seconds, failure, ran: failed !== undefined });
    });
  });
}

function firstFailure(output: string): string | undefined {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(output, 'utf8')) as Report;
  } catch {
    return undefined;
  }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  return tests.find(({ status }) => status === 'failed')?.fullName;
}

/** Takes jobs off a list, one at a time in each folder. */
async function share<T>(
  folders: readonly string[],
  jobs: readonly T[],
  work: (job: T, folder: string) => Promise<void>,
): Promise<void> {
  const left = [...jobs];
  const lane = async (folder: string): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await work(job, folder);
  };
  await Promise.all(folders.map(lane));
}

/** Runs every test file without a slip: seconds by test. @throws Error if one fails by itself */
async function runUnharmed(
  folders: readonly string[],
  slips: readonly Planned[],
): Promise<Map<string, number>> {
  const seconds = new Map<string, number>();
  await share(folders, [...new Set(slips.flatMap(({ tests }) => tests))], async (test, folder) => {
    const run = await runTest(folder, test, 600);
    if (!run.passed) throw new Error(`test/${test}.test.ts fails without a slip: ${run.failure}`);
    seconds.set(test, run.seconds);
    console.log(`green     ${run.seconds.toFixed(1).padStart(5)} s  ${test}`);
  });
  return seconds;
}

/** Plants a slip and takes it out again; returns how it was found, undefined if it was not. */
async function tryOut(
  slip: Planned,
  folder: string,
  usual: ReadonlyMap<string, number>,
): Promise<string | undefined> {
  const path = join(folder, slip.file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, plant(text, slip));
  try {
    for (const test of slip.tests) {
      const run = await runTest(folder, test, SLACK_SECONDS + SLOWER * usual.get(test)!);
      if (run.passed) continue;
      if (!run.ran) throw new Error(`${slip.file}: ${slip.about}: ${test}: ${run.failure}`);
      return `${test}: ${run.failure}`;
    }
    return undefined;
  } finally {
    writeFileSync(path, text);
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
      jobs: { type: 'string', default: '2' },
    },
  });
  if (!/^[1-9]\d?$/.test(values.jobs)) {
    throw new Error(`--jobs must be a whole number from 1 to 99, got '${values.jobs}'`);
  }
  const all = planned(values.only);
  const slips = applicable(all);
  const started = performance.now();
  const parent = mkdtempSync(join(tmpdir(), 'slips-'));
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(parent, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  const folders = Array.from({ length: Number(values.jobs) }, (_, i) => copyTree(parent, `${i}`));
  const usual = await runUnharmed(folders, slips);
  let [killed, survived] = [0, 0];
  await share(folders, slips, async (slip, folder) => {
    const begun = performance.now();
    const found = await tryOut(slip, folder, usual);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
    if (found === undefined) survived++;
    else killed++;
    const verdict = found === undefined ? 'SURVIVED' : 'killed  ';
    console.log(`${verdict}  ${seconds} s  ${slip.file}: ${slip.about}`);
    console.log(found === undefined ? `  ${slip.find} -> ${slip.replace}` : `  ${found}`);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const misplaced = all.length - slips.length;
  console.log(`${seconds} s, ${misplaced} without a place`);
  console.log(`${all.length} slips, ${killed} killed, ${survived} survived`);
  process.exitCode = survived + misplaced > 0 || all.length === 0 ? 1 : 0;
}

await main();
