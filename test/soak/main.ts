/**
 * A market in files under load for minutes, whose process is killed again and again:
 *
 *   npm run soak                               10 minutes
 *   npm run soak -- --minutes 1 --seed 7
 *
 * After each kill the market must hold all that was acknowledged, in the very state to which an engine without files comes by the same
 * commands. Exits with 1 if it does not, if a command was carried out twice, or if memory grows.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { fileStorage } from '../../src/file/index.ts';
import { Engine, Exchange } from '../../src/index.ts';
import { mulberry32 } from '../mulberry32.ts';
import { apply, itemAt } from './stream.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const [MINUTES, SEED] = [Number(values.minutes), Number(values.seed)];
/** A life takes this long at least, and so much more at most. */
const [LIFE_MS, MORE_MS] = [300, 12_000];
/** A life this long has what memory it needs. */
const GROWN_MS = 4000;

/** One process, from its start to its kill. */
interface Life {
  readonly opened: number;
  readonly acknowledged: number;
  /** What memory it took at last, in MB; undefined of a short one. */
  readonly megabytes: number | undefined;
}

async function live(child: string, folder: string, ms: number): Promise<Life> {
  const life = spawn(process.execPath, [child, folder, String(SEED)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  life.stdout.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-200_000)));
  let openedAt = 0;
  let opened = -1;
  const ended = new Promise<number | null>((done) => life.once('close', done));
  while (openedAt === 0 || performance.now() - openedAt < ms) {
    await new Promise((done) => setTimeout(done, 5));
    if (life.exitCode !== null) throw new Error(`it ended by itself: ${said.slice(-200)}`);
    const found = openedAt === 0 ? /^opened (\d+)$/m.exec(said) : null;
    if (found !== null) [openedAt, opened] = [performance.now(), Number(found[1])];
  }
  life.kill('SIGKILL');
  await ended;
  const stored = [...said.matchAll(/^stored (\d+) (\d+)$/gm)].at(-1);
  const megabytes = ms < GROWN_MS || stored === undefined ? undefined : Number(stored[2]) / 2 ** 20;
  return { opened, acknowledged: stored === undefined ? opened : Number(stored[1]), megabytes };
}

/** Sequence and state of what is stored. */
async function storedIn(folder: string): Promise<{ sequence: number; hash: string }> {
  const exchange = await Exchange.open({ storage: fileStorage(folder), clock: () => 0 });
  const found = await exchange.read((market) => ({
    hash: market.stateHash(),
    ok: market.isConserved(),
  }));
  if (!found.ok) throw new Error('the books do not balance');
  const { sequence } = exchange.status();
  await exchange.close();
  return { sequence, hash: found.hash };
}

/** Takes the engine without files as far as the market is. */
function goTo(model: Engine, sequence: number): void {
  for (let index = model.sequence; index < sequence; index++) apply(itemAt(SEED, index), model);
  if (model.sequence !== sequence) throw new Error(`the model is at ${model.sequence}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'wattbook-soak-'));
  const child = join(scratch, 'child.mjs');
  const entry = new URL('child.ts', import.meta.url).pathname;
  buildSync({
    entryPoints: [entry],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const folder = join(scratch, 'market');
  const draw = mulberry32(SEED);
  const model = new Engine({ history: 'drop' });
  const memory: number[] = [];
  const until = performance.now() + MINUTES * 60_000;
  let [kills, sequence] = [0, 0];
  while (performance.now() < until) {
    const life = await live(child, folder, LIFE_MS + draw(MORE_MS));
    kills++;
    if (life.opened !== sequence)
      throw new Error(`opened at ${life.opened}, stored were ${sequence}`);
    const stored = await storedIn(folder);
    if (stored.sequence < life.acknowledged) {
      throw new Error(`${stored.sequence} are stored, ${life.acknowledged} were acknowledged`);
    }
    goTo(model, stored.sequence);
    if (model.stateHash() !== stored.hash) throw new Error(`another state at ${stored.sequence}`);
    ({ sequence } = stored);
    if (life.megabytes !== undefined) memory.push(life.megabytes);
    const disk = readdirSync(folder).reduce(
      (sum, name) => sum + statSync(join(folder, name)).size,
      0,
    );
    const [mb, grown] = [(disk / 2 ** 20).toFixed(1), life.megabytes?.toFixed(0) ?? '-'];
    console.log(`kill ${kills}: ${sequence} commands, ${mb} MB of files, ${grown} MB of memory`);
  }
  const third = Math.ceil(memory.length / 3);
  const [first, last] = [median(memory.slice(0, third)), median(memory.slice(-third))];
  console.log(
    `seed ${SEED}: ${kills} kills, ${sequence} commands, 0 lost, 0 doubled, every state as that of the model`,
  );
  console.log(
    `memory at the end of a life: ${first.toFixed(0)} MB at first, ${last.toFixed(0)} MB at last`,
  );
  rmSync(scratch, { recursive: true });
  if (last > first * 1.25) throw new Error('memory grows');
}

await main();
