import { expect, it } from 'vitest';
import type { StorageAdapter } from 'wattbook';
import { verifyChain, verifyProof } from 'wattbook/verify';
import { type BlockStore, memoryBlocks, Prover, Sealer } from '../src/sealing/index.ts';
import { entryOf, joined, signerOf } from './chain-files.ts';
import { collected } from './collected.ts';
import { randomJournal } from './random-journal.ts';

const PEN = signerOf(7);

/** A market of random commands, its frames, and a sealer that has made its blocks. */
async function sealedMarket(): Promise<{
  readonly storage: StorageAdapter;
  readonly frames: Uint8Array[];
  readonly sealer: Sealer;
  readonly blocks: BlockStore;
}> {
  const storage = await randomJournal(300, 3);
  const blocks = memoryBlocks();
  const sealer = await Sealer.open({ storage, blocks, signer: PEN, name: 'sunstreet.example' });
  await sealer.seal();
  return { storage, frames: await collected(storage.read(0)), sealer, blocks };
}

it('what a sealer makes is good to the verifier, who knows nothing of it', async () => {
  const { storage, frames, sealer, blocks } = await sealedMarket();
  const entries = await collected(blocks.read(0));
  const options = { journal: frames, keys: [PEN.publicKey], chainId: sealer.chainId };
  const found = await verifyChain([joined(...entries.map(entryOf))], options);
  expect(found).toMatchObject({ ok: true, name: 'sunstreet.example', commandRootChecked: true });
  if (!found.ok) return;
  expect(found.blocks).toBeGreaterThan(6);
  expect(found.head.hash).toEqual(sealer.head!.hash);

  const prover = await Prover.open({ blocks, storage });
  const text = (await prover.balance('alice'))!;
  const proven = verifyProof(text, { keys: [PEN.publicKey], chainId: sealer.chainId });
  expect(proven).toMatchObject({ ok: true, kind: 'balance', checkpoint: { size: found.blocks } });
  expect(proven).toMatchObject({ balance: { account: 'alice', height: found.blocks } });
});
