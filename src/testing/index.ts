/**
 * What tests of a market need: seeded workloads, arbitraries of requests, a naive book to compare with.
 */
export {
  arbitraryMarket,
  arbitraryRequests,
  type NamedRequest,
  perform,
  type RequestTaker,
  type StreamOptions,
} from './arbitraries.ts';
export {
  ReferenceBook,
  type ReferenceFill,
  type ReferenceOrder,
  type RestingOrder,
} from './reference-book.ts';
export {
  type FastCheck,
  type MarketOptions,
  type ProductOption,
  SMALL_MARKET,
} from './small-market.ts';
export {
  type Flow,
  OperationKind,
  workload,
  type Workload,
  WORKLOAD_SHA256,
  workloadBytes,
  workloadHash,
  type WorkloadOptions,
} from './workload.ts';
export {
  openingRequests,
  type OpeningRequest,
  requestsOf,
  type WorkloadFees,
  type WorkloadRequest,
} from './workload-requests.ts';
export { type StorageCase, storageSuite, type StorageUnderTest } from './storage-suite.ts';
