import { describe, expect, it } from 'vitest';
import { examine } from '../src/file/examine.ts';
import { storageOn } from '../src/file/file-storage.ts';
import { decodeMarks, Head } from '../src/file/head.ts';
import { recoverFolder } from '../src/file/recover.ts';
import { epochOf } from '../src/file/writers.ts';
import type { JournalEnd, JournalWriter, StorageAdapter } from '../src/index.ts';
import { appended, frameBehind, NOWHERE, openOn } from '../src/testing/storage-checks.ts';
import { collected } from './collected.ts';
import { codeOfRejection } from './journals.ts';
import { mulberry32 } from './mulberry32.ts';
import { SimulatedDisk } from './simulated-disk.ts';

const FOLDER = '/market';
const on = (disk: SimulatedDisk): StorageAdapter =>
  storageOn(disk, FOLDER, { segmentBytes: 1024, dropsOldSegments: true });
const takingOver = (disk: SimulatedDisk): Promise<JournalWriter> =>
  on(disk).open({ takeOver: true });

const snapshotAt = (end: JournalEnd): JournalEnd & { bytes: Uint8Array } => ({
  ...end,
  bytes: new Uint8Array(50).fill(end.sequence),
});

/** A writer at work, in a process of its own. */
class Writing {
  readonly disk: SimulatedDisk;
  /** The last end that was acknowledged. */
  acknowledged: JournalEnd = NOWHERE;
  /** Resolves once the call is under way that hangs. */
  readonly hung: Promise<void>;
  letGo!: () => void;

  /** @param isNext tells the call that will hang until it is let go; only one does */
  constructor(disk: SimulatedDisk, isNext: (call: string, name: string) => boolean) {
    this.disk = disk.ofOther();
    let [isOver, tellHung] = [false, (): void => {}];
    this.hung = new Promise((told) => (tellHung = told));
    const wait = new Promise<void>((done) => (this.letGo = done));
    this.disk.beforeCall = (call, _, name) => {
      if (isOver || !isNext(call, name)) return undefined;
      isOver = true;
      tellHung();
      return wait;
    };
  }

  /** Opens, fills some files, saves snapshots by which the first ones go. Resolves with what stopped it. */
  async live(takeOver: boolean): Promise<unknown> {
    let writer: JournalWriter | undefined;
    try {
      writer = await on(this.disk).open({ takeOver });
      this.acknowledged = writer.end;
      for (let i = 0; i < 10; i++) {
        const frame = frameBehind(this.acknowledged, 8, writer.epoch);
        this.acknowledged = await writer.append(frame);
        if (i % 3 === 2) await writer.saveSnapshot(snapshotAt(this.acknowledged));
      }
      return 'done';
    } catch (fault) {
      return (fault as { readonly code?: unknown }).code;
    } finally {
      await writer?.close();
    }
  }
}

/** A journal that was written once, with a snapshot. */
async function begun(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const writer = await openOn(on(disk));
  const { end } = await appended(writer, NOWHERE, 8, 8, 8, 8);
  await writer.saveSnapshot(snapshotAt(end));
  await writer.close();
  return disk;
}

const callNumber = (at: number) => {
  let calls = 0;
  return (): boolean => ++calls === at;
};

/** Appends and saves a snapshot, as whoever is the writer can. */
async function goOn(writer: JournalWriter, from: JournalEnd): Promise<JournalEnd> {
  const { end } = await appended(writer, from, 8, 8);
  await writer.saveSnapshot(snapshotAt(end));
  return (await appended(writer, end, 8, 8)).end;
}

/** Opens what is left: it must end so, be whole, and have nothing in it that nobody needs. */
async function expectSound(disk: SimulatedDisk, end: JournalEnd, what: string): Promise<void> {
  expect((await examine(disk, FOLDER)).findings, what).toEqual([]);
  const storage = on(disk);
  const writer = await openOn(storage);
  expect(writer.end, what).toEqual(end);
  const snapshot = await storage.latestSnapshot();
  const frames = await collected(storage.read(snapshot?.sequence ?? 0));
  expect(frames.length, what).toBeGreaterThan(0);
  const names = await disk.names();
  const others = names.filter((name) => !/^(journal|snapshot)-\d+\.wb[js]$/.test(name));
  expect(others.map((name) => name.slice(0, 5)).sort(), what).toEqual(['HEAD-', 'life-', 'write']);
  await writer.close();
}

