import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import type { Frame, JournalEnd, JournalWriter, StorageAdapter } from '../src/index.ts';
import { encodeFrame } from '../src/storage/frame.ts';
import { codeOfRejection, collected } from './journals.ts';

/** A journal of its own, empty at first. */
export interface StorageUnderTest {
  readonly storage: StorageAdapter;
  /** The same journal as one finds it after a restart; for what lives in memory, the same object. */
  reopened(): Promise<StorageAdapter>;
}

const NOWHERE: JournalEnd = { sequence: 0, hash: new Uint8Array(32) };

/** A frame of `count` commands behind an end; to a storage it is nothing but bytes with a place. */
function frameBehind({ sequence, hash }: JournalEnd, count: number, epoch: number): Frame {
  const body = Uint8Array.from({ length: 40 * count }, (_, i) => (sequence + i) & 0xff);
  return encodeFrame(body, count, sequence + 1, epoch, hash, sha256);
}

/** Appends frames of so many commands each. */
async function append(writer: JournalWriter, from: JournalEnd, ...counts: readonly number[]) {
  const frames: Frame[] = [];
  let end = from;
  for (const count of counts) {
    const frame = frameBehind(end, count, writer.epoch);
    end = await writer.append(frame);
    frames.push(frame);
  }
  return { frames, end };
}

const bytesOf = (frames: readonly Frame[]): Uint8Array[] => frames.map(({ bytes }) => bytes);
const open = (storage: StorageAdapter): Promise<JournalWriter> => storage.open({ takeOver: false });
const takeOver = (storage: StorageAdapter): Promise<JournalWriter> =>
  storage.open({ takeOver: true });

/** What `StorageAdapter` promises, as tests: for any adapter. */
export function storageContract(name: string, make: () => Promise<StorageUnderTest>): void {
  journalContract(name, make);
  readContract(name, make);
  followContract(name, make);
  writerContract(name, make);
  snapshotContract(name, make);
}

function journalContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name}: a journal`, () => {
    it('is empty at first', async () => {
      const { storage } = await make();
      expect(['executed', 'durable']).toContain(storage.supports.level);
      const { epoch, end } = await open(storage);
      expect(Number.isSafeInteger(epoch) && epoch >= 1).toBe(true);
      expect(end).toEqual(NOWHERE);
      expect(await collected(storage.read(0))).toEqual([]);
      expect(await storage.latestSnapshot()).toBeUndefined();
    });

    it('tells its new end with each append, and gives back what was appended', async () => {
      const { storage, reopened } = await make();
      const writer = await open(storage);
      let end = NOWHERE;
      const frames: Frame[] = [];
      for (const count of [1, 3, 2]) {
        const frame = frameBehind(end, count, writer.epoch);
        const copy = new Uint8Array(frame.bytes);
        end = await writer.append(frame);
        expect(end).toEqual({ sequence: frame.lastSequence, hash: frame.hash });
        expect(frame.bytes).toEqual(copy);
        frames.push(frame);
        expect(await collected(storage.read(0))).toEqual(bytesOf(frames));
      }
      await writer.close();
      const again = await reopened();
      expect(await collected(again.read(0))).toEqual(bytesOf(frames));
      expect((await open(again)).end).toEqual(end);
    });

    it('gives the frames with commands after any sequence', async () => {
      const { storage } = await make();
      const { frames } = await append(await open(storage), NOWHERE, 1, 3, 2, 1);
      for (let after = 0; after <= 8; after++) {
        const expected = frames.filter(({ lastSequence }) => lastSequence > after);
        expect(await collected(storage.read(after)), `after ${after}`).toEqual(bytesOf(expected));
      }
    });
  });
}

function readContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name}: reading a journal`, () => {
    it('gives copies: who changes them changes nothing', async () => {
      const { storage } = await make();
      const writer = await open(storage);
      writer.end.hash.fill(1);
      const frame = frameBehind(NOWHERE, 2, writer.epoch);
      const expected = { sequence: 2, hash: new Uint8Array(frame.hash) };
      (await writer.append(frame)).hash.fill(2);
      for await (const bytes of storage.read(0)) bytes.fill(3);
      expect(await collected(storage.read(0))).toEqual([frame.bytes]);
      await writer.close();
      expect((await open(storage)).end).toEqual(expected);
    });

    it('ends, also while frames are appended, and is open to many at once', async () => {
      const { storage } = await make();
      const writer = await open(storage);
      const { frames, end: start } = await append(writer, NOWHERE, 1, 2);
      let end = start;
      const others = [storage.read(0), storage.read(1)].map((each) => collected(each));
      const seen: Uint8Array[] = [];
      for await (const bytes of storage.read(0)) {
        seen.push(bytes);
        if (seen.length > 50) break;
        ({ end } = await append(writer, end, 1));
      }
      expect(seen.length).toBeLessThan(50);
      expect(seen.slice(0, 2)).toEqual(bytesOf(frames));
      const [all, later] = await Promise.all(others);
      expect(all!.slice(0, 2)).toEqual(bytesOf(frames));
      expect(later![0]).toEqual(frames[1]!.bytes);
      for await (const _ of storage.read(0)) break;
      expect((await collected(storage.read(0))).length).toBe(2 + seen.length);
    });
  });
}

function followContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name}: following a journal`, () => {
    it('gives what is stored, and then each frame once it is stored, until the signal', async () => {
      const { storage } = await make();
      const writer = await open(storage);
      const { frames, end } = await append(writer, NOWHERE, 1, 2);
      const stop = new AbortController();
      const followers = [0, 1, 3].map((after) => storage.follow(after, stop.signal));
      const iterators = followers.map((each) => each[Symbol.asyncIterator]());
      const next = (i: number) => iterators[i]!.next().then(({ value }) => value as Uint8Array);
      expect([await next(0), await next(0), await next(1)]).toEqual(
        bytesOf([frames[0]!, frames[1]!, frames[1]!]),
      );
      let told = 0;
      const waiting = [0, 1, 2].map((i) => next(i).finally(() => told++));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(told).toBe(0);
      const { frames: more } = await append(writer, end, 4, 1);
      expect(await Promise.all(waiting)).toEqual(bytesOf([more[0]!, more[0]!, more[0]!]));
      expect(await next(2)).toEqual(more[1]!.bytes);
      const ending = iterators[2]!.next();
      stop.abort();
      expect((await ending).done).toBe(true);
    });

    it('ends at once if the signal has aborted, and in between', async () => {
      const { storage } = await make();
      await append(await open(storage), NOWHERE, 1, 1);
      expect(await collected(storage.follow(0, AbortSignal.abort()))).toEqual([]);
      const stop = new AbortController();
      const seen: Uint8Array[] = [];
      for await (const bytes of storage.follow(0, stop.signal)) {
        seen.push(bytes);
        stop.abort();
      }
      expect(seen).toHaveLength(1);
    });
  });
}

function writerContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name}: the writer`, () => {
    it('is the only one: another is refused, and the first goes on', async () => {
      const { storage } = await make();
      const writer = await open(storage);
      expect(await codeOfRejection(open(storage))).toBe('STORAGE_IN_USE');
      const { frames } = await append(writer, NOWHERE, 2);
      expect(await codeOfRejection(open(storage))).toBe('STORAGE_IN_USE');
      expect(await collected(storage.read(0))).toEqual(bytesOf(frames));
    });

    it('is fenced off by who takes over, who has all that was acknowledged', async () => {
      const { storage } = await make();
      const old = await open(storage);
      const { frames, end } = await append(old, NOWHERE, 2, 1);
      const writer = await takeOver(storage);
      expect(writer.epoch).toBeGreaterThan(old.epoch);
      expect(writer.end).toEqual(end);
      for (let i = 0; i < 2; i++) {
        const late = frameBehind(end, 1, old.epoch);
        expect(await codeOfRejection(old.append(late))).toBe('FENCED');
      }
      await old.close();
      expect(await codeOfRejection(open(storage))).toBe('STORAGE_IN_USE');
      const { frames: more } = await append(writer, end, 1);
      expect(await codeOfRejection(old.append(frameBehind(end, 1, old.epoch)))).toBe('FENCED');
      expect(await collected(storage.read(0))).toEqual(bytesOf([...frames, ...more]));
    });

    it('has its frame under way stored, or refused, when someone takes over', async () => {
      const { storage } = await make();
      const old = await open(storage);
      const { frames, end } = await append(old, NOWHERE, 1);
      const frame = frameBehind(end, 1, old.epoch);
      const underWay = old.append(frame).then(
        () => true,
        () => false,
      );
      const writer = await takeOver(storage);
      const stored = await underWay;
      const expected = stored ? [...frames, frame] : frames;
      expect(writer.end.sequence).toBe(expected.length);
      expect(await collected(storage.read(0))).toEqual(bytesOf(expected));
    });

    it('gives its right back by closing, and appends nothing any more', async () => {
      const { storage, reopened } = await make();
      const epochs: number[] = [];
      let end = NOWHERE;
      let adapter = storage;
      for (let i = 0; i < 3; i++) {
        const writer = await open(adapter);
        epochs.push(writer.epoch);
        expect(writer.end).toEqual(end);
        ({ end } = await append(writer, end, 1, 1));
        await writer.close();
        await writer.close();
        const late = frameBehind(end, 1, writer.epoch);
        await expect(writer.append(late)).rejects.toThrow();
        adapter = await reopened();
      }
      expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
      expect(await collected(adapter.read(0))).toHaveLength(6);
    });
  });
}

function snapshotContract(name: string, make: () => Promise<StorageUnderTest>): void {
  describe(`${name}: snapshots`, () => {
    const snapshotOf = (sequence: number, length = 100) => ({
      sequence,
      hash: new Uint8Array(32).fill(sequence),
      bytes: new Uint8Array(length).fill(sequence + 1),
    });

    it('come back as they were saved, the highest first whatever their order', async () => {
      const { storage, reopened } = await make();
      const writer = await open(storage);
      let highest = 0;
      for (const sequence of [3, 7, 5, 7, 1, 9]) {
        await writer.saveSnapshot(snapshotOf(sequence, sequence * 10));
        highest = Math.max(highest, sequence);
        expect(await storage.latestSnapshot()).toEqual(snapshotOf(highest, highest * 10));
      }
      await writer.close();
      expect(await (await reopened()).latestSnapshot()).toEqual(snapshotOf(9, 90));
      expect(await collected(storage.read(0))).toEqual([]);
    });

    it('are not changed by who changes what was taken in or given out', async () => {
      const { storage } = await make();
      const writer = await open(storage);
      const given = snapshotOf(4);
      await writer.saveSnapshot(given);
      given.bytes.fill(0);
      given.hash.fill(0);
      const found = await storage.latestSnapshot();
      expect(found).toEqual(snapshotOf(4));
      found!.bytes.fill(0);
      found!.hash.fill(0);
      expect(await storage.latestSnapshot()).toEqual(snapshotOf(4));
    });
  });
}
