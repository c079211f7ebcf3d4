import { ByteLog } from '../src/core/bytes.ts';
import { OrderKind, PostOnly, SelfTrade, SYSTEM_ACCOUNTS, TimeInForce } from '../src/core/codes.ts';
import { recordLength, writeRecord } from '../src/core/records.ts';
import { COMMANDS } from '../src/core/registry.ts';
import { apply } from '../src/matching/apply.ts';
import type { MarketState } from '../src/matching/state.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import { FEES } from './opening.ts';

/** Time of the first command: a number of today's size, which is more to V8 than a small integer is. */
const BEGIN = Date.UTC(2026, 0, 1);

type Write = (load: Workload, row: number, clientOrderId?: string) => void;

/** Writes what `Engine` would write for operations, one after the other, stamped a millisecond apart. */
export function commandWriter(log: ByteLog): Write {
  let sequence = 0;
  const write = (
    name: 'submit' | 'cancel' | 'closeProduct' | 'listProduct',
    values: readonly number[],
    strings: readonly string[],
  ): void => {
    sequence++;
    writeRecord(log, COMMANDS[name], sequence, BEGIN + sequence, values, strings);
  };
  return (load, row, clientOrderId = '') => {
    const account = SYSTEM_ACCOUNTS.length + load.account[row]!;
    const product = load.product[row]!;
    switch (load.kind[row]) {
      case OperationKind.cancel:
        return write('cancel', [account, 0, 0, load.order[row]!], ['']);
      case OperationKind.roll:
        write('closeProduct', [OPERATOR, 0, 0, product], ['']);
        return write('listProduct', LISTING, ['', `slot-${product + load.products}`]);
      default:
        return write('submit', submission(load, row, account), ['', clientOrderId]);
    }
  };
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
