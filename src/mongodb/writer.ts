import { sameBytes } from '../core/bytes.ts';
import { WattbookError } from '../core/errors.ts';
import { frameArgument, snapshotArgument } from '../storage/checks.ts';
import type { JournalEnd, JournalWriter, StoredSnapshot } from '../storage/contract.ts';
import { type Frame, NO_FRAME } from '../storage/frame.ts';
import { AGAIN, isDuplicateKey, isPassing, pause, untilKnown } from './faults.ts';
import {
  bytesOf,
  type Entry,
  type FrameEntry,
  isFrame,
  type Journal,
  type MarkEntry,
} from './journal.ts';
import type { Place } from './place.ts';
import type { Snapshots } from './snapshots.ts';

/** Signs of life in the time of a lease, and looks for them. */
const BEATS = 5;
/** A sign of life also tells whether somebody wants to take over, who waits for it. */
const LONGEST_BEAT_MS = 1_000;
const TOKEN_SIZE = 16;
/** BSON's limit, less what stands in a document beside the bytes of a frame. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024 - 1024;

/**
 * Becomes the writer, by a mark at the first free place of the journal: from then on the writer before finds the place taken that its next frame
 * was to have.
 * @throws WattbookError STORAGE_IN_USE, STORAGE_FAILED
 */
export async function claimJournal(
  journal: Journal,
  snapshots: Snapshots,
  takeOver: boolean,
  place: Place,
): Promise<JournalWriter> {
  const { timeoutMs, leaseMs } = place;
  await untilKnown('whether the indexes are there', timeoutMs, async () => {
    await journal.entries.createIndex({ last: 1, _id: 1 });
    await snapshots.createIndexes();
  });
  const token = crypto.getRandomValues(new Uint8Array(TOKEN_SIZE));
  const mark = await untilKnown('who writes', timeoutMs + leaseMs, () =>
    markAttempt(journal, token, takeOver, leaseMs),
  );
  return new MongoWriter(journal, snapshots, mark, place);
}

/** One attempt to put a mark behind the last entry. */
async function markAttempt(
  journal: Journal,
  token: Uint8Array,
  takeOver: boolean,
  leaseMs: number,
): Promise<MarkEntry | typeof AGAIN> {
  const last = await journal.last();
  if (last !== null && !isFrame(last) && sameBytes(last.token, token)) {
    // Seen, but perhaps in no journal of the server's yet.
    await beat(journal, last);
    return last;
  }
  if (!takeOver && last !== null && (await isAlive(journal, last, leaseMs))) {
    throw new WattbookError('STORAGE_IN_USE', 'another exchange writes to this storage');
  }
  const _id = (last?._id ?? 0) + 1;
  const { sequence: endSequence, hash: endHash } = endBehind(last);
  const life = { leaseMs, beats: 0, yields: false, closed: false };
  const mark: MarkEntry = { _id, epoch: _id, token, endSequence, endHash, ...life };
  try {
    await journal.entries.insertOne(mark);
    return mark;
  } catch (fault) {
    if (!isDuplicateKey(fault)) throw fault;
    // A frame, another writer, or this very mark, whose acknowledgement was lost.
    if (last !== null && takeOver) {
      await journal.entries.updateOne({ _id: last.epoch }, { $set: { yields: true } });
    }
    return AGAIN;
  }
}

function endBehind(last: Entry | null): JournalEnd {
  if (last === null) return { sequence: 0, hash: new Uint8Array(NO_FRAME) };
  if (isFrame(last)) return { sequence: last.last, hash: bytesOf(last.hash) };
  return { sequence: last.endSequence, hash: bytesOf(last.endHash) };
}

/** Whether the writer of an entry lives: watched for as long as a lease lasts, since no clock is common to all. */
async function isAlive({ entries }: Journal, last: Entry, leaseMs: number): Promise<boolean> {
  const look = () => entries.findOne({ _id: last.epoch }) as Promise<MarkEntry | null>;
  const first = await look();
  const patienceMs = Math.max(leaseMs, first?.leaseMs ?? 0);
  const until = performance.now() + patienceMs;
  for (let mark = first; mark !== null && !mark.closed; mark = await look()) {
    if (mark.beats !== first!.beats) return true;
    if (performance.now() > until) return false;
    await pause(Math.min(patienceMs / BEATS, LONGEST_BEAT_MS));
  }
  return false;
}

/** A sign of life. Once it is acknowledged, all that was written before it stays. @returns the mark; null where it is gone */
async function beat({ entries }: Journal, { _id, token }: MarkEntry): Promise<MarkEntry | null> {
  const found = await entries.findOneAndUpdate({ _id, token }, { $inc: { beats: 1 } });
  return found as MarkEntry | null;
}

