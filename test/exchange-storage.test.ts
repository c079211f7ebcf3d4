import { describe, expect, it } from 'vitest';
import { WattbookError } from '../src/core/errors.ts';
import { type ErrorCode, memoryStorage } from '../src/index.ts';
import { framesOf, hashOf, opened, rejectionOf, STAGED, stagedOn } from './journals.ts';
import {
  answers,
  type Deed,
  gives,
  Held,
  hangs,
  iterates,
  MisbehavingStorage,
  rejects,
  resolves,
  type StorageCall,
  throws,
  turn,
} from './misbehaving-storage.ts';
import { must } from './stage.ts';
import {
  deposit,
  expectStopped,
  failsOnUnhandledRejections,
  stand,
  TIMEOUT_MS,
} from './stopped-exchange.ts';

const DISK = new Error('no space left');
const BARE = Object.create(null) as object;
const FENCED = new WattbookError('FENCED', 'someone else writes');

failsOnUnhandledRejections();

type Case = readonly [what: string, deed: Deed, code: ErrorCode, cause?: unknown];

/** What any call can do. */
const FAILURES: readonly Case[] = [
  ['throws', throws(DISK), 'STORAGE_FAILED', DISK],
  ['throws no Error', throws('full'), 'STORAGE_FAILED', 'full'],
  ['rejects', rejects(DISK), 'STORAGE_FAILED', DISK],
  ['rejects with text', rejects('full'), 'STORAGE_FAILED', 'full'],
  ['rejects with nothing', rejects(undefined), 'STORAGE_FAILED', undefined],
  ['rejects with a bare object', rejects(BARE), 'STORAGE_FAILED', BARE],
  ['rejects with a symbol', rejects(Symbol.iterator), 'STORAGE_FAILED', Symbol.iterator],
  ['rejects with a fault of its own', rejects(FENCED), 'FENCED'],
  ['hangs', hangs, 'STORAGE_TIMEOUT'],
];
const resolving = (values: readonly unknown[], code: ErrorCode): Case[] =>
  values.map((value, i) => [`resolves with junk ${i}`, resolves(value), code]);
const answering = (changes: readonly object[], code: ErrorCode): Case[] =>
  changes.map((change, i) => [
    `answers with a change ${i}`,
    answers((answer) => ({ ...(answer as object), ...change })),
    code,
  ]);

const JUNK = [undefined, null, 5, 'text', {}, [], () => {}];
const BAD_ENDS = [{}, null, { sequence: '9' }, { sequence: 9 }, { sequence: 9, hash: 'x' }];
const ITERATORS: readonly Case[] = [
  ['gives no iterator', () => undefined, 'STORAGE_MISMATCH'],
  ['gives a promise', resolves([]), 'STORAGE_MISMATCH'],
  ['throws at a frame', iterates(throws(DISK)), 'STORAGE_FAILED', DISK],
  ['rejects at a frame', iterates(rejects(DISK)), 'STORAGE_FAILED', DISK],
  ['hangs at a frame', iterates(hangs), 'STORAGE_TIMEOUT'],
  ['gives no item', iterates(resolves(undefined)), 'STORAGE_MISMATCH'],
  ['gives no promise of an item', iterates(() => 7), 'STORAGE_MISMATCH'],
  ['gives junk for ever', iterates(resolves({ value: 5 })), 'BAD_FRAME'],
  ...[undefined, null, 5, 2 ** 40, 'WBFR', {}, new Uint8Array(), new Uint8Array(500)].map(
    (junk, i): Case => [`gives junk ${i}`, gives(junk), 'BAD_FRAME'],
  ),
];

/** A fault is told with this code and, where something else was the reason, that as its cause. */
function expectFault(fault: WattbookError, [, , code, cause]: Case): void {
  expect(fault.code).toBe(code);
  expect(fault.cause).toEqual(cause);
  if (code === 'FENCED') expect(fault).toBe(FENCED);
  expect(fault.message).not.toBe('');
}

const failing = (call: StorageCall, cases: readonly Case[]) =>
  cases.map((each) => [`${call} ${each[0]}`, call, each] as const);

