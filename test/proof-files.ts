import { MerkleTree } from '../src/chain/merkle.ts';
import { formatCheckpoint } from '../src/chain/checkpoint.ts';
import type { Signer } from '../src/chain/ed25519.ts';
import { signNote } from '../src/chain/note.ts';
import { type Chain, hashOf, hexOf, i64, id, joined, u32 } from './chain-files.ts';

/** Proofs, made straight from docs/format.md. */

export const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const treeOf = (leaves: readonly Uint8Array[]): MerkleTree => {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree;
};

export const originOf = (chain: Chain, name = 'test'): string =>
  `${name}/${hexOf(hashOf(chain.genesis))}`;

/** The signed head of the first blocks of a chain. */
export function checkpointOf(
  chain: Chain,
  signer: Signer,
  size: number = chain.headers.length,
  origin: string = originOf(chain),
): string {
  const root = treeOf(chain.headers).root(size);
  const note = formatCheckpoint({ origin, size, root, extensions: [] });
  return signNote(note, { name: origin, algorithm: 'ed25519', signer });
}

export interface HeaderEntry {
  header: string;
  history: string[];
}

/** A header of the proof, against the log of all headers. */
export function headerEntry(chain: Chain, height: number): HeaderEntry {
  const history = treeOf(chain.headers).inclusionProof(height - 1);
  return { header: base64Of(chain.headers[height - 1]!), history: history.map(base64Of) };
}

export interface RecordEntry {
  header: number;
  index: number;
  record: string;
  proof: string[];
}

/** The records of a type, with where they are. */
function placesOf(chain: Chain, type: number): { height: number; index: number }[] {
  return chain.drafts.flatMap(({ events }, block) =>
    events.flatMap((event, index) =>
      Buffer.from(event).readUInt16BE(4) === type ? [{ height: block + 1, index }] : [],
    ),
  );
}

export interface TradeProof {
  format: string;
  version: number;
  kind: string;
  checkpoint: string;
  consistency: string[];
  headers: HeaderEntry[];
  records: RecordEntry[];
}

/** The proof of the first trade of a chain, with every account, product and asset that it needs: `types` in this order. */
export function tradeProof(
  chain: Chain,
  checkpoint: string,
  types: readonly number[] = [116, 102, 109, 108],
): TradeProof {
  const places = types.flatMap((type) => placesOf(chain, type));
  const heights = [...new Set(places.map(({ height }) => height))];
  const records = places.map(({ height, index }) => {
    const { events } = chain.drafts[height - 1]!;
    const proof = treeOf(events).inclusionProof(index).map(base64Of);
    return { header: heights.indexOf(height), index, record: base64Of(events[index]!), proof };
  });
  const headers = heights.map((height) => headerEntry(chain, height));
  const head = { format: 'wattbook-proof', version: 0, kind: 'trade', checkpoint };
  return { ...head, consistency: [], headers, records };
}

/** The leaf of an account. */
export function leafOf(
  row: number,
  name: string,
  ...balances: readonly (readonly number[])[]
): Uint8Array {
  const salt = new Uint8Array(16).fill(row);
  const rows = balances.map(([asset, available, locked]) =>
    joined(u32(asset!), i64(available!), i64(locked!)),
  );
  return joined(u32(row), id(name), Uint8Array.of(0, 0), salt, u32(rows.length), ...rows);
}
