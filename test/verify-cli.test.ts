import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatNoteKey } from '../src/chain/note.ts';
import { ed25519 } from '../src/chain/ed25519.ts';
import { type Outcome, outcomeOf } from '../src/cli/outcome.ts';
import { keyOf, verify } from '../src/cli/verify.ts';
import { compareFiles, proofIn } from '../src/cli/verify-files.ts';
import { fileStorage } from '../src/file/index.ts';
import type { Exchange } from '../src/index.ts';
import {
  type Chain,
  chainOf,
  flipped,
  hashOf,
  hexOf,
  joined,
  sealedIn,
  signerOf,
} from './chain-files.ts';
import { collected } from './collected.ts';
import { opened, stagedOn } from './journals.ts';
import { verifyChain } from '../src/verify/index.ts';
import { base64Of, checkpointOf, originOf, tradeProof } from './proof-files.ts';
import { must } from './stage.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-verify-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const FOLDER = join(scratch, 'market');
const PEN = signerOf(1);
const NONE = { keys: [], chainId: undefined };
const TRUST = { keys: [PEN.publicKey], chainId: undefined };
let chain: Chain;
let file: Uint8Array;

async function trade(exchange: Exchange, count: number): Promise<void> {
  const order = { product: 'noon', priceTicks: 50, quantityLots: 2 } as const;
  for (let i = 0; i < count; i++) {
    must(await exchange.submit({ ...order, account: 'alice', side: 'sell' }));
    must(await exchange.submit({ ...order, account: 'bob', side: 'buy' }));
  }
}

beforeAll(async () => {
  const storage = fileStorage(FOLDER, { segmentBytes: 1024 });
  const exchange = await stagedOn(storage);
  await trade(exchange, 2);
  must(await exchange.sealBlock());
  must(await exchange.sealBlock());
  await exchange.close();
  const next = await opened(fileStorage(FOLDER, { segmentBytes: 1024 }));
  await trade(next, 1);
  must(await next.sealBlock());
  await trade(next, 1);
  await next.close();
  const frames = await collected(fileStorage(FOLDER).read(0));
  const { pieces, epochs } = sealedIn(frames);
  chain = chainOf(pieces, { signer: PEN, epochs });
  file = joined(...chain.entries);
  writeFileSync(join(FOLDER, 'chain.wbc'), file);
});

async function told(what: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { exit, json, text } = await what.catch(outcomeOf);
  return { ...json, exit, text };
}

/** A file of its own. */
let files = 0;
function written(bytes: Uint8Array | string): string {
  const path = join(scratch, `file-${++files}`);
  writeFileSync(path, bytes);
  return path;
}

/** A copy of the folder, with a file of it changed. */
function copied(name: string, change: (bytes: Uint8Array) => Uint8Array): string {
  const folder = join(scratch, `copy-${++files}`);
  cpSync(FOLDER, folder, { recursive: true });
  writeFileSync(join(folder, name), change(readFileSync(join(folder, name))));
  return folder;
}

