/**
 * A market in files that goes on until it is killed: sends the latest commands that it finds stored once more, which must come to what
 * they came to, and then the next ones. Says up to where it was acknowledged, and what memory it takes.
 *
 *   node child.mjs FOLDER SEED
 */
import { writeSync } from 'node:fs';
import { fileStorage } from '../../src/file/index.ts';
import { Exchange } from '../../src/index.ts';
import { itemAt, send } from './stream.ts';

const IN_FLIGHT = 256;
/** How many commands are sent again. */
const AGAIN = 1000;
const SNAPSHOT_EVERY = 50_000;
const [folder = '', seed = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

let time = 0;
const storage = fileStorage(folder, { segmentBytes: 1 << 22, dropsOldSegments: true });
// The model is an engine, which draws no salts.
const drawSalt = (): Uint8Array => new Uint8Array(16);
const exchange = await Exchange.open({ storage, clock: () => time, drawSalt, keepBytes: 1 << 22 });
const { sequence } = exchange.status();
say(`opened ${sequence}`);
let next = Math.max(0, sequence - AGAIN);
let acknowledged = sequence;
let snapshotAt = sequence + SNAPSHOT_EVERY;
let saidAt = 0;

async function client(): Promise<void> {
  for (;;) {
    const index = next++;
    const item = itemAt(Number(seed), index);
    const receipt = await send(item, exchange, (at) => (time = Math.max(time, at)));
    // Each command of the stream takes one sequence, the first time.
    if (receipt.sequence !== index + 1) {
      say(`doubled ${index} as ${receipt.sequence}`);
      process.exit(4);
    }
    acknowledged = Math.max(acknowledged, receipt.sequence);
    if (acknowledged >= snapshotAt) {
      snapshotAt += SNAPSHOT_EVERY;
      await exchange.saveSnapshot();
    }
    const now = performance.now();
    if (now - saidAt < 20) continue;
    saidAt = now;
    say(`stored ${acknowledged} ${process.memoryUsage.rss()}`);
  }
}

await Promise.all(Array.from({ length: IN_FLIGHT }, client));
