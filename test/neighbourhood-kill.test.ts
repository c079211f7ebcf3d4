import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulberry32 } from './mulberry32.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-kill-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const PROGRAM = join(scratch, 'main.mjs');
const OPTIONS = ['--json', '--homes', '10', '--days', '3', '--seed', '3'];
const SEED = 5;
const KILLS = 3;

beforeAll(() => {
  const how = { bundle: true, platform: 'node', format: 'esm' } as const;
  const built = (file: string, outfile: string): void =>
    void buildSync({ ...how, entryPoints: [join(import.meta.dirname, '..', file)], outfile });
  built('examples/neighbourhood/main.ts', PROGRAM);
  built('src/file/seal-worker.ts', join(scratch, 'seal-worker.js'));
  writeFileSync(join(scratch, 'package.json'), '{"type":"module"}');
});

interface Ended {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

function run(...options: readonly string[]): Promise<Ended> {
  return new Promise((ended) => {
    execFile(process.execPath, [PROGRAM, ...OPTIONS, ...options], (fault, out, err) => {
      ended({ out, err, status: fault === null ? 0 : Number(fault.code) });
    });
  });
}

function resultOf({ out, status, err }: Ended): Record<string, unknown> {
  expect(status, err).toBe(0);
  const { seconds, chain, ...result } = JSON.parse(out) as Record<string, unknown>;
  expect(seconds).toBeGreaterThan(0);
  // Its key is drawn, and with it all that it signs.
  const { head, key, ...counts } = chain as Record<string, unknown>;
  expect(head).toMatch(/^[0-9a-f]{64}$/);
  expect(key).toMatch(/^.{43}=$/);
  expect(counts['verified']).toBe(true);
  return { ...result, ...counts };
}

function chainOf({ out }: Ended): unknown {
  return (JSON.parse(out) as Record<string, unknown>)['chain'];
}

function bytesIn(folder: string): number {
  try {
    const files = readdirSync(folder).filter((name) => name.endsWith('.wbj'));
    return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  } catch {
    return 0;
  }
}

const ended = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/** Runs until the journal has grown by so many bytes. @returns whether it was killed then */
async function killedAfter(folder: string, bytes: number): Promise<boolean> {
  const until = bytesIn(folder) + bytes;
  const child = spawn(process.execPath, [PROGRAM, ...OPTIONS, '--store', folder], {
    stdio: 'ignore',
  });
  while (!ended(child) && bytesIn(folder) < until) {
    await new Promise((later) => setTimeout(later, 1));
  }
  child.kill('SIGKILL');
  while (!ended(child)) await new Promise((later) => setTimeout(later, 1));
  return child.signalCode === 'SIGKILL';
}

describe('npm start with --store', () => {
  it(`ends as if it had never been killed, seed ${SEED}`, async () => {
    const draw = mulberry32(SEED);
    const folder = join(scratch, 'killed');
    let killed = 0;
    for (let i = 0; i < KILLS; i++) {
      // A turn of the program writes what some periods came to, of which there are 288.
      if (await killedAfter(folder, 1 + draw(60_000))) killed++;
    }
    expect(killed).toBeGreaterThan(1);
    const [disturbed, undisturbed] = await Promise.all([
      run('--store', folder),
      run('--store', join(scratch, 'whole')),
    ]);
    expect(resultOf(disturbed)).toEqual(resultOf(undisturbed));
    expect(disturbed.err).toContain(`the market is kept in ${folder}\n`);
    // All of it is there: nothing is sealed twice.
    const again = await run('--store', folder);
    expect(JSON.parse(again.out)).toMatchObject({ chain: chainOf(disturbed) as object });
    // A byte of an event in the first block.
    const path = join(folder, 'chain.wbc');
    const bytes = readFileSync(path);
    bytes[bytes.readUInt32BE(0) + 8 + 364 + 40]! ^= 1;
    writeFileSync(path, bytes);
    const bad = await run('--store', folder);
    expect({ status: bad.status, out: bad.out }).toEqual({ status: 1, out: '' });
    expect(bad.err).toContain('the chain is not good: block 1, resultRoot: ');
  });

  it('does not go on with a run of other options', async () => {
    const folder = join(scratch, 'other');
    expect((await run('--limit', '1', '--store', folder)).status).toBe(0);
    const { status, out, err } = await run('--limit', '2', '--store', folder);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(`--store ${folder} holds another run`);
  });
});
