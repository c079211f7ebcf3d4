import { describe, expect, it } from 'vitest';
import { memoryStorage, type JournalWriter, type StorageAdapter } from '../src/index.ts';
import { storageSuite, type StorageUnderTest } from '../src/testing/index.ts';
import { thrownBy } from './stage.ts';

type Change = (storage: StorageAdapter) => Partial<StorageAdapter>;
type WriterChange = (writer: JournalWriter) => Partial<JournalWriter>;

/** A storage that does something else than it promises. */
const changed = (change: Change) => async (): Promise<StorageUnderTest> => {
  const inner = memoryStorage();
  const storage = { ...inner, ...change(inner) };
  return { storage, reopened: async () => storage, patienceMs: 300 };
};

const writing =
  (change: WriterChange): Change =>
  ({ open }) => ({
    open: async (options) => {
      const writer = await open(options);
      return { ...writer, ...change(writer) };
    },
  });

async function failuresOf(make: () => Promise<StorageUnderTest>): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, run } of storageSuite(make)) {
    await run().catch((fault: Error) => failures.push(`${name}: ${fault.message}`));
  }
  return failures;
}

describe('storageSuite', () => {
  it('finds nothing where nothing is wrong', async () => {
    expect(await failuresOf(changed(() => ({})))).toEqual([]);
  });

  it('refuses what makes no storage', () => {
    expect(String(thrownBy(() => storageSuite('memory' as never)))).toContain('make');
  });

  it.each<[string, Change]>([
    ['loses the first frame', ({ read }) => ({ read: (after) => read(Math.max(after, 1)) })],
    [
      'gives other bytes',
      ({ read }) => ({
        async *read(after) {
          for await (const bytes of read(after)) yield bytes.map((byte) => byte ^ 1);
        },
      }),
    ],
    ['lets two write', ({ open }) => ({ open: () => open({ takeOver: true }) })],
    ['never lets another write', ({ open }) => ({ open: () => open({ takeOver: false }) })],
    ['has no snapshots', () => ({ latestSnapshot: async () => undefined })],
    ['promises a level that is none', () => ({ supports: { level: 'certain' as never } })],
    ['follows nothing', () => ({ async *follow() {} })],
    [
      'acknowledges without storing',
      writing((writer) => ({
        append: async ({ lastSequence, hash }) => ({ sequence: lastSequence, hash, writer }),
      })),
    ],
    [
      'tells the end of before',
      writing((writer) => ({ append: (frame) => writer.append(frame).then(() => writer.end) })),
    ],
    [
      'changes the frame',
      writing((writer) => ({
        append: async (frame) => {
          const end = await writer.append({ ...frame, bytes: frame.bytes.slice() });
          frame.bytes[0]! ^= 1;
          return end;
        },
      })),
    ],
    ['does not give the right back', writing(() => ({ close: async () => {} }))],
    ['saves no snapshot', writing(() => ({ saveSnapshot: async () => {} }))],
    ['has one epoch', writing(() => ({ epoch: 1 }))],
  ])('finds a storage that %s', async (_what, change) => {
    const failures = await failuresOf(changed(change));
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.length).toBeLessThan(storageSuite(changed(change)).length);
  });
});
