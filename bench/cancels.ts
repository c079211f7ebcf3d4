import { Side } from '../src/core/codes.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import { emptyColumns } from '../src/testing/workload.ts';
import { mulberry32 } from '../test/mulberry32.ts';
import { type Course, courseCase, SIZES } from './courses.ts';
import type { RestingPath } from './market.ts';
import type { Case } from './suite.ts';

/** Cancels that are timed at each size. */
const TIMED = 200_000;
const ACCOUNTS = 1000;
const PRICE = 100_000;
/** Orders that are taken at the end, to see which are left and in which order. */
const TAKEN = 10_000;

/** Cancels drawn at random from a single queue, through a path of ours. */
export function cancelCases(prefix: string, pathOf: (load: Workload) => RestingPath): Case[] {
  return SIZES.map(([size, orders]) => {
    const batches = Math.ceil((TIMED / orders) * 10);
    return courseCase(`${prefix}${size}`, `cancel-${size}`, pathOf, orders, (plan) => [
      cancelCourse(plan.size(orders), plan.size(batches)),
    ]);
  });
}

/**
 * A queue of one price that begins with 5% too many orders; then timed cancels of a tenth of `orders`, and
 * as many orders more at the back, and so on. Each cancel is drawn from all that rest.
 */
function cancelCourse(orders: number, batches: number): Course {
  const depth = Math.round(orders * 1.05);
  const batch = Math.ceil(orders / 10);
  const rows = rowsOf(depth + 2 * batches * batch + 1);
  const draw = mulberry32(1);
  const accounts: number[] = [0];
  const resting: number[] = [];
  const timed: [number, number][] = [];
  const add = (): void => {
    const account = draw(ACCOUNTS);
    resting.push(accounts.length);
    rows.write(OperationKind.add, Side.buy, 1, account, accounts.length);
    accounts.push(account);
  };
  const cancel = (): void => {
    const place = draw(resting.length);
    const order = resting[place]!;
    resting[place] = resting.at(-1)!;
    resting.pop();
    rows.write(OperationKind.cancel, 0, 0, accounts[order]!, order);
  };
  for (let i = 0; i < depth; i++) add();
  for (let i = 0; i < batches; i++) {
    const from = rows.written();
    for (let j = 0; j < batch; j++) cancel();
    timed.push([from, rows.written()]);
    for (let j = 0; j < batch; j++) add();
  }
  rows.write(OperationKind.immediate, Side.sell, TAKEN, 0, accounts.length);
  return { load: { ...rows.columns, orders: accounts.length, prefill: depth }, timed };
}

/** A workload to be filled in, row by row. */
function rowsOf(length: number) {
  const columns = {
    flow: 'A' as const,
    length,
    accounts: ACCOUNTS,
    products: 1,
    ...emptyColumns(length),
  };
  let row = 0;
  const write = (kind: number, side: number, lots: number, account: number, order: number) => {
    columns.kind[row] = kind;
    columns.side[row] = side;
    columns.priceTicks[row] = lots === 0 ? 0 : PRICE;
    columns.quantityLots[row] = lots;
    columns.account[row] = account;
    columns.order[row++] = order;
  };
  return { columns, write, written: () => row };
}
