import { beforeAll, describe, expect, it } from 'vitest';
import { examine } from '../src/file/examine.ts';
import { type FileStorageOptions, storageOn } from '../src/file/file-storage.ts';
import { headName } from '../src/file/head.ts';
import { type Exchange, type StorageAdapter } from '../src/index.ts';
import { codeOfRejection, framesOf, hashOf, opened, STAGED, stagedOn } from './journals.ts';
import { mulberry32 } from './mulberry32.ts';
import { Crashed, SimulatedDisk } from './simulated-disk.ts';
import { must } from './stage.ts';

const FOLDER = '/market';
const HEAD = headName(1);
type Files = ReadonlyMap<string, Uint8Array>;

const on = (disk: SimulatedDisk, options: FileStorageOptions = {}): StorageAdapter =>
  storageOn(disk, FOLDER, { segmentBytes: 1024, ...options });

async function filesOf(disk: SimulatedDisk): Promise<Map<string, Uint8Array>> {
  const names = await disk.names();
  return new Map(names.map((name) => [name, disk.file(name).slice()]));
}

function diskOf(files: Files): SimulatedDisk {
  const disk = new SimulatedDisk();
  for (const [name, bytes] of files) disk.replace(name, bytes);
  return disk;
}

/** What opening comes to: the hash of the state, or the code of the refusal. */
async function outcomeOf(files: Files): Promise<string> {
  try {
    return await hashOf(await opened(on(diskOf(files))));
  } catch (fault) {
    return (fault as { readonly code?: string }).code ?? String(fault);
  }
}

async function deposits(exchange: Exchange, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    must(await exchange.deposit({ account: 'alice', asset: 'EUR', amountQuanta: 1 + i }));
  }
}

/** The same market, twice with nothing in common but what is in it. */
let [market, other] = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
/** The market when it had one snapshot, and was not closed. */
let earlier = new Map<string, Uint8Array>();
let hash = '';
const journals = (): string[] => [...market.keys()].filter((name) => name.endsWith('.wbj')).sort();
const snapshots = (): string[] => [...market.keys()].filter((name) => name.endsWith('.wbs')).sort();

beforeAll(async () => {
  for (const take of [
    (files: Map<string, Uint8Array>) => (market = files),
    (files: Map<string, Uint8Array>) => (other = files),
  ]) {
    const disk = new SimulatedDisk();
    const exchange = await stagedOn(on(disk));
    await deposits(exchange, 10);
    await exchange.saveSnapshot();
    if (earlier.size === 0) earlier = await filesOf(disk);
    await deposits(exchange, 10);
    await exchange.saveSnapshot();
    await deposits(exchange, 3);
    hash = await hashOf(exchange);
    await exchange.close();
    take(await filesOf(disk));
  }
  expect([journals().length, snapshots().length]).toEqual([5, 2]);
  expect(await outcomeOf(market)).toBe(hash);
});

/** The files with others in the place of some; undefined takes one away. */
function changed(changes: Readonly<Record<string, Uint8Array | undefined>>): Files {
  const files = new Map(market);
  for (const [name, bytes] of Object.entries(changes)) {
    if (bytes === undefined) files.delete(name);
    else files.set(name, bytes);
  }
  return files;
}

