import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { frameArgument, snapshotArgument } from '../storage/checks.ts';
import type { JournalEnd, JournalWriter, StoredSnapshot } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import { isDuplicateKey, isPassing, pause, untilKnown } from './faults.ts';
import { bytesOf, type Entry, isFrame, type Journal, type MarkEntry } from './journal.ts';
import type { Place } from './place.ts';
import type { Snapshots } from './snapshots.ts';

/** Signs of life in the time of a lease, and looks for them. */
const BEATS = 5;
const TOKEN_SIZE = 16;
/** BSON's limit, less what stands in a document beside the bytes of a frame. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024 - 1024;

/**
 * Becomes the writer, by a mark at the first free place of the journal: from then on the writer before finds the place taken that its next frame
 * was to have.
 * @throws WattbookError STORAGE_IN_USE
 */
export async function openWriter(
  journal: Journal,
  snapshots: Snapshots,
  takeOver: boolean,
  settings: Place,
): Promise<JournalWriter> {
  const { timeoutMs, leaseMs } = settings;
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_SIZE));
  const { entries } = journal;
  await untilKnown('whether the indexes are there', timeoutMs, async () => {
    await entries.createIndex({ last: 1, _id: 1 });
    await snapshots.createIndexes();
    return true;
  });
  const opening = async (): Promise<MarkEntry | undefined> => {
    const last = await journal.last();
    if (last !== null && 'token' in last && sameBytes(last.token, token)) {
      // Seen, but perhaps in no journal of the server's yet.
      await beat(journal, last);
      return last;
    }
    if (!takeOver && last !== null && (await isAlive(journal, last, leaseMs))) {
      throw new WattbookError('STORAGE_IN_USE', 'another exchange writes to this storage');
    }
    const place = (last?._id ?? 0) + 1;
    const epoch = (last?.epoch ?? 0) + 1;
    const { sequence, hash } = endBehind(last);
    const end = { endSequence: sequence, endHash: hash };
    const life = { beats: 0, closed: false };
    const mark = { _id: place, writer: place, epoch, token, ...end, ...life };
    try {
      await entries.insertOne(mark);
      return mark;
    } catch (fault) {
      if (!isDuplicateKey(fault)) throw fault;
      // A frame, another writer, or this very mark, whose acknowledgement was lost.
      return undefined;
    }
  };
  const mark = await untilKnown('who writes', timeoutMs + leaseMs, opening);
  return new MongoWriter(journal, snapshots, mark, settings);
}

function endBehind(last: Entry | null): JournalEnd {
  if (last === null) return { sequence: 0, hash: new Uint8Array(NO_FRAME) };
  if (isFrame(last)) return { sequence: last.last, hash: bytesOf(last.hash) };
  return { sequence: last.endSequence, hash: bytesOf(last.endHash) };
}

/** Whether the writer of an entry lives: watched for as long as a lease lasts, since no clock is common to all. */
async function isAlive({ entries }: Journal, last: Entry, leaseMs: number): Promise<boolean> {
  const look = () => entries.findOne({ _id: last.writer }) as Promise<MarkEntry | null>;
  const first = await look();
  const until = performance.now() + leaseMs;
  for (let mark = first; mark !== null && !mark.closed; mark = await look()) {
    if (mark.beats !== first!.beats) return true;
    if (performance.now() > until) return false;
    await pause(leaseMs / BEATS);
  }
  return false;
}

/** A sign of life. Once it is acknowledged, all that was written before it stays. */
async function beat({ entries }: Journal, { _id, token }: MarkEntry): Promise<void> {
  await entries.updateOne({ _id, token }, { $inc: { beats: 1 } });
}

class MongoWriter implements JournalWriter {
  readonly epoch: number;
  readonly end: JournalEnd;
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #mark: MarkEntry;
  readonly #settings: Place;
  readonly #lease: ReturnType<typeof setInterval>;
  /** The place of the next frame. */
  #place: number;
  /** Why nothing is written any more. */
  #over: unknown;

