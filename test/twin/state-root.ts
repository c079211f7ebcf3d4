import { createHash } from 'node:crypto';
import { Bytes } from './bytes.ts';
import { controlBytes, marketBytes, rememberedBytes, restingOrder } from './encode.ts';
import type { Market } from './market.ts';

const LEAVES = 65_536;

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** RFC 6962, section 2.1, word for word. */
export function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
}

/** The root of 65,536 leaves of which nearly all are empty. */
function sparse(filled: ReadonlyMap<number, Uint8Array>): Uint8Array {
  let level = new Map([...filled].map(([at, leaf]) => [at, sha256(Uint8Array.of(0), leaf)]));
  let empty = sha256(Uint8Array.of(0));
  for (let size = LEAVES; size > 1; size /= 2) {
    const above = new Map<number, Uint8Array>();
    for (const at of level.keys()) {
      const left = at - (at % 2);
      const [a, b] = [level.get(left) ?? empty, level.get(left + 1) ?? empty];
      above.set(left / 2, sha256(Uint8Array.of(1), a, b));
    }
    level = above;
    empty = sha256(Uint8Array.of(1), empty, empty);
  }
  return level.get(0) ?? empty;
}

function bytesOf(write: (to: Bytes) => void): Uint8Array {
  const to = new Bytes();
  write(to);
  return to.take();
}

/** The state root of docs/format.md, from nothing. */
export function stateRoot(market: Market): string {
  const accounts = market.accounts.map(({ id, role, status, salt, balances }, row) =>
    bytesOf((to) => {
      to.u32(row);
      to.id(id);
      to.u8(role);
      to.u8(status);
      for (const word of salt) to.u32(word);
      const held = [...balances.entries()].filter(
        ([, balance]) => balance && (balance.available !== 0n || balance.locked !== 0n),
      );
      to.u32(held.length);
      for (const [asset, { available, locked }] of held) {
        to.u32(asset);
        to.i64(available);
        to.i64(locked);
      }
    }),
  );
  const orders = new Map<number, Uint8Array>();
  for (const order of [...market.orders.values()].sort((a, b) => a.id - b.id)) {
    const leaf = order.id % LEAVES;
    const own = bytesOf((to) => restingOrder(market, order, to));
    orders.set(leaf, Buffer.concat([orders.get(leaf) ?? Buffer.alloc(0), own]));
  }
  const window = new Map<number, Uint8Array>();
  for (const entry of market.window.values()) {
    window.set(
      entry.receipt.sequence % LEAVES,
      bytesOf((to) => rememberedBytes(entry, to)),
    );
  }
  const rest = sha256(marketBytes(market, false), controlBytes(market, false));
  const root = treeHash([treeHash(accounts), sparse(orders), sparse(window), rest]);
  return Buffer.from(root).toString('hex');
}
