import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleRoot, verifyInclusion } from 'wattbook/chain';
import { RowTree } from '../src/chain/row-tree.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { restore, snapshot } from '../src/matching/snapshot.ts';
import { MarketState } from '../src/matching/state.ts';
import { StateTree } from '../src/sealing/state-tree.ts';
import { CommandSource, PLAIN, type Profile } from './random-commands.ts';
import { mulberry32 } from './mulberry32.ts';
import { Lockstep } from './twin/lockstep.ts';
import { setUp } from './twin/set-up.ts';
import { stateRoot } from './twin/state-root.ts';

const SEED = 20_261_123;
const NO_CHECKS = { fields: false, market: false, state: false };

describe('a tree whose leaves change', () => {
  it(`has the root of what its leaves are, and proves each of them, seed ${SEED}`, () => {
    const change = fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 5 }));
    const property = fc.property(
      fc.constantFrom(0, 1, 2, 8, 32),
      fc.array(fc.array(change, { maxLength: 9 }), { maxLength: 12 }),
      (size, rounds) => {
        const tree = new RowTree(size);
        const leaves: Uint8Array[] = Array.from({ length: size }, () => new Uint8Array());
        for (const round of rounds) {
          for (const [at, leaf] of round) {
            const index = at % (leaves.length + 1);
            tree.set(index, leaf);
            leaves[index] = leaf;
          }
          const root = tree.root();
          expect(bytesToHex(root)).toBe(bytesToHex(merkleRoot(leaves)));
          for (const [index, leaf] of leaves.entries()) {
            const proof = tree.inclusionProof(index);
            expect(verifyInclusion({ leaf, index, size: tree.size, root, proof })).toBe(true);
          }
        }
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 60 });
  });

  it('begins with as many empty leaves as a power of two', () => {
    for (const size of [3, -2, 0.5, NaN]) expect(() => new RowTree(size)).toThrow(RangeError);
  });

  it('refuses an index that is not its own', () => {
    const tree = new RowTree(2);
    for (const index of [-1, 3, 0.5, NaN]) {
      expect(() => tree.set(index, new Uint8Array())).toThrow(RangeError);
    }
    for (const index of [-1, 2, 0.5]) expect(() => tree.inclusionProof(index)).toThrow(RangeError);
  });
});

const PROFILES: readonly Profile[] = [
  PLAIN,
  { ...PLAIN, planned: true, called: true, withIds: 90 },
  { ...PLAIN, networks: true, pegOneIn: 4 },
  { ...PLAIN, forward: true, planned: true, funds: 'scarce' },
];

describe.each(PROFILES.map((profile, i) => [i, profile] as const))(
  'state roots %i',
  (i, profile) => {
    it(`are those that the twin makes from nothing, kept up to date or not, seed ${SEED + i}`, () => {
      const draw = mulberry32(SEED + i);
      const lockstep = new Lockstep();
      const source = new CommandSource(profile, lockstep.market);
      for (const made of setUp(profile, draw)) lockstep.step(made, NO_CHECKS);
      const tree = new StateTree(lockstep.state);
      expect(bytesToHex(tree.root)).toBe(stateRoot(lockstep.market));
      const roots = new Set<string>();
      let most = 0;
      for (let round = 0; round < 60; round++) {
        for (let left = draw(20); left >= 0; left--) {
          const { events } = lockstep.step(source.next(draw), NO_CHECKS);
          tree.note(new DataView(events.buffer, events.byteOffset), 0, events.length);
        }
        const root = bytesToHex(tree.update());
        expect(root).toBe(stateRoot(lockstep.market));
        expect(bytesToHex(tree.root)).toBe(root);
        roots.add(root);
        most = Math.max(most, lockstep.market.orders.size);
        if (round % 20 === 0) {
          const again = new StateTree(restore(snapshot(lockstep.state)));
          expect(bytesToHex(again.root)).toBe(root);
        }
      }
      expect(roots.size).toBe(60);
      expect(most).toBeGreaterThan(5);
    });
  },
);

it('commands with an id leave the window of a state root when they leave that of the market', () => {
  const engine = new Sequencer(new MarketState(), undefined, false);
  const { state } = engine;
  let tree: StateTree | undefined;
  for (let at = 1; at <= 150_000; at++) {
    engine.perform('advanceTime', { at, ...(at % 7 === 0 ? { commandId: `c${at}` } : {}) });
    // Some commands at a time, and once more than the window holds.
    if (at === 10 || (at > 70_000 && at % 20_011 === 0) || at === 150_000) {
      tree ??= new StateTree(state);
      expect(bytesToHex(tree.update())).toBe(bytesToHex(new StateTree(state).root));
    }
  }
});

it('orders whose ids share a leaf stand in it by id, however they came', () => {
  const engine = new Sequencer(new MarketState(), undefined, false);
  const { state } = engine;
  for (const [id, decimals] of [
    ['EUR', 9],
    ['kWh', 3],
  ] as const) {
    engine.perform('listAsset', { id, decimals });
  }
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '1' };
  engine.perform('listProduct', { id: 'noon', ...grid });
  engine.perform('openAccount', { id: 'anna' });
  engine.perform('deposit', { account: 'anna', asset: 'kWh', amount: '10' });
  const offer = { account: 'anna', product: 'noon', side: 'sell', quantity: '1' } as const;
  engine.perform('submit', { ...offer, priceTicks: 50 });
  const tree = new StateTree(state);
  for (let id = 2; id <= 65_536; id++) {
    engine.perform('submit', { ...offer, priceTicks: 60 });
    engine.perform('cancel', { orderId: id, actor: 'anna' });
  }
  // Of a better price, so that it stands before the first one in the book.
  engine.perform('submit', { ...offer, priceTicks: 40 });
  const { events } = engine;
  tree.note(events.view, 0, events.length);
  expect(state.orders.resting).toBe(2);
  expect(bytesToHex(tree.update())).toBe(bytesToHex(new StateTree(state).root));
});
