import { hexOf, isSame } from './bytes.ts';
import { Refusal } from './faults.ts';
import type { Genesis } from './header.ts';
import { readCheckpoint, type SignedHead } from './note.ts';
import type { GrowingRoot } from './trees.ts';

/** The checkpoint that was published beside a chain, held against the chain while that goes by; docs/format.md, Checkpoints. */
export class Published {
  readonly #genesis: Genesis;
  readonly #read: SignedHead | Refusal;
  /** Root of as many headers as the checkpoint is of. */
  #root: Uint8Array | undefined;

  constructor(note: string, genesis: Genesis) {
    this.#genesis = genesis;
    this.#read = headOf(note, genesis);
  }

  /** What it says, once it has been found to hold. */
  get head(): SignedHead | undefined {
    return this.#read instanceof Refusal ? undefined : this.#read;
  }

  /** Takes note of the headers so far. */
  passed(history: GrowingRoot): void {
    if (history.size === this.head?.size) this.#root = history.root();
  }

  /** Why it does not hold for a chain of so many blocks, if it does not, and where that shows. */
  fault(blocks: number): { readonly block: number; readonly fault: Refusal } | undefined {
    const head = this.#read;
    if (head instanceof Refusal) return { block: blocks, fault: head };
    const { name, chainId } = this.#genesis;
    if (head.name !== name || !isSame(head.chainId, chainId)) {
      const detail = `the checkpoint is of ${head.name}/${hexOf(head.chainId)}`;
      return { block: blocks, fault: new Refusal('MISMATCH', 'checkpoint', detail) };
    }
    if (head.size > blocks) {
      const detail = `the checkpoint is of ${head.size} blocks, and there are ${blocks}: blocks that were published are missing`;
      const fault = new Refusal('CHECKPOINT_AHEAD', 'checkpoint', detail);
      return { block: blocks + 1, fault };
    }
    if (isSame(this.#root!, head.root)) return undefined;
    const detail = `the checkpoint is of other blocks than the first ${head.size} here`;
    return { block: head.size, fault: new Refusal('MISMATCH', 'checkpoint', detail) };
  }
}

function headOf(note: string, { keys }: Genesis): SignedHead | Refusal {
  try {
    return readCheckpoint(
      note,
      keys.map(({ bytes }) => bytes),
    );
  } catch (fault) {
    if (fault instanceof Refusal) return fault;
    throw fault;
  }
}
