import { WattbookError } from '../core/errors.ts';
import { HEADER_SIZE } from '../core/registry.ts';
import { murmur3 } from '../core/murmur3.ts';
import { Sequencer } from '../engine/sequencer.ts';
import { restore } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import type { JournalEnd, JournalWriter } from '../storage/contract.ts';
import { DIGEST_SIZE, type Frame, NO_FRAME, recordStarts, viewOf } from '../storage/frame.ts';
import { Feed } from './feed.ts';
import type { Settings } from './options.ts';
import {
  checkEnd,
  checkSnapshot,
  endOf,
  framesAfter,
  storageCall,
  storageMismatch,
} from './storage-calls.ts';

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
 * @throws WattbookError BAD_FRAME, BAD_SNAPSHOT, DIVERGED, FENCED, OTHER_RULES, STORAGE_MISMATCH and those of `storageCall`;
 *   BAD_RECORD, UNKNOWN_TYPE, SEQUENCE_GAP for what a sound frame should not hold
 */
export async function recover(settings: Settings, writer: JournalWriter): Promise<Recovered> {
  const { storage, clock, sha256, keepBytes, storageTimeoutMs: timeoutMs } = settings;
  const snapshot = await storageCall('latestSnapshot', timeoutMs, () => storage.latestSnapshot());
  checkSnapshot(snapshot);
  const state = snapshot === undefined ? new MarketState() : restore(snapshot.bytes);
  const from = state.sequence;
  if (snapshot !== undefined && snapshot.sequence !== from) {
    storageMismatch(`gave a snapshot of ${from} as one of ${snapshot.sequence}`);
  }
  const sequencer = new Sequencer(state, clock, true, settings.drawSalt, settings.chainId);
  const feed = new Feed(keepBytes, from);
  let end: JournalEnd = snapshot ?? { sequence: 0, hash: NO_FRAME };
  for await (const frame of framesAfter(end, storage, sha256, timeoutMs)) {
    if (frame.epoch >= writer.epoch) {
      const what = `frame from ${frame.firstSequence} on is of epoch ${frame.epoch}`;
      // Of a later one: this one was taken over since it was opened.
      const code = frame.epoch > writer.epoch ? 'FENCED' : 'BAD_FRAME';
      throw new WattbookError(code, `${what}, the writer of ${writer.epoch}`);
    }
    replayFrame(sequencer, frame);
    end = endOf(frame);
    const { commands, events } = sequencer;
    // Not copied where what comes behind it will push it out in any case: each command has an event.
    const behind = (writer.end.sequence - end.sequence) * HEADER_SIZE;
    feed.publish(feed.keeps(events.length + behind) ? events.slice() : undefined, end.sequence);
    sequencer.dropBefore(commands.length, events.length);
    state.archived.forget(feed.goneSequence);
  }
  checkEnd(writer.end, end, 'when opened');
  return { sequencer, feed, replayed: state.sequence - from };
}

/**
 * Goes through the commands of a frame again, or those up to a sequence.
 * @throws WattbookError DIVERGED naming the first command that led to other events than it did at first
 */
export function replayFrame(sequencer: Sequencer, frame: Frame, to = Infinity): void {
  const { events, state } = sequencer;
  const view = viewOf(frame.bytes);
  const starts = recordStarts(frame);
  for (let i = 1; i < starts.length; i++) {
    if (state.sequence >= to) return;
    const eventsStart = events.length;
    sequencer.replay(view, starts[i - 1]!);
    const digest = view.getUint32(starts[i]! - DIGEST_SIZE);
    if (murmur3(events.view, eventsStart, events.length) === digest) continue;
    const what = `command ${state.sequence} led to other events than when it was recorded`;
    throw new WattbookError('DIVERGED', what);
  }
}
