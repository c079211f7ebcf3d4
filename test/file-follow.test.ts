import { describe, expect, it } from 'vitest';
import { storageOn } from '../src/file/file-storage.ts';
import { Follower } from '../src/file/follower.ts';
import type { JournalEnd, JournalWriter, StorageAdapter } from '../src/index.ts';
import type { Frame } from '../src/storage/frame.ts';
import { appended, frameBehind, NOWHERE, openOn } from '../src/testing/storage-checks.ts';
import { codeOfRejection } from './journals.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const FOLDER = '/market';
const on = (disk: SimulatedDisk, dropsOldSegments = false, segmentBytes = 1024): StorageAdapter =>
  storageOn(disk, FOLDER, { segmentBytes, dropsOldSegments });
const lastOf = (frames: readonly Frame[]): number => frames.at(-1)?.lastSequence ?? 0;

/** A writer, and a follower in another process. */
async function followed(segmentBytes?: number): Promise<{
  disk: SimulatedDisk;
  writer: JournalWriter;
  reader: SimulatedDisk;
  follower: Follower;
}> {
  const disk = new SimulatedDisk();
  const writer = await openOn(on(disk, false, segmentBytes));
  const reader = disk.ofOther();
  return { disk, writer, reader, follower: new Follower(reader, FOLDER, 0) };
}

describe('a follower in another process', () => {
  it('is given a frame once another stands behind it, or a mark tells of it some ms later', async () => {
    const { disk, writer, follower } = await followed();
    expect(await follower.look()).toEqual([]);
    const { end } = await appended(writer, NOWHERE, 1);
    expect(await follower.look()).toEqual([]);
    const { end: second } = await appended(writer, end, 1);
    expect(lastOf(await follower.look())).toBe(1);
    for (const call of disk.waiting.splice(0)) call();
    await new Promise(setImmediate);
    expect(lastOf(await follower.look())).toBe(2);
    expect(await follower.look()).toEqual([]);
    await appended(writer, second, 1);
    expect(disk.waiting.length).toBe(1);
    await writer.close();
    expect(lastOf(await follower.look())).toBe(3);
  });

  it('is given none that is not synced yet, and none of a writer that was taken over', async () => {
    const { disk, writer, follower } = await followed();
    const { end } = await appended(writer, NOWHERE, 1, 1);
    await follower.look();
    let letGo = (): void => {};
    disk.beforeCall = (call) =>
      call === 'sync' ? new Promise<void>((done) => (letGo = done)) : undefined;
    const append = writer.append(frameBehind(end, 1, writer.epoch));
    await new Promise(setImmediate);
    const [old] = await follower.look();
    expect(old?.lastSequence).toBe(2);
    const other = await on(disk.ofOther()).open({ takeOver: true });
    // It was there, and counts from then on.
    expect(other.end.sequence).toBe(3);
    expect(lastOf(await follower.look())).toBe(3);
    letGo();
    expect(await codeOfRejection(append)).toBe('FENCED');
    const late = disk.file('journal-00000001.wbj');
    const frame = frameBehind(other.end, 2, writer.epoch);
    disk.replace('journal-00000001.wbj', new Uint8Array([...late, ...frame.bytes]));
    expect(await follower.look()).toEqual([]);
    const { end: next } = await appended(other, other.end, 1, 1);
    expect((await follower.look()).map(({ epoch }) => epoch)).toEqual([2]);
    await other.close();
    expect(next.sequence).toBe(5);
    expect(lastOf(await follower.look())).toBe(5);
  });

  it('reads what is new and no more, from file to file', async () => {
    const { writer, reader, follower } = await followed(8192);
    let end: JournalEnd = NOWHERE;
    const found: Frame[] = [];
    for (let i = 0; i < 40; i++) {
      ({ end } = await appended(writer, end, 4));
      const before = reader.bytesRead;
      found.push(...(await follower.look()));
      // HEAD, headers, two frames; twice where a file ends.
      expect(reader.bytesRead - before).toBeLessThan(2 * (580 + 84 + 2 * 240));
    }
    await writer.close();
    found.push(...(await follower.look()));
    expect(found.map(({ firstSequence }) => firstSequence)).toEqual(
      Array.from({ length: 40 }, (_, i) => 1 + 4 * i),
    );
    const again = new Follower(reader, FOLDER, 100);
    expect((await again.look())[0]).toMatchObject({ firstSequence: 101 });
  });

  it('goes on where files are dropped behind it, and says so where they are not behind it', async () => {
    const disk = new SimulatedDisk();
    const writer = await openOn(on(disk, true));
    const reader = disk.ofOther();
    const [slow, fast] = [0, 0].map(() => new Follower(reader, FOLDER, 0));
    let { end } = await appended(writer, NOWHERE, 8, 8);
    await slow!.look();
    const drop = async (): Promise<void> => {
      await writer.saveSnapshot({ ...end, bytes: new Uint8Array(1) });
    };
    ({ end } = await appended(writer, end, 8, 8, 8, 8));
    // One file at a time.
    for (let i = 0; i < 3; i++) await fast!.look();
    await drop();
    ({ end } = await appended(writer, end, 8, 8, 8, 8));
    await drop();
    const next = await fast!.look();
    expect(next.map(({ firstSequence }) => firstSequence)).toEqual([41]);
    await fast!.look();
    expect(lastOf(await fast!.look())).toBe(80);
    expect(await codeOfRejection(slow!.look())).toBe('NOT_KEPT');
  });

  it('is told of damage in what it is to be given', async () => {
    const { disk, writer, follower } = await followed();
    await appended(writer, NOWHERE, 2, 2, 2);
    disk.file('journal-00000001.wbj')[300]! ^= 1;
    expect(await codeOfRejection(follower.look())).toBe('BAD_FRAME');
  });
});