function flippedAt(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

describe('files of a journal', () => {
  it('are missed, whichever of them are gone', async () => {
    for (const name of journals()) {
      expect(await outcomeOf(changed({ [name]: undefined })), name).toBe('BAD_FRAME');
      const { findings } = await examine(diskOf(changed({ [name]: undefined })), FOLDER);
      expect(findings.map(({ file }) => file)).toContain(name);
    }
    const none = Object.fromEntries(journals().map((name) => [name, undefined]));
    expect(await outcomeOf(changed(none))).toBe('BAD_FRAME');
    expect(await outcomeOf(changed({ [HEAD]: undefined }))).toBe('BAD_FRAME');
    expect(await outcomeOf(changed({ ...none, [HEAD]: undefined }))).toBe('BAD_FRAME');
  });

  it('are refused where they are swapped, there twice, or of another journal', async () => {
    const names = journals();
    const outcomes = new Set<string>();
    for (const [i, name] of names.entries()) {
      for (const second of names.slice(i + 1)) {
        const swapped = { [name]: market.get(second), [second]: market.get(name) };
        outcomes.add(await outcomeOf(changed(swapped)));
        outcomes.add(await outcomeOf(changed({ [second]: market.get(name) })));
      }
      outcomes.add(await outcomeOf(changed({ 'journal-00000006.wbj': market.get(name) })));
      outcomes.add(await outcomeOf(changed({ [name]: other.get(name) })));
    }
    outcomes.add(await outcomeOf(changed({ [HEAD]: other.get(HEAD) })));
    expect([...outcomes]).toEqual(['BAD_FRAME']);
  });

  it('of earlier are refused under a later HEAD, and a later journal is not under an earlier one', async () => {
    const head = market.get(HEAD)!;
    expect(await outcomeOf(new Map([...earlier, [HEAD, head]]))).toBe('BAD_FRAME');
    expect(await outcomeOf(changed({ [HEAD]: earlier.get(HEAD) }))).toBe(hash);
  });
});

describe('snapshots', () => {
  it('of which the latest is damaged, missing or foreign leave the one before it', async () => {
    const [first, last] = snapshots() as [string, string];
    for (const bytes of [undefined, other.get(last), flippedAt(market.get(last)!, 200)]) {
      expect(await outcomeOf(changed({ [last]: bytes }))).toBe(hash);
      if (bytes === undefined) continue;
      expect(await outcomeOf(changed({ [last]: bytes, [first]: undefined }))).toBe('BAD_SNAPSHOT');
    }
    expect(await outcomeOf(changed({ [first]: undefined, [last]: undefined }))).toBe(hash);
    expect(await outcomeOf(changed({ [last]: market.get(first) }))).toBe(hash);
  });

  it('from the future of a journal are refused', async () => {
    const last = snapshots().at(-1)!;
    const files = new Map([...earlier, [last, market.get(last)!]]);
    expect(await outcomeOf(files)).toBe('BAD_SNAPSHOT');
    const { findings, lastSequence } = await examine(diskOf(files), FOLDER);
    const what = `the journal ends at ${lastSequence}`;
    expect(findings).toContainEqual({ file: last, kind: 'damaged', what });
  });
});

describe('a snapshot that is damaged', () => {
  it('is not one of the two that are kept, and what came before those stays', async () => {
    const [first, second] = snapshots() as [string, string];
    const disk = diskOf(changed({ [second]: flippedAt(market.get(second)!, 200) }));
    const exchange = await opened(on(disk, { dropsOldSegments: true }));
    await deposits(exchange, 3);
    const expected = await hashOf(exchange);
    await exchange.saveSnapshot();
    await exchange.close();
    const files = await filesOf(disk);
    expect([...files.keys()]).toContain(first);
    const third = [...files.keys()]
      .filter((name) => name.endsWith('.wbs'))
      .sort()
      .at(-1)!;
    expect(third > second).toBe(true);
    expect(await outcomeOf(files)).toBe(expected);
    files.set(third, flippedAt(files.get(third)!, 200));
    expect(await outcomeOf(files)).toBe(expected);
  });
});

describe('a torn end', () => {
  it('is cut off, again and again, and nothing that was acknowledged with it', async () => {
    let files: Files = market;
    let expected = hash;
    for (let round = 0; round < 3; round++) {
      const name = [...files.keys()]
        .filter((each) => each.endsWith('.wbj'))
        .sort()
        .at(-1)!;
      const torn = new Uint8Array([...files.get(name)!, ...files.get(name)!.subarray(84, 200)]);
      const disk = diskOf(new Map([...files, [name, torn]]));
      const exchange = await opened(on(disk));
      expect(await hashOf(exchange)).toBe(expected);
      await deposits(exchange, 2);
      expected = await hashOf(exchange);
      await exchange.close();
      files = await filesOf(disk);
    }
    expect(await outcomeOf(files)).toBe(expected);
  });
});

describe('files that came before both snapshots', () => {
  const options = { dropsOldSegments: true };

  it('go if that is asked for: the market goes on, its history is gone', async () => {
    const disk = diskOf(market);
    const exchange = await opened(on(disk, options));
    await exchange.saveSnapshot();
    expect(await disk.names()).not.toContain('journal-00000001.wbj');
    await exchange.close();
    const again = await opened(on(disk));
    expect(await hashOf(again)).toBe(hash);
    await again.close();
    expect(await codeOfRejection(framesOf(on(disk)))).toBe('NOT_KEPT');
    expect((await examine(disk, FOLDER)).findings).toEqual([]);
    const files = await filesOf(disk);
    const [first] = [...files.keys()].filter((name) => name.endsWith('.wbj')).sort();
    const bare = new Map([...files].filter(([name]) => !name.endsWith('.wbs')));
    expect(await outcomeOf(bare)).toBe('BAD_SNAPSHOT');
    const { findings } = await examine(diskOf(bare), FOLDER);
    const what = expect.stringContaining('no sound snapshot') as string;
    expect(findings).toEqual([{ file: first, kind: 'damaged', what }]);
    files.delete(first!);
    expect(await outcomeOf(files)).toBe('BAD_FRAME');
  });

  it('are known to be gone by both marks in HEAD before they go', async () => {
    const disk = diskOf(market);
    const exchange = await opened(on(disk, options));
    let files: Files = new Map();
    disk.beforeCall = async (call, _, name) => {
      if (call === 'remove' && name.endsWith('.wbj')) files = await filesOf(disk);
    };
    await exchange.saveSnapshot();
    const head = [...files.keys()].find((name) => name.startsWith('HEAD'))!;
    const first = [...files.keys()].filter((name) => name.endsWith('.wbj')).sort()[0]!;
    for (const at of [0, 512]) {
      const damaged = new Map([...files, [head, flippedAt(files.get(head)!, at + 20)]]);
      damaged.delete(first);
      expect(await outcomeOf(damaged), `slot at ${at}`).toBe(hash);
    }
  });

  it('and were left by a crash go in order', async () => {
    const disk = diskOf(market);
    const exchange = await opened(on(disk, options));
    disk.beforeCall = (call, _, name) => {
      if (call === 'remove' && name.endsWith('.wbj')) throw new Crashed();
    };
    await exchange.saveSnapshot().catch(() => {});
    const after = disk.afterCrash(mulberry32(1), 'process');
    const names = after.names.bind(after);
    after.names = async () => (await names()).sort().reverse();
    const removed: string[] = [];
    after.beforeCall = (call, _, name) => {
      if (call === 'remove' && name.endsWith('.wbj')) removed.push(name);
    };
    await opened(on(after));
    expect(removed.length).toBeGreaterThan(1);
    expect(removed).toEqual([...removed].sort());
  });

  it('may be those of a writer that was taken over: it closes', async () => {
    const disk = new SimulatedDisk();
    const old = await stagedOn(on(disk, options));
    const exchange = await opened(on(disk.ofOther(), options), { takeOver: true });
    for (let i = 0; i < 3; i++) {
      await deposits(exchange, 10);
      await exchange.saveSnapshot();
    }
    expect(await codeOfRejection(framesOf(on(disk), STAGED - 1))).toBe('NOT_KEPT');
    await old.close();
    await exchange.close();
  });

  it('may be there or not after a crash at any moment', async () => {
    const draw = mulberry32(11);
    let crashes = 0;
    for (let at = 1; ; at++) {
      const disk = diskOf(market);
      const exchange = await opened(on(disk, options));
      const from = disk.calls;
      disk.beforeCall = (_, calls) => {
        if (calls >= from + at) throw new Crashed();
      };
      const isSaved = await exchange.saveSnapshot().then(
        () => true,
        () => false,
      );
      const after = disk.afterCrash(draw, at % 2 === 0 ? 'process' : 'machine');
      expect(await hashOf(await opened(on(after))), `crash at call ${at}`).toBe(hash);
      if (isSaved) break;
      crashes++;
    }
    expect(crashes).toBeGreaterThan(8);
  });
});

describe('a disk that fails', () => {
  it('stops the exchange at whichever call; nothing is tried again, nothing acknowledged is lost', async () => {
    let [failures, points] = [0, 0];
    for (let at = 1; ; at++) {
      const disk = new SimulatedDisk();
      const exchange = await stagedOn(on(disk));
      const from = disk.calls;
      disk.beforeCall = (_, calls) => {
        if (calls === from + at) throw Object.assign(new Error('EIO'), { code: 'EIO' });
      };
      let acknowledged = exchange.status().sequence;
      const code = await (async () => {
        for (let i = 0; i < 8; i++) {
          const deposit = { account: 'alice', asset: 'EUR', amountQuanta: 1 };
          acknowledged = (must(await exchange.deposit(deposit)) as { sequence: number }).sequence;
          if (i === 3) await exchange.saveSnapshot();
        }
        return 'fine';
      })().catch((fault: { readonly code: string }) => fault.code);
      if (code === 'fine') break;
      points++;
      if (code === 'STORAGE_FAILED') failures++;
      const calls = disk.calls;
      const late = exchange.openAccount({ id: 'late' });
      expect(await codeOfRejection(late), `call ${at}`).toBe('EXCHANGE_STOPPED');
      expect(disk.calls).toBe(calls);
      disk.beforeCall = () => {};
      await exchange.close();
      const again = await opened(on(disk));
      expect(again.status().sequence).toBeGreaterThanOrEqual(acknowledged);
      await again.close();
    }
    expect([points > 15, failures]).toEqual([true, points]);
  });

  it('to sync, and shows what it could not: that is on the medium once the market was opened again', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = new SimulatedDisk();
      const exchange = await stagedOn(on(disk));
      disk.beforeCall = (call) => {
        if (call === 'sync') throw Object.assign(new Error('EIO'), { code: 'EIO' });
      };
      const late = { account: 'alice', asset: 'EUR', amountQuanta: 7, commandId: 'late' };
      expect(await codeOfRejection(exchange.deposit(late))).toBe('STORAGE_FAILED');
      disk.beforeCall = () => {};
      await exchange.close();
      const again = await opened(on(disk));
      expect(must(await again.deposit(late))).toMatchObject({ repeated: true });
      const expected = await hashOf(again);
      const files = await filesOf(disk.afterCrash(mulberry32(seed), 'machine'));
      expect(await outcomeOf(files)).toBe(expected);
    }
  });

  it('and lies about what it has synced may lose what it promised, and never leads elsewhere', async () => {
    const counts: Record<string, number> = {};
    for (let seed = 0; seed < 60; seed++) {
      const draw = mulberry32(seed);
      const disk = new SimulatedDisk();
      const exchange = await stagedOn(on(disk));
      const hashes = new Set([await hashOf(exchange)]);
      for (let i = 0; i < 12; i++) {
        disk.isLying = i >= draw(12);
        await deposits(exchange, 1);
        hashes.add(await hashOf(exchange));
        if (draw(6) === 0) await exchange.saveSnapshot();
      }
      const outcome = await outcomeOf(await filesOf(disk.afterCrash(draw, 'machine')));
      const known = hashes.has(outcome) ? 'a state that it was in' : outcome;
      counts[known] = (counts[known] ?? 0) + 1;
    }
    const refusals = ['BAD_FRAME', 'BAD_SNAPSHOT', 'TAIL_IN_DOUBT', 'STORAGE_MISMATCH'];
    expect(['a state that it was in', ...refusals]).toEqual(
      expect.arrayContaining(Object.keys(counts)),
    );
    expect(counts['a state that it was in']).toBeGreaterThan(5);
  });
});

