import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BSON,
  type Collection,
  type Document,
  MongoClient,
  MongoNetworkError,
  MongoServerError,
  MongoWriteConcernError,
  type MongoClientOptions,
} from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Decide, type Fault, type Proxy, type Request, startProxy } from './proxy.ts';
import { type Server, startFerret } from './servers.ts';
import { splitter } from './wire.ts';

interface Note {
  _id: number;
  count: number;
  text?: string;
}

const DATABASE = 'proxy_test';
let folder: string;

let target: Server;
let direct: MongoClient;
/** The documents past the proxy. */
let truth: Collection<Note>;
let proxy: Proxy;
let client: MongoClient;
let notes: Collection<Note>;

/** A proxy in front of the server, and a client that knows the way through it alone. */
async function through(
  options: { asReplicaSet?: boolean; client?: MongoClientOptions } = {},
): Promise<void> {
  proxy = await startProxy({ target, ...options });
  // After an error a driver asks the server how it is before it goes on, by default half a second later.
  client = new MongoClient(proxy.url, {
    socketTimeoutMS: 400,
    heartbeatFrequencyMS: 500,
    minHeartbeatFrequencyMS: 10,
    serverSelectionTimeoutMS: 5000,
    ...options.client,
  });
  notes = client.db(DATABASE).collection<Note>('notes');
}

/** The first command of that name meets the fault. */
function first(command: string, fault: Fault): Decide {
  let isDone = false;
  return (request) => {
    if (isDone || request.command !== command) return undefined;
    isDone = true;
    return fault;
  };
}

/** A message with a body and sequences of documents beside it. */
function command(body: Document, sequences: Record<string, Document[]> = {}): Buffer {
  const parts = [Buffer.alloc(20), Buffer.of(0), BSON.serialize(body)];
  for (const [name, documents] of Object.entries(sequences)) {
    const content = [Buffer.from(`${name}\0`), ...documents.map((item) => BSON.serialize(item))];
    const size = Buffer.alloc(4);
    size.writeInt32LE(4 + Buffer.concat(content).length);
    parts.push(Buffer.of(1), size, ...content);
  }
  const message = Buffer.concat(parts);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(2013, 12);
  return message;
}

/** A connection to the proxy without a driver, and what came back over it. */
function raw(): { readonly socket: Socket; readonly replies: Document[] } {
  const replies: Document[] = [];
  const socket = connect(proxy.port, proxy.host).setNoDelay(true);
  const split = splitter((message) => {
    replies.push(BSON.deserialize(message.subarray(21)));
  });
  socket.on('data', split);
  return { socket, replies };
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const increment = (): Promise<unknown> => notes.updateOne({ _id: 1 }, { $inc: { count: 1 } });
const counted = async (): Promise<number | undefined> => (await truth.findOne({ _id: 1 }))?.count;

// Always this server: MongoDB itself would tell a retried write from a second one.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattbook-proxy-'));
  target = await startFerret({ folder });
  direct = new MongoClient(target.url);
  truth = direct.db(DATABASE).collection<Note>('notes');
});

afterAll(async () => {
  await direct.close();
  await target.kill();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await truth.deleteMany({});
  await truth.insertOne({ _id: 1, count: 0 });
});

afterEach(async () => {
  await client.close();
  await proxy.close();
});

