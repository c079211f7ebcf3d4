import type { JournalEnd, StoredSnapshot } from '../storage/contract.ts';
import type { Frame } from '../storage/frame.ts';
import {
  appended,
  bytesOf,
  collected,
  frameBehind,
  mustBe,
  mustEqual,
  mustReject,
  NOWHERE,
  openOn,
  rejectionOf,
  takeOver,
} from './storage-checks.ts';
import type { Trial } from './storage-suite.ts';

/** The right to write, and snapshots. */
export const writerCases: Readonly<Record<string, Trial>> = {
  'there is one writer: another is refused, and the first goes on': async ({ storage }) => {
    const writer = await openOn(storage);
    await mustReject(openOn(storage), 'STORAGE_IN_USE', 'open');
    const { frames } = await appended(writer, NOWHERE, 2);
    await mustReject(openOn(storage), 'STORAGE_IN_USE', 'open');
    mustEqual(await collected(storage.read(0)), bytesOf(frames), 'read(0)');
  },

  'who takes over has all that was acknowledged, and the other is fenced off': async ({
    storage,
  }) => {
    const old = await openOn(storage);
    const { frames, end } = await appended(old, NOWHERE, 2, 1);
    const writer = await takeOver(storage);
    mustBe(writer.epoch > old.epoch, `epoch ${writer.epoch} after ${old.epoch}`);
    mustEqual(writer.end, end, 'end');
    for (let i = 0; i < 2; i++) {
      const late = frameBehind(end, 1, old.epoch);
      await mustReject(old.append(late), 'FENCED', 'an append of the old writer');
    }
    await old.close();
    await mustReject(openOn(storage), 'STORAGE_IN_USE', 'open, after the old writer has closed,');
    const { frames: more } = await appended(writer, end, 1);
    await mustReject(old.append(frameBehind(end, 1, old.epoch)), 'FENCED', 'a late append');
    mustEqual(await collected(storage.read(0)), bytesOf([...frames, ...more]), 'read(0)');
  },

  'a frame under way at a take-over is there whole or not at all': async ({ storage }) => {
    const old = await openOn(storage);
    const { frames, end } = await appended(old, NOWHERE, 1);
    const frame = frameBehind(end, 1, old.epoch);
    const underWay = old.append(frame).then(
      () => true,
      () => false,
    );
    const writer = await takeOver(storage);
    const wasAcknowledged = await underWay;
    const isThere = writer.end.sequence === 2;
    mustBe(isThere || !wasAcknowledged, 'a frame that was acknowledged is lost');
    const expected: Frame[] = isThere ? [...frames, frame] : [...frames];
    mustEqual(writer.end.sequence, expected.length, 'sequence of the end');
    mustEqual(await collected(storage.read(0)), bytesOf(expected), 'read(0)');
  },

  'who closes gives the right back, and appends nothing any more': async ({
    storage,
    reopened,
  }) => {
    const epochs: number[] = [];
    let end: JournalEnd = NOWHERE;
    let adapter = storage;
    for (let i = 0; i < 3; i++) {
      const writer = await openOn(adapter);
      epochs.push(writer.epoch);
      mustEqual(writer.end, end, 'end');
      ({ end } = await appended(writer, end, 1, 1));
      await writer.close();
      await writer.close();
      await rejectionOf(writer.append(frameBehind(end, 1, writer.epoch)), 'append after close');
      adapter = await reopened();
    }
    mustBe(epochs[0]! < epochs[1]! && epochs[1]! < epochs[2]!, `epochs ${epochs.join(', ')}`);
    mustEqual((await collected(adapter.read(0))).length, 6, 'frames');
  },

  'the snapshot of the highest sequence comes back': async ({ storage, reopened }) => {
    const writer = await openOn(storage);
    let highest = 0;
    for (const sequence of [3, 7, 5, 7, 1, 9]) {
      await writer.saveSnapshot(snapshotOf(sequence));
      highest = Math.max(highest, sequence);
      mustEqual(await storage.latestSnapshot(), snapshotOf(highest), 'latestSnapshot()');
    }
    await writer.close();
    mustEqual(await (await reopened()).latestSnapshot(), snapshotOf(9), 'after a restart');
    mustEqual(await collected(storage.read(0)), [], 'read(0)');
  },

  'a snapshot is not changed by who changes what was taken in or given out': async ({
    storage,
  }) => {
    const writer = await openOn(storage);
    const given = snapshotOf(4);
    await writer.saveSnapshot(given);
    given.bytes.fill(0);
    given.hash.fill(0);
    const found = await storage.latestSnapshot();
    mustEqual(found, snapshotOf(4), 'latestSnapshot()');
    found?.bytes.fill(0);
    found?.hash.fill(0);
    mustEqual(await storage.latestSnapshot(), snapshotOf(4), 'latestSnapshot(), again');
  },
};

function snapshotOf(sequence: number): StoredSnapshot {
  const bytes = new Uint8Array(sequence * 10).fill(sequence + 1);
  return { sequence, hash: new Uint8Array(32).fill(sequence), bytes };
}
