import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { OrderReceipt, Queries } from 'wattbook';
import { openMarket, verify } from './service.ts';

const { MONGODB_URL = 'mongodb://127.0.0.1:27017', MONGODB_DATABASE = 'market' } = process.env;
const open = () => openMarket(MONGODB_URL, MONGODB_DATABASE);
const CLIENTS = 8;
const HOMES = [
  { account: 'anna', side: 'sell' } as const,
  { account: 'ben', side: 'buy' } as const,
];

/** Every command has an id, so that whoever got no answer may send it again. */
function order(run: string, i: number) {
  const price = `0.${20 + ((7 * i) % 10)}`;
  return { ...HOMES[i % 2]!, product: 'noon', price, quantity: '0.1', commandId: `${run}-${i}` };
}

/** The first life: trades until it is killed, and tells what is answered. */
async function trade(run: string): Promise<void> {
  const { exchange } = await open();
  // Refused where they are there from the run before.
  for (const id of ['EUR', 'kWh']) await exchange.listAsset({ id, decimals: 6 });
  await exchange.listProduct({ id: 'noon', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.1' });
  for (const id of ['anna', 'ben']) await exchange.openAccount({ id });
  await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '500', commandId: `${run}-kWh` });
  await exchange.deposit({ account: 'ben', asset: 'EUR', amount: '500', commandId: `${run}-EUR` });
  const client = async (first: number) => {
    for (let i = first; ; i += CLIENTS) process.send!(await exchange.submit(order(run, i)));
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
}

/** Prints some fields of documents. */
const tell = <T>(what: string, documents: T[], ...fields: (keyof T)[]) =>
  console.log(
    `${what}:`,
    documents.map((each) => fields.map((field) => each[field]).join(' ')),
  );

async function main(run: string): Promise<void> {
  const child = fork(process.argv[1]!, [run]);
  const answered = new Set<number>();
  child.on('message', (receipt: OrderReceipt) => {
    if (receipt.ok) answered.add(receipt.sequence);
    if (answered.size === 100) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  if (signal !== 'SIGKILL') throw new Error('the first life ended by itself');

  const { exchange, models, caughtUp, close } = await open();
  console.log(`killed after ${answered.size} answers, opened at ${exchange.status().sequence}`);
  const again = Array.from({ length: answered.size + CLIENTS }, (_, i) => order(run, i));
  const receipts = await Promise.all(again.map((each) => exchange.submit(each)));
  const stored = receipts.flatMap((each) => (each.ok && each.repeated ? [each.sequence] : []));
  const kept = stored.filter((sequence) => answered.has(sequence)).length;
  console.log(`sent again ${again.length}: ${stored.length} were there, ${kept} of them answered`);
  await caughtUp();
  tell(
    'open orders of anna',
    await models.openOrders('anna', { limit: 3 }),
    '_id',
    'open',
    'price',
  );
  tell('trades of ben', await models.trades('ben', { limit: 3 }), '_id', 'quantity', 'price');
  tell('trades of noon', await models.productTrades('noon', { limit: 3 }), '_id', 'value', 'block');
  tell('blocks', await models.blocks({ limit: 3, before: 5 }), '_id', 'lastSequence');
  await close();

  const third = await open();
  const hash = (market: Queries) => market.stateHash();
  const same = (await exchange.read(hash)) === (await third.exchange.read(hash));
  const claims = {
    'all that was answered is there': kept === answered.size,
    'the state is that before closing': same,
    ...(await verify(third)),
  };
  await third.close();
  for (const [claim, holds] of Object.entries(claims)) console.log(holds ? 'yes' : 'NO ', claim);
  process.exitCode = Object.values(claims).includes(false) ? 1 : 0;
}

const [run] = process.argv.slice(2);
void (run === undefined ? main(Date.now().toString(36)) : trade(run));
