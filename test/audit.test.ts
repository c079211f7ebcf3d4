import { cpSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StorageAdapter } from 'wattbook';
import { fileBlocks, fileStorage } from 'wattbook/file';
import { auditChain, type BlockStore, memoryBlocks, Sealer } from 'wattbook/sealing';
import { verifyChain } from 'wattbook/verify';
import { type Outcome, outcomeOf } from '../src/cli/outcome.ts';
import { verify } from '../src/cli/verify.ts';
import { entryOf, flipped, joined, signerOf } from './chain-files.ts';
import { collected } from './collected.ts';
import { decoded, forged, holding, stagedOn } from './journals.ts';
import { otherState, retold, type Said } from './lying-chain.ts';
import { randomJournal } from './random-journal.ts';
import { must } from './stage.ts';

const PEN = signerOf(7);
const sequenceOf = (record: Uint8Array): number => Number(Buffer.from(record).readBigInt64BE(8));

async function blocksOf(entries: readonly Uint8Array[]): Promise<BlockStore> {
  const blocks = memoryBlocks();
  await blocks.append(entries, 0);
  return blocks;
}

/** A market of random commands, and its chain. */
let storage: StorageAdapter;
let entries: readonly Uint8Array[];

beforeAll(async () => {
  storage = await randomJournal(250, 5);
  const blocks = memoryBlocks();
  await (await Sealer.open({ storage, blocks, signer: PEN })).seal();
  entries = await collected(blocks.read(0));
});

