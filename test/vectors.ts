/** What test/vectors holds: a small market as a journal, a chain, state roots and proofs, byte for byte. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { Exchange, memoryStorage } from 'wattbook';
import { ed25519, leafHash, merkleRoot, MerkleTree } from 'wattbook/chain';
import { memoryBlocks, Prover, Sealer } from 'wattbook/sealing';
import { decodeGenesis, decodeHeader, encodeGenesis } from '../src/chain/block.ts';
import { sha256 } from '../src/core/sha256.ts';
import { collected } from './collected.ts';
import { must } from './stage.ts';

const hex = bytesToHex;
const signer = ed25519.signer(Uint8Array.from({ length: 32 }, (_, i) => i));
const NONCE = Uint8Array.from({ length: 16 }, (_, i) => 0xa0 + i);

/** The files of test/vectors by name. The same each time. */
export async function vectors(): Promise<Readonly<Record<string, object>>> {
  const storage = memoryStorage();
  const blocks = memoryBlocks();
  const genesis = encodeGenesis({
    name: 'sunstreet.example',
    nonce: NONCE,
    keys: [signer.publicKey],
  });
  await blocks.append([genesis], 0);
  await trade(storage);
  const sealer = await Sealer.open({ storage, blocks, signer });
  await sealer.seal();
  const prover = await Prover.open({ blocks, storage });
  const entries = await collected(blocks.read(0));
  const frames = (await collected(storage.read(0))).map(hex);
  const checkpoint = (await blocks.published())!;
  return {
    'trees.json': trees(),
    'chain.json': {
      about: 'A chain file, the frames of its journal, and what its blocks say. Bytes in hex.',
      seed: hex(Uint8Array.from({ length: 32 }, (_, i) => i)),
      publicKey: hex(signer.publicKey),
      noteKey: sealer.key,
      genesis: {
        bytes: hex(genesis),
        chainId: hex(sha256(genesis)),
        ...plain(decodeGenesis(genesis)!),
      },
      chainFile: entries.map((entry) => lengthOf(entry) + hex(entry)).join(''),
      frames,
      blocks: entries.slice(1).map((entry) => ({
        header: hex(entry.slice(0, 300)),
        hash: hex(sha256(entry.slice(0, 300))),
        signature: hex(entry.slice(300, 364)),
        fields: plain(decodeHeader(entry.slice(0, 300))!),
      })),
      checkpoint,
    },
    'proofs.json': {
      about:
        'Proofs, as they are handed on, of the chain in chain.json. Each is to be taken by who trusts its key.',
      trade: JSON.parse((await prover.trade(2))!) as object,
      tradeSince1: JSON.parse((await prover.trade(1, { since: 1 }))!) as object,
      balanceOfBen: JSON.parse((await prover.balance('ben'))!) as object,
      balanceOfAnnaAfter1: JSON.parse((await prover.balance('anna', { height: 1 }))!) as object,
    },
  };
}

/** Accounts, two trades, refused commands, and an order that is left. */
async function trade(storage: ReturnType<typeof memoryStorage>): Promise<void> {
  let salt = 0;
  let now = 1_700_000_000_000;
  const exchange = await Exchange.open({
    storage,
    clock: () => (now += 1_000),
    drawSalt: () => new Uint8Array(16).fill(++salt),
  });
  must(await exchange.listAsset({ id: 'EUR', decimals: 9 }));
  must(await exchange.listAsset({ id: 'kWh', decimals: 3 }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.1' };
  must(await exchange.listProduct({ id: 'noon', ...grid, takerPpm: 1_000 }));
  for (const id of ['anna', 'ben', 'cleo']) must(await exchange.openAccount({ id }));
  must(await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '5' }));
  must(await exchange.deposit({ account: 'ben', asset: 'EUR', amount: '1' }));
  must(await exchange.sealBlock());
  const order = { product: 'noon', price: '0.21' } as const;
  must(await exchange.submit({ ...order, account: 'anna', side: 'sell', quantity: '2' }));
  must(await exchange.submit({ ...order, account: 'ben', side: 'buy', quantity: '1.5' }));
  await exchange.submit({ ...order, account: 'cleo', side: 'buy', quantity: '1' });
  must(await exchange.sealBlock());
  must(await exchange.sealBlock({ commandId: 'seal-3' }));
  must(await exchange.submit({ ...order, account: 'ben', side: 'buy', quantity: '0.5' }));
  must(
    await exchange.submit({
      ...order,
      account: 'anna',
      side: 'sell',
      quantity: '1',
      clientOrderId: 'mine',
    }),
  );
  must(await exchange.sealBlock());
  must(await exchange.deposit({ account: 'cleo', asset: 'EUR', amount: '0.5' }));
  await exchange.close();
}

/** Trees of 0 to 9 leaves: their roots, and proofs. */
function trees(): object {
  const leaves = Array.from({ length: 9 }, (_, i) => new Uint8Array(i).fill(i));
  const tree = new MerkleTree();
  const sizes = [{ size: 0, root: hex(merkleRoot([])) }];
  for (const leaf of leaves) {
    tree.append(leaf);
    sizes.push({ size: tree.size, root: hex(tree.root()) });
  }
  const inclusion = leaves.flatMap((leaf, index) =>
    [index + 1, 9].map((size) => ({
      leaf: hex(leaf),
      leafHash: hex(leafHash(leaf)),
      index,
      size,
      proof: tree.inclusionProof(index, size).map(hex),
    })),
  );
  const consistency = [1, 2, 3, 4, 6, 7, 8].map((earlier) => ({
    earlier,
    later: 9,
    proof: tree.consistencyProof(earlier, 9).map(hex),
  }));
  const about = 'Leaf i of the trees is i bytes of the value i.';
  return { about, sizes, inclusion, consistency };
}

const lengthOf = ({ length }: Uint8Array): string => length.toString(16).padStart(8, '0');

function plain(value: object): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      if (each instanceof Uint8Array) return [name, hex(each)];
      return [name, Array.isArray(each) ? each.map((one: Uint8Array) => hex(one)) : each];
    }),
  );
}
