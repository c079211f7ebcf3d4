import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { OrderReceipt, Queries } from 'wattbook';
import { openMarket, verify } from './service.ts';

const { MONGODB_URL = 'mongodb://127.0.0.1:27017', MONGODB_DATABASE = 'market' } = process.env;
const open = () => openMarket(MONGODB_URL, MONGODB_DATABASE);
const CLIENTS = 8;
const HOMES = [['anna', 'sell'] as const, ['ben', 'buy'] as const];

/** Every command has an id, so that whoever got no answer may send it again. */
function order(run: string, i: number) {
  const [account, side] = HOMES[i % 2]!;
  const price = `0.${20 + ((7 * i) % 10)}`;
  return { account, side, product: 'noon', price, quantity: '0.1', commandId: `${run}-${i}` };
}

/** The first life: trades until it is killed, and tells what is answered. */
async function trade(run: string): Promise<void> {
  const { exchange } = await open();
  // Refused where they are there from the run before.
  for (const id of ['EUR', 'kWh']) await exchange.listAsset({ id, decimals: 6 });
  await exchange.listProduct({ id: 'noon', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.1' });
  for (const [id] of HOMES) await exchange.openAccount({ id });
  await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '500', commandId: `${run}-kWh` });
  await exchange.deposit({ account: 'ben', asset: 'EUR', amount: '500', commandId: `${run}-EUR` });
  const client = async (first: number) => {
    for (let i = first; ; i += CLIENTS) process.send!(await exchange.submit(order(run, i)));
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
}

const tell = <T>(what: string, documents: T[], text: (document: T) => string) =>
  console.log(`${what}: ${documents.map(text).join(', ')}`);

/** Kills the first life, asks the second one, and verifies in the third what must hold. */
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
  const page = { limit: 3 };
  tell('open, anna', await models.openOrders('anna', page), (o) => `${o.open} kWh at ${o.price}`);
  tell('trades, ben', await models.trades('ben', page), (t) => `${t.quantity} kWh at ${t.price}`);
  tell('trades, noon', await models.productTrades('noon', page), (t) => `${t._id} at ${t.price}`);
  tell('blocks', await models.blocks(page), (b) => `${b._id} up to command ${b.lastSequence}`);
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
