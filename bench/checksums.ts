import type { Flow } from '../src/testing/index.ts';

/** Checksums over every fill of a flow: whichever suite takes it, this is what it comes to. */
export type Checksums = Readonly<Record<Flow, string>>;

export const FULL_CHECKSUMS: Checksums = {
  A: '61c2dd7179adbc4a',
  B: '14d11b04635d68c2',
  C: '7fdb7ef5e9ee2ec4',
  D: '7e8c57a9083a0ede',
  E: 'e62abac3b425d6c9',
};

export const SMOKE_CHECKSUMS: Checksums = {
  A: '072cb87e24ab8dbf',
  B: 'beac3bd0bc4019c3',
  C: '85ad7bf5eade4dfe',
  D: '526f727ad649ff26',
  E: '81c3b83718376f41',
};
