import { describe, expect, it } from 'vitest';
import { Exchange, memoryStorage, type StorageAdapter } from '../src/index.ts';
import { storageSuite } from '../src/testing/index.ts';

const cases = storageSuite(async () => {
  const storage = memoryStorage();
  return { storage, reopened: async () => storage };
});
describe('memoryStorage keeps the contract', () => {
  it.each(cases)('$name', ({ run }) => run());
});

it('memory: a follower that was told to stop is forgotten', async () => {
  const storage: StorageAdapter = memoryStorage();
  const before = new AbortController();
  let [listening, most] = [0, 0];
  const signal = {
    get aborted() {
      return before.signal.aborted;
    },
    reason: undefined,
    throwIfAborted: () => {},
    addEventListener: (type: 'abort', listener: () => void) => {
      most = Math.max(most, ++listening);
      before.signal.addEventListener(type, listener);
    },
    removeEventListener: (type: 'abort', listener: () => void) => {
      listening--;
      before.signal.removeEventListener(type, listener);
    },
  };
  const next = storage.follow(0, signal)[Symbol.asyncIterator]().next();
  await Promise.resolve();
  before.abort();
  expect((await next).done).toBe(true);
  expect([listening, most]).toEqual([0, 1]);
});

describe('memory: misuse is refused by name', () => {
  const hash = new Uint8Array(32);
  const bytes = new Uint8Array(1);
  const { signal } = new AbortController();
  // Of any arguments: what no typed caller can write.
  type Loose = Record<keyof StorageAdapter & string, (...given: unknown[]) => unknown>;
  type LooseWriter = Record<'append' | 'saveSnapshot', (given: unknown) => unknown>;

  it.each<[string, unknown[], ErrorConstructor, string]>([
    ['open', [], TypeError, 'options must be an object, got undefined'],
    ['open', [{}], TypeError, 'takeOver must be true or false, got undefined'],
    ['open', [{ takeOver: 'x' }], TypeError, 'takeOver must be true or false, got "x"'],
    ['open', [{ takeover: true }], TypeError, 'options has no field "takeover"'],
    ['read', [], TypeError, 'afterSequence must be a number, got undefined'],
    ['read', ['x'], TypeError, 'afterSequence must be a number, got "x"'],
    ['read', [NaN], RangeError, 'afterSequence must be a whole number from 0'],
    ['read', [0.5], RangeError, 'afterSequence must be a whole number from 0'],
    ['follow', [-1, signal], RangeError, 'afterSequence must be a whole number from 0'],
    ['follow', [0], TypeError, 'signal is missing'],
    ['follow', [0, {}], TypeError, 'signal must be an AbortSignal, got an object'],
    ['follow', [0, null], TypeError, 'signal must be an AbortSignal, got null'],
  ])('%s %j', async (call, given, kind, message) => {
    const storage = memoryStorage();
    const answer = (async () => (storage as unknown as Loose)[call as 'open'](...given))();
    await expect(answer).rejects.toThrow(kind);
    await expect(answer).rejects.toThrow(message);
    expect((await storage.open({ takeOver: false })).epoch).toBe(1);
  });

  it.each<['append' | 'saveSnapshot', unknown, ErrorConstructor, string]>([
    ['append', 5, TypeError, 'frame must be a frame, got 5'],
    ['append', undefined, TypeError, 'frame must be a frame, got undefined'],
    ['append', { bytes: 5 }, TypeError, 'frame.bytes must be a Uint8Array, got 5'],
    ['append', { bytes }, TypeError, 'frame.hash must be a Uint8Array, got undefined'],
    ['append', { bytes, hash }, TypeError, 'frame.lastSequence must be a number'],
    [
      'append',
      { bytes, hash, lastSequence: 1.5 },
      RangeError,
      'frame.lastSequence must be a whole',
    ],
    ['saveSnapshot', 5, TypeError, 'snapshot must be a snapshot, got 5'],
    [
      'saveSnapshot',
      { bytes, hash, sequence: 'x' },
      TypeError,
      'snapshot.sequence must be a number',
    ],
    [
      'saveSnapshot',
      { bytes, hash, sequence: -1 },
      RangeError,
      'snapshot.sequence must be a whole',
    ],
    ['saveSnapshot', { hash, sequence: 1 }, TypeError, 'snapshot.bytes must be a Uint8Array'],
  ])('%s %#', async (call, given, kind, message) => {
    const storage = memoryStorage();
    const writer = await storage.open({ takeOver: false });
    const answer = (writer as unknown as LooseWriter)[call](given);
    await expect(answer).rejects.toThrow(kind);
    await expect(answer).rejects.toThrow(message);
    expect(await storage.latestSnapshot()).toBeUndefined();
    for await (const frame of storage.read(0)) expect(frame).toBe('no frame');
  });
});

it('memory: a signal that fails fails its reader and not the writer', async () => {
  const storage = memoryStorage();
  const exchange = await Exchange.open({ storage });
  const fails = (): never => {
    throw new Error('no such listener');
  };
  const signal = { aborted: false, reason: undefined, throwIfAborted: () => {} };
  const ends = [
    { ...signal, addEventListener: fails, removeEventListener: () => {} },
    { ...signal, addEventListener: () => {}, removeEventListener: fails },
  ].map((each) => {
    const next = storage.follow(0, each)[Symbol.asyncIterator]().next();
    return next.then(String, ({ message }: Error) => message);
  });
  await Promise.resolve();
  expect((await exchange.openAccount({ id: 'anna' })).ok).toBe(true);
  expect(await Promise.all(ends)).toEqual(['no such listener', 'no such listener']);
  expect(exchange.status().state).toBe('running');
});

it('memory: spread into another adapter, it is the same journal', async () => {
  const storage = memoryStorage();
  const exchange = await Exchange.open({ storage: { ...storage } });
  await exchange.openAccount({ id: 'anna' });
  await exchange.close();
  const again = await Exchange.open({ storage });
  expect(await again.read((market) => market.account('anna')?.id)).toBe('anna');
});

it('keeps the latest snapshot but one, also where the latest is saved again', async () => {
  const storage = memoryStorage();
  const writer = await storage.open({ takeOver: false });
  const hash = new Uint8Array(32);
  const save = (sequence: number, byte: number) =>
    writer.saveSnapshot({ sequence, hash, bytes: Uint8Array.of(byte) });
  await save(1, 1);
  await save(2, 2);
  await save(2, 3);
  expect(await storage.latestSnapshot()).toMatchObject({ sequence: 2, bytes: Uint8Array.of(3) });
  await save(1, 4);
  expect(await storage.latestSnapshot()).toMatchObject({ sequence: 2, bytes: Uint8Array.of(3) });
});
