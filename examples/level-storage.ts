/** A journal in LevelDB: a whole storage adapter. LevelDB lets one process open a database; that process may hold it twice. */
import { createHash } from 'node:crypto';
import type { ClassicLevel } from 'classic-level';
import {
  type AbortSignalLike,
  type Frame,
  type JournalEnd,
  type JournalWriter,
  type StorageAdapter,
  type StoredSnapshot,
  WattbookError,
} from 'wattbook';

/** Opened with `{ valueEncoding: 'view' }`. */
type Database = ClassicLevel<string, Uint8Array>;

/** What all who hold a database share. */
interface Shared {
  /** Of the latest writer, and whether it still writes. */
  epoch: number;
  isHeld: boolean;
  /** What is being written; who opens waits for it. */
  underWay: Promise<unknown>;
  readonly followers: Set<() => void>;
}

const KEPT_SNAPSHOTS = 2;
const SYNC = { sync: true } as const;
const sharedBy = new WeakMap<Database, Shared>();

/** Keys sort as numbers do; a frame has that of its last command. */
const keyOf = (kind: 'frame' | 'snapshot', sequence: number): string =>
  `${kind}!${String(sequence).padStart(16, '0')}`;
const sequenceOf = (key: string): number => Number(key.split('!')[1]);
const all = (kind: 'frame' | 'snapshot') => ({ gt: `${kind}!`, lt: `${kind}"` });

export function levelStorage(db: Database): StorageAdapter {
  const nobody = { epoch: 0, isHeld: false, underWay: Promise.resolve(), followers: new Set() };
  const shared: Shared = sharedBy.get(db) ?? (nobody as Shared);
  sharedBy.set(db, shared);

  async function open({ takeOver }: { readonly takeOver: boolean }): Promise<JournalWriter> {
    if (shared.isHeld && !takeOver) throw new WattbookError('STORAGE_IN_USE', 'there is a writer');
    shared.isHeld = true;
    const stored = new TextDecoder().decode(await db.get('epoch'));
    const epoch = (shared.epoch = Math.max(shared.epoch, Number(stored)) + 1);
    await db.put('epoch', new TextEncoder().encode(String(epoch)), SYNC);
    await shared.underWay.catch(() => {});
    return writerOf(db, shared, epoch, await endOf(db));
  }

  // An iterator sees what was there when it was made: it ends, and misses nothing.
  async function* read(after: number): AsyncGenerator<Uint8Array> {
    const { lt } = all('frame');
    for await (const bytes of db.values({ gt: keyOf('frame', after), lt }))
      yield new Uint8Array(bytes);
  }

  async function* follow(after: number, signal: AbortSignalLike): AsyncGenerator<Uint8Array> {
    let seen = after;
    while (!signal.aborted) {
      let wake = (): void => {};
      const woken = new Promise<void>((resolve) => (wake = resolve));
      // Before it looks: what is appended from now on wakes it.
      shared.followers.add(wake);
      signal.addEventListener('abort', wake);
      const { lt } = all('frame');
      for await (const [key, bytes] of db.iterator({ gt: keyOf('frame', seen), lt })) {
        if (signal.aborted) break;
        yield new Uint8Array(bytes);
        seen = sequenceOf(key);
      }
      if (!signal.aborted) await woken;
      shared.followers.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  async function latestSnapshot(): Promise<StoredSnapshot | undefined> {
    const [latest] = await db.iterator({ ...all('snapshot'), reverse: true, limit: 1 }).all();
    if (latest === undefined) return undefined;
    const [key, value] = latest;
    return { sequence: sequenceOf(key), hash: value.slice(0, 32), bytes: value.slice(32) };
  }

  return { supports: { level: 'durable' }, open, read, follow, latestSnapshot };
}

async function endOf(db: Database): Promise<JournalEnd> {
  const [last] = await db.iterator({ ...all('frame'), reverse: true, limit: 1 }).all();
  if (last === undefined) return { sequence: 0, hash: new Uint8Array(32) };
  const hash = new Uint8Array(createHash('sha256').update(last[1]).digest());
  return { sequence: sequenceOf(last[0]), hash };
}

function writerOf(db: Database, shared: Shared, epoch: number, end: JournalEnd): JournalWriter {
  const mustWrite = (): void => {
    if (shared.isHeld && shared.epoch === epoch) return;
    throw new WattbookError('FENCED', `writer ${epoch} may not write any more`);
  };
  const append = async ({ bytes, lastSequence, hash }: Frame): Promise<JournalEnd> => {
    mustWrite();
    await (shared.underWay = db.put(keyOf('frame', lastSequence), bytes, SYNC));
    for (const wake of shared.followers) wake();
    return { sequence: lastSequence, hash: new Uint8Array(hash) };
  };
  const saveSnapshot = async ({ sequence, hash, bytes }: StoredSnapshot): Promise<void> => {
    mustWrite();
    await db.put(keyOf('snapshot', sequence), new Uint8Array([...hash, ...bytes]), SYNC);
    const keys = await db.keys(all('snapshot')).all();
    for (const key of keys.slice(0, -KEPT_SNAPSHOTS)) await db.del(key);
  };
  const close = async (): Promise<void> => {
    if (shared.epoch === epoch) shared.isHeld = false;
  };
  return { epoch, end, append, saveSnapshot, close };
}