describe('an audit', () => {
  const audited = async (told: readonly Uint8Array[], to?: number) =>
    auditChain({ storage, blocks: await blocksOf(told), ...(to !== undefined && { to }) });
  /** It is good to who does not carry out the commands. */
  const mustVerify = async (told: readonly Uint8Array[]): Promise<void> => {
    const journal = await collected(storage.read(0));
    const options = { keys: [PEN.publicKey], journal };
    const found = await verifyChain([joined(...told.map(entryOf))], options);
    expect(found).toMatchObject({ ok: true, commandRootChecked: true });
  };

  it('finds that a sealer tells what comes out', async () => {
    const heights: number[] = [];
    const onBlock = (height: number): void => void heights.push(height);
    const found = await auditChain({ storage, blocks: await blocksOf(entries), onBlock });
    const count = entries.length - 1;
    expect(found).toMatchObject({ ok: true, from: 1, blocks: count, snapshot: 0 });
    expect(count).toBeGreaterThan(4);
    expect(heights).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect(await audited(entries, 3)).toMatchObject({ ok: true, blocks: 3 });
    expect(await audited(entries, 0)).toMatchObject({ ok: true, blocks: 0, commands: 0 });
  });

  it('finds a state root that whoever signs has made up, and no earlier block', async () => {
    for (const height of [1, 4, entries.length - 1]) {
      const told = retold(entries, PEN, height, otherState);
      await mustVerify(told);
      const found = await audited(told);
      expect(found).toMatchObject({ ok: false, code: 'OTHER_STATE', block: height });
      expect(found).toMatchObject({ sequence: undefined, record: undefined });
      expect(await audited(told, height - 1)).toMatchObject({ ok: true });
    }
  });

  it('finds events that whoever signs has made up, and their command', async () => {
    // Each of these leaves the sequences of the block in order.
    const ways: ((record: Uint8Array) => Uint8Array[])[] = [
      (record) => [flipped(record, record.length - 1, 0)],
      (record) => [record, record],
    ];
    for (const [i, way] of ways.entries()) {
      for (const at of [0, 11]) {
        let sequence = 0;
        const change = ({ header, events }: Said): Said => {
          sequence = sequenceOf(events[at]!);
          return { header, events: events.flatMap((each, n) => (n === at ? way(each) : [each])) };
        };
        const told = retold(entries, PEN, 2, change);
        await mustVerify(told);
        const found = await audited(told);
        expect(found, `${i}, ${at}`).toMatchObject({ ok: false, code: 'OTHER_EVENTS', block: 2 });
        expect(found, `${i}, ${at}`).toMatchObject({ sequence });
        if (i === 0) expect(found).toMatchObject({ record: at });
        expect(found).toMatchObject({ detail: expect.stringContaining('the same as came out') });
      }
    }
  });

  it('finds an event that was left out', async () => {
    let sequence = 0;
    const told = retold(entries, PEN, 3, ({ header, events }) => {
      const at = events.findIndex(
        (each, i) => i > 0 && sequenceOf(events[i - 1]!) === sequenceOf(each),
      );
      sequence = sequenceOf(events[at]!);
      return { header, events: events.filter((_, i) => i !== at) };
    });
    await mustVerify(told);
    expect(await audited(told)).toMatchObject({ code: 'OTHER_EVENTS', block: 3, sequence });
  });

  it('says what it cannot go on from', async () => {
    const frames = await collected(storage.read(0));
    const end = { sequence: 0, hash: new Uint8Array(32) };
    const short = holding(frames.slice(0, 3), end);
    expect(await auditChain({ storage: short, blocks: await blocksOf(entries) })).toMatchObject({
      ok: false,
      code: 'MISSING',
    });
    const bent = frames.map((bytes, i) =>
      i === 2 ? forged(bytes, (view) => view.setUint8(bytes.length - 5, 77)) : bytes,
    );
    const told = {
      storage: holding(bent.slice(0, 3), end),
      blocks: await blocksOf(entries),
      to: 3,
    };
    const sequence = decoded(bent[2]!).lastSequence;
    expect(await auditChain(told)).toMatchObject({ ok: false, code: 'OTHER_DIGEST', sequence });
    const torn = [...entries.slice(0, 2), flipped(entries[2]!, 3, 0)];
    await expect(audited(torn)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    await expect(
      audited([...entries.slice(0, 2), entries[2]!.slice(0, 310)]),
    ).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    const blocks = await blocksOf(entries);
    await expect(auditChain({ storage, blocks, to: -1 })).rejects.toThrow(RangeError);
    await expect(auditChain({ storage, blocks, all: 1 } as never)).rejects.toThrow(TypeError);
  });
});

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-audit-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const FOLDER = join(scratch, 'market');
const TRUST = { keys: [PEN.publicKey], chainId: undefined };
let kept: readonly Uint8Array[];

async function told(what: Promise<Outcome>): Promise<Record<string, unknown>> {
  const { exit, json, text } = await what.catch(outcomeOf);
  return { ...json, exit, text };
}

const order = { product: 'noon', priceTicks: 50, quantityLots: 2 } as const;

/** A market of four blocks, with a snapshot in the third. @returns its chain */
async function market(folder: string, dropsOldSegments: boolean): Promise<Uint8Array[]> {
  const files = fileStorage(folder, { segmentBytes: 1024, dropsOldSegments });
  const exchange = await stagedOn(files);
  const sell = async (): Promise<unknown> =>
    must(await exchange.submit({ ...order, account: 'alice', side: 'sell' }));
  const buy = async (): Promise<unknown> =>
    must(await exchange.submit({ ...order, account: 'bob', side: 'buy' }));
  const trade = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await sell().then(buy);
    must(await exchange.sealBlock());
  };
  const blocks = fileBlocks(folder);
  const sealer = await Sealer.open({ storage: files, blocks, signer: PEN });
  await trade(2);
  await exchange.saveSnapshot();
  await trade(3);
  await sealer.seal();
  await sell();
  await exchange.saveSnapshot();
  await buy();
  await trade(0);
  await trade(4);
  await exchange.openAccount({ id: 'late' });
  await exchange.close();
  await sealer.seal();
  return collected(fileBlocks(folder).read(0));
}

let copies = 0;
/** A copy of a folder whose chain has other entries. */
function copied(from: string, told: readonly Uint8Array[]): string {
  const folder = join(scratch, `copy-${++copies}`);
  cpSync(from, folder, { recursive: true });
  writeFileSync(join(folder, 'chain.wbc'), joined(...told.map(entryOf)));
  unlinkSync(join(folder, 'checkpoint'));
  return folder;
}

