import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fileBlocks, fileStorage } from 'wattbook/file';
import { Sealer } from 'wattbook/sealing';
import { verifyChain } from 'wattbook/verify';
import { inspect } from '../src/cli/inspect.ts';
import { type Outcome, outcomeOf } from '../src/cli/outcome.ts';
import { hexOf, signerOf } from './chain-files.ts';
import { stagedOn } from './journals.ts';
import { must } from './stage.ts';

const PEN = signerOf(9);
const scratch = mkdtempSync(join(tmpdir(), 'wattbook-inspect-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const FOLDER = join(scratch, 'market');
let sealer: Sealer;

beforeAll(async () => {
  const storage = fileStorage(FOLDER);
  const exchange = await stagedOn(storage);
  must(await exchange.sealBlock());
  const order = { product: 'noon', priceTicks: 50, quantityLots: 2 } as const;
  for (let block = 2; block <= 4; block++) {
    const sent = Array.from({ length: block }, () => [
      exchange.submit({ ...order, account: 'alice', side: 'sell' }),
      exchange.submit({ ...order, account: 'bob', side: 'buy' }),
    ]);
    for (const outcome of await Promise.all(sent.flat())) must(outcome);
    must(await exchange.sealBlock());
  }
  must(await exchange.openAccount({ id: 'cleo' }));
  await exchange.close();
  const blocks = fileBlocks(FOLDER);
  sealer = await Sealer.open({ storage, blocks, signer: PEN, name: 'sunstreet.example' });
  await sealer.seal();
});

async function told(what: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { exit, json, text } = await what.catch(outcomeOf);
  return { ...json, exit, text };
}

let copies = 0;
function copied(change: (bytes: Buffer) => Uint8Array): string {
  const folder = join(scratch, `copy-${++copies}`);
  cpSync(FOLDER, folder, { recursive: true });
  const path = join(folder, 'chain.wbc');
  writeFileSync(path, change(readFileSync(path)));
  return folder;
}

it('inspect tells of the chain that is there, by its own words', async () => {
  const file = readFileSync(join(FOLDER, 'chain.wbc'));
  const good = await verifyChain([file], { keys: [PEN.publicKey] });
  if (!good.ok) throw new Error(good.detail);
  const { chain, ...rest } = await told(inspect(FOLDER));
  expect(rest).toMatchObject({ exit: 0, ok: true, lastSequence: 32 });
  expect(chain).toEqual({
    name: 'sunstreet.example',
    chainId: hexOf(sealer.chainId),
    blocks: 4,
    events: good.records,
    bytes: file.length,
    tornBytes: 0,
    damaged: undefined,
    head: expect.objectContaining({ height: 4, hash: hexOf(good.head.hash), trades: 4 }),
    unsealed: 1,
    checkpoint: 4,
    last: [],
  });
  const { text } = rest;
  expect(text).toContain(`chain           sunstreet.example/${hexOf(sealer.chainId)}\n`);
  expect(text).toContain(`blocks          4, with ${good.records} events, in ${file.length} bytes`);
  expect(text).toContain('last block      4, commands 23 to 31, 1970-01-01T00:00:01.000Z');
  expect(text).toContain('not in a block  1 commands, the last of the journal');
  expect(text).toContain('checkpoint      of 4 blocks');
  expect(text).not.toContain('sealed by');
});

it('inspect --blocks lists the last ones', async () => {
  const { chain, text } = await told(inspect(FOLDER, 3));
  const key = hexOf(PEN.publicKey);
  const time = 1_000;
  const rows = [
    { height: 2, firstSequence: 11, lastSequence: 15, trades: 2, time, proposer: key },
    { height: 3, firstSequence: 16, lastSequence: 22, trades: 3, time, proposer: key },
    { height: 4, firstSequence: 23, lastSequence: 31, trades: 4, time, proposer: key },
  ];
  expect(chain).toMatchObject({ blocks: 4, last: rows });
  const { last } = chain as { last: { bytes: number; events: number; hash: string }[] };
  const { bytes, events, hash } = last[1]!;
  const cells = [3, '16 to 22', events, 3, bytes, '1970-01-01T00:00:01.000Z'];
  const line = (text as string).split('\n').find((each) => each.startsWith('3 '));
  expect(line?.split(/ {2,}/)).toEqual([...cells.map(String), hash.slice(0, 12), key.slice(0, 12)]);
  expect(await told(inspect(FOLDER, 20))).toMatchObject({ chain: { last: { length: 4 } } });
});

it('inspect tells of an end that is not whole, and of what is no block', async () => {
  const torn = await told(inspect(copied((bytes) => bytes.subarray(0, -9))));
  expect(torn).toMatchObject({ exit: 0, chain: { blocks: 3, unsealed: 10, checkpoint: 4 } });
  expect(torn['text']).toMatch(/its end {9}\d+ bytes of a block that was being written/);
  const genesis = copied((bytes) => bytes.fill(0, 4, 12));
  const none = await told(inspect(genesis));
  expect(none).toMatchObject({ chain: { name: undefined, damaged: 0, blocks: 0 } });
  expect(none['text']).toContain('damaged         the genesis');
  const size = readFileSync(join(FOLDER, 'chain.wbc')).readUInt32BE(0);
  const bent = await told(
    inspect(
      copied((bytes) => bytes.fill(0, size + 8, size + 18)),
      20,
    ),
  );
  expect(bent).toMatchObject({ chain: { damaged: 1, blocks: 0, head: undefined, unsealed: 32 } });
  expect(bent['text']).toContain('damaged         block 1; `wattbook verify` tells more');
});

it('inspect --blocks needs a chain, and a number', async () => {
  const folder = join(scratch, 'none');
  await (await stagedOn(fileStorage(folder))).close();
  const { chain, ...plain } = await told(inspect(folder));
  expect(plain).toMatchObject({ exit: 0 });
  expect(chain).toBeUndefined();
  expect(await told(inspect(folder, 2))).toMatchObject({ exit: 1, ok: false });
  const outfile = join(scratch, 'cli.cjs');
  const entry = join(import.meta.dirname, '../src/cli/main.ts');
  const how = { bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' } as const;
  buildSync({ entryPoints: [entry], outfile, ...how });
  const run = (...args: string[]): Promise<[number, string]> =>
    new Promise((ended) => {
      execFile(process.execPath, [outfile, 'inspect', FOLDER, ...args], (fault, out) =>
        ended([fault === null ? 0 : Number(fault.code), out]),
      );
    });
  const [[exit, text], [json, object], [usage]] = await Promise.all([
    run('--blocks'),
    run('--blocks', '2', '--json'),
    run('--blocks', '0'),
  ]);
  expect(exit).toBe(0);
  expect(text).toContain('sealed by');
  expect(json).toBe(0);
  expect(JSON.parse(object)).toMatchObject({ chain: { last: [{ height: 3 }, { height: 4 }] } });
  expect(usage).toBe(2);
});
