import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { Engine, Exchange, memoryStorage, type StorageAdapter } from 'wattbook';
import { ed25519, MerkleTree, openNote, parseCheckpoint } from 'wattbook/chain';
import { decodeGenesis, decodeHeader } from '../src/chain/block.ts';
import { recordLength } from '../src/core/records.ts';
import { sha256 } from '../src/core/sha256.ts';
import { restore } from '../src/matching/snapshot.ts';
import { type BlockStore, memoryBlocks, Sealer } from '../src/sealing/index.ts';
import { StateTree } from '../src/sealing/state-tree.ts';
import { decodeFrame, recordStarts } from '../src/storage/frame.ts';
import { collected } from './collected.ts';
import { staged } from './exchange-stage.ts';
import { randomJournal } from './random-journal.ts';
import { treeHash } from './twin/state-root.ts';

const signer = ed25519.signer(new Uint8Array(32).fill(7));
const hex = bytesToHex;

const journal = (count: number, seed = 5): Promise<StorageAdapter> => randomJournal(count, seed);

/** Every command record of a journal. */
async function recordsOf(storage: StorageAdapter): Promise<Uint8Array[]> {
  const records: Uint8Array[] = [];
  for await (const bytes of storage.read(0)) {
    const starts = recordStarts(decodeFrame(bytes, sha256));
    for (let i = 1; i < starts.length; i++) {
      records.push(bytes.slice(starts[i - 1], starts[i]! - 4));
    }
  }
  return records;
}

const entriesOf = (blocks: BlockStore): Promise<Uint8Array[]> => collected(blocks.read(0));

function split(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += recordLength(view, at)) {
    records.push(bytes.slice(at, at + recordLength(view, at)));
  }
  return records;
}

async function sealed(storage: StorageAdapter, blocks = memoryBlocks()) {
  const sealer = await Sealer.open({ storage, blocks, signer, name: 'sunstreet.example' });
  await sealer.seal();
  return { sealer, blocks };
}