describe('opening is refused, and the storage given back, when', () => {
  const cases = [
    ...failing('open', [
      ...FAILURES,
      ...resolving(JUNK, 'STORAGE_MISMATCH'),
      ...answering(
        [0, -1, 1.5, NaN, '7', 2 ** 53, null].map((epoch) => ({ epoch })),
        'STORAGE_MISMATCH',
      ),
      ...answering(
        BAD_ENDS.map((end) => ({ end })),
        'STORAGE_MISMATCH',
      ),
      ...answering([{ append: 5 }, { saveSnapshot: null }], 'STORAGE_MISMATCH'),
    ]),
    ...failing('latestSnapshot', [
      ...FAILURES,
      ...resolving(JUNK.slice(1), 'STORAGE_MISMATCH'),
      ...answering(
        [
          ...[`${STAGED}`, STAGED - 1, STAGED + 1, NaN].map((sequence) => ({ sequence })),
          ...['x', null].map((hash) => ({ hash })),
          ...['x', null, []].map((bytes) => ({ bytes })),
        ],
        'STORAGE_MISMATCH',
      ),
      ...answering([{ hash: new Uint8Array() }], 'BAD_FRAME'),
      ...answering([{ bytes: new Uint8Array() }, { bytes: new Uint8Array(99) }], 'BAD_SNAPSHOT'),
    ]),
    ...failing('read', [...FAILURES.slice(0, 2), ...ITERATORS]),
  ];

  it.each(cases)('%s', async (_, call, each) => {
    const inner = memoryStorage();
    const before = await stagedOn(inner);
    const hash = await hashOf(before);
    if (call !== 'read') await before.saveSnapshot();
    await before.close();
    const storage = new MisbehavingStorage(inner);
    storage.instead[call] = each[1];
    const fault = await rejectionOf(opened(storage, { storageTimeoutMs: TIMEOUT_MS }));
    expectFault(fault, each);
    // Where a right to write was given, it was given back.
    const takeOver = call === 'open' && !storage.calls.includes('close');
    const again = await opened(inner, { takeOver });
    expect(await hashOf(again)).toBe(hash);
  });

  it('closing fails then, too: it is the first fault that is told', async () => {
    for (const deed of [throws('closing'), rejects('closing'), hangs]) {
      const storage = new MisbehavingStorage(memoryStorage());
      storage.instead.read = throws(DISK);
      storage.instead.close = deed;
      const fault = await rejectionOf(opened(storage, { storageTimeoutMs: TIMEOUT_MS }));
      expect([fault.code, fault.cause]).toEqual(['STORAGE_FAILED', DISK]);
    }
  });

  it('a read never ends', async () => {
    const inner = memoryStorage();
    await (await stagedOn(inner)).close();
    const frames = await framesOf(inner);
    const storage = new MisbehavingStorage(inner);
    for (const repeated of [frames, frames.slice(0, 1), frames.slice(1)]) {
      let given = 0;
      storage.instead.read = iterates(async () => ({ value: repeated[given++ % repeated.length] }));
      expect((await rejectionOf(opened(storage))).code).toBe('BAD_FRAME');
    }
  });

  it('it gives what was there some time ago', async () => {
    const inner = memoryStorage();
    await (await stagedOn(inner)).close();
    const frames = await framesOf(inner);
    const storage = new MisbehavingStorage(inner);
    storage.instead.read = gives(...frames.slice(0, 1));
    expect((await rejectionOf(opened(storage))).code).toBe('STORAGE_MISMATCH');
    storage.instead.read = gives();
    expect((await rejectionOf(opened(storage))).code).toBe('STORAGE_MISMATCH');
  });
});

describe('the exchange stops, and tells everyone who waits, when', () => {
  const WRONG_ENDS = [
    { sequence: STAGED },
    { sequence: STAGED + 1 },
    { sequence: STAGED + 4 },
    { sequence: NaN },
    { hash: new Uint8Array(32) },
    { hash: new Uint8Array() },
    { hash: 'x' },
  ];
  const cases = failing('append', [
    ...FAILURES,
    ...resolving([...JUNK, { sequence: STAGED + 3 }], 'STORAGE_MISMATCH'),
    ...answering(WRONG_ENDS, 'STORAGE_MISMATCH'),
  ]);

  it.each(cases)('%s', async (_, call, each) => {
    const all = await stand();
    const { exchange, storage, inner } = all;
    storage.instead[call] = each[1];
    const waiting = [deposit(exchange, 1), deposit(exchange, 2)];
    await Promise.resolve();
    waiting.push(deposit(exchange, 3));
    const snapshot = exchange.saveSnapshot();
    const read = exchange.read((market) => market.balance('alice', 'EUR'));
    const faults = await Promise.all([...waiting, snapshot, read].map(rejectionOf));
    expectFault(faults[0]!, each);
    expect(new Set(faults).size).toBe(1);
    await expectStopped(all, faults[0]!);

    await exchange.close();
    expect(exchange.status()).toMatchObject({ state: 'closed', fault: faults[0] });
    expect((await rejectionOf(deposit(exchange))).code).toBe('EXCHANGE_CLOSED');
    const again = await opened(inner);
    const stored = (await framesOf(inner)).length;
    expect(stored === 3 || stored === 4).toBe(true);
    expect(again.status().sequence).toBe(stored === 3 ? STAGED + 1 : STAGED + 3);
  });

  const afterwards = [
    ...failing('saveSnapshot', FAILURES),
    ...failing('latestSnapshot', [
      ...FAILURES,
      ...resolving(JUNK, 'STORAGE_MISMATCH'),
      ...answering(
        [
          { sequence: STAGED },
          { hash: new Uint8Array(32) },
          { bytes: new Uint8Array() },
          { bytes: new Uint8Array(500) },
          { bytes: undefined },
        ],
        'STORAGE_MISMATCH',
      ),
    ]),
  ];

  it.each(afterwards)('%s after a snapshot', async (_, call, each) => {
    const all = await stand();
    const { exchange, storage, inner } = all;
    const hash = await hashOf(exchange);
    storage.instead[call] = each[1];
    const fault = await rejectionOf(exchange.saveSnapshot());
    expectFault(fault, each);
    await expectStopped(all, fault);
    await exchange.close();
    expect(await hashOf(await opened(inner))).toBe(hash);
  });

  it('a snapshot is saved whatever it resolves with', async () => {
    const { exchange, storage } = await stand();
    storage.instead.saveSnapshot = answers(() => 'junk');
    expect(await exchange.saveSnapshot()).toBe(STAGED + 1);
    await exchange.close();
  });
});

