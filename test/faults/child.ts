/**
 * A market in files that is going to be killed: sends the stream from its start, in bursts, and says each receipt.
 *
 *   node child.mjs FOLDER SEED COUNT
 */
import { writeSync } from 'node:fs';
import { fileStorage } from '../../src/file/index.ts';
import { Exchange, WattbookError } from '../../src/index.ts';
import { noSalt, send, streamOf } from './stream.ts';

const BURST = 5;
const [folder = '', seed = '', count = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function main(): Promise<void> {
  let time = 0;
  const storage = fileStorage(folder, { segmentBytes: 8_192 });
  const exchange = await Exchange.open({ storage, clock: () => time, drawSalt: noSalt });
  const items = streamOf(Number(seed), Number(count));
  for (let i = 0; i < items.length; i += BURST) {
    const burst = items.slice(i, i + BURST);
    const receipts = burst.map((item) => send(item, exchange, (at) => (time = at)));
    // Of those that fail together only the first is waited for.
    for (const receipt of receipts) receipt.catch(() => {});
    for (const [k, receipt] of receipts.entries()) say(`ack ${i + k} ${(await receipt).sequence}`);
    if (i % 60 === 55) await exchange.saveSnapshot();
  }
  await exchange.close();
  say('closed');
}

main().catch((fault: unknown) => {
  const { code, message } = fault as WattbookError;
  say(`fault ${code} ${message}`);
  process.exitCode = 3;
});
