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