describe('closing says so, and gives the storage back, when', () => {
  const cases = [
    ...failing('read', [
      ...FAILURES.slice(0, 2),
      ...ITERATORS,
      ['gives nothing', gives(), 'STORAGE_MISMATCH'],
    ]),
    ...failing('close', FAILURES),
  ];

  it.each(cases)('%s', async (_, call, each) => {
    const { exchange, storage, inner, told, ending } = await stand();
    storage.instead[call] = each[1];
    const fault = await rejectionOf(exchange.close());
    expectFault(fault, each);
    expect(exchange.status()).toMatchObject({ state: 'closed', fault });
    // Subscribers have everything by the time that the storage is given back.
    expect(await ending).toBe(call === 'read' ? fault : 'the end');
    expect(told).toHaveLength(1);
    expect(await rejectionOf(exchange.close())).toBe(fault);
    const takeOver = call === 'close';
    expect((await opened(inner, { takeOver })).status().sequence).toBe(STAGED + 1);
  });

  it('the last frame is another, or is not there', async () => {
    const inner = memoryStorage();
    await (await stagedOn(inner)).close();
    const [first, second] = await framesOf(inner);
    for (const frames of [[], [first], [first, second]]) {
      const { exchange, storage } = await stand();
      storage.instead.read = gives(...frames);
      expect((await rejectionOf(exchange.close())).code).toBe('STORAGE_MISMATCH');
    }
  });

  it('a storage has acknowledged what it has not stored', async () => {
    const { exchange, storage, inner, ending } = await stand();
    storage.instead.append = async () => {
      const { lastSequence: sequence, hash } = storage.appended.at(-1)!;
      return { sequence, hash };
    };
    must(await deposit(exchange));
    const fault = await rejectionOf(exchange.close());
    expect(fault.code).toBe('STORAGE_MISMATCH');
    expect(await ending).toBe(fault);
    expect((await opened(inner)).status().sequence).toBe(STAGED + 1);
  });
});

describe('an answer that comes late', () => {
  /** A deposit with an id whose append took too long. */
  async function late() {
    const all = await stand();
    const { exchange, storage } = all;
    const held = new Held();
    storage.instead.append = held.deed;
    const request = { account: 'alice', asset: 'EUR', amountQuanta: 7, commandId: 'late' };
    const fault = await rejectionOf(exchange.deposit(request));
    expect(fault.code).toBe('STORAGE_TIMEOUT');
    return { ...all, held, request, fault };
  }

  it('changes nothing, and what it stored is there when opened again', async () => {
    const all = await late();
    const { exchange, inner, held, request, fault } = all;
    const before = exchange.status();
    await held.release();
    expect(exchange.status()).toEqual(before);
    await expectStopped(all, fault);
    await exchange.close();
    const again = await opened(inner);
    const sequence = STAGED + 2;
    const receipt = { ok: true, sequence, repeated: true, level: 'executed' };
    expect(await again.deposit(request)).toEqual(receipt);
  });

  it('stores nothing once the storage was given back', async () => {
    const { exchange, inner, held, request } = await late();
    await exchange.close();
    await held.release();
    const again = await opened(inner);
    expect(await again.deposit(request)).toMatchObject({ sequence: STAGED + 2, repeated: false });
  });

  it('may be a rejection', async () => {
    const all = await stand();
    const { exchange, storage } = all;
    let reject!: (cause: unknown) => void;
    storage.instead.append = () => new Promise((_, no) => (reject = no));
    const fault = await rejectionOf(deposit(exchange));
    reject(DISK);
    await turn();
    await expectStopped(all, fault);
    await exchange.close();
  });
});

it('who stops waiting while the answer is made is not told of a fault that comes later', async () => {
  const { exchange, storage } = await stand();
  const held = new Held();
  storage.instead.append = held.deed;
  const waiting = deposit(exchange);
  const stop = new AbortController();
  const read = exchange.read(() => stop.abort('enough'), { signal: stop.signal });
  await expect(read).rejects.toBe('enough');
  expect((await rejectionOf(waiting)).code).toBe('STORAGE_TIMEOUT');
  await exchange.close();
});
