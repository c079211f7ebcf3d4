import { RejectCode } from '../core/codes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { writeEvent } from './events.ts';
import { isOperator } from './permission.ts';
import type { MarketState, Outbox } from './state.ts';

const AT = offsetsOf(COMMANDS.sealBlock);

/**
 * The seal-block command: what came behind the last one, up to and including this command, is a block. Nothing else happens: the
 * block is made from the journal, by whoever reads it.
 */
export function sealBlock(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;
  const first = state.sealedSequence + 1;
  state.height++;
  state.sealedSequence = state.sequence;
  writeEvent(state, outbox, 'blockSealed', [state.height, first]);
  return 0;
}
