import { createHash } from 'node:crypto';
import { sha256 as noble } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import {
  type Consistency,
  EMPTY_ROOT,
  type Inclusion,
  leafHash,
  merkleRoot,
  MerkleTree,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from '../src/chain/merkle.ts';
import { oneShotSha256 } from '../src/chain/one-shot.ts';
import { mulberry32 } from './mulberry32.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** Leaves of the reference tree of Certificate Transparency, and the roots of the first one, two ... of them. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(bytes);
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** What proofs of that tree are published as. */
const PROOFS = {
  /** Of leaf 5 among 8. */
  inclusion: [
    'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
    'yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=',
    '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=',
  ],
  /** Of 1 in 8, and of 2 in 5. */
  fromOne: [
    'lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=',
    'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
    'a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=',
  ],
  fromTwo: [
    'Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=',
    'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=',
  ],
};

const sha = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** The definition of RFC 6962, word for word. */
function naiveRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Uint8Array.of(0), leaves[0]!);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha(Uint8Array.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

const leavesOf = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => Uint8Array.of(i & 255, i >> 8));

function treeOf(leaves: readonly Uint8Array[]): MerkleTree {
  const tree = new MerkleTree();
  leaves.forEach((leaf, i) => expect(tree.append(leaf)).toBe(i));
  return tree;
}

/** Sizes at which something changes. */
const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129];

describe('SHA-256 of short inputs', () => {
  it('is the platform’s where that computes it, and none elsewhere', () => {
    const found = (hash: unknown): string => {
      const native = oneShotSha256({ process: { getBuiltinModule: () => ({ hash }) } } as never);
      const into = new Uint8Array(40);
      native?.(bytes('616263'), into, 5);
      return native === undefined ? 'none' : hex(into.subarray(5, 37));
    };
    const ofAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    let calls = 0;
    const counting = (name: string, each: Uint8Array): string => {
      calls++;
      return createHash(name).update(each).digest('binary');
    };
    expect([found(counting), calls]).toEqual([ofAbc, 2]);
    expect(found(undefined)).toBe('none');
    expect(found(() => 'something else'.padEnd(32))).toBe('none');
    expect(found(() => '')).toBe('none');
    const fails = (): never => {
      throw new Error('not here');
    };
    expect(found(fails)).toBe('none');
    expect(oneShotSha256({})).toBeUndefined();
  });
});

