import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { stateOf } from '../src/engine/queries.ts';
import type { WattbookError } from '../src/core/errors.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { GroupCommit } from '../src/exchange/group-commit.ts';
import {
  type Exchange,
  type JournalWriter,
  memoryStorage,
  type Notice,
  type OrderReceipt,
  type Receipt,
} from '../src/index.ts';
import { MarketState } from '../src/matching/state.ts';
import { NO_FRAME } from '../src/storage/frame.ts';
import { collected } from './collected.ts';
import {
  codeOfRejection,
  decoded,
  framesOf,
  hashOf,
  opened,
  recordsOf,
  rejectionOf,
  STAGED,
  stagedOn,
} from './journals.ts';
import { Held, hangs, MisbehavingStorage, turn } from './misbehaving-storage.ts';
import { must } from './stage.ts';
import {
  deposit,
  expectStopped,
  failsOnUnhandledRejections,
  stand,
  TIMEOUT_MS,
} from './stopped-exchange.ts';

failsOnUnhandledRejections();

/** A market on a storage that stores a frame only when told to. */
async function heldStand(options: object = {}) {
  const inner = memoryStorage();
  const storage = new MisbehavingStorage(inner);
  const exchange = await stagedOn(storage, options);
  const held = new Held();
  storage.instead.append = held.deed;
  /** What resolved so far, by name. */
  const answered: string[] = [];
  const named = <T>(name: string, promise: Promise<T>): Promise<T> => {
    promise.then(
      () => answered.push(name),
      () => answered.push(`${name} rejected`),
    );
    return promise;
  };
  const letGo = (): void => {
    storage.instead.append = (ordinary) => ordinary();
    while (held.waiting.length > 0) void held.release();
  };
  return { inner, storage, exchange, held, answered, named, letGo };
}

/** How many commands each frame after the stage holds. */
async function sizes(storage: ReturnType<typeof memoryStorage>): Promise<number[]> {
  return (await framesOf(storage, STAGED)).map((bytes) => recordsOf(decoded(bytes)).length);
}

const withId = (exchange: Exchange, commandId: string, amountQuanta = 7): Promise<Receipt> =>
  exchange.deposit({ account: 'alice', asset: 'EUR', amountQuanta, commandId });

