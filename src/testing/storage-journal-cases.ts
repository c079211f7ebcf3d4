import {
  appended,
  bytesOf,
  collected,
  fail,
  frameBehind,
  mustBe,
  mustEqual,
  NOWHERE,
  openOn,
  soon,
} from './storage-checks.ts';
import type { Frame } from '../storage/frame.ts';
import type { Trial } from './storage-suite.ts';

/** Frames: stored, read and followed. */
export const journalCases: Readonly<Record<string, Trial>> = {
  'a journal is empty at first': async ({ storage }) => {
    mustBe(['executed', 'durable'].includes(storage.supports.level), 'supports.level is no level');
    const { epoch, end } = await openOn(storage);
    mustBe(Number.isSafeInteger(epoch) && epoch >= 1, `epoch is ${epoch}`);
    mustEqual(end, NOWHERE, 'end');
    mustEqual(await collected(storage.read(0)), [], 'read(0)');
    mustEqual(await storage.latestSnapshot(), undefined, 'latestSnapshot()');
  },

  'an append tells the new end, and what was appended comes back': async ({
    storage,
    reopened,
  }) => {
    const writer = await openOn(storage);
    let end = NOWHERE;
    const frames: Frame[] = [];
    for (const count of [1, 3, 2]) {
      const frame = frameBehind(end, count, writer.epoch);
      const copy = new Uint8Array(frame.bytes);
      end = await writer.append(frame);
      mustEqual(end, { sequence: frame.lastSequence, hash: frame.hash }, 'what append resolves to');
      mustEqual(frame.bytes, copy, 'the bytes of the frame, which append must not change');
      frames.push(frame);
      mustEqual(await collected(storage.read(0)), bytesOf(frames), 'read(0)');
    }
    await writer.close();
    const again = await reopened();
    mustEqual(await collected(again.read(0)), bytesOf(frames), 'read(0) after a restart');
    mustEqual((await openOn(again)).end, end, 'end after a restart');
  },

  'read gives the frames with commands after any sequence': async ({ storage }) => {
    const { frames } = await appended(await openOn(storage), NOWHERE, 1, 3, 2, 1);
    for (let after = 0; after <= 8; after++) {
      const found = await collected(storage.read(after));
      const expected = bytesOf(frames.filter(({ lastSequence }) => lastSequence > after));
      // It may begin with a frame that holds earlier commands only, and with no more of them.
      const isOneMore = found.length === expected.length + 1;
      mustEqual(isOneMore ? found.slice(1) : found, expected, `read(${after})`);
    }
  },

  'read gives copies: who changes them changes nothing': async ({ storage }) => {
    const writer = await openOn(storage);
    writer.end.hash.fill(1);
    const frame = frameBehind(NOWHERE, 2, writer.epoch);
    const expected = { sequence: 2, hash: new Uint8Array(frame.hash) };
    (await writer.append(frame)).hash.fill(2);
    for await (const bytes of storage.read(0)) bytes.fill(3);
    mustEqual(await collected(storage.read(0)), [frame.bytes], 'read(0)');
    await writer.close();
    mustEqual((await openOn(storage)).end, expected, 'end');
  },

  'read ends, also while frames are appended, and is open to many at once': async ({ storage }) => {
    const writer = await openOn(storage);
    const { frames, end: start } = await appended(writer, NOWHERE, 1, 2);
    let end = start;
    const others = [storage.read(0), storage.read(1)].map((each) => collected(each));
    const seen: Uint8Array[] = [];
    for await (const bytes of storage.read(0)) {
      seen.push(bytes);
      if (seen.length > 50) fail('read goes on with each frame that is appended');
      ({ end } = await appended(writer, end, 1));
    }
    mustEqual(seen.slice(0, 2), bytesOf(frames), 'the first frames');
    const [all, later] = await Promise.all(others);
    mustEqual(all!.slice(0, 2), bytesOf(frames), 'the first frames to another reader');
    mustBe(later!.length > 0, 'a third reader got nothing');
    for await (const _ of storage.read(0)) break;
    mustEqual((await collected(storage.read(0))).length, 2 + seen.length, 'frames in the end');
  },

  'follow gives what is stored, then each frame once it is stored': async ({
    storage,
    patienceMs,
  }) => {
    const writer = await openOn(storage);
    const { frames, end } = await appended(writer, NOWHERE, 1, 2);
    const stop = new AbortController();
    const iterators = [0, 1, 3].map((after) =>
      storage.follow(after, stop.signal)[Symbol.asyncIterator](),
    );
    const next = (i: number): Promise<Uint8Array> =>
      soon(iterators[i]!.next(), 'a frame to a follower', patienceMs).then(
        ({ value }) => value as Uint8Array,
      );
    const first = [await next(0), await next(0), await next(1)];
    mustEqual(first, bytesOf([frames[0]!, frames[1]!, frames[1]!]), 'what was stored');
    let told = 0;
    const waiting = [0, 1, 2].map((i) => next(i).finally(() => told++));
    await new Promise((resolve) => setTimeout(resolve, 20));
    mustEqual(told, 0, 'frames that were told of and not appended');
    const { frames: more } = await appended(writer, end, 4, 1);
    const expected = bytesOf([more[0]!, more[0]!, more[0]!]);
    mustEqual(await Promise.all(waiting), expected, 'the next frame, to each of three');
    mustEqual(await next(2), more[1]!.bytes, 'the frame after it');
    const ending = iterators[2]!.next();
    stop.abort();
    mustEqual(
      (await soon(ending, 'the end after the signal', patienceMs)).done,
      true,
      'done after the signal',
    );
  },

  'follow ends at once if the signal has aborted, and in between': async (under) => {
    const { storage, patienceMs } = under;
    await appended(await openOn(storage), NOWHERE, 1, 1);
    const nothing = collected(storage.follow(0, aborted()));
    mustEqual(await soon(nothing, 'the end', patienceMs), [], 'frames after the signal');
    const stop = new AbortController();
    const countUntilStopped = async (): Promise<number> => {
      let seen = 0;
      for await (const _ of storage.follow(0, stop.signal)) {
        seen++;
        stop.abort();
      }
      return seen;
    };
    const seen = await soon(countUntilStopped(), 'the end after the signal', patienceMs);
    mustEqual(seen, 1, 'frames until the signal');
  },
};

function aborted(): AbortSignal {
  const controller = new AbortController();
  controller.abort();
  return controller.signal;
}
