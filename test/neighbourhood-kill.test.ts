import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
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
  buildSync({
    entryPoints: [join(import.meta.dirname, '../examples/neighbourhood/main.ts')],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
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
  const { seconds, ...result } = JSON.parse(out) as Record<string, unknown>;
  expect(seconds).toBeGreaterThan(0);
  return result;
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
  });

  it('does not go on with a run of other options', async () => {
    const folder = join(scratch, 'other');
    expect((await run('--limit', '1', '--store', folder)).status).toBe(0);
    const { status, out, err } = await run('--limit', '2', '--store', folder);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(`--store ${folder} holds another run`);
  });
});
