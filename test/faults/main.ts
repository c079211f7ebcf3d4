/**
 * Kills a real process that keeps a market in real files, at every write and every sync, and looks at what is left. Needs
 * strace, and for the full disk the right to mount.
 *
 *   npm run test:faults
 *   npm run test:faults -- --commands 400
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { fileStorage } from '../../src/file/index.ts';
import { Exchange, type WattbookError } from '../../src/index.ts';
import { damagedBits, smallMarket } from '../damaged-files.ts';
import { liveThrough } from '../file-crashes.ts';
import { hashOf } from '../journals.ts';
import { hashesOf, noSalt, send, streamOf } from './stream.ts';

const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const [COUNT, SEED] = [Number(values.commands), Number(values.seed)];
const [LIVES, CRASHES] = [30, 60];
const scratch = mkdtempSync(join(tmpdir(), 'wattbook-faults-'));
const CHILD = join(scratch, 'child.mjs');
const ITEMS = streamOf(SEED, COUNT);
const HASHES = hashesOf(ITEMS);
const totals = { points: 0, acknowledged: 0, lost: 0, doubled: 0, doubtful: 0 };
let passed = 0;
let failed = 0;
let folders = 0;

async function check(name: string, run: () => Promise<string> | string): Promise<void> {
  try {
    console.log(`ok      ${name}: ${await run()}`);
    passed++;
  } catch (fault) {
    console.log(`FAILED  ${name}: ${String(fault)}`);
    failed++;
  }
}

function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

function newFolder(): string {
  const folder = join(scratch, `market-${++folders}`);
  mkdirSync(folder);
  return folder;
}

/** What a process said, and how it ended. */
interface Ended {
  readonly lines: readonly string[];
  readonly status: number | null;
}

/** Runs the market under strace, which injects one fault. One thread does all file calls, so that they have an order. */
function runTraced(folder: string, ...injection: readonly string[]): Ended {
  const args = ['-f', '-qq', '-o', '/dev/null', ...injection];
  const child = [process.execPath, CHILD, folder, String(SEED), String(COUNT)];
  const { stdout, status } = spawnSync('strace', [...args, ...child], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { lines: stdout.trim().split('\n'), status };
}

const receiptsIn = (lines: readonly string[]): number[][] =>
  lines
    .filter((line) => line.startsWith('ack '))
    .map((line) => line.split(' ').slice(1).map(Number));

/**
 * Opens what a process left, and goes on: all that it acknowledged must be there, in a state that the market has been in, and
 * the whole stream sent again must come to what it would have come to at once.
 */
async function examineRest(folder: string, lines: readonly string[]): Promise<void> {
  const receipts = receiptsIn(lines);
  const acknowledged = Math.max(0, ...receipts.map(([, sequence]) => sequence!));
  let time = 0;
  const open = (acceptTailLoss: boolean): Promise<Exchange> =>
    Exchange.open({
      storage: fileStorage(folder, { acceptTailLoss }),
      clock: () => time,
      drawSalt: noSalt,
    });
  const exchange = await open(false).catch((fault: WattbookError) => {
    if (fault.code !== 'TAIL_IN_DOUBT') throw fault;
    totals.doubtful++;
    return open(true);
  });
  const { sequence } = exchange.status();
  totals.acknowledged += acknowledged;
  if (sequence < acknowledged) totals.lost += acknowledged - sequence;
  must(sequence >= acknowledged, `${sequence} of ${acknowledged} acknowledged commands are there`);
  must((await hashOf(exchange)) === HASHES[sequence], `the state after ${sequence} has changed`);
  const again = ITEMS.map((item) => send(item, exchange, (at) => (time = Math.max(time, at))));
  for (const [i, receipt] of again.entries()) {
    const found = (await receipt).sequence;
    if (found !== i + 1) totals.doubled++;
    must(found === i + 1, `command ${i} was carried out as ${found}`);
  }
  must((await hashOf(exchange)) === HASHES[COUNT], 'the stream came to another end');
  await exchange.close();
  rmSync(folder, { recursive: true });
}

/** How often the market makes each call, all told. */
function callsOf(calls: readonly string[]): Map<string, number> {
  const log = join(scratch, 'calls.txt');
  const folder = newFolder();
  const child = [process.execPath, CHILD, folder, String(SEED), String(COUNT)];
  execFileSync('strace', ['-f', '-qq', '-o', log, '-e', `trace=${calls.join(',')}`, ...child], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(folder, { recursive: true });
  const text = readFileSync(log, 'utf8');
  return new Map(
    calls.map((call) => [
      call,
      text.split('\n').filter((line) => line.includes(` ${call}(`)).length,
    ]),
  );
}

async function sweep(call: string, count: number, fault: string): Promise<string> {
  let [points, unfinished] = [0, 0];
  for (let when = 1; when <= count; when++) {
    const folder = newFolder();
    const ended = runTraced(folder, '-e', `inject=${call}:${fault}:when=${when}`);
    points++;
    if (ended.lines.at(-1) !== 'closed') unfinished++;
    if (fault.startsWith('error')) {
      must(ended.status === 3 || ended.lines.at(-1) === 'closed', `ended with ${ended.status}`);
    }
    await examineRest(folder, ended.lines).catch((cause: unknown) => {
      throw new Error(`${call}, ${fault}, number ${when}: ${String(cause)}`, { cause });
    });
  }
  totals.points += points;
  must(count === 0 || unfinished > 0, 'no run was cut off');
  return `${points} points, ${unfinished} runs cut off`;
}

function startLong(folder: string): {
  readonly lines: string[];
  readonly child: ReturnType<typeof spawn>;
} {
  const lines: string[] = [];
  const child = spawn(process.execPath, [CHILD, folder, String(SEED), '1000000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let rest = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
  });
  return { lines, child };
}

const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    must(waited < 20_000, `waited in vain for ${what}`);
    await later(10);
  }
}

