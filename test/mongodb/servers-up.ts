/**
 * Servers for the suites of MongoDB, up before the first and down after the last. With MONGODB_URL in the environment that
 * server is used instead of FerretDB, and for change streams too if it is of a replica set.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { TestProject } from 'vitest/node';
import { MissingProgram, type Server, startChangeStreams, startFerret } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server for everything but change streams, on real files. */
    mongodbUrl: string;
    /** A server with change streams, when this machine can run one. */
    changeStreamUrl: string | undefined;
  }
}

/** What a server says of itself. */
async function introduction(url: string): Promise<{ text: string; hasChangeStreams: boolean }> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    const admin = client.db('admin');
    const info = await admin.command({ buildInfo: 1 });
    const hello = await admin.command({ hello: 1 }).catch(() => ({}) as Record<string, unknown>);
    return {
      text: `MongoDB ${String(info['version'])} at ${client.options.hosts.join(', ')}`,
      hasChangeStreams: hello['setName'] !== undefined,
    };
  } finally {
    await client.close();
  }
}

/** The server with change streams, or the reason why there is none. */
async function changeStreams(): Promise<Server | string> {
  try {
    return await startChangeStreams();
  } catch (cause) {
    if (cause instanceof MissingProgram) return cause.message;
    throw cause;
  }
}

/** Starts what the suites need. Returns what ends it. Throws MissingProgram without go, unless MONGODB_URL is set. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['MONGODB_URL'];
  const folder = mkdtempSync(join(tmpdir(), 'wattbook-mongodb-'));
  const servers: Server[] = [];
  const down = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const ferret = given === undefined ? await startFerret({ folder }) : undefined;
    if (ferret !== undefined) servers.push(ferret);
    const url = ferret?.url ?? (given as string);
    const main = await introduction(url);
    console.log(`Server: ${ferret === undefined ? '' : `${ferret.name} as `}${main.text}`);
    project.provide('mongodbUrl', url);
    const second = main.hasChangeStreams ? url : await changeStreams();
    if (typeof second !== 'string') {
      servers.push(second);
      const { text } = await introduction(second.url);
      console.log(`Server with change streams: ${second.name} as ${text}`);
      project.provide('changeStreamUrl', second.url);
    } else if (main.hasChangeStreams) {
      console.log('Server with change streams: the same');
      project.provide('changeStreamUrl', url);
    } else {
      console.log(`Server with change streams: none, its tests are skipped: ${second}`);
      project.provide('changeStreamUrl', undefined);
    }
  } catch (cause) {
    await down();
    throw cause;
  }
  return down;
}
