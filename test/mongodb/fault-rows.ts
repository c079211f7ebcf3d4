import { type Db, MongoClient } from 'mongodb';
import { mongoStorage } from '../../src/mongodb/index.ts';
import { Exchange } from '../../src/index.ts';
import { hashesOf, type Item, noSalt, send, streamOf } from '../faults/stream.ts';
import { hashOf } from '../journals.ts';
import { type Decide, type Fault, type Request, startProxy } from './proxy.ts';

/** What the driver asks the server for in the life of a market, step by step. */
export const STEPS = {
  'open: last entry': (r: Request) => isFind(r) && r.body['sort'] !== undefined,
  'open: mark': (r: Request) => inserts(r, 'journal', 'token'),
  'append: insert': (r: Request) => inserts(r, 'journal', 'bin'),
  'append: read back': (r: Request) => isFind(r) && typeof r.body['filter']._id === 'number',
  'append: what makes it stay': (r: Request) => isBeat(r),
  'sign of life': (r: Request) => isBeat(r),
  'snapshot: part': (r: Request) => inserts(r, 'snapshot_parts', 'bin'),
  'snapshot: head': (r: Request) => inserts(r, 'snapshots', 'parts'),
  'close: mark': (r: Request) => updates(r, '$set'),
} as const;
export type Step = keyof typeof STEPS;

/** Longer than the driver is told to wait for one answer. */
const LATE_MS = 900;
const TIMEOUT_MS = 2_000;
const RETRYABLE = { labels: ['RetryableWriteError'] } as const;

/** What goes wrong, once. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'request lost': { kind: 'dropRequest' },
  'reply lost': { kind: 'dropReply' },
  'request twice': { kind: 'duplicate' },
  'request late': { kind: 'delayRequest', ms: LATE_MS },
  'reply late': { kind: 'delayReply', ms: LATE_MS },
  'reset before': { kind: 'resetBefore' },
  'reset within request': { kind: 'resetHalfRequest' },
  'reset after': { kind: 'resetAfter' },
  'reset within reply': { kind: 'resetHalfReply' },
  'not primary': refusal('replyError', 10_107, 'NotWritablePrimary'),
  'stepped down after': refusal('errorAfter', 11_602, 'InterruptedDueToReplStateChange'),
  'majority too slow': refusal('writeConcernError', 64, 'WriteConcernTimeout'),
  'shutting down': refusal('writeConcernError', 91, 'ShutdownInProgress'),
};

function refusal(
  kind: 'replyError' | 'errorAfter' | 'writeConcernError',
  code: number,
  codeName: string,
): Fault {
  return { kind, code, codeName, errmsg: codeName, ...RETRYABLE };
}

const isFind = (r: Request): boolean => r.command === 'find' && r.collection === 'wattbook_journal';
const inserts = (r: Request, collection: string, field: string): boolean =>
  r.command === 'insert' &&
  r.collection === `wattbook_${collection}` &&
  field in r.body['documents'][0];
const isBeat = (r: Request): boolean =>
  r.command === 'findAndModify' && r.collection === 'wattbook_journal';
const updates = (r: Request, operator: string): boolean =>
  r.command === 'update' &&
  r.collection === 'wattbook_journal' &&
  operator in r.body['updates'][0].u;

/** Writes alone have a write concern. */
export function applies(step: Step, fault: Fault): boolean {
  const isRead = step === 'open: last entry' || step === 'append: read back';
  return !isRead || fault.kind !== 'writeConcernError';
}

/** A fault at one step of the third append, or of what happens once. The steps behind a lost answer lose one first. */
function once(step: Step, fault: Fault, fired: () => void): Decide {
  const followsLoss = step === 'append: read back' || step === 'append: what makes it stay';
  let appends = 0;
  let isLost = false;
  let done = false;
  return (request) => {
    if (STEPS['append: insert'](request)) {
      appends++;
      if (followsLoss && appends === 3 && !isLost) {
        isLost = true;
        return { kind: 'resetAfter' };
      }
    }
    if (done || !STEPS[step](request)) return undefined;
    if (step === 'append: insert' ? appends !== 3 : followsLoss && !isLost) return undefined;
    done = true;
    fired();
    return fault;
  };
}

