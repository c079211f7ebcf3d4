import { ByteLog, readI64 } from '../src/core/bytes.ts';
import {
  EventType,
  OrderKind,
  PostOnly,
  SelfTrade,
  SYSTEM_ACCOUNTS,
  TimeInForce,
} from '../src/core/codes.ts';
import { COMMANDS, EVENTS, offsetsOf } from '../src/core/registry.ts';
import { recordLength, recordType, writeRecord } from '../src/core/records.ts';
import { apply } from '../src/matching/apply.ts';
import { marketHash, restore } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';
import { FEES, openedEngine } from './opening.ts';
import { median } from './rounds.ts';
import type { Latency, Plan } from './suite.ts';

/** The outbox is emptied after so many operations. */
const EMPTIED_EVERY = 1024;

/** `apply` on command records that were written outside the clock: locks, settlement, fees, events. */
export function applyPath(load: Workload): Path & { open(fills?: Fills): AppliedMarket } {
  const commands = commandRecords(load);
  const opened = openedEngine(load).snapshot();
  return {
    block: EMPTIED_EVERY,
    open: (fills = new Fills(load.orders)) => new AppliedMarket(restore(opened), commands, fills),
  };
}

/** Of single commands of flow A: the median of each percentile over the rounds. */
export function applyLatency(load: Workload, { rounds }: Plan): Latency | undefined {
  if (load.flow !== 'A') return undefined;
  const path = applyPath(load);
  const percentiles = Array.from({ length: rounds }, () => {
    const market = path.open();
    market.run(0, load.prefill);
    const times = market.latencies(load.prefill, load.length).sort();
    return (share: number): number => times[Math.ceil(times.length * share) - 1]!;
  });
  const at = (share: number): number => Math.round(median(percentiles.map((of) => of(share))));
  return { p50ns: at(0.5), p99ns: at(0.99), p999ns: at(0.999) };
}

interface Commands {
  readonly log: ByteLog;
  /** Where the records of an operation begin; one more entry at the end. */
  readonly starts: Float64Array;
}

/** What `Engine` would write for the operations, stamped a millisecond apart. */
function commandRecords(load: Workload): Commands {
  const log = new ByteLog(load.length * 100);
  const starts = new Float64Array(load.length + 1);
  let sequence = 0;
  const write = (
    name: 'submit' | 'cancel' | 'closeProduct' | 'listProduct',
    values: readonly number[],
    strings: readonly string[],
  ): void => writeRecord(log, COMMANDS[name], ++sequence, sequence, values, strings);
  for (let row = 0; row < load.length; row++) {
    starts[row] = log.length;
    const account = SYSTEM_ACCOUNTS.length + load.account[row]!;
    const product = load.product[row]!;
    switch (load.kind[row]) {
      case OperationKind.cancel:
        write('cancel', [account, 0, 0, load.order[row]!], ['']);
        break;
      case OperationKind.roll:
        write('closeProduct', [OPERATOR, 0, 0, product], ['']);
        write('listProduct', LISTING, ['', `slot-${product + load.products}`]);
        break;
      default:
        write('submit', submission(load, row, account), ['', '']);
    }
  }
  starts[load.length] = log.length;
  return { log, starts };
}

const OPERATOR = SYSTEM_ACCOUNTS.indexOf('operator');
/** Assets kWh and EUR, tick 0.000001, lot 0.001, no band. */
const LISTING = [OPERATOR, 0, 0, 0, 1, 1, 6, 1, 3, FEES.makerPpm, FEES.takerPpm, 0, 0, 0];

function submission(load: Workload, row: number, account: number): number[] {
  const immediate = load.kind[row] === OperationKind.immediate;
  const timeInForce = immediate ? TimeInForce.ioc : TimeInForce.gtc;
  const [price, quantity] = [load.priceTicks[row]!, load.quantityLots[row]!];
  const parties = [account, 0, 0, account, load.product[row]!, load.side[row]!];
  const rules = [OrderKind.limit, timeInForce, PostOnly.off, SelfTrade.allow];
  return [...parties, ...rules, 1, price, quantity, 0, 0];
}

const TRADE = offsetsOf(EVENTS.trade);

class AppliedMarket implements Market {
  readonly #state: MarketState;
  readonly #commands: Commands;
  readonly #outbox = new ByteLog(1 << 20);
  readonly #fills: Fills;

  constructor(state: MarketState, commands: Commands, fills: Fills) {
    this.#state = state;
    this.#commands = commands;
    this.#fills = fills;
  }

  run(from: number, to: number): void {
    const state = this.#state;
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
    return `${this.#state.lastTrade} ${marketHash(this.#state)}`;
  }

  /** Times each operation of the rows by itself: nanoseconds, the clock's own reading included. */
  latencies(from: number, to: number): Float64Array {
    const times = new Float64Array(to - from);
    let before = performance.now();
    for (let row = from; row < to; row++) {
      this.run(row, row + 1);
      const now = performance.now();
      times[row - from] = (now - before) * 1e6;
      before = now;
    }
    return times;
  }
}
