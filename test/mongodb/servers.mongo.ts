import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startProxy } from './proxy.ts';
import {
  changeStreamJars,
  ferretServer,
  MissingProgram,
  type Server,
  startChangeStreams,
  startFerret,
} from './servers.ts';

let scratch: string;
const newFolder = (): string => mkdtempSync(join(scratch, 'server-'));

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'wattbook-servers-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function withClient<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 1000,
    minHeartbeatFrequencyMS: 10,
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

function isAlive({ pid }: Server): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('FerretDB', () => {
  it('killed and started again on its port has what it acknowledged', async () => {
    const folder = newFolder();
    const first = await startFerret({ folder });
    const proxy = await startProxy({ target: first });
    await withClient(proxy.url, async (client) => {
      const notes = client.db('d').collection<{ _id: number }>('notes');
      for (let _id = 0; _id < 50; _id++) await notes.insertOne({ _id });
      await first.kill();
      expect(isAlive(first)).toBe(false);
      await first.kill();
      await expect(notes.countDocuments()).rejects.toThrow();
      const second = await startFerret({ folder, port: first.port });
      expect(second.url).toBe(first.url);
      // The same client, as soon as its monitor looked.
      await expect.poll(() => notes.countDocuments(), { timeout: 20_000 }).toBe(50);
      await second.kill('SIGTERM');
      expect(isAlive(second)).toBe(false);
    });
    await proxy.close();
  });

  it('a port that is taken is said so', async () => {
    const server = await startFerret({ folder: newFolder() });
    await expect(startFerret({ folder: newFolder(), port: server.port })).rejects.toThrow(
      'address already in use',
    );
    await server.kill();
  });

  it('does not outlive a process that is killed', () => {
    const program = `
      import { startFerret } from ${JSON.stringify(new URL('servers.ts', import.meta.url).href)};
      const server = await startFerret({ folder: ${JSON.stringify(newFolder())} });
      console.log(server.port);
      process.kill(process.pid, 'SIGKILL');`;
    let said = '';
    try {
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    } catch (error) {
      said = String((error as { stdout: Buffer }).stdout);
    }
    const port = Number(said);
    expect(port).toBeGreaterThan(1);
    // Its process may be there for a while yet, dead, until somebody asks how it ended.
    return expect.poll(() => isListening(port)).toBe(false);
  });
});

describe.skipIf(inject('changeStreamUrl') === undefined)('mongo-java-server', () => {
  it('tells who watches of an insert', async () => {
    const server = await startChangeStreams();
    await withClient(server.url, async (client) => {
      const notes = client.db('d').collection<{ _id: number }>('notes');
      await notes.insertOne({ _id: 1 });
      const stream = notes.watch([], { maxAwaitTimeMS: 100 });
      const next = stream.next();
      const insert = setInterval(() => void notes.insertOne({ _id: 2 }).catch(() => undefined), 50);
      expect(await next).toMatchObject({ operationType: 'insert', fullDocument: { _id: 2 } });
      clearInterval(insert);
      await stream.close();
    });
    await server.kill();
    expect(isAlive(server)).toBe(false);
  });
});

describe('what is not on the machine', () => {
  it.each([
    ['go', ferretServer],
    ['mvn', changeStreamJars],
  ] as const)('%s is named', async (program, build) => {
    vi.stubEnv('PATH', newFolder());
    vi.stubEnv('XDG_CACHE_HOME', newFolder());
    const error: unknown = await build().catch((cause: unknown) => cause);
    vi.unstubAllEnvs();
    expect(error).toBeInstanceOf(MissingProgram);
    expect(String(error)).toContain(`${program} is not on the PATH`);
  });
});