describe('group commit', () => {
  it('puts what is asked in one go into a frame, and what comes meanwhile into the next', async () => {
    const { inner, exchange, held, answered, named } = await heldStand();
    for (const name of ['a', 'b', 'c']) void named(name, deposit(exchange));
    await turn();
    void named('d', deposit(exchange));
    await turn();
    for (const name of ['e', 'f']) void named(name, deposit(exchange));
    await turn();
    expect([held.waiting.length, answered]).toEqual([1, []]);
    expect(exchange.status()).toMatchObject({ waiting: 6, storedSequence: STAGED });
    await held.release();
    expect(answered).toEqual(['a', 'b', 'c']);
    expect(exchange.status()).toMatchObject({ waiting: 3, storedSequence: STAGED + 3 });
    void named('g', deposit(exchange));
    await held.release();
    expect(answered).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await held.release();
    expect(answered).toHaveLength(7);
    expect(await sizes(inner)).toEqual([3, 3, 1]);
    expect(exchange.status()).toMatchObject({ waiting: 0, storedSequence: STAGED + 7 });
  });

  it('answers a repetition once the original is stored, and not before', async () => {
    const { inner, exchange, held, answered, named } = await heldStand();
    const first = named('first', withId(exchange, 'x'));
    await turn();
    const second = named('second', withId(exchange, 'y'));
    const repeated = [named('first again', withId(exchange, 'x'))];
    repeated.push(named('second again', withId(exchange, 'y')));
    const other = named('other content', withId(exchange, 'y', 8));
    await turn();
    expect([answered, exchange.status().waiting]).toEqual([[], 2]);
    await held.release();
    expect(answered.sort()).toEqual(['first', 'first again']);
    await held.release();
    expect(answered).toHaveLength(5);
    expect(await Promise.all(repeated)).toEqual(
      (await Promise.all([first, second])).map((receipt) => ({ ...receipt, repeated: true })),
    );
    expect(await other).toMatchObject({ ok: false, code: 'ID_REUSED', sequence: STAGED + 2 });
    expect(await sizes(inner)).toEqual([1, 1]);
    expect(await withId(exchange, 'x')).toMatchObject({ repeated: true });
  });

  it('leaves out what is misuse', async () => {
    const { inner, exchange, letGo } = await heldStand();
    letGo();
    const [first, misuse, last] = await Promise.allSettled([
      deposit(exchange, 1),
      deposit(exchange, 0.5),
      deposit(exchange, 2),
    ]);
    expect(misuse).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) });
    expect([first.status, last.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(await sizes(inner)).toEqual([2]);
  });

  it('turns away what is too much for the storage, and takes it when there is room', async () => {
    const notices: Notice[] = [];
    const options = { maxWaiting: 10, observe: (notice: Notice) => notices.push(notice) };
    const { exchange, held, letGo } = await heldStand(options);
    const taken = Array.from({ length: 4 }, () => deposit(exchange));
    await turn();
    taken.push(...Array.from({ length: 6 }, () => deposit(exchange)));
    const before = await hashOf(exchange);
    const turnedAway = { ok: false, code: 'OVERLOADED', level: 'none' };
    expect(await deposit(exchange)).toEqual(turnedAway);
    expect(await deposit(exchange)).toEqual(turnedAway);
    expect(await hashOf(exchange)).toBe(before);
    expect(exchange.status()).toMatchObject({ waiting: 10, turnedAway: 2 });
    await held.release();
    taken.push(...Array.from({ length: 4 }, () => deposit(exchange)));
    expect(await deposit(exchange)).toEqual(turnedAway);
    letGo();
    for (const receipt of await Promise.all(taken)) must(receipt);
    must(await deposit(exchange));
    expect(exchange.status()).toMatchObject({ waiting: 0, turnedAway: 3 });
    const stored = notices.filter(({ kind }) => kind === 'stored').slice(2);
    const counts = stored.map((each) =>
      each.kind === 'stored' ? each.lastSequence - each.firstSequence + 1 : 0,
    );
    expect(counts).toEqual([4, 6, 4, 1]);
  });

  it('lets a read wait for what it rests on, and for no more', async () => {
    const { exchange, held, answered, named } = await heldStand();
    const sequence = (): Promise<number> => exchange.read((market) => market.sequence);
    expect(await sequence()).toBe(STAGED);
    void deposit(exchange);
    const first = named('first', sequence());
    await turn();
    void deposit(exchange);
    const second = named('second', sequence());
    expect(await exchange.read((market) => market.sequence, { at: 'executed' })).toBe(STAGED + 2);
    expect(answered).toEqual([]);
    await held.release();
    expect(answered).toEqual(['first']);
    await held.release();
    expect(await Promise.all([first, second])).toEqual([STAGED + 1, STAGED + 2]);
  });
});

