import { WattbookError } from '../core/errors.ts';
import { Sequencer } from '../engine/sequencer.ts';
import type { MarketState } from '../matching/state.ts';
import { type Frame, recordStarts, viewOf } from '../storage/frame.ts';
import { StateTree } from './state-tree.ts';
export type { AccountProof } from './state-tree.ts';

/** What a market had come to. */
export interface StateAt {
  readonly state: MarketState;
  readonly tree: StateTree;
}

/**
 * Goes through a journal up to the end of a block. O(commands + state).
 * @throws WattbookError NOT_KEPT where the journal has no such block, and those of the frames
 */
export async function stateTreeAt(
  state: MarketState,
  frames: AsyncIterable<Frame>,
  height: number,
): Promise<StateAt> {
  const sequencer = new Sequencer(state, undefined, false);
  for await (const frame of frames) {
    const view = viewOf(frame.bytes);
    for (const start of recordStarts(frame).subarray(0, -1)) {
      sequencer.replay(view, start);
      if (state.height === height) return { state, tree: new StateTree(state) };
    }
    state.archived.forget(state.sequence);
  }
  throw new WattbookError('NOT_KEPT', `the journal ends before block ${height}`);
}
