export {
  type ChainFault,
  type ChainFound,
  type ChainHead,
  type ChainOptions,
  type CheckedBlock,
  verifyChain,
} from './chain.ts';
export type { Chunks } from './bytes.ts';
export type { Fault, FaultCode } from './faults.ts';
export { type ProofFound, type ProofTrust, type ProvenBalance, verifyProof } from './proof.ts';
export type { SignedHead } from './note.ts';
export type { ProvenAmount, ProvenTrade } from './trade.ts';
export type { TreeHead } from './trees.ts';
export { type ChainsDiffer, type ChainsSame, compareChains } from './compare.ts';
export { LightClient, type LightTrust, type ProofRefusal } from './light-client.ts';