class MongoWriter implements JournalWriter {
  readonly epoch: number;
  readonly end: JournalEnd;
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #mark: MarkEntry;
  readonly #timeoutMs: number;
  #lease: ReturnType<typeof setTimeout> | undefined;
  /** The place of the next frame. */
  #place: number;
  /** Why nothing is written any more. */
  #over: unknown;

  constructor(journal: Journal, snapshots: Snapshots, mark: MarkEntry, { timeoutMs }: Place) {
    this.epoch = mark.epoch;
    this.end = { sequence: mark.endSequence, hash: bytesOf(mark.endHash) };
    this.#journal = journal;
    this.#snapshots = snapshots;
    this.#mark = mark;
    this.#timeoutMs = timeoutMs;
    this.#place = mark._id + 1;
    this.#keepBeating();
  }

  async append(frame: Frame): Promise<JournalEnd> {
    frameArgument(frame);
    this.#mustWrite();
    const { bytes, firstSequence: first, lastSequence: last, previousHash } = frame;
    if (bytes.length > MAX_FRAME_BYTES) {
      const most = `${MAX_FRAME_BYTES} bytes, the most that a document holds`;
      throw new RangeError(`frame has ${bytes.length} bytes, over ${most}: lower maxWaiting`);
    }
    // Copies: the driver may wait for a connection with them for longer than whoever gave them.
    const [bin, hash, prev] = [bytesOf(bytes), bytesOf(frame.hash), bytesOf(previousHash)];
    const entry = { _id: this.#place, epoch: this.epoch, first, last, prev, hash, bin };
    try {
      await untilKnown(`frame ${this.#place}`, this.#timeoutMs, () => this.#store(entry));
    } catch (fault) {
      this.#stop(fault);
      throw fault;
    }
    this.#place++;
    return { sequence: last, hash: new Uint8Array(hash) };
  }

  async saveSnapshot(snapshot: StoredSnapshot): Promise<void> {
    snapshotArgument(snapshot);
    this.#mustWrite();
    const copy = { ...snapshot, bytes: bytesOf(snapshot.bytes), hash: bytesOf(snapshot.hash) };
    const others = { _id: { $gte: this.#place }, epoch: { $ne: this.epoch } };
    const other = await untilKnown('who writes', this.#timeoutMs, () =>
      this.#journal.entries.findOne(others, { projection: { _id: 1 } }),
    );
    if (other !== null) throw this.#fenced();
    await this.#snapshots.save(copy, this.epoch);
  }

  async close(): Promise<void> {
    this.#stop(new WattbookError('FENCED', `writer ${this.epoch} is closed`));
    const { _id, token } = this.#mark;
    await untilKnown('whether the writer is closed', this.#timeoutMs, () =>
      this.#journal.entries.updateOne({ _id, token }, { $set: { closed: true } }),
    );
  }

  /** One attempt to store a frame, which ends well once it is known to be there. */
  async #store(entry: FrameEntry): Promise<typeof AGAIN | undefined> {
    // It may have been closed since the last attempt.
    this.#mustWrite();
    const { entries } = this.#journal;
    try {
      await entries.insertOne(entry);
      this.#mustWrite();
      return undefined;
    } catch (fault) {
      if (!isDuplicateKey(fault) && !isPassing(fault)) throw fault;
    }
    const found = await entries.findOne({ _id: entry._id });
    if (found === null) return AGAIN;
    const isOurs = isFrame(found) && sameBytes(found.hash, entry.hash);
    if (!isOurs) throw this.#fenced();
    // A server on its own shows what its journal does not have yet: a write behind it is acknowledged only with it.
    await this.#beat();
    this.#mustWrite();
    return undefined;
  }

  /** Shows that it lives, one sign after the other: on a server that is silent they do not pile up. */
  #keepBeating(): void {
    const everyMs = Math.min(this.#mark.leaseMs / BEATS, LONGEST_BEAT_MS);
    this.#lease = setTimeout(() => {
      // One that is lost does no harm: the next one comes soon.
      void this.#beat()
        .catch(() => {})
        .finally(() => {
          if (this.#over === undefined) this.#keepBeating();
        });
    }, everyMs);
    (this.#lease as { unref?: () => void }).unref?.();
  }

  async #beat(): Promise<void> {
    const mark = await beat(this.#journal, this.#mark);
    if (mark === null) {
      const what = `the mark of writer ${this.epoch} is gone: somebody has changed the journal`;
      this.#stop(new WattbookError('STORAGE_MISMATCH', what));
    } else if (mark.yields) this.#stop(this.#fenced());
  }

  #stop(why: unknown): void {
    this.#over ??= why;
    clearTimeout(this.#lease);
  }

  #mustWrite(): void {
    if (this.#over !== undefined) throw this.#over;
  }

  #fenced(): WattbookError {
    return new WattbookError('FENCED', `writer ${this.epoch} may not write any more`);
  }
}
