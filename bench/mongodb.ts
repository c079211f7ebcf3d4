import type { Db } from 'mongodb';
import { mongoStorage } from '../src/mongodb/index.ts';
import type { Frame } from '../src/storage/frame.ts';
import { workload, type Workload } from '../src/testing/index.ts';
import { marketHashOf, marketTurn, percentiles, recordsIn } from './durable.ts';
import { type Timed, timeInFlight } from './in-flight.ts';
import { type Databases, withMongodb } from './mongodb-server.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case, Measured } from './suite.ts';

/**
 * Requests under way at any time, and how many are timed: some hundred frames, since FerretDB reads
 * all of a collection to find something.
 */
const CASES = { 1: 500, 64: 20_000, 512: 100_000 };
const PREFILL = 20_000;
/** Records that are put one by one. */
const SINGLES = 1000;
const COLLECTION = 'documents';
const ACKNOWLEDGED = { writeConcern: { w: 'majority', journal: true } } as const;

/** One turn of each. */
interface Round {
  readonly exchange: Timed;
  readonly frames: number;
  readonly bytes: number;
  /** Seconds for documents of the same frames, put one after the other without a market and without the library. */
  readonly raw: number;
  /** Records per second, each a document that is awaited before the next. */
  readonly singles: number;
  readonly marketHash: string;
}

/** Flow A through an exchange with its journal in MongoDB, beside what the server takes for one command at a time. */
export function mongodbCases(): Case[] {
  return Object.keys(CASES).map((name) => ({
    name,
    measure: (plan, note) =>
      withMongodb(async (databases) => {
        const inFlight = Number(name) as keyof typeof CASES;
        const [commands, prefill] = [plan.size(CASES[inFlight]), plan.size(PREFILL)];
        const load = workload('A', { commands, prefill });
        const expected = marketHashOf(load);
        const rounds: Round[] = [];
        for (let round = 0; round <= plan.rounds; round++) {
          note(`round ${round} of ${plan.rounds}`);
          collectGarbage();
          const found = await turns(databases, load, inFlight, plan.size(SINGLES));
          if (found.marketHash !== expected) throw new Error('MongoDB led to another market');
          rounds.push(found);
        }
        // The first one warms up.
        return { ...figures(rounds.slice(1)), checksum: expected.slice(0, 16) };
      }),
  }));
}

async function turns(
  databases: Databases,
  load: Workload,
  inFlight: number,
  singles: number,
): Promise<Round> {
  const market = await databases((db) => marketTurn(mongoStorage({ db }), load, inFlight));
  const { exchange, frames, marketHash } = market;
  const records = recordsIn(frames).slice(0, singles);
  const seconds = await databases((db) =>
    insertSeconds(
      db,
      records.map((bin) => ({ bin })),
    ),
  );
  return {
    exchange,
    frames: frames.length,
    bytes: frames.reduce((sum, { bytes }) => sum + bytes.length, 0),
    raw: await databases(async (db) => {
      await db.createIndex(COLLECTION, { last: 1 });
      return insertSeconds(db, frames.map(documentOf));
    }),
    singles: records.length / seconds,
    marketHash,
  };
}

/** A frame as the storage stores it. */
function documentOf({ epoch, firstSequence, lastSequence, previousHash, hash, bytes }: Frame) {
  const [first, last] = [firstSequence, lastSequence];
  return { writer: 1, epoch, first, last, prev: previousHash, hash, bin: bytes };
}

/** Documents, each awaited before the next. */
async function insertSeconds(db: Db, documents: readonly object[]): Promise<number> {
  const collection = db.collection<{ _id: number }>(COLLECTION, ACKNOWLEDGED);
  // The first of them makes the collection: outside the clock.
  await collection.insertOne({ _id: 0 });
  const { seconds } = await timeInFlight(documents.length, 1, (i) =>
    collection.insertOne({ _id: i + 1, ...documents[i]! }),
  );
  return seconds;
}

function figures(rounds: readonly Round[]): Omit<Measured, 'checksum'> {
  const middle = (of: (round: Round) => number): number => median(rounds.map(of));
  const count = rounds[0]!.exchange.latenciesNs.length;
  return {
    unit: 'commands/s',
    median: middle(({ exchange }) => count / exchange.seconds),
    ...percentiles(rounds.map(({ exchange }) => exchange)),
    against: 'insertOne of one command at a time',
    ratio: middle(({ exchange, singles }) => count / exchange.seconds / singles),
    details: {
      frames: middle(({ frames }) => frames),
      perFrame: middle(({ frames }) => count / frames),
      bytesPerFrame: middle(({ bytes, frames }) => bytes / frames),
      singles: middle(({ singles }) => singles),
      raw: middle(({ raw }) => count / raw),
    },
  };
}
