import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Db, MongoClient } from 'mongodb';
import { tsImport } from 'tsx/esm/api';
import { inFolder } from './folders.ts';
import { Unavailable } from './suite.ts';

type Servers = typeof import('../test/mongodb/servers.ts');

/** Calls with an empty database, and drops it. */
export type Databases = <T>(call: (db: Db) => Promise<T>) => Promise<T>;

/**
 * Calls with databases of a server: that of MONGODB_URL, or FerretDB on the disk of the project as long as the call takes.
 * @throws Unavailable
 */
export async function withMongodb<T>(call: (databases: Databases) => Promise<T>): Promise<T> {
  const given = process.env['MONGODB_URL'];
  if (given !== undefined) return withClient(given, call);
  return inFolder(async (folder) => {
    // Not bundled: it looks for its server's source beside itself.
    const place = join(process.cwd(), 'test', 'mongodb', 'servers.ts');
    const servers = (await tsImport(place, pathToFileURL(place).href)) as Servers;
    const server = await servers.startFerret({ folder }).catch((cause: Error) => {
      const message = `no MONGODB_URL is given, and FerretDB does not start: ${cause.message}`;
      throw new Unavailable(message, { cause });
    });
    try {
      return await withClient(server.url, call);
    } finally {
      await server.kill();
    }
  });
}

async function withClient<T>(url: string, call: (databases: Databases) => Promise<T>): Promise<T> {
  const client = await MongoClient.connect(url);
  let databases = 0;
  try {
    return await call(async (inDatabase) => {
      const db = client.db(`wattbook-bench-${process.pid}-${Date.now()}-${databases++}`);
      try {
        return await inDatabase(db);
      } finally {
        await db.dropDatabase();
      }
    });
  } finally {
    await client.close();
  }
}
