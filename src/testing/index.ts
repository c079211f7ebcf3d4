/**
 * What tests of a market need: seeded workloads, arbitraries of requests, a naive book to compare with.
 */
export {
  type Flow,
  OperationKind,
  openingRequests,
  type OpeningRequest,
  requestsOf,
  workload,
  type Workload,
  WORKLOAD_SHA256,
  workloadBytes,
  type WorkloadFees,
  workloadHash,
  type WorkloadOptions,
  type WorkloadRequest,
} from './workload.ts';
