import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hexToBytes } from '@noble/hashes/utils.js';
import { expect, it } from 'vitest';
import { LightClient, verifyChain } from 'wattbook/verify';
import { vectors } from './vectors.ts';

const FOLDER = fileURLToPath(new URL('./vectors/', import.meta.url));

interface ChainVectors {
  readonly chainFile: string;
  readonly frames: readonly string[];
  readonly noteKey: string;
  readonly publicKey: string;
}

it('the published vectors are what comes out; UPDATE_VECTORS=1 writes them', async () => {
  for (const [name, content] of Object.entries(await vectors())) {
    const text = `${JSON.stringify(content, null, 2)}\n`;
    const path = join(FOLDER, name);
    if (process.env['UPDATE_VECTORS'] === '1') {
      mkdirSync(FOLDER, { recursive: true });
      writeFileSync(path, text);
    }
    expect(readFileSync(path, 'utf8') === text, name).toBe(true);
  }
});

it('the vectors are good to the verifier', async () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
  const chain = read('chain.json') as ChainVectors;
  const found = await verifyChain([hexToBytes(chain.chainFile)], {
    keys: [hexToBytes(chain.publicKey)],
    journal: chain.frames.map((frame) => hexToBytes(frame)),
  });
  expect(found).toMatchObject({ ok: true, blocks: 4, commandRootChecked: true, unsealed: 1 });
  const { trade, balanceOfBen } = read('proofs.json') as Record<string, object>;
  const client = new LightClient({ key: chain.noteKey });
  expect(client.verifyTrade(JSON.stringify(trade))).toMatchObject({
    ok: true,
    trade: { buyer: 'ben', seller: 'anna', price: '0.21', quantity: '0.5' },
  });
  expect(client.verifyBalance(JSON.stringify(balanceOfBen))).toMatchObject({ ok: true });
});
