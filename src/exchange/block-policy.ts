import { flagArgument, integerArgument, objectArgument } from '../engine/arguments.ts';
import type { MarketState } from '../matching/state.ts';

/** When a block ends: at whichever of these comes first. At least one must be set. */
export interface BlockPolicy {
  /** Behind every command that traded. Default false. */
  readonly everyTrade?: boolean;
  /** Once there are so many commands behind the last block, from 1 to 2^31. */
  readonly everyCommands?: number;
  /** So long after the first command behind the last block, from 1 to 86,400,000 ms of real time. No block is empty. */
  readonly everyMs?: number;
}

const MOST_COMMANDS = 2 ** 31;
const DAY_MS = 86_400_000;

/** Checks a policy. @throws TypeError, RangeError */
export function blockPolicyOf(policy: BlockPolicy): BlockPolicy {
  objectArgument(policy, 'blocks', ['everyTrade', 'everyCommands', 'everyMs']);
  const { everyTrade = false, everyCommands, everyMs } = policy;
  flagArgument(everyTrade, 'blocks.everyTrade');
  if (everyCommands !== undefined)
    integerArgument(everyCommands, 'blocks.everyCommands', 1, MOST_COMMANDS);
  if (everyMs !== undefined) integerArgument(everyMs, 'blocks.everyMs', 1, DAY_MS);
  if (!everyTrade && everyCommands === undefined && everyMs === undefined) {
    throw new TypeError('blocks needs everyTrade, everyCommands or everyMs');
  }
  return { ...policy };
}

/** Ends the blocks of a market when it is time to. */
export class BlockEnds {
  readonly #policy: BlockPolicy;
  readonly #state: MarketState;
  readonly #seal: () => void;
  #lastTrade: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param seal carries out a `sealBlock`; it is called from a timer too, and must not throw there */
  constructor(policy: BlockPolicy, state: MarketState, seal: () => void) {
    this.#policy = policy;
    this.#state = state;
    this.#seal = seal;
    this.#lastTrade = state.lastTrade;
    if (state.sequence > state.sealedSequence) this.#wait();
  }

  /** A command was carried out: ends the block behind it if that is due. */
  commandDone(): void {
    const { everyTrade, everyCommands = Infinity } = this.#policy;
    const { sequence, sealedSequence, lastTrade } = this.#state;
    const traded = everyTrade === true && lastTrade > this.#lastTrade;
    if (sequence === sealedSequence) this.#sealed();
    else if (traded || sequence - sealedSequence >= everyCommands) {
      this.#seal();
      this.#sealed();
    } else this.#wait();
  }

  /** Ends the last block, if there is anything in it. */
  finish(): void {
    if (this.#state.sequence > this.#state.sealedSequence) this.#seal();
    this.stop();
  }

  /** Ends no block any more by itself. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #sealed(): void {
    this.#lastTrade = this.#state.lastTrade;
    this.stop();
  }

  #wait(): void {
    const { everyMs } = this.#policy;
    if (everyMs === undefined || this.#timer !== undefined) return;
    const timer: unknown = setTimeout(() => {
      this.#timer = undefined;
      this.#seal();
      this.#sealed();
    }, everyMs);
    this.#timer = timer as ReturnType<typeof setTimeout>;
    // On Node a process need not wait for it.
    (timer as { unref?(): void }).unref?.();
  }
}
