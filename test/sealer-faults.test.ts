import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Exchange, memoryStorage, type StorageAdapter } from 'wattbook';
import { ed25519, encodeGenesis } from 'wattbook/chain';
import { fileBlocks, fileStorage } from 'wattbook/file';
import { type BlockStore, memoryBlocks, Prover, Sealer } from 'wattbook/sealing';
import type { Disk, DiskFile } from '../src/file/disk.ts';
import { storageOn } from '../src/file/file-storage.ts';
import { nodeDisk } from '../src/file/node-disk.ts';
import { hexOf } from './chain-files.ts';
import { collected } from './collected.ts';
import { must } from './stage.ts';

const signer = ed25519.signer(new Uint8Array(32).fill(7));
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wattbook-sealer-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

/** A market that opens so many accounts, two to a block. */
async function market(names: readonly string[], storage: StorageAdapter = memoryStorage()) {
  const exchange = await Exchange.open({
    storage,
    clock: () => 1_000,
    drawSalt: () => new Uint8Array(16),
    blocks: { everyCommands: 2 },
  });
  for (const id of names) must(await exchange.openAccount({ id }));
  await exchange.close();
  return storage;
}

const names = (count: number, name = 'home'): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i}`);

async function entriesOf(blocks: BlockStore): Promise<string[]> {
  return (await collected(blocks.read(0))).map(hexOf);
}

async function begun(blocks: BlockStore, keys = [signer.publicKey]): Promise<BlockStore> {
  await blocks.append([encodeGenesis({ name: 'street', nonce: new Uint8Array(16), keys })], 0);
  return blocks;
}

async function sealed(storage: StorageAdapter, blocks: BlockStore, pen = signer): Promise<Sealer> {
  const sealer = await Sealer.open({ storage, blocks, signer: pen });
  await sealer.seal();
  return sealer;
}

describe('a chain file', () => {
  it('is read while it is appended to, by the same object, and stays whole', async () => {
    const blocks = fileBlocks(folder());
    const all: string[] = [];
    const readers: Promise<void>[] = [];
    for (let number = 0; number < 40; number++) {
      const entry = new Uint8Array(1 + ((number * 7919) % 4000)).fill(number);
      const from = number;
      readers.push(
        (async () => {
          for (let turn = 0; turn < 3; turn++) {
            let at = Math.max(0, from - 2);
            for await (const found of blocks.read(at)) {
              expect(Buffer.from(found).toString('hex')).toBe(all[at++]);
            }
          }
        })(),
      );
      all.push(Buffer.from(entry).toString('hex'));
      await blocks.append([entry], number);
    }
    await Promise.all(readers);
    expect(await entriesOf(blocks)).toEqual(all);
  });

  it('of a damaged length is read at once, however long it says an entry is', async () => {
    const dir = folder();
    const blocks = fileBlocks(dir);
    await blocks.append([new Uint8Array(10), new Uint8Array(10)], 0);
    const bytes = readFileSync(join(dir, 'chain.wbc'));
    bytes[14] = 0xff;
    writeFileSync(join(dir, 'chain.wbc'), bytes);
    expect(await entriesOf(fileBlocks(dir))).toHaveLength(1);
    await expect(blocks.append([new Uint8Array(0)], 2)).rejects.toThrow(RangeError);
  });
});

describe('a sealer', () => {
  it('signs nothing on a journal that has lost what was sealed', async () => {
    const [long, short] = [await market(names(9)), await market(names(3))];
    const blocks = await begun(memoryBlocks());
    const { head } = await sealed(long, blocks);
    const before = await entriesOf(blocks);
    await expect(sealed(short, blocks)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    const other = await market([...names(3), ...names(9, 'other')]);
    await expect(sealed(other, blocks)).rejects.toMatchObject({ code: 'DIVERGED' });
    expect(await entriesOf(blocks)).toEqual(before);
    expect(head!.header.height).toBeGreaterThan(4);
  });

  it('keeps to the head that was published, also where the blocks behind it are gone', async () => {
    const storage = await market(names(9));
    const whole = await begun(memoryBlocks());
    await sealed(storage, whole);
    const entries = (await entriesOf(whole)).map((entry) => Buffer.from(entry, 'hex'));
    const published = (await whole.published())!;
    const cut = async (): Promise<BlockStore> => {
      const blocks = memoryBlocks();
      await blocks.append(entries.slice(0, 3), 0);
      await blocks.publish(published);
      return blocks;
    };
    const other = await market([...names(5), ...names(9, 'other')]);
    const blocks = await cut();
    await expect(sealed(other, blocks)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    expect((await entriesOf(blocks)).length).toBeLessThan(entries.length);
    expect(await blocks.published()).toBe(published);
    const again = await cut();
    await sealed(storage, again);
    expect(await entriesOf(again)).toEqual(await entriesOf(whole));
    const strange = await cut();
    await strange.publish('no note');
    await expect(sealed(storage, strange)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
  });

  it('of another key of the same chain cannot put its blocks in the place of others', async () => {
    const second = ed25519.signer(new Uint8Array(32).fill(8));
    const storage = memoryStorage();
    const blocks = await begun(memoryBlocks(), [signer.publicKey, second.publicKey]);
    const [a, b] = await Promise.all(
      [signer, second].map((pen) => Sealer.open({ storage, blocks, signer: pen })),
    );
    await market(names(4), storage);
    await a!.seal();
    await expect(b!.seal()).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    const before = await entriesOf(blocks);
    await market(names(4, 'more'), storage);
    await sealed(storage, blocks, second);
    expect((await entriesOf(blocks)).slice(0, before.length)).toEqual(before);
  });

  it('seals files up to what is known to stay', async () => {
    const dir = folder();
    await market(names(5), fileStorage(dir));
    const blocks = fileBlocks(dir);
    const sealer = await sealed(fileStorage(dir), blocks);
    expect(sealer.sequence).toBe(8);
    expect(sealer.head!.header.lastSequence).toBe(8);
  });
});

it('a sealer begins at the latest snapshot that is of no later than its last block', async () => {
  const dir = folder();
  const storage = fileStorage(dir, { segmentBytes: 1_024, dropsOldSegments: true });
  const blocks = fileBlocks(dir);
  const exchange = await Exchange.open({ storage, blocks: { everyCommands: 10 } });
  let opened = 0;
  const open = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) must(await exchange.openAccount({ id: `home${opened++}` }));
  };
  await open(44);
  await exchange.saveSnapshot();
  await open(38);
  await sealed(fileStorage(dir), blocks);
  await exchange.saveSnapshot();
  await open(20);
  const sealer = await sealed(fileStorage(dir), blocks);
  expect(sealer.head!.header.height).toBe(10);
  await expect(async () => {
    for await (const _ of fileStorage(dir).read(0)) void _;
  }).rejects.toMatchObject({ code: 'NOT_KEPT' });
  await exchange.close();
});

it('a frame that is not synced yet is not sealed, though it can be read', async () => {
  const dir = folder();
  let hangs = false;
  const slow = (file: DiskFile): DiskFile => ({
    write: (bytes, at) => file.write(bytes, at),
    sync: () => (hangs ? new Promise(() => {}) : file.sync()),
    close: () => file.close(),
  });
  const disk: Disk = {
    ...nodeDisk,
    create: async (path) => slow(await nodeDisk.create(path)),
    open: async (path) => slow(await nodeDisk.open(path)),
  };
  const exchange = await Exchange.open({
    storage: storageOn(disk, dir),
    clock: () => 1_000,
    blocks: { everyCommands: 2 },
  });
  for (const id of names(4)) must(await exchange.openAccount({ id }));
  hangs = true;
  exchange.openAccount({ id: 'later' }).catch(() => {});
  exchange.openAccount({ id: 'last' }).catch(() => {});
  const frames = async (): Promise<number> => {
    let count = 0;
    for await (const _ of fileStorage(dir).read(0)) count++;
    return count;
  };
  while ((await frames()) < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  const sealer = await sealed(fileStorage(dir), memoryBlocks());
  expect(sealer.sequence).toBe(exchange.status().storedSequence);
  expect(exchange.status().sequence).toBeGreaterThan(sealer.sequence);
});

it('a prover passes over a last block that is damaged, and reads on once it is made again', async () => {
  const dir = folder();
  const storage = await market(names(9));
  const blocks = fileBlocks(dir);
  const { head } = await sealed(storage, blocks);
  const bytes = readFileSync(join(dir, 'chain.wbc'));
  bytes.fill(0, bytes.length - 60);
  writeFileSync(join(dir, 'chain.wbc'), bytes);
  const prover = await Prover.open({ blocks: fileBlocks(dir), storage });
  // The note tells of one block more than there are.
  expect(await prover.balance('home0')).toBeUndefined();
  await sealed(storage, fileBlocks(dir));
  const { height } = head!.header;
  expect(JSON.parse((await prover.balance('home0', { height }))!)).toMatchObject({
    kind: 'balance',
  });
});
