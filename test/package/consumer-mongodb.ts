/** A consumer's own database, for the type checker, and then loaded. */
import { MongoClient } from 'mongodb';
import { Exchange } from 'wattbook';
import { mongoProjections, mongoStorage, type OrderDocument } from 'wattbook/mongodb';

const client = new MongoClient('mongodb://127.0.0.1:1');
const db = client.db('market');
const storage = mongoStorage({ db, prefix: 'energy_', leaseMs: 1_000 });
const projections = mongoProjections({ db, prefix: 'energy_' });

export const opened = (): Promise<Exchange> => Exchange.open({ storage });
export const mine = async (account: string): Promise<string[]> => {
  const orders: OrderDocument[] = await projections.openOrders(account, { limit: 10 });
  return orders.map(({ _id, price, open }) => `${_id}: ${open} at ${price}`);
};
if (storage.supports.level !== 'durable') throw new Error('the storage is not durable');
