import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Db, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine, Exchange } from '../../src/index.ts';
import { mongoProjections, mongoStorage } from '../../src/mongodb/index.ts';
import { noSalt } from '../faults/stream.ts';
import { mulberry32 } from '../mulberry32.ts';
import { apply, itemAt } from '../soak/stream.ts';
import { allDocuments } from './journals.ts';
import { type Server, startFerret } from './servers.ts';

const KILLS = Number(process.env['KILLS'] ?? 8);
const SEED = Number(process.env['SEED'] ?? 1);
const DATABASE = 'market';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SERVICE = fileURLToPath(new URL('service.ts', import.meta.url));

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wattbook-kills-'));
  server = await startFerret({ folder });
});
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** A service under load. */
class Life {
  said = '';
  readonly #process: ChildProcess;

  constructor() {
    const args = ['--import', 'tsx', SERVICE, server.url, DATABASE, String(SEED)];
    this.#process = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    }
  }

  /** Waits until it has acknowledged so many commands more than it found. */
  async trades(count: number): Promise<void> {
    while ([...this.said.matchAll(/^stored /gm)].length < count) {
      if (this.#process.exitCode !== null) throw new Error(`it ended by itself: ${this.said}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGKILL');
      await once(this.#process, 'exit');
    }
  }

  /** The highest sequence that was acknowledged. */
  get acknowledged(): number {
    return Math.max(0, ...[...this.said.matchAll(/^stored (\d+)$/gm)].map(([, n]) => Number(n)));
  }
}

async function killServer(): Promise<void> {
  await server.kill('SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 200));
  server = await startFerret({ folder, port: server.port });
}

async function withDb<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(server.url);
  try {
    return await work(client.db(DATABASE));
  } finally {
    await client.close();
  }
}

/** What is stored, as an exchange opens it. */
function stored(): Promise<{ readonly sequence: number; readonly hash: string }> {
  return withDb(async (db) => {
    const storage = mongoStorage({ db, leaseMs: 100 });
    const settings = { storage, takeOver: true, clock: () => 0, drawSalt: noSalt };
    const exchange = await Exchange.open(settings);
    const hash = await exchange.read((market) => market.stateHash());
    const { sequence } = exchange.status();
    await exchange.close();
    return { sequence, hash };
  });
}

describe('kill -9 under load', () => {
  it(`of service and server, ${KILLS} times: nothing is lost or doubled, and the read models are those of a rebuild`, async () => {
    const draw = mulberry32(SEED);
    const model = new Engine({ history: 'drop' });
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const life = new Life();
      await life.trades(10 + draw(60));
      // The server alone dies first in two lives of three, and the service goes on when it is back.
      if (kill % 3 !== 0) {
        await killServer();
        await life.trades([...life.said.matchAll(/^stored /gm)].length + 20);
      }
      await (kill % 3 === 2 ? Promise.all([killServer(), life.kill()]) : life.kill());
      expect(life.said).not.toContain('doubled');
      acknowledged = Math.max(acknowledged, life.acknowledged);
      const { sequence, hash } = await stored();
      expect(sequence).toBeGreaterThanOrEqual(acknowledged);
      for (let i = model.sequence; i < sequence; i++) apply(itemAt(SEED, i), model);
      expect([model.sequence, model.stateHash()]).toEqual([sequence, hash]);
    }
    await withDb(async (db) => {
      const projections = mongoProjections({ db });
      await projections.catchUp();
      expect(await projections.sequence()).toBe(model.sequence);
      const found = await allDocuments(db);
      await projections.rebuild();
      expect(await allDocuments(db)).toEqual(found);
      const open = found.orders.filter((each) => (each as { endedAt: unknown }).endedAt === null);
      expect(open.length).toBe(model.openOrders().length);
    });
    console.log(
      `seed ${SEED}: ${KILLS} kills, ${acknowledged} commands acknowledged, 0 lost, 0 doubled`,
    );
  }, 600_000);
});
