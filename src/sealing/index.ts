export { auditChain, type AuditFault, type AuditFound, type AuditOptions } from './audit.ts';
export { type BlockStore, memoryBlocks } from './block-store.ts';
export { Chain, type ChainHead } from './chain.ts';
export { Sealer, type SealerOptions } from './sealer.ts';
export type { AccountProof } from './state-tree.ts';
export {
  type ProveBalanceOptions,
  type ProveOptions,
  Prover,
  type ProverOptions,
} from './prover.ts';