const codeOfOpening = (folder: string, takeOver: boolean): Promise<string> =>
  Exchange.open({ storage: fileStorage(folder), takeOver }).then(
    () => 'opened',
    ({ code }: WattbookError) => code,
  );

async function twoWriters(): Promise<string> {
  const folder = newFolder();
  const { lines, child } = startLong(folder);
  await until('acknowledgements', () => lines.length > 50);
  for (let i = 0; i < 10; i++)
    must((await codeOfOpening(folder, false)) === 'STORAGE_IN_USE', 'let in');
  const before = lines.length;
  await until('more of them', () => lines.length > before + 50);
  child.kill('SIGKILL');
  await until('the end', () => child.signalCode !== null);
  const exchange = await Exchange.open({ storage: fileStorage(folder) });
  const acknowledged = receiptsIn(lines).length;
  must(exchange.status().sequence >= acknowledged, 'acknowledged commands are lost');
  await exchange.close();
  return `10 times refused; opened at once after kill -9, with all of ${acknowledged} commands`;
}

async function takeOver(): Promise<string> {
  const folder = newFolder();
  const { lines, child } = startLong(folder);
  await until('acknowledgements', () => lines.length > 100);
  child.kill('SIGSTOP');
  await later(100);
  const acknowledged = receiptsIn(lines).length;
  must(
    (await codeOfOpening(folder, false)) === 'STORAGE_IN_USE',
    'a stopped writer is no dead one',
  );
  const exchange = await Exchange.open({ storage: fileStorage(folder), takeOver: true });
  const { sequence } = exchange.status();
  must(sequence >= acknowledged, 'acknowledged commands are lost');
  await exchange.openAccount({ id: 'later' });
  child.kill('SIGCONT');
  await until('its end', () => child.exitCode !== null);
  must(lines.at(-1)!.startsWith('fault FENCED'), `it ended with ${lines.at(-1)}`);
  const last = Math.max(...receiptsIn(lines).map(([, found]) => found!));
  must(last <= sequence, `it acknowledged ${last} after ${sequence} was taken over`);
  await exchange.close();
  const again = await Exchange.open({ storage: fileStorage(folder) });
  must(again.status().sequence === sequence + 1, 'what came after the take-over is lost');
  await again.close();
  return `taken over at ${sequence}; the old writer woke up, acknowledged nothing and was fenced off`;
}

