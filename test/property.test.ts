import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MarketState } from '../src/matching/state.ts';
import { marketHash, restore, snapshot, stateHash } from '../src/matching/snapshot.ts';
import { CommandSource, PLAIN, type Profile } from './random-commands.ts';
import type { Command } from './twin/commands.ts';
import { controlBytes, marketBytes } from './twin/encode.ts';
import { Lockstep, Mismatch, replay, sha256 } from './twin/lockstep.ts';
import { command } from './twin/makers.ts';
import { OPERATOR } from './twin/market.ts';
import { setUp } from './twin/set-up.ts';
import { mulberry32 } from './mulberry32.ts';

/** Fixed, so that every run of the tests does the same. Other seeds are for scripts/campaign.ts. */
const SEED = 20_240_917;
const RUNS = 160;
const COMMANDS = 200;

/** Streams that start from nothing are rare: most of their commands are refused. */
function profileOf(number: number): { profile: Profile; funded: boolean } {
  const funds = (['ample', 'ample', 'ample', 'huge', 'scarce', 'huge'] as const)[number % 6]!;
  const ticks = [4, 2, 12][number % 3]!;
  const aggressive = number % 4 === 3 ? 50 : 100;
  const planned = number % 5 < 2;
  const called = number % 4 === 0;
  const profile = { ...PLAIN, funds, ticks, aggressive, planned, called };
  return { profile, funded: number % 20 !== 19 };
}

/**
 * Each number makes one command of the stream, and 0 makes none: so a failing stream shrinks to the
 * few commands that matter.
 */
function play(number: number, seeds: readonly number[], lockstep: Lockstep): void {
  const { profile, funded } = profileOf(number);
  const source = new CommandSource(profile, lockstep.market);
  const told: Command[] = [];
  const step = (made: Command, every20th: boolean): void => {
    told.push(made);
    lockstep.step(made, { fields: true, market: false, state: every20th });
  };
  try {
    if (funded) for (const made of setUp(profile, mulberry32(number))) step(made, false);
    seeds.forEach((seed, i) => {
      if (seed !== 0) step(source.next(mulberry32(seed)), i % 20 === 19);
    });
    lockstep.compareBytes(true);
  } catch (error) {
    const stream = told.map((made) => JSON.stringify(made)).join('\n');
    throw new Mismatch(`${String(error)}\nafter these commands:\n${stream}`, { cause: error });
  }
}

const numbers = fc.nat({ max: 1_000_000 });
const seeds = fc.array(fc.noBias(fc.nat({ max: 0xffff_ffff })), {
  minLength: COMMANDS,
  maxLength: COMMANDS,
});
const options = (runs: number): { seed: number; numRuns: number } => ({
  seed: SEED,
  numRuns: runs,
});

describe(`random command streams, seed ${SEED}`, () => {
  test(`the engine does what its twin does, ${RUNS} x ${COMMANDS} commands`, () => {
    let [applied, accepted, trades] = [0, 0, 0];
    fc.assert(
      fc.property(numbers, seeds, (number, stream) => {
        const lockstep = new Lockstep(true);
        play(number, stream, lockstep);
        const random = lockstep.steps.slice(-COMMANDS);
        applied += random.length;
        accepted += random.filter(({ receipt }) => receipt.code === 0).length;
        trades += lockstep.market.lastTrade;
      }),
      options(RUNS),
    );
    // The streams are worth something only if most commands are accepted and many orders trade.
    expect(accepted / applied).toBeGreaterThan(0.5);
    expect(trades / RUNS).toBeGreaterThan(28);
  });

  test('a replay of all commands that took a sequence gives the same events and state', () => {
    fc.assert(
      fc.property(numbers, seeds, (number, stream) => {
        const lockstep = new Lockstep(true);
        play(number, stream, lockstep);
        const state = new MarketState();
        replay(
          state,
          lockstep.steps.filter(({ receipt }) => receipt.recorded),
        );
        const { market } = lockstep;
        expect(marketHash(state)).toBe(sha256([marketBytes(market)]));
        expect(stateHash(state)).toBe(sha256([marketBytes(market), controlBytes(market)]));
      }),
      options(RUNS / 10),
    );
  });

  test('a restored snapshot is the same state and goes on in the same way', () => {
    fc.assert(
      fc.property(numbers, seeds, fc.nat({ max: COMMANDS }), (number, stream, cut) => {
        const lockstep = new Lockstep(true);
        play(number, stream.slice(0, cut), lockstep);
        const { length } = lockstep.steps;
        const bytes = snapshot(lockstep.state);
        const hash = stateHash(lockstep.state);
        const source = new CommandSource(profileOf(number).profile, lockstep.market);
        for (const seed of stream.slice(cut)) {
          lockstep.step(source.next(mulberry32(seed)), {
            fields: false,
            market: false,
            state: false,
          });
        }
        const state = restore(bytes);
        expect(stateHash(state)).toBe(hash);
        expect(snapshot(state)).toEqual(bytes);
        replay(state, lockstep.steps.slice(length));
        expect(stateHash(state)).toBe(stateHash(lockstep.state));
        // Restoring from the end must not depend on what was before either.
        expect(snapshot(restore(snapshot(state)))).toEqual(snapshot(lockstep.state));
      }),
      options(RUNS / 10),
    );
  });
});

test('a command id is known for 65,536 commands and then forgotten', () => {
  const lockstep = new Lockstep();
  const none = { fields: false, market: false, state: false };
  const tick = (commandId: string): boolean => {
    const made = { ...command('advanceTime', OPERATOR, {}), commandId, digestHigh: 1 };
    return lockstep.step(made, none).receipt.recorded;
  };
  expect(tick('first')).toBe(true);
  for (let i = 2; i <= 65_536; i++) tick(i % 5 === 0 ? '' : `k${i}`);
  expect(tick('first')).toBe(false);
  lockstep.compareBytes(true);
  expect(tick('')).toBe(true);
  expect(tick('k2')).toBe(false);
  expect(tick('first')).toBe(true);
  expect(tick('k2')).toBe(true);
  lockstep.compareBytes(true);
  expect(stateHash(restore(snapshot(lockstep.state)))).toBe(stateHash(lockstep.state));
});
