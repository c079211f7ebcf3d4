/**
 * A market on MongoDB that goes on until it is killed, with read models that follow it: sends the latest commands that it finds stored once more, which
 * must come to what they came to, and then the next ones. Says up to where it was acknowledged.
 *
 *   node --import tsx service.ts URL DATABASE SEED
 */
import { writeSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { Exchange } from '../../src/index.ts';
import { mongoProjections, mongoStorage } from '../../src/mongodb/index.ts';
import { noSalt } from '../faults/stream.ts';
import { itemAt, send } from '../soak/stream.ts';

const IN_FLIGHT = 8;
/** How many commands are sent again. */
const AGAIN = 50;
/** Between the answer to one command of a client and its next: the server is a slow one. */
const PAUSE_MS = 25;
const SNAPSHOT_EVERY = 200;
const [url = '', name = '', seed = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

let time = 0;
const client = await new MongoClient(url, { serverSelectionTimeoutMS: 2_000 }).connect();
const db = client.db(name);
const storage = mongoStorage({ db, leaseMs: 300, pollMs: 10 });
const exchange = await Exchange.open({ storage, clock: () => time, drawSalt: noSalt });
const { sequence } = exchange.status();
say(`opened ${sequence}`);
const following = mongoProjections({ db, pollMs: 10 }).follow(new AbortController().signal);
let next = Math.max(0, sequence - AGAIN);
let snapshotAt = sequence + SNAPSHOT_EVERY;

async function clientOf(): Promise<void> {
  for (;;) {
    const index = next++;
    const item = itemAt(Number(seed), index);
    const receipt = await send(item, exchange, (at) => (time = Math.max(time, at)));
    // Each command of the stream takes one sequence, the first time.
    if (receipt.sequence !== index + 1) {
      say(`doubled ${index} as ${receipt.sequence}`);
      process.exit(4);
    }
    say(`stored ${receipt.sequence}`);
    if (receipt.sequence >= snapshotAt) {
      snapshotAt += SNAPSHOT_EVERY;
      await exchange.saveSnapshot();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

await Promise.all([following, ...Array.from({ length: IN_FLIGHT }, clientOf)]);