async function fullDisk(): Promise<string> {
  const folder = newFolder();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
  if (mounted.status !== 0) return `skipped, may not mount: ${mounted.stderr.toString().trim()}`;
  try {
    const { lines, child } = startLong(folder);
    await until('the disk to be full', () => child.exitCode !== null);
    must(
      /^fault (STORAGE_FAILED|EXCHANGE_STOPPED)/.test(lines.at(-1)!),
      `ended with ${lines.at(-1)}`,
    );
    const acknowledged = receiptsIn(lines).length;
    spawnSync('mount', ['-o', 'remount,size=64m', folder]);
    const exchange = await Exchange.open({ storage: fileStorage(folder) });
    must(exchange.status().sequence >= acknowledged, 'acknowledged commands are lost');
    await exchange.openAccount({ id: 'later' });
    await exchange.close();
    return `${acknowledged} commands until it was full; all there, and going on with more room`;
  } finally {
    spawnSync('umount', [folder]);
  }
}

async function lives(): Promise<string> {
  const sums = { crashes: 0, commands: 0, known: 0, doubtful: 0, snapshots: 0 };
  for (let seed = SEED; seed < SEED + LIVES; seed++) {
    const found = await liveThrough(seed, CRASHES).catch((cause: unknown) => {
      throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
    });
    for (const name of ['crashes', 'commands', 'known', 'doubtful', 'snapshots'] as const) {
      sums[name] += found[name];
    }
  }
  const { crashes, commands, known, doubtful, snapshots } = sums;
  return `${LIVES} seeds, ${crashes} crashes, ${commands} commands, ${known} sent again and known, ${doubtful} ends in doubt, ${snapshots} snapshots`;
}

async function everyBit(): Promise<string> {
  const market = await smallMarket();
  const counts = new Map<string, number>();
  let bits = 0;
  for (const name of market.files.keys()) {
    const found = await damagedBits(market, name, [0, 1, 2, 3, 4, 5, 6, 7]);
    for (const [outcome, count] of found) {
      counts.set(outcome, (counts.get(outcome) ?? 0) + count);
      bits += count;
    }
  }
  const text = [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
  must(!text.includes('other'), `another state: ${text}`);
  return `${bits} bits, each found by check; opening comes to: ${text}`;
}

async function main(): Promise<void> {
  buildSync({
    entryPoints: [new URL('child.ts', import.meta.url).pathname],
    outfile: CHILD,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  must(statSync(CHILD).size > 0, 'no child');
  await check('two writers', twoWriters);
  await check('a writer that stops, and one that takes over', takeOver);
  await check('a full disk', fullDisk);
  await check('every bit of a small market', everyBit);
  await check('a simulated disk that stops at any call', lives);
  if (spawnSync('strace', ['-V']).status !== 0)
    console.log('skipped the sweeps: there is no strace');
  else {
    const calls = callsOf(['pwrite64', 'fdatasync', 'fsync', 'link', 'rename', 'unlink']);
    for (const [call, count] of calls) {
      await check(`kill -9 at ${call}`, () => sweep(call, count, 'signal=SIGKILL'));
    }
    for (const call of ['pwrite64', 'fdatasync', 'fsync']) {
      await check(`EIO from ${call}`, () => sweep(call, calls.get(call)!, 'error=EIO'));
    }
    await check('ENOSPC from pwrite64', () =>
      sweep('pwrite64', calls.get('pwrite64')!, 'error=ENOSPC'),
    );
  }
  const { points, acknowledged, lost, doubled, doubtful } = totals;
  console.log(
    `${points} points, ${acknowledged} acknowledged commands: ${lost} lost, ${doubled} doubled; ${doubtful} doubtful ends`,
  );
  console.log(`${passed} passed, ${failed} failed`);
  rmSync(scratch, { recursive: true });
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
