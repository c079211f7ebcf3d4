import { ByteLog } from '../src/core/bytes.ts';
import {
  Display,
  OrderKind,
  PostOnly,
  SelfTrade,
  SYSTEM_ACCOUNTS,
  TimeInForce,
} from '../src/core/codes.ts';
import { recordLength, writeRecord } from '../src/core/records.ts';
import { COMMANDS } from '../src/core/registry.ts';
import { apply } from '../src/matching/apply.ts';
import type { MarketState } from '../src/matching/state.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import { lifetimeMs, shownLots, triggerTicks } from '../src/testing/workload.ts';
import { FEES } from './opening.ts';

/** Time of the first command: a number of today's size, which is more to V8 than a small integer is. */
const BEGIN = Date.UTC(2026, 0, 1);

type Write = (load: Workload, row: number, clientOrderId?: string) => void;

/** Writes what `Engine` would write for operations, one after the other, stamped a millisecond apart. */
export function commandWriter(log: ByteLog): Write {
  let sequence = 0;
  const write = (
    name: 'submit' | 'submitSpecial' | 'cancel' | 'closeProduct' | 'listProduct',
    values: readonly number[],
    strings: readonly string[],
  ): void => {
    sequence++;
    writeRecord(log, COMMANDS[name], sequence, BEGIN + sequence, values, strings);
  };
  return (load, row, clientOrderId = '') => {
    const account = SYSTEM_ACCOUNTS.length + load.account[row]!;
    const product = load.product[row]!;
    const kind = load.kind[row]!;
    if (kind === OperationKind.cancel) {
      return write('cancel', [account, 0, 0, load.order[row]!], ['']);
    }
    if (kind === OperationKind.roll) {
      write('closeProduct', [OPERATOR, 0, 0, product], ['']);
      return write('listProduct', LISTING, ['', `slot-${product + load.products}`]);
    }
    const special = specialTerms(load, row);
    const name = special === undefined ? 'submit' : 'submitSpecial';
    const plain = submission(load, row, account, BEGIN + sequence + 1);
    write(name, [...plain, ...(special ?? [])], ['', clientOrderId]);
  };
}

const OPERATOR = SYSTEM_ACCOUNTS.indexOf('operator');
/** Assets kWh and EUR, tick 0.000001, lot 0.001, no band. */
const LISTING = [OPERATOR, 0, 0, 0, 1, 1, 6, 1, 3, FEES.makerPpm, FEES.takerPpm, 0, 0, 0];

/** @param time of its command */
function submission(load: Workload, row: number, account: number, time: number): number[] {
  const kind = load.kind[row]!;
  const [price, quantity] = [load.priceTicks[row]!, load.quantityLots[row]!];
  const expires = kind === OperationKind.goodTillDate;
  const lasting = expires ? TimeInForce.gtd : TimeInForce.gtc;
  const timeInForce = kind === OperationKind.immediate ? TimeInForce.ioc : lasting;
  const postOnly = kind === OperationKind.postOnly ? PostOnly.slide : PostOnly.off;
  const parties = [account, 0, 0, account, load.product[row]!, load.side[row]!];
  const rules = [OrderKind.limit, timeInForce, postOnly, SelfTrade.allow];
  return [...parties, ...rules, 1, price, quantity, 0, expires ? time + lifetimeMs(quantity) : 0];
}

/** Display, what is shown, refresh below, all-or-none, trigger; undefined for an order without any of them. */
function specialTerms(load: Workload, row: number): number[] | undefined {
  switch (load.kind[row]) {
    case OperationKind.iceberg:
      return [Display.clip, shownLots(load.quantityLots[row]!), 1, 0, 0, 0];
    case OperationKind.allOrNone:
      return [Display.all, 0, 0, 1, 0, 0];
    case OperationKind.stop:
      return [Display.all, 0, 0, 0, 1, triggerTicks(load.side[row]!, load.priceTicks[row]!)];
    default:
      return undefined;
  }
}

/** Operations whose records are written, applied and overwritten together. */
const CHUNK = 1024;

/** Applies a whole workload and keeps neither its commands nor its events. */
export function applyAll(
  state: MarketState,
  load: Workload,
  clientOrderId?: (row: number) => string,
): void {
  const commands = new ByteLog();
  const outbox = new ByteLog();
  const cursor = { view: commands.view, at: 0 };
  const write = commandWriter(commands);
  for (let row = 0; row < load.length; row++) {
    write(load, row, clientOrderId?.(row));
    if ((row + 1) % CHUNK !== 0 && row + 1 < load.length) continue;
    cursor.view = commands.view;
    for (cursor.at = 0; cursor.at < commands.length;) {
      const length = recordLength(cursor.view, cursor.at);
      apply(state, cursor, outbox);
      cursor.at += length;
    }
    commands.length = 0;
    outbox.length = 0;
  }
}