/** What became of a market whose wire broke once. */
export interface Outcome {
  readonly fired: boolean;
  /** Commands that were acknowledged before the market stopped, if it did. */
  readonly acknowledged: number;
  /** The fault that stopped it, if one did. */
  readonly stoppedBy: string | undefined;
  readonly lost: number;
  readonly doubled: number;
  readonly isSame: boolean;
  readonly ms: number;
}

const COUNT = 60;
const IN_FLIGHT = 6;
const ITEMS: readonly Item[] = streamOf(1, COUNT);
const HASHES = hashesOf([...ITEMS]);

/** Lives through one fault, and once more from the beginning where it was stopped: every command comes to what it came to. */
export async function liveThrough(
  url: URL,
  name: string,
  step: Step,
  fault: Fault,
  asReplicaSet: boolean,
): Promise<Outcome> {
  const startedAt = performance.now();
  let fired = false;
  const target = { host: url.hostname, port: Number(url.port) };
  const proxy = await startProxy({ target, asReplicaSet });
  const direct = new MongoClient(url.href);
  const client = new MongoClient(proxy.url, { serverSelectionTimeoutMS: 1_000 });
  proxy.decide = once(step, fault, () => (fired = true));
  const db = client.db(name);
  const sequences = new Map<number, number>();
  let stoppedBy: string | undefined;
  try {
    await trade(db, step, sequences).catch((cause: Error) => {
      stoppedBy = `${(cause as { code?: string }).code ?? cause.name}`;
    });
    const acknowledged = sequences.size;
    proxy.decide = undefined;
    const found = await lookAt(direct.db(name), sequences);
    return { fired, acknowledged, stoppedBy, ...found, ms: performance.now() - startedAt };
  } finally {
    await client.close();
    await direct.db(name).dropDatabase();
    await direct.close();
    await proxy.close();
  }
}

/** Sends the stream, with a snapshot on the way, until it is through or the market stops. */
async function trade(db: Db, step: Step, sequences: Map<number, number>): Promise<void> {
  const hasBeats = step === 'sign of life';
  const leaseMs = hasBeats ? 100 : 60_000;
  const storage = mongoStorage({ db, leaseMs, pollMs: 5, timeoutMs: TIMEOUT_MS });
  const exchange = await opened(storage);
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < COUNT) {
      const index = next++;
      const { sequence } = await send(ITEMS[index]!, exchange.market, exchange.setTime);
      sequences.set(index, sequence);
      if (index === COUNT / 2) await exchange.market.saveSnapshot();
      if (hasBeats) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  await exchange.market.close();
}

/** What is there, seen past the proxy: every command again, with the same id. */
async function lookAt(db: Db, sequences: ReadonlyMap<number, number>) {
  const storage = mongoStorage({ db, leaseMs: 100, pollMs: 5 });
  const again = await opened(storage, true);
  const { sequence } = again.market.status();
  const ends = [...sequences.values()];
  const lost = ends.filter((each) => each > sequence).length;
  let doubled = 0;
  for (const [index, item] of ITEMS.entries()) {
    const receipt = await send(item, again.market, again.setTime);
    if (receipt.sequence !== index + 1) doubled++;
    const before = sequences.get(index);
    if (before !== undefined && before !== receipt.sequence) doubled++;
  }
  const isSame = (await hashOf(again.market)) === HASHES[COUNT];
  await again.market.close();
  return { lost, doubled, isSame };
}

async function opened(storage: ReturnType<typeof mongoStorage>, takeOver = false) {
  let time = 0;
  const setTime = (at: number): void => void (time = Math.max(time, at));
  const settings = { storage, takeOver, drawSalt: noSalt, storageTimeoutMs: 10_000 };
  const market = await Exchange.open({ ...settings, clock: () => time });
  return { market, setTime };
}