describe('wattbook verify', () => {
  it('checks blocks and commands of a folder', async () => {
    const found = await told(verify(FOLDER, TRUST));
    expect(found).toMatchObject({ exit: 0, ok: true, blocks: 3, commandRootChecked: true });
    expect(found).toMatchObject({ unsealed: 2, keysTrusted: true, name: 'test' });
    expect(found['chainId']).toBe(hexOf(hashOf(chain.genesis)));
    expect(found['text']).toContain('all 18 are those of the journal; 2 since the last block');
  });

  it('says what it cannot check of a file alone, and whose keys it believes', async () => {
    const found = await told(verify(written(file), NONE));
    expect(found).toMatchObject({
      exit: 0,
      ok: true,
      commandRootChecked: false,
      keysTrusted: false,
    });
    expect(found['text']).toContain('not checked: they stand in the journal');
    expect(found['text']).toContain('keys that the chain itself names');
    const trusted = await told(verify(written(file), TRUST));
    expect(trusted['text']).not.toContain('keys that the chain itself names');
  });

  it('names what is wrong', async () => {
    const at = chain.entries[0]!.length + chain.entries[1]!.length + 4 + 190;
    const found = await told(verify(written(flipped(file, at, 0)), NONE));
    expect(found).toMatchObject({ exit: 3, ok: false, code: 'BAD_SIGNATURE', block: 2 });
    expect(found).toMatchObject({ last: { height: 1 }, signed: false });
    const strange = await told(verify(FOLDER, { ...NONE, keys: [signerOf(2).publicKey] }));
    expect(strange).toMatchObject({ exit: 3, code: 'NOT_TRUSTED', block: 0 });
    const other = await told(verify(FOLDER, { ...NONE, chainId: new Uint8Array(32) }));
    expect(other).toMatchObject({ exit: 3, code: 'NOT_TRUSTED', field: 'chainId' });
  });

  it('takes a last entry that is not whole for an interruption in a folder alone', async () => {
    const torn = file.subarray(0, -10);
    const folder = await told(
      verify(
        copied('chain.wbc', () => torn),
        NONE,
      ),
    );
    expect(folder).toMatchObject({ exit: 0, ok: true, code: 'TORN', last: { height: 2 } });
    expect(await told(verify(written(torn), NONE))).toMatchObject({ exit: 3, ok: false });
    const none = await told(
      verify(
        copied('chain.wbc', () => torn.subarray(0, 10)),
        NONE,
      ),
    );
    expect(none).toMatchObject({ exit: 3, ok: false, code: 'TORN', block: 0 });
  });

  it('finds a damaged journal', async () => {
    const name = readdirSync(FOLDER).find((each) => each.endsWith('1.wbj'))!;
    const folder = copied(name, (bytes) => flipped(bytes, 84 + 100, 0));
    expect(await told(verify(folder, NONE))).toMatchObject({ exit: 3, ok: false, block: 1 });
  });

  it('holds the checkpoint of a folder against its chain', async () => {
    const published = (note: string): string => {
      const folder = copied('chain.wbc', (bytes) => bytes);
      writeFileSync(join(folder, 'checkpoint'), note);
      return folder;
    };
    for (const size of [0, 1, 3]) {
      const found = await told(verify(published(checkpointOf(chain, PEN, size)), TRUST));
      expect(found).toMatchObject({ exit: 0, ok: true, checkpoint: { size, name: 'test' } });
      expect(found['text']).toContain(`checkpoint      of the first ${size} blocks, as they are`);
    }
    const [head] = chain.entries;
    const ahead = published(checkpointOf(chain, PEN));
    const faults: [string, object][] = [
      [published(checkpointOf(chain, signerOf(2))), { code: 'NOT_TRUSTED', block: 3 }],
      [published('size 3'), { code: 'MALFORMED', block: 3 }],
      [
        published(checkpointOf(chain, PEN).replace(/.{8}\n$/, 'AAAAAA==\n')),
        { code: 'BAD_SIGNATURE' },
      ],
      [published(checkpointOf(chain, PEN, 2, originOf(chain, 'other'))), { code: 'MISMATCH' }],
      [
        published(checkpointOf({ ...chain, genesis: head! }, PEN, 2)),
        { code: 'MISMATCH', field: 'checkpoint', block: 3 },
      ],
      [
        published(checkpointOf({ ...chain, headers: chain.headers.slice(1) }, PEN, 2)),
        { code: 'MISMATCH', field: 'checkpoint', block: 2, last: { height: 3 } },
      ],
      [
        ahead,
        { code: 'CHECKPOINT_AHEAD', block: 3, offset: joined(...chain.entries.slice(0, 3)).length },
      ],
    ];
    // Whole blocks that are gone, and half a block that was published.
    writeFileSync(join(ahead, 'chain.wbc'), joined(...chain.entries.slice(0, 3)));
    const torn = published(checkpointOf(chain, PEN));
    writeFileSync(join(torn, 'chain.wbc'), file.subarray(0, -10));
    faults.push([torn, { code: 'CHECKPOINT_AHEAD', block: 3 }]);
    for (const [folder, fault] of faults) {
      expect(await told(verify(folder, TRUST))).toMatchObject({ exit: 3, ok: false, ...fault });
    }
    writeFileSync(join(torn, 'checkpoint'), checkpointOf(chain, PEN, 2));
    expect(await told(verify(torn, TRUST))).toMatchObject({ exit: 0, code: 'TORN' });
    await expect(verifyChain([file], { checkpoint: 1 as never })).rejects.toThrow(TypeError);
  });

  it('needs a chain file', async () => {
    expect(await told(verify(scratch, NONE))).toMatchObject({ exit: 1, ok: false });
    expect(await told(verify(join(scratch, 'none'), NONE))).toMatchObject({ exit: 1, ok: false });
  });

  it('reads keys as lines of notes and in base64', () => {
    const key = ed25519.verifyingKey(PEN.publicKey)!;
    const line = formatNoteKey({ name: 'market', algorithm: 'ed25519', key });
    expect(keyOf(line)).toEqual(PEN.publicKey);
    expect(keyOf(base64Of(PEN.publicKey))).toEqual(PEN.publicKey);
    expect(keyOf(base64Of(new Uint8Array(31)))).toBeUndefined();
    expect(keyOf('key')).toBeUndefined();
  });
});

