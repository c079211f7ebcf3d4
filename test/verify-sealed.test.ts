import { expect, it } from 'vitest';
import { memoryStorage, type StorageAdapter } from 'wattbook';
import { verifyChain, verifyProof } from 'wattbook/verify';
import { type BlockStore, memoryBlocks, Prover, Sealer } from '../src/sealing/index.ts';
import { entryOf, joined, signerOf } from './chain-files.ts';
import { AskSource, askExchange, staged, TestClock } from './exchange-stage.ts';

const PEN = signerOf(7);

async function collected(items: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** A market of random commands, its frames, and a sealer that has made its blocks. */
async function sealedMarket(): Promise<{
  readonly storage: StorageAdapter;
  readonly frames: Uint8Array[];
  readonly sealer: Sealer;
  readonly blocks: BlockStore;
}> {
  const storage = memoryStorage();
  const clock = new TestClock();
  const exchange = await staged({ storage, clock: clock.tell, blocks: { everyCommands: 40 } });
  const source = new AskSource(3, clock);
  for (let i = 0; i < 300; i++) {
    const ask = await exchange.read((market) => source.next(market), { at: 'executed' });
    const sent = askExchange(exchange, ask);
    if (i % 7 === 0) await sent;
    else void sent;
  }
  await exchange.close();
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