describe('without a fault', () => {
  it('all passes, whatever its size, and is counted', async () => {
    await through();
    const text = 'x'.repeat(5_000_000);
    await notes.insertOne({ _id: 2, count: 0, text });
    const found = await Promise.all([1, 2, 2, 2].map((_id) => notes.findOne({ _id })));
    expect(found.map((note) => note?.text?.length)).toEqual([undefined, 5e6, 5e6, 5e6]);
    expect(proxy.counts.get('insert')).toBe(1);
    expect(proxy.counts.get('find')).toBe(4);
  });

  it('each command is shown with its collection and its fields', async () => {
    await through();
    const seen: Request[] = [];
    proxy.decide = (request) => void seen.push(request);
    await notes.insertMany([
      { _id: 5, count: 0 },
      { _id: 6, count: 0 },
    ]);
    await notes.insertOne({ _id: 7, count: 0 }, { writeConcern: { w: 0 } });
    await expect.poll(() => seen.length).toBe(2);
    expect(
      seen.map(({ command, collection, database }) => [command, collection, database]),
    ).toEqual([
      ['insert', 'notes', DATABASE],
      ['insert', 'notes', DATABASE],
    ]);
    expect(seen[0]?.body['documents']).toEqual([
      { _id: 5, count: 0 },
      { _id: 6, count: 0 },
    ]);
    expect(seen.map(({ isAnswered }) => isAnswered)).toEqual([true, false]);
  });

  it('messages in chunks of one byte and many in one chunk are whole again', async () => {
    await through();
    const message = command({ ping: 1, $db: 'admin' });
    const { socket, replies } = raw();
    for (const byte of message) socket.write(Buffer.of(byte));
    socket.write(Buffer.concat([message, message, message.subarray(0, 9)]));
    socket.write(message.subarray(9));
    await expect.poll(() => replies.length).toBe(4);
    expect(replies).toEqual(Array.from({ length: 4 }, () => expect.objectContaining({ ok: 1 })));
    expect(proxy.counts.get('ping')).toBe(4);
    socket.destroy();
  });

  it('a sequence of documents beside the body is read as a field of it', async () => {
    await through();
    let documents: unknown;
    proxy.decide = ({ body }) => void (documents = body['documents']);
    const { socket, replies } = raw();
    const two = [
      { _id: 8, count: 0 },
      { _id: 9, count: 0 },
    ];
    socket.write(command({ insert: 'notes', $db: DATABASE }, { documents: two }));
    await expect.poll(() => replies).toEqual([expect.objectContaining({ n: 2, ok: 1 })]);
    expect(documents).toEqual(two);
    socket.destroy();
  });
});

describe('a command', () => {
  beforeEach(() => through());

  it.each([
    ['dropRequest', 0],
    ['dropReply', 1],
    ['resetBefore', 0],
    ['resetHalfRequest', 0],
    ['resetAfter', 1],
    ['resetHalfReply', 1],
  ] as const)('%s: the client knows nothing, the server did it %i time(s)', async (kind, times) => {
    proxy.decide = first('update', { kind });
    expect(await caught(increment())).toBeInstanceOf(MongoNetworkError);
    await sleep(50);
    expect(await counted()).toBe(times);
    await increment();
    expect(await counted()).toBe(times + 1);
    expect(proxy.counts.get('update')).toBe(2);
  });

  it('duplicate: the server does it twice', async () => {
    proxy.decide = first('update', { kind: 'duplicate' });
    await increment();
    await expect.poll(counted).toBe(2);
    expect(await notes.countDocuments()).toBe(1);
  });

  it('duplicate: the first reply counts, not the refusal of the second', async () => {
    proxy.decide = first('insert', { kind: 'duplicate' });
    expect(await notes.insertOne({ _id: 3, count: 0 })).toMatchObject({ insertedId: 3 });
    expect(await truth.countDocuments({ _id: 3 })).toBe(1);
    expect(await caught(notes.insertOne({ _id: 3, count: 0 }))).toMatchObject({ code: 11000 });
  });

  it.each(['delayRequest', 'delayReply'] as const)('%s: the reply is late', async (kind) => {
    proxy.decide = first('update', { kind, ms: 150 });
    const answer = increment();
    await sleep(75);
    expect(await counted()).toBe(kind === 'delayRequest' ? 0 : 1);
    await answer;
    expect(await counted()).toBe(1);
  });

  it('delayRequest: it arrives although the client gave up', async () => {
    proxy.decide = first('update', { kind: 'delayRequest', ms: 700 });
    expect(await caught(increment())).toBeInstanceOf(MongoNetworkError);
    expect(await counted()).toBe(0);
    await client.close();
    await expect.poll(counted).toBe(1);
  });
});

