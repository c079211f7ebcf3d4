import { expect, it } from 'vitest';
import { stateOf } from '../src/engine/queries.ts';
import { Engine, type WattbookError } from '../src/index.ts';
import { snapshot } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { thrownBy } from './stage.ts';

/** What is forged in a state, by what it makes of it, and what a restore says of that. */
export type Forgeries = Readonly<
  Record<string, readonly [message: string, forge: (state: MarketState) => void]>
>;

/** A test for each forgery: in a market of its own, whose snapshot is good before, and refused then although its checksum is right. */
export function refusesEach(forgeries: Forgeries, market: () => Engine): void {
  it.each(Object.entries(forgeries))('%s', (_name, [message, forge]) => {
    const engine = market();
    expect(Engine.restore(engine.snapshot()).stateHash()).toBe(engine.stateHash());
    const state = stateOf(engine);
    forge(state);
    const fault = thrownBy(() => Engine.restore(snapshot(state))) as WattbookError;
    expect(fault.code).toBe('BAD_SNAPSHOT');
    expect(fault.message).toBe(`snapshot: ${message}`);
  });
}
