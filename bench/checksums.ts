import type { Flow } from '../src/testing/index.ts';

/** Checksums over every fill of a flow: whichever suite takes it, this is what it comes to. */
export type Checksums = Readonly<Record<Flow, string>>;

export const FULL_CHECKSUMS: Checksums = {
  A: '',
  B: '',
  C: '',
  D: '',
  E: '',
};

export const SMOKE_CHECKSUMS: Checksums = {
  A: '',
  B: '',
  C: '',
  D: '',
  E: '',
};
