import { ByteLog, readI64 } from '../src/core/bytes.ts';
import { EventType } from '../src/core/codes.ts';
import { recordLength, recordType } from '../src/core/records.ts';
import { EVENTS, offsetsOf } from '../src/core/registry.ts';
import { apply } from '../src/matching/apply.ts';
import { marketHash, restore } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import type { Workload } from '../src/testing/index.ts';
import { commandWriter } from './commands.ts';
import { Fills } from './fills.ts';
import type { RestingMarket, RestingPath } from './market.ts';
import { openedEngine } from './opening.ts';

/** The outbox is emptied after so many operations. */
const EMPTIED_EVERY = 1024;

interface AppliedPath extends RestingPath {
  open(fills?: Fills): AppliedMarket;
}

/** `apply` on command records that were written outside the clock: locks, settlement, fees, events. */
export function applyPath(load: Workload): AppliedPath {
  const commands = commandRecords(load);
  const opened = openedEngine(load).snapshot();
  return {
    block: EMPTIED_EVERY,
    open: (fills = new Fills(load.orders)) => new AppliedMarket(restore(opened), commands, fills),
  };
}

interface Commands {
  readonly log: ByteLog;
  /** Where the records of an operation begin; one more entry at the end. */
  readonly starts: Float64Array;
}

function commandRecords(load: Workload): Commands {
  const log = new ByteLog(load.length * 100);
  const starts = new Float64Array(load.length + 1);
  const write = commandWriter(log);
  for (let row = 0; row < load.length; row++) {
    starts[row] = log.length;
    write(load, row);
  }
  starts[load.length] = log.length;
  return { log, starts };
}

const TRADE = offsetsOf(EVENTS.trade);

class AppliedMarket implements RestingMarket {
  readonly state: MarketState;
  readonly #commands: Commands;
  readonly #outbox = new ByteLog(1 << 20);
  readonly #fills: Fills;

  constructor(state: MarketState, commands: Commands, fills: Fills) {
    this.state = state;
    this.#commands = commands;
    this.#fills = fills;
  }

  run(from: number, to: number): void {
    const state = this.state;
    const outbox = this.#outbox;
    const { log, starts } = this.#commands;
    const cursor = { view: log.view, at: 0 };
    for (let row = from; row < to; row++) {
      if ((row - from) % EMPTIED_EVERY === 0) outbox.length = 0;
      const end = starts[row + 1]!;
      let at = starts[row]!;
      while (at < end) {
        cursor.at = at;
        apply(state, cursor, outbox);
        at += recordLength(log.view, at);
      }
    }
  }

  collect(): void {
    const { view, length } = this.#outbox;
    for (let at = 0; at < length; at += recordLength(view, at)) {
      if (recordType(view, at) !== EventType.trade) continue;
      this.#fills.add(
        readI64(view, at + TRADE.makerOrder),
        readI64(view, at + TRADE.takerOrder),
        readI64(view, at + TRADE.price),
        readI64(view, at + TRADE.quantity),
      );
    }
  }

  proof(): string {
    return `${this.state.lastTrade} ${marketHash(this.state)}`;
  }

  resting(): number {
    return this.state.orders.resting;
  }
}