describe('a command that is sent again', () => {
  it('gives what was recorded after a restart and a take-over, refused ones too', async () => {
    const disk = new SimulatedDisk();
    let exchange = await stagedOn(on(disk));
    const deposit = { account: 'alice', asset: 'EUR', amountQuanta: 5, commandId: 'd' };
    const poor = { account: 'bob', asset: 'EUR', amount: '999999', commandId: 'w' };
    const first = await exchange.deposit(deposit);
    const refused = await exchange.withdraw(poor);
    expect(refused).toMatchObject({ ok: false, code: 'INSUFFICIENT_FUNDS' });
    for (const takeOver of [false, true]) {
      if (!takeOver) await exchange.close();
      const old = exchange;
      exchange = await opened(on(disk), { takeOver });
      must(await exchange.deposit({ account: 'bob', asset: 'EUR', amount: '999999' }));
      expect(await exchange.deposit(deposit)).toEqual({ ...first, repeated: true });
      expect(await exchange.withdraw(poor)).toEqual({ ...refused, repeated: true });
      const other = await exchange.deposit({ ...deposit, amountQuanta: 6 });
      expect(other).toMatchObject({ ok: false, code: 'ID_REUSED' });
      if (takeOver) expect(await codeOfRejection(old.openAccount({ id: 'x' }))).toBe('FENCED');
    }
  });
});
