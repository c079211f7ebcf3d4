import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ed25519 } from 'wattbook/chain';
import { fileStorage, sealInWorker, signingSeed } from 'wattbook/file';
import { verifyChain } from 'wattbook/verify';

/** What the chain of a market comes to, as its verifier says. */
export interface ChainResult {
  readonly blocks: number;
  readonly events: number;
  /** Hash of the last block, in hex. */
  readonly head: string;
  /** Whoever checks it must know this key: Ed25519, in base64. */
  readonly key: string;
  readonly verified: boolean;
  readonly name: string;
  /** In hex. */
  readonly chainId: string;
  readonly folder: string;
}

/** Who makes blocks of the market in a folder while that is at work. */
export interface Sealing {
  /** Makes the last blocks, and has the verifier look at all of them. */
  finish(): Promise<ChainResult>;
  /** Ends, whatever has become of the market. */
  abandon(): Promise<void>;
}

/** Begins to make blocks, in a worker. The key that signs them stays in the folder, for the owner's eyes alone. */
export async function beginSealing(folder: string): Promise<Sealing> {
  const seed = await signingSeed(join(folder, 'seal.key'));
  // Not waited for: the market trades while the worker starts.
  const worker = sealInWorker({ folder, seed, name: 'neighbourhood' });
  worker.catch(() => {});
  const stop = async (): Promise<void> => (await worker).stop();
  return {
    finish: async () => {
      await stop();
      return verified(folder, ed25519.signer(seed).publicKey);
    },
    abandon: () => stop().catch(() => {}),
  };
}

/** Checks every block of a folder, and that it holds the commands of the journal, with code that the market does not use. */
async function verified(folder: string, key: Uint8Array): Promise<ChainResult> {
  const checkpoint = join(folder, 'checkpoint');
  const found = await verifyChain(createReadStream(join(folder, 'chain.wbc')), {
    keys: [key],
    journal: fileStorage(folder).read(0),
    ...(existsSync(checkpoint) && { checkpoint: readFileSync(checkpoint, 'utf8') }),
  });
  if (!found.ok) {
    throw new Error(`the chain is not good: block ${found.block}, ${found.field}: ${found.detail}`);
  }
  const { blocks, records, head, name, chainId, commandRootChecked, unsealed } = found;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return {
    blocks,
    events: records,
    head: hex(head.hash),
    key: Buffer.from(key).toString('base64'),
    verified: commandRootChecked && unsealed === 0,
    name,
    chainId: hex(chainId),
    folder,
  };
}