describe('a refusal', () => {
  const REFUSED = { code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' };
  beforeEach(() => through());

  it.each([
    ['replyError', 0],
    ['errorAfter', 1],
  ] as const)('%s: the server did it %i time(s)', async (kind, times) => {
    proxy.decide = first('update', { kind, ...REFUSED, labels: ['Some'] });
    const error = (await caught(increment())) as MongoServerError;
    expect(error).toBeInstanceOf(MongoServerError);
    expect(error).toMatchObject({ code: 10107, codeName: 'NotWritablePrimary' });
    expect(error.message).toBe('not primary');
    expect(error.hasErrorLabel('Some')).toBe(true);
    expect(await counted()).toBe(times);
  });

  it('writeConcernError: done, and the driver says that it may not last', async () => {
    const doubt = { code: 64, codeName: 'WriteConcernTimeout', errmsg: 'waiting' };
    proxy.decide = first('update', { kind: 'writeConcernError', ...doubt });
    const error = (await caught(increment())) as MongoWriteConcernError;
    expect(error).toBeInstanceOf(MongoWriteConcernError);
    expect(error.code).toBe(64);
    expect(error.result).toMatchObject({ writeConcernError: doubt });
    expect(await counted()).toBe(1);
  });
});

describe('as a replica set', () => {
  const LABELS = { labels: ['RetryableWriteError'] };
  const REFUSED = { code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary' };
  beforeEach(() => through({ asReplicaSet: true }));

  it('the driver finds the one member, and writes with a transaction number', async () => {
    let number: unknown;
    proxy.decide = (request) => void (number = request.body['txnNumber'] ?? number);
    await increment();
    expect(Number(number)).toBe(1);
    expect((await client.db('admin').command({ hello: 1 }))['setName']).toBe('wattbook');
  });

  it.each([
    [{ kind: 'resetBefore' }, 1],
    [{ kind: 'resetAfter' }, 2],
    [{ kind: 'dropReply' }, 2],
    [{ kind: 'replyError', ...REFUSED, ...LABELS }, 1],
    [{ kind: 'errorAfter', ...REFUSED, ...LABELS }, 2],
    [{ kind: 'writeConcernError', ...REFUSED, ...LABELS, code: 91 }, 2],
  ] as const)(
    'after %o the driver writes again by itself: done %i time(s)',
    async (fault, times) => {
      proxy.decide = first('update', fault);
      await increment();
      expect(await counted()).toBe(times);
      expect(proxy.counts.get('update')).toBe(2);
    },
  );

  it('while no member is primary a write waits for one', async () => {
    await increment();
    proxy.isPrimary = false;
    proxy.decide = ({ command }) =>
      proxy.isPrimary || command !== 'update'
        ? undefined
        : { kind: 'replyError', ...REFUSED, ...LABELS };
    const write = increment();
    await sleep(300);
    expect(await counted()).toBe(1);
    proxy.isPrimary = true;
    await write;
    expect(await counted()).toBe(2);
  });
});

describe('the whole wire', () => {
  it('is down, and up again', async () => {
    await through({ client: { serverSelectionTimeoutMS: 300 } });
    await increment();
    proxy.isUp = false;
    proxy.resetAll();
    expect(await caught(increment())).toBeInstanceOf(Error);
    proxy.isUp = true;
    await sleep(600);
    await increment();
    expect(await counted()).toBe(2);
  });

  it('closes with a command on its way, twice', async () => {
    await through({ client: { serverSelectionTimeoutMS: 300 } });
    proxy.decide = first('update', { kind: 'dropRequest' });
    const write = caught(increment());
    await expect.poll(() => proxy.counts.get('update')).toBe(1);
    await proxy.close();
    await proxy.close();
    expect(await write).toBeInstanceOf(MongoNetworkError);
    const socket = connect(proxy.port, proxy.host);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});