describe('closing', () => {
  it('stores what was asked before, and takes nothing that comes after', async () => {
    const { inner, storage, exchange, held, answered, named } = await heldStand();
    const subscription = exchange.subscribe('events', { after: STAGED });
    const told = collected(subscription);
    void named('a', deposit(exchange));
    await turn();
    void named('b', deposit(exchange));
    const closing = named('closed', exchange.close());
    expect(await codeOfRejection(deposit(exchange))).toBe('EXCHANGE_CLOSED');
    expect(await codeOfRejection(exchange.saveSnapshot())).toBe('EXCHANGE_CLOSED');
    expect(exchange.close()).toBe(closing);
    await turn();
    expect(answered).toEqual([]);
    await held.release();
    expect(answered).toEqual(['a']);
    await held.release();
    await closing;
    expect(answered).toEqual(['a', 'b', 'closed']);
    expect(storage.calls.filter((call) => call === 'close')).toHaveLength(1);
    expect((await told).map((event) => event.sequence)).toEqual([STAGED + 1, STAGED + 2]);
    expect(exchange.status()).toMatchObject({ state: 'closed', fault: undefined, waiting: 0 });
    expect((await opened(inner)).status().sequence).toBe(STAGED + 2);
  });

  it('waits for a snapshot that is being saved', async () => {
    const { inner, storage, exchange } = await heldStand();
    const saving = new Held();
    storage.instead.saveSnapshot = saving.deed;
    const saved = exchange.saveSnapshot();
    await turn();
    const closing = exchange.close();
    await turn();
    expect(storage.calls).not.toContain('close');
    await saving.release();
    expect(await saved).toBe(STAGED);
    await closing;
    expect((await inner.latestSnapshot())?.sequence).toBe(STAGED);
  });

  it('happens at the end of a block, and twice does no harm', async () => {
    const inner = memoryStorage();
    {
      await using exchange = await opened(inner);
      must(await exchange.listAsset({ id: 'kWh', decimals: 3 }));
      void exchange.listAsset({ id: 'EUR', decimals: 6 });
    }
    const again = await opened(inner);
    expect(again.status().sequence).toBe(2);
    await Promise.all([again.close(), again.close(), again[Symbol.asyncDispose]()]);
    await (await opened(memoryStorage())).close();
  });

  it('rejects if the storage fails the rest', async () => {
    const { inner, storage, exchange } = await heldStand({ storageTimeoutMs: TIMEOUT_MS });
    storage.instead.append = hangs;
    const waiting = rejectionOf(deposit(exchange));
    const fault = await rejectionOf(exchange.close());
    expect([fault.code, await waiting]).toEqual(['STORAGE_TIMEOUT', fault]);
    expect((await opened(inner)).status().sequence).toBe(STAGED);
  });
});

describe('a second exchange', () => {
  it('is refused, and taking over fences the first one off', async () => {
    const all = await stand();
    const { inner, exchange: old } = all;
    expect(await codeOfRejection(opened(inner))).toBe('STORAGE_IN_USE');
    const hash = await hashOf(old);
    const next = await opened(inner, { takeOver: true });
    expect(await hashOf(next)).toBe(hash);
    const snapshot = rejectionOf(old.saveSnapshot());
    const fault = await rejectionOf(withId(old, 'moved'));
    expect([fault.code, (await snapshot).code]).toEqual(['FENCED', 'FENCED']);
    await expectStopped(all, fault);
    must(await withId(next, 'moved'));
    await old.close();
    expect(await codeOfRejection(opened(inner))).toBe('STORAGE_IN_USE');
    must(await deposit(next));
    await next.close();
    const last = await opened(inner);
    expect(last.status().sequence).toBe(STAGED + 3);
    expect(await withId(last, 'moved')).toMatchObject({ ok: true, repeated: true });
  });

  it('that takes over has what was acknowledged, and nothing of what comes late', async () => {
    const { inner, exchange: old, held } = await heldStand();
    must(await Promise.all([withId(old, 'x'), turn().then(() => held.release())]).then(([x]) => x));
    const late = rejectionOf(withId(old, 'y'));
    await turn();
    const next = await opened(inner, { takeOver: true });
    await held.release();
    expect((await late).code).toBe('FENCED');
    expect(await withId(next, 'x')).toMatchObject({ sequence: STAGED + 1, repeated: true });
    expect(await withId(next, 'y')).toMatchObject({ sequence: STAGED + 2, repeated: false });
    const epochs = (await framesOf(inner)).map((bytes) => decoded(bytes).epoch);
    expect(epochs).toEqual([1, 1, 1, 2]);
    expect(await hashOf(await opened(inner, { takeOver: true }))).toBe(await hashOf(next));
  });

  it('lets the first one close that did not notice', async () => {
    const { inner, exchange: old } = await stand();
    const next = await opened(inner, { takeOver: true });
    must(await deposit(next));
    await old.close();
    must(await deposit(next));
    const empty = memoryStorage();
    const unused = await opened(empty);
    await (await stagedOn(empty, { takeOver: true })).close();
    await unused.close();
  });
});

/** What no command can bring about: a lock vanishes from the ledger. */
async function breaks(exchange: Exchange): Promise<void> {
  await exchange.read(
    (market) => {
      const { ledger } = stateOf(market);
      for (let row = 0; row < ledger.rows; row++) ledger.set(row, ledger.available(row), 0);
    },
    { at: 'executed' },
  );
}