describe('wattbook verify proof', () => {
  it('tells what is proven', async () => {
    const proof = tradeProof(chain, checkpointOf(chain, PEN));
    const [first] = proof.records.filter(({ record }) => record.startsWith('AAAAXgB0'));
    expect(first).toBeDefined();
    const others = proof.records.filter(({ record }) => !record.startsWith('AAAAXgB0'));
    const headers = [proof.headers[first!.header]!];
    const records = [first!, ...others];
    const path = written(JSON.stringify({ ...proof, headers, records }));
    const found = await told(proofIn(path, TRUST));
    expect(found).toMatchObject({ exit: 0, ok: true, kind: 'trade' });
    expect(found['text']).toContain('quantity        0.2 kWh');
    const strange = await told(proofIn(path, { ...NONE, keys: [signerOf(2).publicKey] }));
    expect(strange).toMatchObject({ exit: 3, ok: false, code: 'NOT_TRUSTED' });
    expect(await told(proofIn(join(scratch, 'none'), TRUST))).toMatchObject({ exit: 1 });
  });
});

describe('wattbook verify compare', () => {
  it('says where two copies differ', async () => {
    expect(await told(compareFiles(FOLDER, written(file)))).toMatchObject({ exit: 0, blocks: 3 });
    const other = flipped(file, chain.entries[0]!.length + 4 + 60, 0);
    const found = await told(compareFiles(FOLDER, written(other)));
    expect(found).toMatchObject({ exit: 3, ok: false, block: 1, field: 'epoch' });
  });
});

describe('the program', () => {
  const program = join(scratch, 'cli.cjs');
  const wattbook = (
    ...args: readonly string[]
  ): Promise<{ exit: number; out: string; err: string }> =>
    new Promise((ended) => {
      execFile(process.execPath, [program, ...args], (fault, out, err) => {
        ended({ exit: fault === null ? 0 : Number(fault.code), out, err });
      });
    });

  it('knows verify and what belongs to it', async () => {
    const entry = join(import.meta.dirname, '../src/cli/main.ts');
    const how = { bundle: true, platform: 'node', format: 'cjs' } as const;
    buildSync({ entryPoints: [entry], outfile: program, ...how });
    const key = base64Of(PEN.publicKey);
    const path = written(file);
    const [good, compare, wrong, proof, replay] = await Promise.all([
      wattbook('verify', FOLDER, '--key', key, '--key', base64Of(signerOf(2).publicKey), '--json'),
      wattbook('verify', 'compare', path, FOLDER),
      wattbook('verify', path, '--key', 'none'),
      wattbook('verify', 'proof', path, '--key', key),
      wattbook('verify', '--replay', '--json', FOLDER),
    ]);
    expect(good.exit).toBe(0);
    expect(JSON.parse(good.out)).toMatchObject({ ok: true, blocks: 3, keysTrusted: true });
    expect(compare).toMatchObject({ exit: 0, err: '' });
    expect(compare.out).toContain('the same: 3 blocks');
    expect(wrong.exit).toBe(2);
    expect(proof).toMatchObject({ exit: 3, err: '' });
    expect(proof.out).toContain('NOT PROVEN');
    // The state roots of this chain are made up.
    expect(replay.exit).toBe(6);
    expect(JSON.parse(replay.out)).toMatchObject({ ok: false, code: 'OTHER_STATE', block: 1 });
  });
});