describe('a sealer', () => {
  it('makes blocks whose every field follows from the journal', async () => {
    const storage = await journal(400);
    const { sealer, blocks } = await sealed(storage);
    const records = await recordsOf(storage);
    const [genesis, ...entries] = (await entriesOf(blocks)) as [Uint8Array, ...Uint8Array[]];
    expect(decodeGenesis(genesis)).toMatchObject({ name: 'sunstreet.example' });
    expect(entries.length).toBeGreaterThan(9);
    const key = ed25519.verifyingKey(signer.publicKey)!;
    let [previous, first] = [sha256(genesis), 1];
    const headers: Uint8Array[] = [];
    for (const [i, entry] of entries.entries()) {
      const [bytes, signature] = [entry.slice(0, 300), entry.slice(300, 364)];
      const header = decodeHeader(bytes)!;
      const events = split(entry.slice(364));
      const commands = records.slice(first - 1, header.lastSequence);
      const engine = Engine.replay(Buffer.concat(records.slice(0, header.lastSequence)));
      expect(key.verify(bytes, signature)).toBe(true);
      expect(header).toMatchObject({
        height: i + 1,
        firstSequence: first,
        epoch: 1,
        rulesVersion: 0,
      });
      expect(hex(header.chainId)).toBe(hex(sha256(genesis)));
      expect(hex(header.previous)).toBe(hex(previous));
      expect(hex(header.commandRoot)).toBe(hex(treeHash(commands)));
      expect(hex(header.resultRoot)).toBe(hex(treeHash(events)));
      expect(header.events).toBe(events.length);
      expect(hex(header.historyRoot)).toBe(hex(treeHash(headers)));
      expect(hex(header.stateRoot)).toBe(hex(new StateTree(restore(engine.snapshot())).root));
      expect(hex(header.proposer)).toBe(hex(signer.publicKey));
      headers.push(bytes);
      [previous, first] = [sha256(bytes), header.lastSequence + 1];
    }
    expect(first).toBe(records.length + 1);
    expect(sealer.head!.header.lastSequence).toBe(records.length);
    const name = `sunstreet.example/${hex(sealer.chainId)}`;
    const note = openNote((await blocks.published())!, [{ name, algorithm: 'ed25519', key }]);
    const root = new MerkleTree();
    for (const header of headers) root.append(header);
    expect(parseCheckpoint(note!.text)).toEqual({
      origin: name,
      size: headers.length,
      root: root.root(),
      extensions: [],
    });
  });

  it('makes the same blocks wherever it was stopped, and however often', async () => {
    const storage = await journal(300);
    const whole = await sealed(storage);
    const expected = (await entriesOf(whole.blocks)).map(hex);
    for (let kept = 1; kept <= expected.length; kept += 2) {
      const blocks = memoryBlocks();
      const entries = await entriesOf(whole.blocks);
      await blocks.append(entries.slice(0, kept), 0);
      const { sealer } = await sealed(storage, blocks);
      expect((await entriesOf(blocks)).map(hex)).toEqual(expected);
      expect(sealer.head).toEqual(whole.sealer.head);
      expect(await blocks.published()).toBe(await whole.blocks.published());
    }
  });

  it('follows what is stored, and goes on from a snapshot', async () => {
    const storage = memoryStorage();
    const blocks = memoryBlocks();
    const exchange = await staged({ storage, blocks: { everyCommands: 10 } });
    const heights: number[] = [];
    const onSealed = ({ header }: { header: { height: number } }): void => {
      heights.push(header.height);
    };
    const first = await Sealer.open({ storage, blocks, signer, onSealed });
    const stop = new AbortController();
    const running = first.follow(stop.signal);
    const height = await exchange.read((market) => market.stateHash()).then(() => heights.length);
    for (let i = 0; i < 35; i++) await exchange.openAccount({ id: `home${i}` });
    while (first.sequence < exchange.status().sequence) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    stop.abort();
    await running;
    expect(heights.length).toBeGreaterThan(height + 2);
    await exchange.sealBlock();
    await exchange.saveSnapshot();
    const later = await Sealer.open({ storage, blocks, signer });
    await later.seal();
    await exchange.openAccount({ id: 'last' });
    await exchange.sealBlock();
    await exchange.close();
    // The snapshot is of no later than the last block.
    const last = await Sealer.open({ storage, blocks, signer });
    expect(last.sequence).toBe(later.sequence);
    await last.seal();
    const again = await sealedAs(blocks, storage);
    expect((await entriesOf(blocks)).map(hex)).toEqual(again);
    const proof = last.proveAccount('last')!;
    expect(new TextDecoder().decode(proof.leaf)).toContain('last');
    expect(last.proveAccount('nobody')).toBeUndefined();
  });

  /** What a sealer makes that begins with nothing but the genesis. */
  async function sealedAs(blocks: BlockStore, storage: StorageAdapter): Promise<string[]> {
    const anew = memoryBlocks();
    await anew.append((await entriesOf(blocks)).slice(0, 1), 0);
    await sealed(storage, anew);
    return (await entriesOf(anew)).map(hex);
  }

  it('stops where a command leads to something else than was recorded', async () => {
    const storage = await journal(100);
    const frames = await collected(storage.read(0));
    const starts = recordStarts(decodeFrame(frames.at(-1)!, sha256));
    const bent: StorageAdapter = {
      ...storage,
      async *read(after) {
        let left = frames.length;
        for await (const frame of storage.read(after)) {
          if (--left === 0) frame[starts[1]! - 1]! ^= 1;
          yield frame;
        }
      },
    };
    await expect(sealed(bent)).rejects.toMatchObject({ code: 'BAD_FRAME' });
  });

  it('signs nothing on a chain of other keys, nor on one that is damaged', async () => {
    const storage = await journal(100);
    const { blocks } = await sealed(storage);
    const other = ed25519.signer(new Uint8Array(32).fill(8));
    await expect(Sealer.open({ storage, blocks, signer: other })).rejects.toThrow(RangeError);
    const entries = await entriesOf(blocks);
    for (const [at, byte] of [
      [0, 20],
      [1, 60],
      [1, 80],
      [1, 190],
      [2, 105],
      [2, 240],
    ] as const) {
      const bent = memoryBlocks();
      const copies = entries.map((entry) => entry.slice());
      copies[at]![byte]! ^= 1;
      await bent.append(copies, 0);
      await expect(Sealer.open({ storage, blocks: bent, signer })).rejects.toMatchObject({
        code: 'BAD_CHAIN',
      });
    }
    // All is well with its links, and its commands lead elsewhere.
    const foreign = await journal(100, 6);
    const opened = await Sealer.open({ storage: foreign, blocks, signer });
    await expect(opened.seal()).rejects.toMatchObject({ code: 'DIVERGED' });
    await expect(opened.seal()).rejects.toMatchObject({ code: 'DIVERGED' });
  });

  it('makes a last block again that is damaged anywhere', async () => {
    const storage = await journal(100);
    const { blocks } = await sealed(storage);
    const entries = await entriesOf(blocks);
    const last = entries.at(-1)!;
    for (let byte = 0; byte < last.length; byte += 89) {
      const bent = memoryBlocks();
      const copies = entries.map((entry) => entry.slice());
      copies.at(-1)![byte]! ^= 4;
      await bent.append(copies, 0);
      await sealed(storage, bent);
      expect((await entriesOf(bent)).map(hex)).toEqual(entries.map(hex));
    }
  });

  it('lets nobody write where another has written', async () => {
    const blocks = memoryBlocks();
    await blocks.append([Uint8Array.of(1)], 0);
    await expect(blocks.append([Uint8Array.of(1)], 0)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    await blocks.append([Uint8Array.of(2), Uint8Array.of(3)], 1);
    await expect(blocks.append([Uint8Array.of(1)], 2)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    for (const number of [0, 1, 3]) {
      await expect(blocks.drop(number)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    }
    await blocks.drop(2);
    expect(await entriesOf(blocks)).toEqual([[1], [2]].map((each) => Uint8Array.from(each)));
  });
});

it('an exchange without blocks leaves a sealer nothing to do', async () => {
  const storage = memoryStorage();
  const exchange = await Exchange.open({ storage, clock: () => 1 });
  await exchange.openAccount({ id: 'a' });
  await exchange.close();
  const { sealer, blocks } = await sealed(storage);
  expect(sealer.head).toBeUndefined();
  expect(sealer.sequence).toBe(1);
  expect(await entriesOf(blocks)).toHaveLength(1);
  expect(await blocks.published()).toBeUndefined();
});
