import { hash as nativeHash } from 'node:crypto';
import { sha256 as portableHash } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  ed25519,
  MerkleTree,
  nativeEd25519,
  portableEd25519,
  verifyInclusion,
} from '../src/chain/index.ts';
import { median } from './rounds.ts';
import { sealingCases } from './sealing.ts';
import type { Case } from './suite.ts';
import { inTurns } from './turns.ts';

const RECORD = 256;
/** Bytes of a node of a tree, which is most of what is hashed. */
const NODE = 65;
const RECORDS = 200_000;
const PROOF_LEAVES = 1_000_000;
const SIGNATURES = 2_000;

/** What has to be hashed for logs, and signed. */
export function chainCases(): Case[] {
  return [treeCase(100), treeCase(1000), proofCase(), signatureCase(), ...sealingCases()];
}

/** Trees of so many records of 256 bytes, one after the other, against as many hashes of the same lengths and nothing else. */
function treeCase(leaves: number): Case {
  return {
    name: `tree-${leaves}`,
    async measure(plan, note) {
      const count = Math.ceil(plan.size(RECORDS) / leaves) * leaves;
      const records = recordsOf(leaves);
      let root = '';
      const build = (hash?: (bytes: Uint8Array) => Uint8Array): void => {
        for (let i = 0; i < count; i += leaves) {
          const tree = new MerkleTree(hash);
          for (const record of records) tree.append(record);
          root = bytesToHex(tree.root());
        }
      };
      const leaf = new Uint8Array(1 + RECORD);
      const node = new Uint8Array(NODE);
      const bare = (): void => {
        for (let i = 0; i < count; i++) {
          nativeHash('sha256', leaf, 'binary');
          nativeHash('sha256', node, 'binary');
        }
      };
      const [trees, hashes, portable] = inTurns(plan.rounds, note, [
        () => build(),
        bare,
        () => build(portableHash),
      ]);
      return {
        unit: 'records/s',
        median: count / median(trees!),
        details: {
          ofBareHashes: median(trees!.map((seconds, i) => hashes![i]! / seconds)),
          portable: count / median(portable!),
        },
        checksum: root.slice(0, 16),
      };
    },
  };
}

/** Proofs that a leaf is in a tree of a million. */
function proofCase(): Case {
  return {
    name: 'proof',
    async measure(plan, note) {
      const size = plan.size(PROOF_LEAVES);
      const tree = new MerkleTree();
      for (let i = 0; i < size; i++) tree.append(leafOf(i));
      const root = tree.root();
      const indexes = Array.from({ length: plan.size(10_000) }, (_, i) => (i * 7919) % size);
      const proofs = indexes.map((index) => tree.inclusionProof(index));
      const [made, verified] = inTurns(plan.rounds, note, [
        () => indexes.forEach((index) => tree.inclusionProof(index)),
        () =>
          proofs.forEach((proof, i) => {
            const index = indexes[i]!;
            if (!verifyInclusion({ leaf: leafOf(index), index, size, root, proof })) {
              throw new Error(`leaf ${index} is not proved`);
            }
          }),
      ]);
      return {
        unit: 'proofs verified/s',
        median: indexes.length / median(verified!),
        details: {
          leaves: size,
          bytes: proofs[0]!.length * 32,
          made: indexes.length / median(made!),
        },
        checksum: bytesToHex(root).slice(0, 16),
      };
    },
  };
}

/** Signatures of 100 bytes. */
function signatureCase(): Case {
  return {
    name: 'ed25519',
    async measure(plan, note) {
      const count = plan.size(SIGNATURES);
      const seed = new Uint8Array(32).fill(7);
      const message = new Uint8Array(100).fill(3);
      const signer = ed25519.signer(seed);
      const signature = signer.sign(message);
      const verify = (implementation = ed25519, times = count): void => {
        const key = implementation.verifyingKey(signer.publicKey)!;
        for (let i = 0; i < times; i++) {
          if (!key.verify(message, signature)) throw new Error('the signature is not right');
        }
      };
      const [native, signed, portable] = inTurns(plan.rounds, note, [
        () => verify(nativeEd25519()),
        () => {
          for (let i = 0; i < count; i++) signer.sign(message);
        },
        () => verify(portableEd25519, count / 20),
      ]);
      return {
        unit: 'verified/s',
        median: count / median(native!),
        details: { signed: count / median(signed!), portable: count / 20 / median(portable!) },
        checksum: bytesToHex(signature).slice(0, 16),
      };
    },
  };
}

function recordsOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    new Uint8Array(RECORD).map((_, at) => Math.imul(i + 1, at + 0x9e37_79b1) >>> 24),
  );
}

function leafOf(index: number): Uint8Array {
  return Uint8Array.of(index & 255, (index >> 8) & 255, index >> 16);
}
