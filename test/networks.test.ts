import { expect, test } from 'vitest';
import { restore, snapshot, stateHash } from '../src/matching/snapshot.ts';
import { mulberry32 } from './mulberry32.ts';
import { CommandSource, PLAIN, type Profile } from './random-commands.ts';
import type { Command } from './twin/commands.ts';
import { Lockstep, Mismatch } from './twin/lockstep.ts';
import { setUp } from './twin/set-up.ts';

const STREAMS = 60;
const COMMANDS = 300;

function play(number: number): Lockstep {
  const funds = (['ample', 'ample', 'huge', 'scarce'] as const)[number % 4]!;
  const others = { planned: number % 2 === 0, called: number % 5 === 0 };
  const profile: Profile = {
    ...PLAIN,
    ...others,
    networks: true,
    funds,
    ticks: [4, 8, 2][number % 3]!,
  };
  const lockstep = new Lockstep(true);
  const source = new CommandSource(profile, lockstep.market);
  const draw = mulberry32(number);
  const told: Command[] = [];
  try {
    const begun = setUp(profile, draw);
    for (let i = 0; i < begun.length + COMMANDS; i++) {
      const made = begun[i] ?? source.next(draw);
      told.push(made);
      lockstep.step(made, { fields: true, market: false, state: i % 20 === 0 });
    }
    lockstep.compareBytes(true);
  } catch (error) {
    const last = told.slice(-4).map((made) => JSON.stringify(made));
    const all = told.map((made) => JSON.stringify(made)).join('\n');
    if (process.env['TELL'] !== undefined) console.log(all);
    throw new Mismatch(`stream ${number}: ${String(error)}\n${last.join('\n')}`, { cause: error });
  }
  return lockstep;
}

test(`${STREAMS} random streams with networks: the engine does what its twin does`, () => {
  let [trades, networked, accepted, all] = [0, 0, 0, 0];
  for (let number = 0; number < STREAMS; number++) {
    const { market, steps, state } = play(number);
    trades += market.trades.length;
    networked += market.trades.filter(({ way }) => way !== undefined).length;
    all += steps.length;
    accepted += steps.filter(({ receipt }) => receipt.code === 0).length;
    const again = restore(snapshot(state));
    expect(stateHash(again)).toBe(stateHash(state));
  }
  expect(accepted / all).toBeGreaterThan(0.4);
  expect(networked / STREAMS).toBeGreaterThan(20);
  expect(trades).toBeGreaterThan(networked);
});
