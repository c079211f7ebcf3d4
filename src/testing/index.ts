/**
 * What tests of a market need: seeded workloads, arbitraries of requests, a naive book to compare with.
 */
export {
  ReferenceBook,
  type ReferenceFill,
  type ReferenceOrder,
  type RestingOrder,
} from './reference-book.ts';
