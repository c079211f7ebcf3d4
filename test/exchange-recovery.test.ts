import { describe, expect, it } from 'vitest';
import {
  Engine,
  type EventRecord,
  type Exchange,
  memoryStorage,
  type Receipt,
  type StorageAdapter,
  type StoredSnapshot,
} from '../src/index.ts';
import { RULES_VERSION } from '../src/core/rules.ts';
import { collected } from './collected.ts';
import {
  altered,
  decoded,
  endAfter,
  forged,
  framesOf,
  hashOf,
  holding,
  journal,
  opened,
  recordsOf,
  rejectionOf,
  STAGED,
  stagedOn,
} from './journals.ts';
import { gives, Held, MisbehavingStorage, resolves, turn } from './misbehaving-storage.ts';
import { mulberry32 } from './mulberry32.ts';
import { randomRequest, type Sent } from './random-requests.ts';
import { must } from './stage.ts';

const SEEDS = Array.from({ length: 12 }, (_, i) => 4_000 + i);
const REQUESTS = 250;

interface Run {
  readonly sent: { readonly request: Sent; readonly receipt: Receipt }[];
  readonly snapshots: number[];
  made: number;
  time: number;
}

/** Sends random requests, some one by one and some at once, and saves snapshots in between. */
async function play(exchange: Exchange, run: Run, seed: number): Promise<void> {
  const draw = mulberry32(seed);
  const underWay: Promise<unknown>[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    run.time += draw(3);
    const request = randomRequest(++run.made, run.time, draw);
    const answer = request.send(exchange).then((receipt) => run.sent.push({ request, receipt }));
    underWay.push(answer);
    if (draw(40) === 0) {
      underWay.push(exchange.saveSnapshot().then((sequence) => run.snapshots.push(sequence)));
    }
    if (draw(5) === 0) await Promise.all(underWay.splice(0));
    else if (draw(3) === 0) await Promise.resolve();
  }
  await Promise.all(underWay);
}

async function eventsOf(exchange: Exchange, after: number): Promise<EventRecord[]> {
  return collected(exchange.subscribe('events', { after, follow: false }));
}

describe.each(SEEDS)('a journal after random requests, seed %i', (seed) => {
  it('brings the same market back, twice, with and without its snapshots', async () => {
    const storage = memoryStorage();
    const run: Run = { sent: [], snapshots: [], made: 0, time: 1_000 };
    const clock = (): number => run.time;
    let exchange = await stagedOn(storage, { clock });
    const events: EventRecord[] = [];
    let kept = 0;
    for (let stretch = 0; stretch < 2; stretch++) {
      await play(exchange, run, seed * 10 + stretch);
      const [hash, { sequence }] = [await hashOf(exchange), exchange.status()];
      events.push(...(await eventsOf(exchange, kept)));
      await exchange.close();
      kept = (await storage.latestSnapshot())?.sequence ?? 0;

      const plain = new MisbehavingStorage(storage);
      plain.instead.latestSnapshot = resolves(undefined);
      const whole = await opened(plain, { clock });
      expect(await hashOf(whole)).toBe(hash);
      expect(await eventsOf(whole, 0)).toEqual(events);
      await whole.close();

      exchange = await opened(storage, { clock });
      expect([await hashOf(exchange), exchange.status().sequence]).toEqual([hash, sequence]);
      const tail = events.filter((event) => event.sequence > kept);
      expect(await eventsOf(exchange, kept)).toEqual(tail);
      await repeats(exchange, run, hash);
      events.length -= tail.length;
    }
    const accepted = run.sent.filter(({ receipt }) => receipt.ok).length;
    expect(accepted).toBeGreaterThan(run.sent.length / 4);
    expect(run.sent.length - accepted).toBeGreaterThan(20);
    await snapshotsEndFrames(storage, run.snapshots);
    await exchange.close();
  });
});

/** Every request with an id gets what it got before, and nothing else happens. */
async function repeats(exchange: Exchange, { sent }: Run, hash: string): Promise<void> {
  const named = sent.filter(({ request }) => request.commandId !== undefined);
  expect(named.some(({ receipt }) => !receipt.ok)).toBe(true);
  for (const { request, receipt } of named) {
    expect(await request.send(exchange)).toEqual({ ...receipt, repeated: true });
  }
  expect(await hashOf(exchange)).toBe(hash);
}

