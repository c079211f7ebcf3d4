import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, describe, expect, it } from 'vitest';
import { levelStorage } from '../examples/level-storage.ts';
import { storageSuite } from '../src/testing/index.ts';
import { hashOf, opened, stagedOn } from './journals.ts';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-level-'));
const databases: ClassicLevel<string, Uint8Array>[] = [];
afterAll(async () => {
  for (const db of databases) await db.close();
  rmSync(folder, { recursive: true });
});

async function newDatabase(): Promise<ClassicLevel<string, Uint8Array>> {
  const path = join(folder, String(databases.length));
  const db = new ClassicLevel<string, Uint8Array>(path, { valueEncoding: 'view' });
  databases.push(db);
  await db.open();
  return db;
}

const cases = storageSuite(async () => {
  const db = await newDatabase();
  const reopened = async () => {
    await db.close();
    await db.open();
    return levelStorage(db);
  };
  return { storage: levelStorage(db), reopened };
});

describe('the example of a storage on LevelDB', () => {
  it.each(cases)('$name', ({ run }) => run());

  it('keeps a market', async () => {
    const db = await newDatabase();
    const exchange = await stagedOn(levelStorage(db));
    await exchange.saveSnapshot();
    const hash = await hashOf(exchange);
    await exchange.close();
    await db.close();
    await db.open();
    const again = await opened(levelStorage(db));
    expect(await hashOf(again)).toBe(hash);
    expect(again.level).toBe('durable');
    await again.close();
  });
});