describe('a Merkle tree', () => {
  it('has the published roots and proofs', () => {
    const tree = new MerkleTree();
    expect(hex(tree.root())).toBe(ROOTS[0]);
    LEAVES.forEach((leaf, i) => {
      tree.append(leaf);
      expect(hex(tree.root())).toBe(ROOTS[i + 1]);
      expect(hex(merkleRoot(LEAVES.slice(0, i + 1)))).toBe(ROOTS[i + 1]);
    });
    expect(ROOTS.map((_, size) => hex(tree.root(size)))).toEqual(ROOTS);
    expect(tree.inclusionProof(5)).toEqual(PROOFS.inclusion.map(base64));
    expect(tree.inclusionProof(0)).toEqual(PROOFS.fromOne.map(base64));
    expect(tree.consistencyProof(1)).toEqual(PROOFS.fromOne.map(base64));
    expect(tree.consistencyProof(2, 5)).toEqual(PROOFS.fromTwo.map(base64));
    expect(hex(merkleRoot([]))).toBe(ROOTS[0]);
  });

  it('is what RFC 6962 defines, at every size', () => {
    const leaves = leavesOf(130);
    const tree = treeOf(leaves);
    for (let size = 0; size <= leaves.length; size++) {
      const root = naiveRoot(leaves.slice(0, size));
      expect(tree.root(size)).toEqual(root);
      expect(merkleRoot(leaves.slice(0, size))).toEqual(root);
    }
  });

  it('proves every leaf at every size, and every size from every other', () => {
    const leaves = leavesOf(70);
    const tree = treeOf(leaves);
    for (let size = 1; size <= leaves.length; size++) {
      const root = tree.root(size);
      for (let index = 0; index < size; index++) {
        const inclusion = { leaf: leaves[index]!, index, size, root };
        expect(verifyInclusion({ ...inclusion, proof: tree.inclusionProof(index, size) })).toBe(
          true,
        );
      }
      for (let earlier = 0; earlier <= size; earlier++) {
        const proof = tree.consistencyProof(earlier, size);
        const before = { size: earlier, root: tree.root(earlier) };
        expect(verifyConsistency({ earlier: before, later: { size, root }, proof })).toBe(true);
      }
    }
  });

  it('knows that a leaf is no node, and that a last leaf is not there twice', () => {
    const [a, b, c] = leavesOf(3) as [Uint8Array, Uint8Array, Uint8Array];
    const both = nodeHash(leafHash(a), leafHash(b));
    const node = Buffer.concat([leafHash(a), leafHash(b)]);
    expect(hex(leafHash(new Uint8Array(node)))).not.toBe(hex(both));
    expect(hex(merkleRoot([a, b, c]))).not.toBe(hex(merkleRoot([a, b, c, c])));
    const tree = treeOf([a, b, c]);
    const proof = tree.inclusionProof(0);
    // The node over the first two is no leaf of a tree of two.
    const forged = { leaf: new Uint8Array(node), index: 0, size: 2, root: tree.root() };
    expect(verifyInclusion({ ...forged, proof: proof.slice(1) })).toBe(false);
  });

  it('says which argument is wrong', () => {
    const tree = treeOf(leavesOf(3));
    expect(() => tree.root(4)).toThrow(new RangeError('size must be from 0 to 3, got 4'));
    expect(() => tree.inclusionProof(3)).toThrow('index must be from 0 to 2, got 3');
    expect(() => tree.consistencyProof(3, 2)).toThrow('earlier must be from 0 to 2, got 3');
    expect(() => tree.inclusionProof(0.5)).toThrow(RangeError);
  });

  it('is the same with every implementation of the hash', () => {
    const draw = mulberry32(8);
    const leaves = Array.from({ length: 60 }, () =>
      Uint8Array.from({ length: draw(300) }, () => draw(256)),
    );
    for (const hash of [noble, (each: Uint8Array) => sha(each)]) {
      const tree = new MerkleTree(hash);
      for (const leaf of leaves) tree.append(leaf);
      expect(tree.root()).toEqual(merkleRoot(leaves));
      const [index, size] = [17, 59];
      const proof = tree.inclusionProof(index, size);
      const said = { leaf: leaves[index]!, index, size, root: tree.root(size), proof };
      expect(verifyInclusion(said, hash)).toBe(true);
    }
  });
});

const flipped = (hash: Uint8Array, bit: number): Uint8Array =>
  hash.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** Every way in which the published tests spoil a proof: in its hashes, and in how many they are. */
function spoiled(
  proof: readonly Uint8Array[],
  roots: readonly Uint8Array[],
): Record<string, readonly Uint8Array[]> {
  const ways: Record<string, readonly Uint8Array[]> = {};
  proof.forEach((hash, i) => {
    const instead = (...hashes: Uint8Array[]): Uint8Array[] => [
      ...proof.slice(0, i),
      ...hashes,
      ...proof.slice(i + 1),
    ];
    for (const bit of [0, 7, 100, 255]) {
      ways[`bit ${bit} of hash ${i}`] = instead(flipped(hash, bit));
    }
    ways[`hash ${i} one byte short`] = instead(hash.subarray(1));
    ways[`hash ${i} left out`] = instead();
    ways[`hash ${i} twice`] = instead(hash, hash);
  });
  if (proof.length > 0) ways['no hash'] = [];
  const garbage = [new Uint8Array(), new Uint8Array(32), ...roots];
  garbage.forEach((hash, i) => {
    ways[`garbage ${i} before`] = [hash, ...proof];
    ways[`garbage ${i} behind`] = [...proof, hash];
  });
  return ways;
}