async function snapshotsEndFrames(storage: StorageAdapter, sequences: number[]): Promise<void> {
  const frames = (await framesOf(storage)).map(decoded);
  const ends = new Map(frames.map(({ lastSequence, hash }) => [lastSequence, hash]));
  expect(frames.some(({ firstSequence, lastSequence }) => lastSequence > firstSequence)).toBe(true);
  for (const sequence of sequences) expect(ends.has(sequence), `${sequence}`).toBe(true);
  const latest = await storage.latestSnapshot();
  if (sequences.length === 0) expect(latest).toBeUndefined();
  else expect(latest?.hash).toEqual(ends.get(Math.max(...sequences)));
}

/** What opening these frames leads to: the state hash, or the code of the fault. */
async function outcomeOf(storage: StorageAdapter): Promise<string> {
  let exchange: Exchange;
  try {
    exchange = await opened(storage);
  } catch (fault) {
    return (await rejectionOf(Promise.reject(fault))).code;
  }
  return hashOf(exchange);
}

const replaced = <T>(all: readonly T[], at: number, by: T): T[] =>
  all.map((each, i) => (i === at ? by : each));

const flip = (bytes: Uint8Array, bit: number): ((view: DataView) => void) => {
  const at = bit >> 3;
  return (view) => view.setUint8(at, bytes[at]! ^ (1 << (bit & 7)));
};

