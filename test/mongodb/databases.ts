import { type Db, MongoClient } from 'mongodb';
import { afterAll } from 'vitest';

/** Gives databases of their own on a server, until the tests of the file are over. */
export function databasesOn(url: string): () => Db {
  const client = new MongoClient(url);
  const databases: Db[] = [];
  afterAll(async () => {
    for (const db of databases) await db.dropDatabase();
    await client.close();
  });
  return () => {
    const db = client.db(`wattbook-${process.pid}-${Date.now() % 1e6}-${databases.length}`);
    databases.push(db);
    return db;
  };
}
