import { expect, it } from 'vitest';
import { memoryStorage, type StorageAdapter } from '../src/index.ts';
import { storageContract } from './storage-contract.ts';

storageContract('memory', async () => {
  const storage = memoryStorage();
  return { storage, reopened: async () => storage };
});

it('memory: a follower that was told to stop is forgotten', async () => {
  const storage: StorageAdapter = memoryStorage();
  const before = new AbortController();
  let [listening, most] = [0, 0];
  const signal = {
    get aborted() {
      return before.signal.aborted;
    },
    reason: undefined,
    throwIfAborted: () => {},
    addEventListener: (type: 'abort', listener: () => void) => {
      most = Math.max(most, ++listening);
      before.signal.addEventListener(type, listener);
    },
    removeEventListener: (type: 'abort', listener: () => void) => {
      listening--;
      before.signal.removeEventListener(type, listener);
    },
  };
  const next = storage.follow(0, signal)[Symbol.asyncIterator]().next();
  await Promise.resolve();
  before.abort();
  expect((await next).done).toBe(true);
  expect([listening, most]).toEqual([0, 1]);
});
