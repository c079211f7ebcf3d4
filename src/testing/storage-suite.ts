import { functionArgument } from '../engine/arguments.ts';
import type { StorageAdapter } from '../storage/contract.ts';
import { journalCases } from './storage-journal-cases.ts';
import { writerCases } from './storage-writer-cases.ts';

/** A journal of its own, empty at first. */
export interface StorageUnderTest {
  readonly storage: StorageAdapter;
  /** The same journal as one finds it after a restart; for what lives in memory, the same object. */
  reopened(): Promise<StorageAdapter>;
  /** How long a case waits for what should happen at once, in ms; default 5,000. */
  readonly patienceMs?: number;
}

/** One thing that a storage must or must not do. */
export interface StorageCase {
  readonly name: string;
  /** Rejects with an Error that says what was found instead. */
  run(): Promise<void>;
}

/** What a case does with a storage that was made for it. @internal */
export type Trial = (under: StorageUnderTest) => Promise<void>;

/**
 * What `StorageAdapter` promises, as test cases for any adapter and any test runner.
 * @param make called for each case, must give a journal that is empty and that no other case has
 * @throws TypeError
 *
 * @example
 * for (const { name, run } of storageSuite(make)) test(name, run); // vitest, jest, node:test
 */
export function storageSuite(make: () => Promise<StorageUnderTest>): readonly StorageCase[] {
  functionArgument(make, 'make');
  return Object.entries({ ...journalCases, ...writerCases }).map(([name, trial]) => ({
    name,
    run: async () => trial(await make()),
  }));
}
