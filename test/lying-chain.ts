import { blockHash, type BlockHeader, decodeHeader, encodeHeader } from '../src/chain/block.ts';
import type { Signer } from '../src/chain/ed25519.ts';
import { MerkleTree, merkleRoot } from '../src/chain/merkle.ts';
import { joined, recordsIn } from './chain-files.ts';

/** What a block says. */
export interface Said {
  readonly header: BlockHeader;
  readonly events: readonly Uint8Array[];
}

/**
 * The entries of a chain in which a block says something else: that one and all behind it are linked and signed again, as who holds the
 * key can do.
 */
export function retold(
  entries: readonly Uint8Array[],
  signer: Signer,
  height: number,
  change: (said: Said) => Said,
): Uint8Array[] {
  const [genesis, ...blocks] = entries;
  const history = new MerkleTree();
  let previous: Uint8Array | undefined;
  const told = blocks.map((entry, i) => {
    const before = {
      header: decodeHeader(entry.slice(0, 300))!,
      events: recordsIn(entry.slice(364)),
    };
    const { header, events } = i + 1 === height ? change(before) : before;
    const bytes = encodeHeader({
      ...header,
      previous: previous ?? header.previous,
      events: events.length,
      resultRoot: merkleRoot(events),
      historyRoot: history.root(),
    });
    history.append(bytes);
    previous = blockHash(bytes);
    return joined(bytes, signer.sign(bytes), ...events);
  });
  return [genesis!, ...told];
}

/** The same with another state root. */
export const otherState = ({ header, events }: Said): Said => ({
  header: { ...header, stateRoot: header.stateRoot.map((byte, i) => (i === 5 ? byte ^ 8 : byte)) },
  events,
});
