import type { Flow } from '../src/testing/index.ts';

export type Size = '1k' | '10k' | '100k' | '1M';

/** What markets are taken through: the flows, and those of the suite `scale`. */
export type Work = Flow | `scale-${Size}` | `cancel-${Size}`;

/** Checksums over every fill of a work: whichever case takes it, this is what it comes to. */
export type Checksums = Readonly<Record<Work, string>>;

export const FULL_CHECKSUMS: Checksums = {
  A: '61c2dd7179adbc4a',
  B: '14d11b04635d68c2',
  C: '7fdb7ef5e9ee2ec4',
  D: '7e8c57a9083a0ede',
  E: 'e62abac3b425d6c9',
  special: '27670862eed042d5',
  'scale-1k': '0ac1d68a68d7b48b',
  'scale-10k': 'f0cca0ddf0b5e9fb',
  'scale-100k': '541844ed3ef1a04e',
  'scale-1M': 'e58b728620f7e9d2',
  'cancel-1k': '91fe7de16f3258f5',
  'cancel-10k': 'f8883af90b0f80e8',
  'cancel-100k': '5e482707d87364ae',
  'cancel-1M': 'd0d148a469283f6c',
};

export const SMOKE_CHECKSUMS: Checksums = {
  A: '072cb87e24ab8dbf',
  B: 'beac3bd0bc4019c3',
  C: '85ad7bf5eade4dfe',
  D: '526f727ad649ff26',
  E: '81c3b83718376f41',
  special: 'e196fa8cc045cb9e',
  'scale-1k': '279a278e30f5a1e0',
  'scale-10k': '49b97300ab9edcac',
  'scale-100k': '6420e673319e2e52',
  'scale-1M': 'ef52551a24c0d020',
  'cancel-1k': 'c9d2895b0ff83c0c',
  'cancel-10k': '925078c98cace145',
  'cancel-100k': '16e023291dc782a2',
  'cancel-1M': 'c18d75b6abd91e10',
};