describe('a writer that hangs at any call, and goes on after a take-over', () => {
  const whens = ['at once', 'while the other opens', 'once the other has written'];
  it.each(whens)('%s: changes nothing', async (when) => {
    let points = 0;
    for (let at = 1; ; at++) {
      const disk = await begun();
      const old = new Writing(disk, callNumber(at));
      const living = old.live(false);
      if ((await Promise.race([living, old.hung])) === 'done') break;
      points++;
      const what = `hung at call ${at}`;
      const { acknowledged } = old;
      const other = disk.ofOther();
      other.beforeCall = async (call, _, name) => {
        // It has read what is there.
        if (when !== whens[1] || call !== 'write' || !name.startsWith('journal')) return;
        old.letGo();
        await living;
      };
      const writer = await takingOver(other);
      expect(writer.end.sequence, what).toBeGreaterThanOrEqual(acknowledged.sequence);
      let end = when === whens[2] ? await goOn(writer, writer.end) : writer.end;
      old.letGo();
      expect(['FENCED', 'STORAGE_IN_USE', 'done'], what).toContain(await living);
      const wasOpened = old.acknowledged !== NOWHERE;
      if (wasOpened && acknowledged !== NOWHERE) {
        expect(old.acknowledged.sequence, what).toBe(acknowledged.sequence);
      }
      end = await goOn(writer, end);
      await writer.close();
      await expectSound(disk.ofOther(), end, what);
    }
    expect(points).toBeGreaterThan(60);
  });

  it('so do two of them, in either order', async () => {
    for (let seed = 1; seed <= 80; seed++) {
      const draw = mulberry32(seed);
      const disk = await begun();
      const first = new Writing(disk, callNumber(1 + draw(70)));
      const firstLiving = first.live(false);
      if ((await Promise.race([firstLiving, first.hung])) === 'done') continue;
      // Not before it has claimed: it would take over again.
      let [hasClaimed, rest] = [false, 1 + draw(70)];
      const second = new Writing(disk, (call) => {
        if (hasClaimed) return --rest === 0;
        hasClaimed = call === 'syncFolder';
        return false;
      });
      const secondLiving = second.live(true);
      if ((await Promise.race([secondLiving, second.hung])) === 'done') continue;
      const acknowledged = second.acknowledged.sequence;
      const third = await takingOver(disk.ofOther());
      expect(third.end.sequence).toBeGreaterThanOrEqual(acknowledged);
      let end = draw(2) === 0 ? third.end : await goOn(third, third.end);
      for (const each of draw(2) === 0 ? [first, second] : [second, first]) each.letGo();
      await Promise.all([firstLiving, secondLiving]);
      end = await goOn(third, end);
      await third.close();
      await expectSound(disk.ofOther(), end, `seed ${seed}`);
    }
  });
});

describe('a writer that hangs in a frame, and one that hangs in making its first file', () => {
  const journalCall = (kind: string, at: number) => {
    const isNext = callNumber(at);
    return (call: string, name: string): boolean =>
      call === kind && name.startsWith('journal-') && isNext();
  };

  it('leave a journal that ends where the later of them found it', async () => {
    const disk = await begun();
    // Behind the last frame of before, and the header of its file.
    const first = new Writing(disk, journalCall('write', 3));
    const second = new Writing(disk, journalCall('link', 1));
    const living = [first.live(false)];
    await first.hung;
    living.push(second.live(true));
    await second.hung;
    const before = await collected(on(disk.ofOther()).read(0));
    first.letGo();
    expect(await living[0]).toBe('FENCED');
    expect(await collected(on(disk.ofOther()).read(0))).toEqual(before);
    const other = disk.ofOther();
    other.beforeCall = async (call, _, name) => {
      // It has read what is there.
      if (call !== 'write' || !name.startsWith('journal-')) return;
      second.letGo();
      await living[1];
    };
    const third = await takingOver(other);
    expect(await living[1]).toBe('FENCED');
    expect(third.end).toEqual(second.acknowledged);
    const last = await goOn(third, third.end);
    await third.close();
    await expectSound(disk.ofOther(), last, 'both went on');
  });

  it('is all of it that counts, also for whoever recovers', async () => {
    const disk = await begun();
    const first = new Writing(disk, journalCall('write', 3));
    const living = first.live(false);
    await first.hung;
    const second = await takingOver(disk.ofOther());
    first.letGo();
    await living;
    await second.close();
    const { lastSequence } = await examine(disk, FOLDER);
    expect(lastSequence).toBe(second.end.sequence);
    const recovery = await recoverFolder(disk.ofOther(), FOLDER, false);
    expect(recovery).toMatchObject({ ending: 'whole', lastSequence });
  });
});

describe('two writers that hang in marks', () => {
  it('and go on once a third has closed, leave what that one knew', async () => {
    const markNumber = (at: number) => {
      const isNext = callNumber(at);
      return (call: string, name: string): boolean =>
        call === 'write' && name.startsWith('HEAD-') && isNext();
    };
    for (let at = 0; at < 16; at++) {
      const disk = await begun();
      // The first two are written while it opens.
      const [first, second] = [3 + (at % 4), 3 + Math.floor(at / 4)].map(
        (number) => new Writing(disk, markNumber(number)),
      );
      const living = [first!.live(false)];
      await first!.hung;
      living.push(second!.live(true));
      await second!.hung;
      const third = await takingOver(disk.ofOther());
      const end = await goOn(third, await goOn(third, third.end));
      await third.close();
      for (const each of [first!, second!]) each.letGo();
      expect(await Promise.all(living)).toEqual(['FENCED', 'FENCED']);
      await expectSound(disk.ofOther(), end, `marks ${at}`);
    }
  });
});

