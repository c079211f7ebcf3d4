import { describe, expect, test } from 'vitest';
import { recordType } from '../src/core/records.ts';
import { EventType, nameOf } from '../src/core/codes.ts';
import { restore, snapshot, stateHash } from '../src/matching/snapshot.ts';
import { mulberry32 } from './mulberry32.ts';
import { CommandSource, PLAIN } from './random-commands.ts';
import { Lockstep, Mismatch } from './twin/lockstep.ts';
import { setUp } from './twin/set-up.ts';

const RUNS = Number(process.env['FORWARD_RUNS'] ?? 24);
const COMMANDS = 500;
const SEED = Number(process.env['FORWARD_SEED'] ?? 20_261_123);

/** Streams in which most products are planned, and half of those sold forward. */
function play(seed: number, tally: Map<string, number>): Lockstep {
  const draw = mulberry32(seed);
  const funds = (['ample', 'ample', 'scarce', 'huge'] as const)[seed % 4]!;
  const profile = { ...PLAIN, funds, planned: true, forward: true, ticks: 2 + (seed % 5) };
  const lockstep = new Lockstep(false);
  const count = (name: string): void => void tally.set(name, (tally.get(name) ?? 0) + 1);
  const source = new CommandSource(profile, lockstep.market);
  let made = 0;
  try {
    for (const each of setUp(profile, draw))
      lockstep.step(each, { fields: false, market: false, state: false });
    for (; made < COMMANDS; made++) {
      const command = source.next(draw);
      const { events, receipt } = lockstep.step(command, {
        fields: made % 5 === 0,
        market: made % 50 === 49,
        state: false,
      });
      if (receipt.code === 0 || receipt.code > 53) count(`${command.type} ${receipt.code}`);
      const view = new DataView(events.buffer, events.byteOffset, events.byteLength);
      for (let at = 0; at < events.length; at += view.getUint32(at))
        count(nameOf(EventType, recordType(view, at)));
    }
    lockstep.compareBytes(true);
  } catch (error) {
    throw new Mismatch(`seed ${seed}, command ${made}: ${String(error)}`, { cause: error });
  }
  const again = restore(snapshot(lockstep.state));
  expect(stateHash(again), `seed ${seed}`).toBe(stateHash(lockstep.state));
  return lockstep;
}

describe(`markets that sell energy forward, seed ${SEED}`, () => {
  test(`do what the twin does, ${RUNS} x ${COMMANDS} commands`, () => {
    const tally = new Map<string, number>();
    for (let run = 0; run < RUNS; run++) play(SEED + run, tally);
    if (process.env['FORWARD_TELL'])
      console.log(
        [...tally]
          .sort()
          .map(([n, c]) => `${n}: ${c}`)
          .join('\n'),
      );
    for (const name of ['settlementPosted', 'slotSettled', 'readingRecorded', 'tradeRecalled']) {
      expect(tally.get(name), name).toBeGreaterThan(RUNS);
    }
    for (const name of [
      'debtPaid',
      'submit 60',
      'submit 69',
      'settleProduct 58',
      'settleProduct 59',
    ]) {
      expect(tally.get(name), name).toBeGreaterThan(0);
    }
  });
});
