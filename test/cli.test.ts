import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRows } from '../src/cli/export.ts';
import { check, inspect } from '../src/cli/inspect.ts';
import { type Outcome, outcomeOf } from '../src/cli/outcome.ts';
import { recover } from '../src/cli/recover.ts';
import { replay } from '../src/cli/replay.ts';
import { decodeMarks, encodeMark, headName } from '../src/file/head.ts';
import { fileStorage } from '../src/file/index.ts';
import type { Exchange, StorageAdapter, TradeView } from '../src/index.ts';
import { collected } from './collected.ts';
import { forged, hashOf, opened, stagedOn } from './journals.ts';
import { must } from './stage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-cli-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const PROGRAM = join(scratch, 'cli.cjs');
/** A market that was closed, and one that was not. */
const [WHOLE, RUNNING] = [join(scratch, 'whole'), join(scratch, 'running')];
const on = (folder: string): StorageAdapter => fileStorage(folder, { segmentBytes: 1024 });

let hash = '';
let hashOf20 = '';
let sequence = 0;
let trades: readonly TradeView[] = [];

beforeAll(async () => {
  buildSync({
    entryPoints: [join(import.meta.dirname, '../src/cli/main.ts')],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
  const exchange = await stagedOn(on(WHOLE));
  await trade(exchange, 5);
  await exchange.saveSnapshot();
  await trade(exchange, 1);
  hashOf20 = await hashOf(exchange);
  expect(exchange.status().sequence).toBe(21);
  await trade(exchange, 4);
  hash = await hashOf(exchange);
  ({ sequence } = exchange.status());
  trades = await collected(exchange.subscribe('trades', { after: 0, follow: false }));
  cpSync(WHOLE, RUNNING, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  await exchange.close();
  // HEAD is behind a frame for some ms: as it is before that, whenever the copy was made.
  const head = join(RUNNING, headName(1));
  const bytes = readFileSync(head);
  const lagging = { ...decodeMarks(bytes)[0]!, sequence: 21 };
  for (const turn of [0, 1]) {
    const slot = encodeMark({ ...lagging, turn });
    bytes.set(slot.bytes, slot.at);
  }
  writeFileSync(head, bytes);
});

async function trade(exchange: Exchange, count: number): Promise<void> {
  const order = { product: 'noon', priceTicks: 50 } as const;
  for (let i = 0; i < count; i++) {
    const ask = { ...order, account: 'alice', side: 'sell', quantityLots: 3 } as const;
    must(await exchange.submit(ask));
    must(await exchange.submit({ ...order, account: 'bob', side: 'buy', quantityLots: 2 }));
  }
}

interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

function wattbook(...args: readonly string[]): Promise<Ended> {
  return new Promise((ended) => {
    execFile(process.execPath, [PROGRAM, ...args], (fault, out, err) => {
      ended({ exit: fault === null ? 0 : Number(fault.code), out, err });
    });
  });
}

/** As the program does it, but in this process: most of the time of a run is its start. */
async function told(what: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { exit, json } = await what.catch(outcomeOf);
  return { ...json, exit };
}

/** Whatever a reader could have changed. */
function contentOf(folder: string): unknown[][] {
  return readdirSync(folder).map((name) => {
    const { mtimeMs, size } = statSync(join(folder, name));
    const bytes = name.endsWith('.sock') ? '' : readFileSync(join(folder, name), 'hex');
    return [name, mtimeMs, size, bytes];
  });
}

let copies = 0;
/** A copy of a market with something changed in a file of it. */
function damaged(from: string, name: string, change: (bytes: Buffer) => Uint8Array): string {
  const folder = join(scratch, `copy-${++copies}`);
  cpSync(from, folder, { recursive: true });
  writeFileSync(join(folder, name), change(readFileSync(join(folder, name))));
  return folder;
}

const lastFile = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.wbj'))
    .sort()
    .at(-1)!;

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at]! ^= 1;
  return bytes;
}

describe('a market that is whole', () => {
  it('is told of, and no byte of it is changed', async () => {
    const before = contentOf(WHOLE);
    const [inspected, checked, all, some, text] = await Promise.all([
      told(inspect(WHOLE)),
      told(check(WHOLE)),
      told(replay(WHOLE, undefined)),
      told(replay(WHOLE, 21)),
      wattbook('inspect', WHOLE),
    ]);
    expect(inspected).toMatchObject({ exit: 0, ok: true, lastSequence: sequence, mark: sequence });
    expect(inspected).toMatchObject({ snapshots: [{ sequence: 19 }], writer: { isAlive: false } });
    expect(checked).toMatchObject({ exit: 0, ok: true, verdict: 'whole', findings: [] });
    expect(all).toMatchObject({ exit: 0, from: 0, sequence, stateHash: hash, conserved: true });
    expect(some).toMatchObject({ exit: 0, sequence: 21, stateHash: hashOf20 });
    expect(text.out).toContain('journal-00000001.wbj');
    expect(text.out).toContain('state of it     whole');
    expect(contentOf(WHOLE)).toEqual(before);
  });

  it('is exported, row by row', async () => {
    const file = join(scratch, 'orders.csv');
    const [lines, csv, balances, orders] = await Promise.all([
      wattbook('export', WHOLE, 'trades'),
      wattbook('export', WHOLE, 'trades', '--format', 'csv'),
      wattbook('export', WHOLE, 'balances', '--to', '9'),
      told(exportRows(WHOLE, 'orders', { format: 'csv', to: undefined, output: file })),
    ]);
    const rows = lines.out.trim().split('\n');
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(trades);
    expect(lines.err).toBe(`${trades.length} trades, from command 1 to command ${sequence}\n`);
    expect(csv.out.split('\n')).toHaveLength(trades.length + 2);
    expect(csv.out.split('\n')[1]).toBe(Object.values(trades[0]!).join(','));
    expect(balances.out).toContain('"account":"bob","asset":"EUR","available":"1000.000000"');
    expect(orders).toMatchObject({ exit: 0, kind: 'orders', rows: 4 });
    expect(readFileSync(file, 'utf8').split('\n')[1]).toMatch(/^\d+,alice,noon,sell,limit,gtc,/);
    expect(await wattbook('export', WHOLE, 'orders', '--output', file)).toMatchObject({ exit: 1 });
  });

  it('may be at work: readers say how far they saw, and who would write is refused', async () => {
    const folder = join(scratch, 'at-work');
    const exchange = await stagedOn(on(folder));
    const markIn = (): number => decodeMarks(readFileSync(join(folder, headName(1))))[0]!.sequence;
    // By itself, some ms after the last frame.
    await expect.poll(markIn, { interval: 5 }).toBe(9);
    const before = contentOf(folder);
    const [checked, replayed, recovered] = await Promise.all([
      wattbook('check', folder),
      wattbook('replay', folder),
      told(recover(folder, false)),
    ]);
    expect(checked).toMatchObject({ exit: 0, err: '' });
    expect(checked.out).toContain('writer: epoch 1, at work: it had come to 9');
    expect(replayed.out).toContain('to command 9, which is how far the writer of epoch 1');
    expect(recovered).toMatchObject({ exit: 5, ok: false, code: 'STORAGE_IN_USE' });
    expect(contentOf(folder)).toEqual(before);
    await trade(exchange, 1);
    await exchange.close();
  });

  it('may have forgotten its beginning', async () => {
    const folder = join(scratch, 'late');
    const storage = fileStorage(folder, { segmentBytes: 1024, dropsOldSegments: true });
    const exchange = await stagedOn(storage);
    for (const count of [5, 5, 3]) {
      await trade(exchange, count);
      await exchange.saveSnapshot();
    }
    await trade(exchange, 1);
    const expected = await hashOf(exchange);
    await exchange.close();
    const [all, first] = await Promise.all([
      told(replay(folder, undefined)),
      told(replay(folder, 3)),
    ]);
    expect(all).toMatchObject({ exit: 0, from: 35, sequence: 37, stateHash: expected });
    expect(first).toMatchObject({ exit: 7, ok: false, code: 'NOT_KEPT' });
  });
});

describe('a market that is damaged', () => {
  const cases: readonly (readonly [string, () => string, string])[] = [
    [
      'one bit in its first file',
      () => damaged(WHOLE, 'journal-00000001.wbj', (bytes) => flipped(bytes, 300)),
      'journal-00000001.wbj',
    ],
    [
      'a file that is missing',
      () => {
        const folder = damaged(WHOLE, headName(1), (bytes) => bytes);
        unlinkSync(join(folder, 'journal-00000002.wbj'));
        return folder;
      },
      '"file":"journal-00000002.wbj","kind":"damaged","what":"is not there"',
    ],
    [
      'no HEAD',
      () => {
        const folder = damaged(WHOLE, headName(1), (bytes) => bytes);
        unlinkSync(join(folder, headName(1)));
        return folder;
      },
      '"file":"HEAD","kind":"damaged","what":"is not there"',
    ],
    [
      'a HEAD that knows of more',
      () =>
        damaged(WHOLE, headName(1), (bytes) => {
          const [mark] = decodeMarks(bytes);
          const ahead = encodeMark({ ...mark!, turn: mark!.turn + 1, sequence: sequence + 5 });
          bytes.set(ahead.bytes, ahead.at);
          return bytes;
        }),
      `is known to go on to`,
    ],
  ];

  it.each(cases)('%s: nothing mends that', async (_, make, message) => {
    const folder = make();
    const before = contentOf(folder);
    const checked = await told(check(folder));
    expect(checked).toMatchObject({ exit: 3, ok: false });
    expect(JSON.stringify(checked)).toContain(message);
    const refused = { exit: 3, ok: false, code: 'BAD_FRAME' };
    expect(await told(replay(folder, undefined))).toMatchObject(refused);
    expect(await told(recover(folder, true))).toMatchObject(refused);
    const output = `${folder}.jsonl`;
    const exported = exportRows(folder, 'orders', { format: 'jsonl', to: undefined, output });
    expect(await told(exported)).toMatchObject(refused);
    expect(existsSync(output)).toBe(false);
    expect(contentOf(folder)).toEqual(before);
  });

  it('in one of two snapshots: it goes on from the other, and that is told once', async () => {
    const folder = join(scratch, 'two-snapshots');
    const exchange = await stagedOn(on(folder));
    await exchange.saveSnapshot();
    await trade(exchange, 1);
    await exchange.saveSnapshot();
    await exchange.close();
    const [first, last] = readdirSync(folder)
      .filter((name) => name.endsWith('.wbs'))
      .sort();
    const one = damaged(folder, last!, (bytes) => flipped(bytes, 100));
    expect(await told(check(one))).toMatchObject({
      exit: 3,
      findings: [{ file: last, kind: 'damaged', what: 'is damaged' }],
    });
    expect(await told(recover(one, true))).toMatchObject({ exit: 0, ending: 'whole' });
    const both = damaged(one, first!, (bytes) => flipped(bytes, 100));
    expect(await told(recover(both, true))).toMatchObject({
      code: 'BAD_SNAPSHOT',
      message: `${last}: is damaged`,
    });
    const missing = damaged(WHOLE, 'journal-00000002.wbj', (bytes) => bytes);
    unlinkSync(join(missing, 'journal-00000002.wbj'));
    const message = 'journal-00000002.wbj: is not there';
    expect(await told(recover(missing, true))).toMatchObject({ code: 'BAD_FRAME', message });
  });

  it('at a frame that was being written: it goes on before that', async () => {
    const folder = damaged(RUNNING, lastFile(RUNNING), (bytes) =>
      Buffer.concat([bytes, bytes.subarray(84, 150)]),
    );
    const checked = await told(check(folder));
    expect(checked).toMatchObject({ exit: 0, ok: true, findings: [{ kind: 'torn' }] });
    const recovered = await told(recover(folder, false));
    expect(recovered).toMatchObject({ exit: 0, ending: 'torn', cutBytes: 66 });
    expect(await told(check(folder))).toMatchObject({ verdict: 'whole' });
    expect(await told(replay(folder, undefined))).toMatchObject({ exit: 0, stateHash: hash });
  });

  it('at its end, in doubt: the operator decides', async () => {
    const folder = damaged(RUNNING, lastFile(RUNNING), (bytes) => flipped(bytes, bytes.length - 9));
    const [checked, replayed, refused] = await Promise.all([
      wattbook('check', folder, '--json'),
      wattbook('replay', folder),
      told(recover(folder, false)),
    ]);
    expect(checked).toMatchObject({ exit: 4, err: '' });
    expect(checked.out).toContain('--accept-tail-loss');
    expect(replayed).toMatchObject({ exit: 4, out: '' });
    expect(refused).toMatchObject({ exit: 4, code: 'TAIL_IN_DOUBT' });
    const recovered = await told(recover(folder, true));
    const lastSequence = sequence - 1;
    expect(recovered).toMatchObject({ exit: 0, ending: 'doubtful', lastSequence });
    expect(await told(check(folder))).toMatchObject({ verdict: 'whole' });
    const exchange = await opened(on(folder));
    expect(exchange.status().sequence).toBe(lastSequence);
    await exchange.close();
  });

  it.each([
    ['DIVERGED', (view: DataView) => view.setUint32(view.byteLength - 8, 1), 'command '],
    ['OTHER_RULES', (view: DataView) => view.setUint16(6, 9), 'rules 9'],
  ] as const)('or sound, and not to be believed: %s', async (code, change, message) => {
    const folder = damaged(RUNNING, lastFile(RUNNING), (bytes) => {
      // The last frame of the file: it has no other behind it that would follow on its hash.
      const at = bytes.lastIndexOf('WBFR');
      const last = new Uint8Array(bytes.subarray(at));
      return Buffer.concat([bytes.subarray(0, at), forged(last, change)]);
    });
    const found = await told(replay(folder, undefined));
    expect(found).toMatchObject({ exit: 6, code });
    const where = code === 'DIVERGED' ? `${message}${sequence} led to other events` : message;
    expect(found).toHaveProperty('message', expect.stringContaining(where));
  });
});

describe('what is asked', () => {
  it.each([
    [['look', '.'], 2, "unknown command 'look'"],
    [['replay', '.', '--to', '1e3'], 2, 'It must be the sequence of a command'],
    [['export', '.', 'users'], 2, 'Allowed choices are trades, orders, balances'],
    [['check', 'no-such-place'], 1, 'no-such-place is no directory'],
    [['check', '.'], 1, 'holds no journal'],
    [['recover', '.'], 1, 'holds no journal'],
  ])('%j ends with %i', async (args, exit, message) => {
    const ended = await wattbook(...args);
    expect({ exit: ended.exit, out: ended.out }).toEqual({ exit, out: '' });
    expect(ended.err).toContain(message);
  });

  it('may be its version, which is that of the package', async () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    expect(await wattbook('--version')).toMatchObject({ exit: 0, out: `${version}\n` });
  });

  it('may be help: every subcommand, and what the exit codes mean', async () => {
    const { exit, out } = await wattbook('--help');
    expect(exit).toBe(0);
    for (const name of ['inspect', 'check', 'recover', 'replay', 'export']) {
      expect(out).toContain(`wattbook ${name === 'recover' ? '' : name}`);
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(out).toContain('Exit codes:');
    const beyond = await told(replay(WHOLE, 999));
    expect(beyond).toMatchObject({ exit: 1, message: `--to 999: the journal ends at ${sequence}` });
  });
});