describe('marks', () => {
  it('that are put at once are written one behind the other', async () => {
    const bytes = new Uint8Array(1024);
    const letGo: (() => void)[] = [];
    const write = async (part: Uint8Array, at: number): Promise<void> => {
      await new Promise<void>((done) => letGo.push(done));
      bytes.set(part, at);
    };
    const start = {
      epoch: 1,
      turn: 1,
      journal: new Uint8Array(16),
      sequence: 0,
      first: 1,
      last: 1,
    };
    const none = async (): Promise<void> => {};
    const head = new Head({ write, sync: none, close: none }, start);
    const puts = [1, 2, 3].map((sequence) => head.put({ sequence }, false));
    // The later ones are as fast as they can.
    for (let i = 0; i < 3; i++) {
      await settled();
      letGo.pop()!();
    }
    await Promise.all(puts);
    expect(decodeMarks(bytes).map(({ sequence }) => sequence)).toEqual([3, 2]);
  });
});

describe('a claim', () => {
  it('of the same name made by another is not that of the writer', async () => {
    const disk = new SimulatedDisk();
    await openOn(on(disk.ofOther()));
    const second = await takingOver(disk.ofOther());
    const third = await takingOver(disk.ofOther());
    // By somebody who looked for the next epoch before the second writer had claimed it.
    const name = `writer-${String(second.epoch).padStart(12, '0')}`;
    disk.replace(name, new TextEncoder().encode('life-00000000000000ff.sock'));
    const late = second.append(frameBehind(second.end, 1, second.epoch));
    expect(await codeOfRejection(late)).toBe('FENCED');
    await appended(third, NOWHERE, 1);
  });

  it.each(['', '12345', 'life-', '/tmp/some.sock'])('that says %j is nobody’s', async (text) => {
    const disk = new SimulatedDisk();
    disk.answers = async () => true;
    disk.replace('writer-000000000007', new TextEncoder().encode(text));
    const writer = await openOn(on(disk));
    expect(writer.epoch).toBe(8);
  });

  it('has an epoch that no writer had, also where claims are gone', async () => {
    const disk = new SimulatedDisk();
    const old = await openOn(on(disk));
    await old.close();
    for (const name of await disk.names()) {
      if (epochOf(name) !== undefined) await disk.remove(name);
    }
    expect((await openOn(on(disk))).epoch).toBe(2);
  });
});

describe('a writer that is closed', () => {
  it('while an append is under way writes nothing more, and keeps its claim until then', async () => {
    let points = 0;
    for (let at = 1; ; at++) {
      const disk = new SimulatedDisk();
      const storage = on(disk);
      const writer = await openOn(storage);
      // The next frame begins a file.
      const { end } = await appended(writer, NOWHERE, 8, 8);
      const isNext = callNumber(at);
      const calls: string[] = [];
      let letGo = (): void => {};
      disk.beforeCall = (call, _, name) => {
        calls.push(`${call} ${name}`);
        return isNext() ? new Promise<void>((done) => (letGo = done)) : undefined;
      };
      const append = writer.append(frameBehind(end, 8, writer.epoch));
      append.catch(() => {});
      const outcome = await Promise.race([append, settled()]);
      if (outcome !== undefined) break;
      points++;
      const before = calls.length;
      let isClosed = false;
      const closing = writer.close().then(() => (isClosed = true));
      await settled();
      expect(isClosed, calls.at(-1)).toBe(false);
      expect(await codeOfRejection(openOn(on(disk.ofOther())))).toBe('STORAGE_IN_USE');
      letGo();
      expect(await codeOfRejection(append)).toBe('FENCED');
      await closing;
      // Its last mark, and the name under which a file was made that is there by now.
      const later = calls.slice(before).filter((call) => !/^(write|sync) HEAD/.test(call));
      expect(
        later.every((call) => /^(remove|link|syncFolder|sync) /.test(call)),
        `${later}`,
      ).toBe(true);
      await settled();
      expect((await openOn(on(disk.ofOther()))).end.sequence).toBeGreaterThanOrEqual(end.sequence);
    }
    expect(points).toBeGreaterThan(5);
  });

  it('puts no mark and makes no file afterwards', async () => {
    const disk = new SimulatedDisk();
    const writer = await openOn(on(disk));
    const { end } = await appended(writer, NOWHERE, 1);
    await writer.close();
    const { calls } = disk;
    for (const call of disk.waiting) call();
    await codeOfRejection(writer.append(frameBehind(end, 1, 1)));
    await codeOfRejection(writer.saveSnapshot(snapshotAt(end)));
    await settled();
    expect(disk.calls).toBe(calls);
  });
});

/** Once all is done that need not wait for anybody. */
const settled = (): Promise<undefined> =>
  new Promise((done) => setImmediate(() => setImmediate(() => done(undefined))));