describe('what is not so is not proved', () => {
  it('a leaf', () => {
    const leaves = leavesOf(130);
    const tree = treeOf(leaves);
    let refused = 0;
    for (const size of SIZES) {
      const root = tree.root(size);
      for (const index of new Set([0, 1, size >> 1, size - 2, size - 1])) {
        if (index < 0 || index >= size) continue;
        const proof = tree.inclusionProof(index, size);
        const said: Inclusion = { leaf: leaves[index]!, index, size, root, proof };
        expect(verifyInclusion(said)).toBe(true);
        const forged: Record<string, Inclusion> = {
          'another leaf': { ...said, leaf: Uint8Array.of(1, 2, 3) },
          'the root as leaf': { ...said, leaf: { hash: root } },
          'no leaf': { ...said, leaf: new Uint8Array() },
          'another root': { ...said, root: flipped(root, 9) },
          'the empty root': { ...said, root: EMPTY_ROOT },
          'a root too short': { ...said, root: root.subarray(1) },
          'no leaves': { ...said, size: 0 },
          'less than none': { ...said, index: -1 },
          'no number': { ...said, index: NaN },
          'behind the end': { ...said, index: size },
        };
        for (const other of [index - 1, index + 1, index ^ 2, index + size]) {
          if (other >= 0 && other !== index) forged[`as leaf ${other}`] = { ...said, index: other };
        }
        if (size === 1) delete forged['the root as leaf'];
        for (const [way, proof] of Object.entries(
          spoiled(said.proof, [root, leafHash(leaves[0]!)]),
        )) {
          forged[way] = { ...said, proof };
        }
        for (const [way, each] of Object.entries(forged)) {
          expect(verifyInclusion(each), `${index} of ${size}: ${way}`).toBe(false);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(3_000);
  });

  it('with a hash that is a byte short, where that byte is zero', () => {
    const leaf = Uint8Array.of(1);
    let beside = Uint8Array.of(0, 0);
    for (let i = 0; leafHash(beside)[31] !== 0; i++) beside = Uint8Array.of(i & 255, i >> 8);
    const root = merkleRoot([leaf, beside]);
    const hash = leafHash(beside);
    const said = { leaf, index: 0, size: 2, root };
    expect(verifyInclusion({ ...said, proof: [hash] })).toBe(true);
    for (const proof of [[hash.subarray(0, 31)], [new Uint8Array([...hash, 0])]]) {
      expect(verifyInclusion({ ...said, proof })).toBe(false);
    }
  });

  it('a beginning', () => {
    const tree = treeOf(leavesOf(130));
    let refused = 0;
    for (const size of SIZES) {
      for (const earlier of SIZES.filter((each) => each <= size)) {
        const proof = tree.consistencyProof(earlier, size);
        const [old, root] = [tree.root(earlier), tree.root(size)];
        const said: Consistency = {
          earlier: { size: earlier, root: old },
          later: { size, root },
          proof,
        };
        expect(verifyConsistency(said)).toBe(true);
        const forged: Record<string, Consistency> = {
          'another old root': { ...said, earlier: { size: earlier, root: flipped(old, 3) } },
          'another root': { ...said, later: { size, root: flipped(root, 200) } },
          'an old root of nothing': { ...said, earlier: { size: earlier, root: EMPTY_ROOT } },
          backwards: { ...said, earlier: said.later, later: said.earlier },
          'later before earlier': { ...said, earlier: { size: size + 1, root: old } },
          'from nothing, with a root': { ...said, earlier: { size: 0, root: old }, proof: [] },
          'an old size that is none': { ...said, earlier: { size: -1, root: old } },
        };
        if (earlier === size) delete forged['backwards'];
        else {
          forged['both of the later size'] = { ...said, earlier: { size, root: old } };
          forged['both of the earlier size'] = { ...said, later: { size: earlier, root } };
        }
        for (const [way, proof] of Object.entries(spoiled(said.proof, [old, root]))) {
          forged[way] = { ...said, proof };
        }
        for (const [way, each] of Object.entries(forged)) {
          expect(verifyConsistency(each), `${earlier} in ${size}: ${way}`).toBe(false);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(5_000);
  });
});
