import { ByteLog, readI64 } from '../core/bytes.ts';
import { COMMAND_WINDOW } from '../core/limits.ts';
import { recordLength, recordType } from '../core/records.ts';
import { eventOffsets } from '../core/registry.ts';
import { sha256 } from '../core/sha256.ts';
import { merkleRoot } from '../chain/merkle.ts';
import { RowTree } from '../chain/row-tree.ts';
import { encodeOrder, encodeRemembered, encodeRest } from '../matching/encode.ts';
import type { MarketState } from '../matching/state.ts';
import { Writer } from '../matching/writer.ts';
import { NONE } from '../orderbook/orders.ts';
import { AccountLeaves } from './account-leaves.ts';

/** Leaves of the trees of orders and of commands with an id: as many as commands are remembered. */
const SLOTS = COMMAND_WINDOW;

/** Where the order ids stand in each type of event. */
const ORDERS_AT = eventOffsets('order');

/** Shows that a leaf of the account tree is what a state root stands for. */
export interface AccountProof {
  readonly leaf: Uint8Array;
  /** Its index: the row. */
  readonly row: number;
  readonly accounts: number;
  readonly proof: readonly Uint8Array[];
  /** The other three leaves of the state root. */
  readonly beside: readonly Uint8Array[];
}

/**
 * What a market has come to, as one hash, kept up to date: see docs/format.md, State root. It depends on the state alone and not on how
 * that came about. To begin with it takes O(state); then what has changed costs its hash, and what stands in no tree costs all its
 * bytes: O(changed + products + positions) and a look at each ledger row.
 */
export class StateTree {
  readonly #state: MarketState;
  readonly #accounts: AccountLeaves;
  readonly #orders = new RowTree(SLOTS);
  /** Ids of the open orders that share a leaf, by leaf. */
  readonly #ids = new Map<number, number[]>();
  readonly #window = new RowTree(SLOTS);
  /** Which leaves of it hold anything. */
  readonly #remembered = new Uint8Array(SLOTS);
  /** Orders that events have named since the last update. */
  readonly #named = new Set<number>();
  /** Up to where the commands with an id are in the tree. */
  #sequence: number;
  #leaves: Uint8Array[] = [];
  /** What a leaf is written to. */
  readonly #log = new ByteLog();

  constructor(state: MarketState) {
    this.#state = state;
    this.#accounts = new AccountLeaves(state);
    this.#sequence = Math.max(0, state.sequence - SLOTS);
    state.eachOpen((slot) => {
      this.#named.add(state.orders.id(slot));
      return true;
    });
    this.update();
  }

  /** Takes note of what commands have led to: records of events, one behind the other. */
  note(events: DataView, from: number, to: number): void {
    for (let at = from; at < to; at += recordLength(events, at)) {
      for (const offset of ORDERS_AT[recordType(events, at)]!) {
        this.#named.add(readI64(events, at + offset));
      }
    }
  }

  /** Brings the trees to what the state is now. All events since the last time have been noted. @returns the root */
  update(): Uint8Array {
    this.#accounts.update();
    const touched = new Set<number>();
    for (const id of this.#named) touched.add(this.#place(id));
    this.#named.clear();
    for (const leaf of touched) this.#orders.set(leaf, this.#orderLeaf(leaf));
    this.#updateWindow();
    const rest = new ByteLog();
    encodeRest(this.#state, rest);
    const { tree } = this.#accounts;
    const digest = sha256(rest.bytes.subarray(0, rest.length));
    this.#leaves = [tree.root(), this.#orders.root(), this.#window.root(), digest];
    return this.root;
  }

  /** As of the last update. */
  get root(): Uint8Array {
    return merkleRoot(this.#leaves);
  }

  /** What shows an account's leaf, as of the last update; undefined for a row that there was none of then. */
  proveAccount(row: number): AccountProof | undefined {
    const { tree } = this.#accounts;
    const leaf = this.#accounts.leaf(row);
    if (leaf === undefined) return undefined;
    const proof = tree.inclusionProof(row);
    return { leaf, row, accounts: tree.size, proof, beside: this.#leaves.slice(1) };
  }

  /** Puts an order where it belongs, or takes it away if it has ended. @returns its leaf */
  #place(id: number): number {
    const leaf = id % SLOTS;
    const ids = this.#ids.get(leaf) ?? [];
    const open = this.#state.orders.slotOf(id) !== NONE;
    const at = ids.indexOf(id);
    if (open && at < 0) {
      ids.push(id);
      ids.sort((a, b) => a - b);
      this.#ids.set(leaf, ids);
    } else if (!open && at >= 0) {
      ids.splice(at, 1);
      if (ids.length === 0) this.#ids.delete(leaf);
    }
    return leaf;
  }

  #orderLeaf(leaf: number): Uint8Array {
    const log = this.#log;
    log.length = 0;
    for (const id of this.#ids.get(leaf) ?? []) {
      encodeOrder(this.#state, this.#state.orders.slotOf(id), log);
    }
    return log.bytes.subarray(0, log.length);
  }

  /** Each sequence has a leaf, and takes the place of the one that leaves the window. */
  #updateWindow(): void {
    const { sequence, window } = this.#state;
    const log = this.#log;
    const to = new Writer(log);
    for (let each = Math.max(this.#sequence, sequence - SLOTS) + 1; each <= sequence; each++) {
      const [entry, leaf] = [window.at(each), each % SLOTS];
      if (entry === undefined && this.#remembered[leaf] === 0) continue;
      this.#remembered[leaf] = entry === undefined ? 0 : 1;
      log.length = 0;
      if (entry !== undefined) encodeRemembered(entry, to);
      this.#window.set(leaf, log.bytes.subarray(0, log.length));
    }
    this.#sequence = sequence;
  }
}