/** How often each outcome came, with any one bit of some bytes flipped. */
async function flipped(
  bytes: Uint8Array,
  open: (bit: number) => Promise<string>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const outcome = await open(bit);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

describe('a damaged journal', () => {
  it('is refused with any one bit of a frame flipped, wherever it stands', async () => {
    const { frames } = await journal();
    const end = endAfter(frames.at(-1));
    for (const i of [0, 2, 3]) {
      const frame = frames[i]!;
      const counts = await flipped(frame, (bit) =>
        outcomeOf(holding(replaced(frames, i, altered(frame, flip(frame, bit))), end)),
      );
      expect(counts).toEqual({ BAD_FRAME: frame.length * 8 });
    }
  });

  it('is refused with any one bit flipped and checksums to match', async () => {
    const { frames, hashes } = await journal();
    const end = endAfter(frames.at(-1));
    for (const i of [2, 3]) {
      const frame = frames[i]!;
      const { [hashes.at(-1)!]: healed, ...counts } = await flipped(frame, (bit) =>
        outcomeOf(holding(replaced(frames, i, forged(frame, flip(frame, bit))), end)),
      );
      // The bits of the two checksums themselves: they were made to match again.
      expect(healed).toBe(64);
      const sum = Object.values(counts).reduce((a, b) => a + b, 0);
      expect(sum).toBe(frame.length * 8 - 64);
      const known = ['BAD_FRAME', 'BAD_RECORD', 'DIVERGED', 'SEQUENCE_GAP', 'STORAGE_MISMATCH'];
      expect([...known, 'UNKNOWN_TYPE', 'OTHER_RULES', 'FENCED']).toEqual(
        expect.arrayContaining(Object.keys(counts)),
      );
      expect(counts['DIVERGED']).toBeGreaterThan(100);
      expect(counts['OTHER_RULES']).toBe(16);
    }
  });

  it('is refused with frames swapped, missing, there twice, cut or out of another journal', async () => {
    const { frames, hashes } = await journal();
    const [a, b, c, d] = frames as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const elsewhere = memoryStorage();
    await stagedOn(elsewhere, { clock: () => 2_000 });
    const foreign = await framesOf(elsewhere);
    const end = endAfter(d);
    expect(await outcomeOf(holding(frames, end))).toBe(hashes.at(-1));
    const damaged = {
      swapped: [a, c, b, d],
      reversed: [d, c, b, a],
      'first missing': [b, c, d],
      'middle missing': [a, b, d],
      'first twice': [a, a, b, c, d],
      'middle twice': [a, b, b, c, d],
      'last twice': [a, b, c, d, d],
      'an earlier one again': [a, b, c, d, b],
      'all twice': [...frames, ...frames],
      'cut short': [a, b, c.subarray(0, -1), d],
      'last cut short': [a, b, c, d.subarray(0, 40)],
      'nothing in between': [a, new Uint8Array(), b, c, d],
      'first of another': [foreign[0]!, b, c, d],
      'middle of another': [a, foreign[1]!, c, d],
      'two in one': [a, new Uint8Array([...b, ...c]), d],
    };
    for (const [what, bytes] of Object.entries(damaged)) {
      expect(await outcomeOf(holding(bytes, end)), what).toBe('BAD_FRAME');
    }
    expect(await outcomeOf(holding([a, b, c], end))).toBe('STORAGE_MISMATCH');
    expect(await outcomeOf(holding([], end))).toBe('STORAGE_MISMATCH');
    expect(await outcomeOf(holding(frames, endAfter(c)))).toBe('STORAGE_MISMATCH');
    expect(await outcomeOf(holding([a, b, c], endAfter(c)))).toBe(hashes[1]);
  });

  it('is refused where an epoch goes back, or is not that of an earlier writer', async () => {
    const { frames } = await journal();
    const withEpochs = (epochs: readonly bigint[]): Uint8Array[] => {
      const chain: Uint8Array[] = [];
      for (const [i, frame] of frames.entries()) {
        const { hash } = endAfter(chain.at(-1));
        const change = (view: DataView): void => {
          view.setBigInt64(24, epochs[i]!);
          new Uint8Array(view.buffer).set(hash, 32);
        };
        chain.push(forged(frame, change));
      }
      return chain;
    };
    const outcome = async (...epochs: readonly bigint[]): Promise<string> => {
      const chain = withEpochs(epochs);
      return outcomeOf(holding(chain, endAfter(chain.at(-1))));
    };
    expect(await outcome(1n, 1n, 1n, 1n)).toHaveLength(64);
    expect(await outcome(1n, 3n, 3n, 999n)).toHaveLength(64);
    for (const epochs of [
      [2n, 2n, 1n, 2n],
      [3n, 2n, 2n, 2n],
      [1n, 1n, 1n, 1_000n],
    ]) {
      expect(await outcome(...epochs), epochs.join()).toBe('BAD_FRAME');
    }
    expect(await outcome(1n, 1n, 1n, 1_001n), 'taken over since').toBe('FENCED');
  });

  it('names the first command that led to another result', async () => {
    const { frames } = await journal();
    const [a, b] = frames as [Uint8Array, Uint8Array];
    const ends = recordsOf(decoded(b)).map(({ end }) => end);
    expect(ends).toHaveLength(STAGED - 1);
    const diverging = forged(b, (view) => {
      for (const i of [5, 2]) view.setUint32(ends[i]!, view.getUint32(ends[i]!) ^ 1);
    });
    const fault = await rejectionOf(opened(holding([a, diverging], endAfter(diverging))));
    expect(fault.code).toBe('DIVERGED');
    expect(fault.message).toContain('command 4 ');
  });
});

it('a journal of other rules is refused, also where a snapshot stands behind all of it', async () => {
  const { frames, storage } = await journal();
  await (await opened(storage)).saveSnapshot();
  const snapshot = await storage.latestSnapshot();
  const end = endAfter(frames.at(-1));
  expect(await outcomeOf(holding(frames, end, snapshot))).toHaveLength(64);
  const other = forged(frames.at(-1)!, (view) => view.setUint16(6, RULES_VERSION + 1));
  const all = replaced(frames, frames.length - 1, other);
  const held = { ...snapshot!, hash: endAfter(other).hash };
  for (const from of [undefined, held]) {
    const fault = await rejectionOf(opened(holding(all, endAfter(other), from)));
    expect(fault.code).toBe('OTHER_RULES');
    expect(fault.message).toContain(`rules ${RULES_VERSION + 1}, `);
  }
});

describe('a snapshot', () => {
  /** A journal of four frames with a snapshot after each. */
  async function withSnapshots() {
    const { frames } = await journal();
    const snapshots: StoredSnapshot[] = [];
    for (let count = 0; count <= frames.length; count++) {
      const end = endAfter(frames[count - 1]);
      const exchange = await opened(holding(frames.slice(0, count), end));
      snapshots.push({ ...end, bytes: await exchange.read((market) => market.snapshot()) });
    }
    const end = endAfter(frames.at(-1));
    const { storage, hashes } = await journal();
    expect(await framesOf(storage)).toEqual(frames);
    return { frames, snapshots, end, hash: hashes.at(-1)! };
  }

  it('of any frame end brings the same back, also where the frame before it is given', async () => {
    const { frames, snapshots, end, hash } = await withSnapshots();
    for (const [i, snapshot] of snapshots.entries()) {
      expect(await outcomeOf(holding(frames, end, snapshot))).toBe(hash);
      const storage = new MisbehavingStorage(holding(frames, end, snapshot));
      storage.instead.read = gives(...frames.slice(Math.max(0, i - 1)));
      expect(await outcomeOf(storage), `frame ${i}`).toBe(hash);
      if (i < 2) continue;
      // What else the storage gives was not asked for, and is out of place.
      for (const more of [frames.slice(i - 2), [frames[i - 1], ...frames.slice(i - 1)]]) {
        storage.instead.read = gives(...more);
        expect(await outcomeOf(storage), `frame ${i}`).toBe('BAD_FRAME');
      }
    }
  });

  it('is refused with any one bit flipped', async () => {
    const { frames, snapshots, end } = await withSnapshots();
    const latest = snapshots.at(-1)!;
    const counts = await flipped(latest.bytes, (bit) => {
      const bytes = altered(latest.bytes, flip(latest.bytes, bit));
      return outcomeOf(holding(frames, end, { ...latest, bytes }));
    });
    expect(counts).toEqual({ BAD_SNAPSHOT: latest.bytes.length * 8 });
  });

  it('is refused with any one bit of its hash flipped, and under any other sequence', async () => {
    const { frames, snapshots, end } = await withSnapshots();
    for (const snapshot of snapshots) {
      const counts = await flipped(snapshot.hash, (bit) => {
        const hash = altered(snapshot.hash, flip(snapshot.hash, bit));
        return outcomeOf(holding(frames, end, { ...snapshot, hash }));
      });
      expect(counts).toEqual({ BAD_FRAME: 256 });
      for (const sequence of [snapshot.sequence + 1, snapshot.sequence - 1, STAGED + 9, -1, NaN]) {
        expect(await outcomeOf(holding(frames, end, { ...snapshot, sequence }))).toBe(
          'STORAGE_MISMATCH',
        );
      }
    }
  });

  it('is refused when it is of another journal, or ahead of this one', async () => {
    const { frames, snapshots, end } = await withSnapshots();
    const elsewhere = memoryStorage();
    const strange = await stagedOn(elsewhere, { clock: () => 2_000 });
    const bytes = await strange.read((market) => market.snapshot());
    const foreign = { ...endAfter((await framesOf(elsewhere)).at(-1)), bytes };
    expect(foreign.sequence).toBe(STAGED);
    expect(await outcomeOf(holding(frames, end, foreign))).toBe('BAD_FRAME');
    const upToIt = holding(frames.slice(0, 2), endAfter(frames[1]), foreign);
    expect(await outcomeOf(upToIt)).toBe('BAD_FRAME');
    for (let count = 0; count < frames.length; count++) {
      const shorter = endAfter(frames[count - 1]);
      const ahead = holding(frames.slice(0, count), shorter, snapshots[count + 1]);
      expect(await outcomeOf(ahead), `${count} frames`).toBe('STORAGE_MISMATCH');
    }
  });

  it('is refused where it does not end a frame', async () => {
    const { frames, end } = await withSnapshots();
    const engine = new Engine({ clock: () => 1_000 });
    must(engine.listAsset({ id: 'kWh', decimals: 3 }));
    must(engine.listAsset({ id: 'EUR', decimals: 6 }));
    const { hash } = endAfter(frames[0]);
    const inside = { sequence: 2, hash, bytes: engine.snapshot() };
    expect(await outcomeOf(holding(frames, end, inside))).toBe('BAD_FRAME');
  });
});

describe('a snapshot under load', () => {
  it('ends the frame of what was executed when it was asked for', async () => {
    const held = new Held();
    const storage = new MisbehavingStorage(memoryStorage());
    const exchange = await stagedOn(storage);
    storage.instead.append = held.deed;
    const deposit = (): Promise<Receipt> =>
      exchange.deposit({ account: 'alice', asset: 'EUR', amountQuanta: 7 });
    const first = [deposit(), deposit()];
    await turn();
    // One frame is under way, and nothing gathers: the snapshot is of that frame's end.
    const saved = [exchange.saveSnapshot()];
    await turn();
    const second = [deposit(), deposit(), deposit()];
    saved.push(exchange.saveSnapshot());
    await turn();
    expect(storage.calls).not.toContain('saveSnapshot');
    await held.release();
    expect(await saved[0]).toBe(STAGED + 2);
    await turn();
    await held.release();
    expect(await saved[1]).toBe(STAGED + 5);
    for (const receipt of await Promise.all([...first, ...second])) must(receipt);
    const hash = await hashOf(exchange);
    expect(await storage.latestSnapshot()).toMatchObject(
      endAfter((await framesOf(storage)).at(-1)),
    );
    storage.instead.append = (ordinary) => ordinary();
    await exchange.close();
    const again = await opened(storage);
    expect(await hashOf(again)).toBe(hash);
  });
});