describe('wattbook verify --replay', () => {
  beforeAll(async () => {
    kept = await market(FOLDER, false);
  });

  it('finds a market good that is, with a snapshot in it', async () => {
    const found = await told(verify(FOLDER, TRUST, true));
    expect(found).toMatchObject({ exit: 0, ok: true, blocks: 4, unsealed: 1 });
    expect(found).toMatchObject({ checkpoint: { size: 4 } });
    expect(found['replay']).toMatchObject({ from: 1, blocks: 4, snapshot: 0 });
    expect(found['text']).toContain('events and state roots of blocks 1 to 4, as signed');
    const plainly = await told(verify(FOLDER, TRUST));
    expect(plainly['text']).toContain('--replay computes them');
    expect(plainly).not.toHaveProperty('replay');
    const file = join(FOLDER, 'chain.wbc');
    expect(await told(verify(file, TRUST, true))).toMatchObject({ exit: 1 });
  });

  it('finds lies that are signed', async () => {
    const state = copied(FOLDER, retold(kept, PEN, 3, otherState));
    expect(await told(verify(state, TRUST))).toMatchObject({ exit: 0, ok: true });
    const found = await told(verify(state, TRUST, true));
    expect(found).toMatchObject({ exit: 6, ok: false, code: 'OTHER_STATE', block: 3 });
    const bent = ({ header, events }: Said): Said => ({
      header,
      events: events.map((each, i) => (i === 1 ? flipped(each, 30, 0) : each)),
    });
    const events = copied(FOLDER, retold(kept, PEN, 2, bent));
    expect(await told(verify(events, TRUST))).toMatchObject({ exit: 0, ok: true });
    const other = await told(verify(events, TRUST, true));
    expect(other).toMatchObject({ exit: 6, code: 'OTHER_EVENTS', block: 2, sequence: 15 });
    expect(other['text']).toContain('NOT GOOD: block 2: command 15 leads to other events');
  });

  it('finds damage as without it, and takes a block for one that was being written', async () => {
    const whole = joined(...kept.map(entryOf));
    const folder = copied(FOLDER, kept);
    writeFileSync(join(folder, 'chain.wbc'), flipped(whole, whole.length - 200, 0));
    expect(await told(verify(folder, TRUST, true))).toMatchObject({ exit: 3, ok: false, block: 4 });
    writeFileSync(join(folder, 'chain.wbc'), whole.slice(0, -9));
    const torn = await told(verify(folder, TRUST, true));
    expect(torn).toMatchObject({ exit: 0, code: 'TORN', replay: { from: 1, blocks: 3 } });
  });

  it('begins with the snapshot where the journal has dropped what was before', async () => {
    const from = join(scratch, 'dropped');
    const own = await market(from, true);
    expect(readdirSync(from)).not.toContain('journal-00000001.wbj');
    const found = await told(verify(from, TRUST, true));
    expect(found).toMatchObject({ exit: 0, replay: { from: 3, blocks: 2, snapshot: 22 } });
    expect(found['text']).toContain('nothing is said of blocks 1 to 2');
    const late = copied(from, retold(own, PEN, 3, otherState));
    expect(await told(verify(late, TRUST, true))).toMatchObject({ exit: 6, block: 3 });
    const early = copied(from, retold(own, PEN, 2, otherState));
    expect(await told(verify(early, TRUST, true))).toMatchObject({ exit: 0 });
    const behind = copied(from, own.slice(0, 3));
    expect(await told(verify(behind, TRUST, true))).toMatchObject({ exit: 7, code: 'NOT_KEPT' });
  });

  it('looks at the block that ends where the snapshot is', async () => {
    const folder = join(scratch, 'at-end');
    const files = fileStorage(folder, { segmentBytes: 1024, dropsOldSegments: true });
    const exchange = await stagedOn(files);
    const ids = Array.from({ length: 20 }, (_, i) => `home-${i}`);
    await Promise.all(ids.map((id) => exchange.openAccount({ id })));
    await exchange.saveSnapshot();
    must(await exchange.sealBlock());
    const blocks = fileBlocks(folder);
    await (await Sealer.open({ storage: files, blocks, signer: PEN })).seal();
    await exchange.saveSnapshot();
    await exchange.close();
    const found = await told(verify(folder, TRUST, true));
    expect(found).toMatchObject({ exit: 0, replay: { from: 1, blocks: 1, commands: 0 } });
    const own = await collected(fileBlocks(folder).read(0));
    const lied = copied(folder, retold(own, PEN, 1, otherState));
    expect(await told(verify(lied, TRUST, true))).toMatchObject({ exit: 6, code: 'OTHER_STATE' });
  });
});
