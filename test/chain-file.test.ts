import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Exchange, memoryStorage } from 'wattbook';
import { ed25519 } from 'wattbook/chain';
import { fileBlocks, fileStorage, sealInWorker, signingSeed } from 'wattbook/file';
import { type BlockStore, memoryBlocks, Sealer } from 'wattbook/sealing';
import { hexOf } from './chain-files.ts';
import { collected } from './collected.ts';

const signer = ed25519.signer(new Uint8Array(32).fill(7));
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wattbook-chain-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

async function entriesOf(blocks: BlockStore, from = 0): Promise<string[]> {
  return (await collected(blocks.read(from))).map(hexOf);
}

const bytes = (...sizes: number[]): Uint8Array[] =>
  sizes.map((size, i) => new Uint8Array(size).fill(i + 1));

describe('blocks in a file', () => {
  it('are those that were appended, from any number on, also for another reader', async () => {
    const dir = folder();
    const blocks = fileBlocks(join(dir, 'new', 'folder'));
    expect(await entriesOf(blocks)).toEqual([]);
    expect(await blocks.published()).toBeUndefined();
    expect(existsSync(join(dir, 'new'))).toBe(false);
    // Larger than what is read at once, too.
    const first = bytes(5, 1, 3_000_000, 700);
    await blocks.append(first, 0);
    await blocks.append(bytes(9), 4);
    const all = [...first, ...bytes(9)].map((each) => Buffer.from(each).toString('hex'));
    for (let from = 0; from <= 6; from++) {
      expect(await entriesOf(blocks, from)).toEqual(all.slice(from));
      expect(await entriesOf(fileBlocks(join(dir, 'new', 'folder')), from)).toEqual(
        all.slice(from),
      );
    }
  });

  it('go behind those of another process, or nowhere', async () => {
    const dir = folder();
    const [mine, other] = [fileBlocks(dir), fileBlocks(dir)];
    await mine.append(bytes(5), 0);
    await other.append(bytes(6, 7), 1);
    await expect(mine.append(bytes(8), 1)).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    await mine.append(bytes(8), 3);
    expect(await entriesOf(other)).toHaveLength(4);
  });

  it('keep the note that was published last', async () => {
    const blocks = fileBlocks(folder());
    await blocks.append(bytes(1), 0);
    for (const note of ['one\n', 'two\n']) {
      await blocks.publish(note);
      expect(await blocks.published()).toBe(note);
    }
  });

  it('need a folder', () => {
    for (const wrong of ['', 5, undefined]) {
      expect(() => fileBlocks(wrong as string)).toThrow(TypeError);
    }
  });
});

describe('a chain that ends anywhere', () => {
  it('is made whole again, byte for byte, whatever a crash has left of it', async () => {
    const storage = memoryStorage();
    const exchange = await Exchange.open({
      storage,
      clock: () => 1_000,
      blocks: { everyCommands: 3 },
    });
    for (let i = 0; i < 12; i++) await exchange.openAccount({ id: `home${i}` });
    await exchange.close();
    const dir = folder();
    const path = join(dir, 'chain.wbc');
    const seal = async (): Promise<void> => {
      const blocks = fileBlocks(dir);
      const sealer = await Sealer.open({ storage, blocks, signer });
      await sealer.seal();
    };
    await seal();
    const whole = readFileSync(path);
    const genesis = 4 + new DataView(whole.buffer, whole.byteOffset).getUint32(0);
    for (let kept = genesis; kept < whole.length; kept += 97) {
      // Cut off, or longer by what was never written to the medium.
      for (const zeros of [0, 5, 20_000]) {
        writeFileSync(path, Buffer.concat([whole.subarray(0, kept), Buffer.alloc(zeros)]));
        await seal();
        expect(readFileSync(path).equals(whole)).toBe(true);
      }
    }
  });
});

describe('a worker', () => {
  it('seals what an exchange stores, and goes on where it stopped', async () => {
    const dir = folder();
    const seed = await signingSeed(join(dir, 'key'));
    expect(statSync(join(dir, 'key')).mode & 0o777).toBe(0o600);
    expect(await signingSeed(join(dir, 'key'))).toEqual(seed);
    const keys = new Set<string>();
    for (const round of [1, 2]) {
      const storage = fileStorage(dir);
      const exchange = await Exchange.open({ storage, blocks: { everyCommands: 10 } });
      const heights: number[] = [];
      const onSealed = ({ height }: { height: number }): void => void heights.push(height);
      const worker = await sealInWorker({ folder: dir, seed, name: 'street', onSealed });
      for (let i = 0; i < 40; i++) await exchange.openAccount({ id: `home${round}-${i}` });
      await exchange.close();
      await worker.stop();
      keys.add(worker.key);
      expect(heights.at(-1)).toBe(worker.head.height);
      expect(worker.head).toMatchObject({ height: round * 4, sequence: round * 44 });
    }
    expect(keys.size).toBe(1);
    expect(readFileSync(join(dir, 'checkpoint'), 'utf8')).toContain('\n8\n');
    // The same as without a worker.
    const again = memoryBlocks();
    const [genesis] = await entriesOf(fileBlocks(dir));
    await again.append([Buffer.from(genesis!, 'hex')], 0);
    const sealer = await Sealer.open({
      storage: fileStorage(dir),
      blocks: again,
      signer: ed25519.signer(seed),
    });
    await sealer.seal();
    expect(await entriesOf(fileBlocks(dir))).toEqual(await entriesOf(again));
  });

  it('tells what is wrong, and does not begin', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'key'), 'no key');
    await expect(signingSeed(join(dir, 'key'))).rejects.toThrow(RangeError);
    await expect(sealInWorker({ folder: '', seed: new Uint8Array(32) })).rejects.toThrow(TypeError);
    await expect(sealInWorker({ folder: dir, seed: new Uint8Array(31) })).rejects.toThrow(
      TypeError,
    );
    const blocks = fileBlocks(dir);
    await blocks.append([Uint8Array.of(1, 2, 3)], 0);
    const started = sealInWorker({ folder: dir, seed: new Uint8Array(32).fill(1) });
    await expect(started).rejects.toMatchObject({ code: 'BAD_CHAIN' });
  });

  it('has one seed, however many draw it at once', async () => {
    const dir = folder();
    const path = join(dir, 'new', 'key');
    const seeds = await Promise.all(Array.from({ length: 8 }, () => signingSeed(path)));
    expect(new Set(seeds.map((seed) => Buffer.from(seed).toString('hex'))).size).toBe(1);
    expect(readdirSync(join(dir, 'new'))).toEqual(['key']);
  });
});
