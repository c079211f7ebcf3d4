import { murmur3 } from '../src/core/murmur3.ts';
import { type EventRecord, readRecord, recordLength } from '../src/core/records.ts';
import { sha256 } from '../src/core/sha256.ts';
import { Queries } from '../src/engine/queries.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import type { Engine } from '../src/index.ts';
import { replayFrame } from '../src/exchange/recovery.ts';
import { MarketState } from '../src/matching/state.ts';
import { type Change, COLLECTIONS } from '../src/mongodb/documents.ts';
import { ReadModels } from '../src/mongodb/read-models.ts';
import { encodeFrame, type Frame, NO_FRAME } from '../src/storage/frame.ts';
import { joined, recordsIn, u32 } from './chain-files.ts';
import { decoded, framesOf } from './journals.ts';
import { randomJournal } from './random-journal.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Documents as a database holds them that takes each change under the guard of its sequence. */
export class Store {
  readonly collections = new Map(COLLECTIONS.map((name) => [name, new Map<unknown, Fields>()]));

  write(changes: readonly Change[]): void {
    for (const { collection, id, fields, seq } of changes) {
      const documents = this.collections.get(collection)!;
      const before = documents.get(id);
      if (before !== undefined && (before['seq'] as number) >= seq) continue;
      documents.set(id, { ...before, ...fields, _id: id, seq });
    }
  }

  all(name: (typeof COLLECTIONS)[number]): Fields[] {
    return [...this.collections.get(name)!.values()];
  }

  one(name: (typeof COLLECTIONS)[number], id: unknown): Fields {
    return this.collections.get(name)!.get(id)!;
  }
}

/** Frames of so many commands each, of the commands that an engine has carried out. */
export function framed(engine: Engine, perFrame: number): Frame[] {
  const commands = recordsIn(engine.commandLog());
  const sequencer = new Sequencer(new MarketState(), undefined, false);
  const { events } = sequencer;
  const frames: Frame[] = [];
  for (let at = 0; at < commands.length; at += perFrame) {
    const some = commands.slice(at, at + perFrame);
    const body = some.flatMap((each) => {
      sequencer.replay(new DataView(each.buffer, each.byteOffset, each.length), 0);
      return [each, u32(murmur3(events.view, 0, events.length))];
    });
    const previous = frames.at(-1)?.hash ?? NO_FRAME;
    frames.push(encodeFrame(joined(...body), some.length, at + 1, 1, previous, sha256));
  }
  return frames;
}

export const randomFrames = async (count: number, seed: number): Promise<Frame[]> =>
  (await framesOf(await randomJournal(count, seed))).map(decoded);

/** The changes of each frame, from the empty market on. */
export function changesOf(frames: readonly Frame[], models = new ReadModels(new MarketState())) {
  return frames.map((frame) => models.apply(frame));
}

export function storeOf(...changes: readonly (readonly Change[])[]): Store {
  const store = new Store();
  for (const each of changes) store.write(each);
  return store;
}

/** What the journal leads to without any of this: the market, and all its events. */
export function played(frames: readonly Frame[]) {
  const sequencer = new Sequencer(new MarketState(), undefined);
  for (const frame of frames) replayFrame(sequencer, frame);
  const { state, events } = sequencer;
  const records: EventRecord[] = [];
  for (let at = 0; at < events.length; at += recordLength(events.view, at)) {
    records.push(readRecord(events.view, at, state.naming) as unknown as EventRecord);
  }
  return { state, market: new Queries(state), records };
}
