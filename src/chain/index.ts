export {
  type Consistency,
  EMPTY_ROOT,
  HASH_SIZE,
  type Inclusion,
  leafHash,
  merkleRoot,
  MerkleTree,
  nodeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';
export type { Sha256 } from './one-shot.ts';
export {
  ed25519,
  type Ed25519,
  nativeEd25519,
  portableEd25519,
  type Signer,
  type VerifyingKey,
} from './ed25519.ts';
export {
  formatNoteKey,
  type Note,
  type NoteAlgorithm,
  type NoteKey,
  type NoteSigner,
  openNote,
  parseNoteKey,
  signNote,
} from './note.ts';
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
export { type HeadOutcome, type HeadRefusal, LogClient, type Trust } from './log-client.ts';
export {
  blockHash,
  type BlockHeader,
  decodeGenesis,
  decodeHeader,
  encodeGenesis,
  encodeHeader,
  type Genesis,
  HEADER_BYTES,
  originOf,
  SIGNATURE_BYTES,
} from './block.ts';