  constructor(journal: Journal, snapshots: Snapshots, mark: MarkEntry, settings: Place) {
    this.epoch = mark.epoch;
    this.end = { sequence: mark.endSequence, hash: bytesOf(mark.endHash) };
    this.#journal = journal;
    this.#snapshots = snapshots;
    this.#mark = mark;
    this.#settings = settings;
    this.#place = mark._id + 1;
    // A beat that is lost does no harm: the next one comes soon.
    this.#lease = setInterval(
      () => void beat(journal, mark).catch(() => {}),
      settings.leaseMs / BEATS,
    );
    (this.#lease as { unref?: () => void }).unref?.();
  }

  async append(frame: Frame): Promise<JournalEnd> {
    frameArgument(frame);
    this.#mustWrite();
    const { bytes: bin, epoch, firstSequence: first, lastSequence: last, hash } = frame;
    if (bin.length > MAX_FRAME_BYTES) {
      const most = `${MAX_FRAME_BYTES} bytes, the most that a document holds`;
      throw new RangeError(`frame has ${bin.length} bytes, over ${most}: lower maxWaiting`);
    }
    const { previousHash: prev } = frame;
    const place = this.#place;
    const entry = { _id: place, writer: this.#mark._id, epoch, first, last, prev, hash, bin };
    try {
      await untilKnown(`frame ${place}`, this.#settings.timeoutMs, () => this.#store(entry));
    } catch (fault) {
      this.#over ??= fault;
      throw fault;
    }
    this.#place++;
    return { sequence: last, hash: new Uint8Array(hash) };
  }

  async saveSnapshot(snapshot: StoredSnapshot): Promise<void> {
    snapshotArgument(snapshot);
    this.#mustWrite();
    const copy = { ...snapshot, bytes: bytesOf(snapshot.bytes), hash: bytesOf(snapshot.hash) };
    const { timeoutMs } = this.#settings;
    const { entries } = this.#journal;
    const others = { _id: { $gte: this.#place }, writer: { $ne: this.#mark._id } };
    const isFenced = await untilKnown('who writes', timeoutMs, async () => {
      return (await entries.findOne(others, { projection: { _id: 1 } })) !== null;
    });
    if (isFenced) throw this.#fenced();
    await this.#snapshots.save(copy, this.epoch);
  }

  async close(): Promise<void> {
    this.#over ??= new WattbookError('FENCED', `writer ${this.epoch} is closed`);
    clearInterval(this.#lease);
    const closing = async (): Promise<true> => {
      const mine = { _id: this.#mark._id, token: this.#mark.token };
      await this.#journal.entries.updateOne(mine, { $set: { closed: true } });
      return true;
    };
    await untilKnown('whether the writer is closed', this.#settings.timeoutMs, closing);
  }

  /** One attempt to store a frame. @returns true once it is known to be there; undefined while that is not known */
  async #store(entry: Entry & { readonly hash: Uint8Array }): Promise<true | undefined> {
    // It may have been closed since the last attempt.
    this.#mustWrite();
    const { entries } = this.#journal;
    try {
      await entries.insertOne(entry);
      return true;
    } catch (fault) {
      if (!isDuplicateKey(fault) && !isPassing(fault)) throw fault;
    }
    const found = await entries.findOne({ _id: entry._id });
    if (found === null) return undefined;
    const isOurs = isFrame(found) && sameBytes(found.hash, entry.hash);
    if (!isOurs) throw this.#fenced();
    // A server on its own shows what its journal does not have yet: a write behind it is acknowledged only with it.
    await beat(this.#journal, this.#mark);
    return true;
  }

  #mustWrite(): void {
    if (this.#over !== undefined) throw this.#over;
  }

  #fenced(): WattbookError {
    return new WattbookError('FENCED', `writer ${this.epoch} may not write any more`);
  }
}
