import { WattbookError } from '../core/errors.ts';
import { murmur3 } from '../core/murmur3.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalWriter } from '../storage/contract.ts';
import {
  decodeFrame,
  digestAt,
  type Frame,
  NO_FRAME,
  recordsOf,
  sameBytes,
} from '../storage/frame.ts';
import { Feed } from './feed.ts';
import type { Settings } from './options.ts';
import { checkEnd, storageCall, storageItems, storageMismatch } from './storage-calls.ts';

/** A market brought back. */
export interface Recovered {
  readonly sequencer: Sequencer;
  /** The latest events that were gone through again. */
  readonly feed: Feed;
  /** Commands that were gone through again. */
  readonly replayed: number;
}

/**
 * Brings a market back: the latest snapshot, then every frame after it. Nothing that is damaged, missing
 * or out of place is passed over.
 * @throws WattbookError BAD_FRAME, BAD_SNAPSHOT, DIVERGED, STORAGE_MISMATCH and those of `storageCall`
 */
export async function recover(settings: Settings, writer: JournalWriter): Promise<Recovered> {
  const { storage, clock, sha256, keepBytes, storageTimeoutMs: timeoutMs } = settings;
  const snapshot = await storageCall('latestSnapshot', timeoutMs, () => storage.latestSnapshot());
  const state = snapshot === undefined ? new MarketState() : restored(snapshot.bytes);
  if (snapshot !== undefined) {
    checkEnd(snapshot, { sequence: state.sequence, hash: snapshot.hash }, 'by its snapshot');
  }
  const sequencer = new Sequencer(state, clock);
  const feed = new Feed(keepBytes, state.sequence);
  const from = state.sequence;
  let hash = snapshot?.hash ?? NO_FRAME;
  let epoch = 1;
  const frames = storageItems('read', timeoutMs, () => storage.read(state.sequence));
  for await (const bytes of frames) {
    const frame = decodeFrame(bytes, sha256);
    // A storage may begin with the frame that ends where the snapshot was taken.
    if (frame.lastSequence <= state.sequence) continue;
    const follows =
      frame.firstSequence === state.sequence + 1 && sameBytes(frame.previousHash, hash);
    if (!follows || frame.epoch < epoch || frame.epoch >= writer.epoch) {
      const what = `frame from ${frame.firstSequence} on, of epoch ${frame.epoch}`;
      throw new WattbookError('BAD_FRAME', `${what}, does not follow on ${state.sequence}`);
    }
    replayFrame(sequencer, frame);
    feed.publish(sequencer.events.slice(), frame.lastSequence);
    sequencer.dropBefore(sequencer.commands.length, sequencer.events.length);
    ({ hash, epoch } = frame);
  }
  checkEnd(writer.end, { sequence: state.sequence, hash }, 'when opened');
  return { sequencer, feed, replayed: state.sequence - from };
}

function restored(bytes: Uint8Array): MarketState {
  return bytes instanceof Uint8Array ? restore(bytes) : storageMismatch('gave no snapshot');
}

function replayFrame(sequencer: Sequencer, frame: Frame): void {
  const { events, state } = sequencer;
  for (const { at, end } of recordsOf(frame)) {
    const eventsStart = events.length;
    if (sequencer.replay(frame.bytes, at) !== end) {
      throw new WattbookError('BAD_FRAME', `frame: command ${state.sequence} is of another length`);
    }
    if (murmur3(events.view, eventsStart, events.length) !== digestAt(frame, end)) {
      const what = `command ${state.sequence} led to other events than when it was recorded`;
      throw new WattbookError('DIVERGED', what);
    }
  }
}