describe('a broken invariant', () => {
  const order = { account: 'alice', product: 'noon', side: 'buy', priceTicks: 5 } as const;

  it('stops the exchange, and nothing of what was begun is stored', async () => {
    const notices: Notice[] = [];
    const inner = memoryStorage();
    const options = { observe: (notice: Notice) => void notices.push(notice) };
    const exchange = await stagedOn(inner, options);
    const { orderId } = must<OrderReceipt>(await exchange.submit({ ...order, quantityLots: 3 }));
    const [before, hash] = [await framesOf(inner), await hashOf(exchange)];
    const told = collected(exchange.subscribe('events', { after: STAGED }));
    await breaks(exchange);
    const first = rejectionOf(deposit(exchange));
    const fault = await rejectionOf(exchange.cancel({ actor: 'alice', orderId }));
    expect(fault.code).toBe('BROKEN_INVARIANT');
    expect(await first).toBe(fault);
    expect(await rejectionOf(told)).toBe(fault);
    const later = await rejectionOf(deposit(exchange));
    expect([later.code, later.cause]).toEqual(['EXCHANGE_STOPPED', fault]);
    expect(exchange.status()).toMatchObject({ state: 'stopped', fault });
    expect(notices.filter(({ kind }) => kind === 'stopped')).toEqual([{ kind: 'stopped', fault }]);
    await turn();
    await exchange.close();
    expect(await framesOf(inner)).toEqual(before);
    expect(await hashOf(await opened(inner))).toBe(hash);
  });

  it('leaves whole the frame that is under way', async () => {
    const { inner, exchange, held } = await heldStand();
    const submit = exchange.submit({ ...order, quantityLots: 3, commandId: 'x' });
    const waiting = rejectionOf(submit);
    await turn();
    await breaks(exchange);
    const fault = await rejectionOf(exchange.cancel({ actor: 'alice', orderId: 1 }));
    expect([fault.code, await waiting]).toEqual(['BROKEN_INVARIANT', fault]);
    await held.release();
    expect(exchange.status()).toMatchObject({ state: 'stopped', storedSequence: STAGED });
    await exchange.close();
    const again = await opened(inner);
    expect(again.status().sequence).toBe(STAGED + 1);
    const repeated = await again.submit({ ...order, quantityLots: 3, commandId: 'x' });
    expect(repeated).toMatchObject({ ok: true, orderId: 1, repeated: true });
  });
});

describe('what could not be replayed', () => {
  it('is not stored: a command that was left out, or given the events of another', () => {
    for (const skipped of ['command', 'events'] as const) {
      const sequencer = new Sequencer(new MarketState(), () => 1_000);
      const faults: WattbookError[] = [];
      let appended = 0;
      const writer: JournalWriter = {
        epoch: 1,
        end: { sequence: 0, hash: NO_FRAME },
        append: () => Promise.reject(new Error(`append ${++appended}`)),
        saveSnapshot: async () => {},
        close: async () => {},
      };
      const commit = new GroupCommit(sequencer, writer, {
        sha256,
        timeoutMs: 1_000,
        keepsEvents: () => true,
        onStored: () => {},
        onFault: (fault) => faults.push(fault),
      });
      sequencer.perform('listAsset', { id: 'kWh', decimals: 3 });
      if (skipped === 'events') commit.add(0);
      const start = skipped === 'events' ? 0 : sequencer.events.length;
      sequencer.perform('listAsset', { id: 'EUR', decimals: 6 });
      commit.add(start);
      expect(faults.map(({ code }) => code)).toEqual(['BROKEN_INVARIANT']);
      expect(appended).toBe(0);
    }
  });

  it('a request that sends another while it is read leaves a journal that can be opened', async () => {
    const inner = memoryStorage();
    const exchange = await stagedOn(inner);
    const inside: Promise<unknown>[] = [];
    const request = {
      account: 'alice',
      asset: 'EUR',
      get amountQuanta() {
        if (inside.length === 0) inside.push(deposit(exchange));
        return 5;
      },
    };
    await Promise.allSettled([exchange.deposit(request), ...inside]);
    await Promise.allSettled(inside);
    await exchange.close();
    const again = await opened(inner);
    expect(again.status().sequence).toBe(exchange.status().storedSequence);
  });
});
