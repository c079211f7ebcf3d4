import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Side } from '../core/codes.ts';
import { shown } from '../core/decimal.ts';
import { integerArgument, nameArgument, objectArgument } from '../engine/arguments.ts';
import { frozen } from './frozen.ts';

/** Name of a flow; see `workload`. */
export type Flow = 'A' | 'B' | 'C' | 'D' | 'E' | 'special';

/** What an operation of a workload does. */
export const OperationKind = frozen({
  /** Enters a limit order that stays until cancelled. */
  add: 0,
  /** Cancels an order, which may have been filled or have gone with its product. */
  cancel: 1,
  /** Enters a limit order that trades at once and never rests. */
  immediate: 2,
  /** Closes the oldest product and lists a new one. */
  roll: 3,
  /** Adds an order that shows a fifth of its quantity at a time, rounded up. */
  iceberg: 4,
  /** Adds a stop order: its limit is 25 ticks beyond the price that triggers it. */
  stop: 5,
  /** Adds an order that trades whole or not at all. */
  allOrNone: 6,
  /** Adds a post-only order that slides. */
  postOnly: 7,
  /** Adds an order that expires as many seconds later as it has lots, each operation a millisecond. */
  goodTillDate: 8,
} as const);

/** A flow as columns, one row per operation. */
export interface Workload {
  readonly flow: Flow;
  /** Operations in all. */
  readonly length: number;
  /** How many of the first operations fill the book; a bench leaves them untimed. */
  readonly prefill: number;
  /** Accounts are numbered from 0. */
  readonly accounts: number;
  /** Products open at a time, numbered from 0; each roll opens the next number. */
  readonly products: number;
  /** Orders entered in all; numbered 1, 2, 3 ... as entered, which is the engine's order id if it accepts them all. */
  readonly orders: number;
  /** An `OperationKind`. */
  readonly kind: Uint8Array;
  /** 0 buy, 1 sell; 0 where it is no order. */
  readonly side: Uint8Array;
  /** May be negative; 0 where it is no order. */
  readonly priceTicks: Int32Array;
  /** 0 where it is no order. */
  readonly quantityLots: Int32Array;
  /** Whose order is entered or cancelled. */
  readonly account: Int32Array;
  /** Of the order that is entered or cancelled; of a roll, the one that closes: `products` more is the one that opens. */
  readonly product: Int32Array;
  /** The order that is entered or cancelled; 0 for a roll. */
  readonly order: Int32Array;
}

/** How long a workload is, and which one of its kind. */
export interface WorkloadOptions {
  /** Operations behind the prefill, 0 to 10,000,000. Default 1,000,000. */
  readonly commands?: number;
  /** Limit orders before them, 0 to 10,000,000. Default 50,000; flow E: 500. */
  readonly prefill?: number;
  /** 0 to 2^32-1. Default 1. */
  readonly seed?: number;
}

interface Shape {
  readonly prefill: number;
  readonly accounts: number;
  /** Accounts of post-only orders, beside those: one that buys and one that sells. */
  readonly sliding: number;
  readonly products: number;
  readonly addBelow: number;
  readonly cancelBelow: number;
  /** Distances are drawn up to this, as the least of this many draws. */
  readonly distances: number;
  readonly draws: number;
  /** What each distance is multiplied by. */
  readonly step: number;
  readonly sweepEvery: number;
  readonly rollEvery: number;
  /** Each order added whose number is a multiple of this is of another kind. */
  readonly specialEvery: number;
}

const STEADY: Shape = {
  prefill: 50_000,
  accounts: 1000,
  sliding: 0,
  products: 1,
  addBelow: 0.46,
  cancelBelow: 0.9,
  distances: 250,
  draws: 3,
  step: 1,
  sweepEvery: Infinity,
  rollEvery: Infinity,
  specialEvery: Infinity,
};

const SHAPES: Readonly<Record<Flow, Shape>> = {
  A: STEADY,
  B: { ...STEADY, distances: 2, draws: 1, sweepEvery: 50_000 },
  C: { ...STEADY, accounts: 10_000, products: 96, rollEvery: 10_000 },
  D: { ...STEADY, step: 997 },
  E: { ...STEADY, prefill: 500, step: 997, addBelow: 0.49, cancelBelow: 0.96 },
  special: { ...STEADY, sliding: 2, specialEvery: 5 },
};
const FLOWS: Readonly<Record<Flow, number>> = { A: 0, B: 1, C: 2, D: 3, E: 4, special: 5 };
/** The other kinds of a flow that has them, in turn. */
const OTHER_KINDS = [
  OperationKind.iceberg,
  OperationKind.stop,
  OperationKind.allOrNone,
  OperationKind.postOnly,
  OperationKind.goodTillDate,
] as const;

const MOST = 10_000_000;
const FIRST_MID = 100_000;
const MID_EVERY = 1000;
/** How far beyond mid an immediate order may trade, and a stop order beyond its trigger. */
const REACH = 25;
/** What 2,000 orders of 1 to 100 lots hold on average. */
const SWEEP_LOTS = 101_000;

/**
 * A seeded flow of orders, the same everywhere and forever: random numbers come from mulberry32, and
 * u(n) is floor(r() * n). O(operations): some 0.1 s for a million.
 *
 * Flow A, steady: the prefill is limit orders, each drawn as side u(2) (0 buys), distance
 * 1 + the least of three u(250), quantity 1 + u(100), account u(1000); its price is mid - distance
 * for a buyer, mid + distance for a seller. Mid is 100,000 at first; after every 1,000th command, if
 * another one follows, it moves by +1 if u(2) is 0 and by -1 if it is 1. Each command begins with
 * x = r(). Below 0.46 it adds an order as above. Below 0.90 it cancels the u(number of candidates)th
 * candidate: those added and not yet cancelled, in the order in which they were added, save that the
 * last one takes the place of each one cancelled. Orders that were filled stay candidates. Without a
 * candidate it adds. Else it is an immediate order: side u(2), 25 ticks beyond mid, quantity
 * 1 + u(150), account u(1000).
 *
 * The others are as A, except for this:
 * - B, deep queues: the distance is 1 + u(2). Every 50,000th command is a sweep instead, an immediate
 *   order of 101,000 lots (2,000 orders of 50.5) that draws its side and account and no x.
 * - C, many books: 96 products and 10,000 accounts. Each order draws first, after x, its product:
 *   the oldest one open + u(96). Every 10,000th command is a roll instead, which draws nothing.
 * - D, sparse: distances, the 25 ticks included, times 997. Prices go below zero.
 * - E, churn: as D with a prefill of 500 and the bounds 0.49 and 0.96 for x.
 * - special: every fifth order that is added, those of the prefill counted, is of another kind, in turn.
 *   An iceberg shows a fifth of its quantity at a time, rounded up. A stop order is triggered as far on
 *   the other side of mid as its distance (above it if it buys), and its limit is 25 ticks beyond that.
 *   An all-or-none order. A post-only order slides, and is of account 1,000 if it buys, 1,001 if it sells,
 *   instead of the one drawn: so it never meets its own, and none is refused. A good-till-date order
 *   expires as many seconds later as it has lots, each operation being a millisecond.
 * @throws TypeError, RangeError
 */
export function workload(flow: Flow, options: WorkloadOptions = {}): Workload {
  nameArgument(FLOWS, flow, 'flow');
  objectArgument(options, 'options', ['commands', 'prefill', 'seed']);
  const shape = SHAPES[flow];
  const { commands = 1_000_000, prefill = shape.prefill, seed = 1 } = options;
  integerArgument(commands, 'commands', 0, MOST);
  integerArgument(prefill, 'prefill', 0, MOST);
  integerArgument(seed, 'seed', 0, 2 ** 32 - 1);
  const { columns, add, command } = composer(shape, prefill + commands, mulberry32(seed));
  for (let i = 0; i < prefill; i++) add();
  for (let i = 1; i <= commands; i++) command(i);
  const { products } = shape;
  const accounts = shape.accounts + shape.sliding;
  return { flow, length: prefill + commands, prefill, accounts, products, ...columns };
}

const COLUMNS = {
  kind: Uint8Array,
  side: Uint8Array,
  priceTicks: Int32Array,
  quantityLots: Int32Array,
  account: Int32Array,
  product: Int32Array,
  order: Int32Array,
} as const;

/**
 * Checks an argument that must be a workload: its counts, its columns, whose accounts. O(operations).
 * @throws TypeError, RangeError
 */
export function workloadArgument(load: Workload): void {
  objectArgument(load, 'load');
  const { length, accounts } = load;
  nameArgument(FLOWS, load.flow, 'load.flow');
  integerArgument(length, 'load.length', 0, 2 * MOST);
  integerArgument(load.prefill, 'load.prefill', 0, length);
  integerArgument(accounts, 'load.accounts', 1, MOST);
  integerArgument(load.products, 'load.products', 1, MOST);
  integerArgument(load.orders, 'load.orders', 0, length);
  for (const [name, Column] of Object.entries(COLUMNS)) {
    const column: unknown = load[name as keyof typeof COLUMNS];
    if (!(column instanceof Column)) {
      throw new TypeError(`load.${name} must be of type ${Column.name}, got ${shown(column)}`);
    }
    if (column.length === length) continue;
    const rows = `${column.length}, the rows of load.${name}`;
    throw new RangeError(`load.length must be ${rows}, got ${length}`);
  }
  const row = load.account.findIndex((account) => account < 0 || account >= accounts);
  if (row >= 0) throw new RangeError(`load.account[${row}] must be below load.accounts`);
}

/** Uniform over [0, 1), in steps of 2^-32. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The columns of a workload of so many rows, to be filled in. */
export function emptyColumns(length: number) {
  return {
    orders: 0,
    kind: new Uint8Array(length),
    side: new Uint8Array(length),
    priceTicks: new Int32Array(length),
    quantityLots: new Int32Array(length),
    account: new Int32Array(length),
    product: new Int32Array(length),
    order: new Int32Array(length),
  };
}

/** Writes operation after operation into columns. */
function composer(shape: Shape, length: number, random: () => number) {
  const { accounts, products, step } = shape;
  const columns = emptyColumns(length);
  const { kind, side, priceTicks, quantityLots, account, product, order } = columns;
  /** By order, the operation that entered it. */
  const entered = new Int32Array(length + 1);
  const candidates = new Int32Array(length);
  let candidateCount = 0;
  let added = 0;
  let mid = FIRST_MID;
  let oldest = 0;
  let row = 0;
  const u = (n: number): number => Math.floor(random() * n);

  /** Enters an order so many ticks below mid for a buyer, above mid for a seller. */
  const enter = (what: number, distance: () => number, quantity: () => number): void => {
    product[row] = products === 1 ? 0 : oldest + u(products);
    kind[row] = what;
    side[row] = u(2);
    const away = distance() * step;
    priceTicks[row] = side[row] === Side.buy ? mid - away : mid + away;
    quantityLots[row] = quantity();
    account[row] = u(accounts);
    order[row] = ++columns.orders;
    entered[columns.orders] = row++;
  };
  const near = (): number => {
    let least = u(shape.distances);
    for (let i = 1; i < shape.draws; i++) least = Math.min(least, u(shape.distances));
    return 1 + least;
  };
  const beyond = (): number => -REACH;

  const add = (): void => {
    const turn = ++added / shape.specialEvery - 1;
    const special = turn >= 0 && Number.isInteger(turn);
    const what = special ? OTHER_KINDS[turn % OTHER_KINDS.length]! : OperationKind.add;
    const stop = what === OperationKind.stop;
    enter(what, stop ? () => -(near() + REACH) : near, () => 1 + u(100));
    if (what === OperationKind.postOnly) account[row - 1] = accounts + side[row - 1]!;
    candidates[candidateCount++] = columns.orders;
  };
  const cancel = (): void => {
    const place = u(candidateCount);
    const number = candidates[place]!;
    candidates[place] = candidates[--candidateCount]!;
    const entry = entered[number]!;
    kind[row] = OperationKind.cancel;
    account[row] = account[entry]!;
    product[row] = product[entry]!;
    order[row++] = number;
  };
  const roll = (): void => {
    kind[row] = OperationKind.roll;
    product[row++] = oldest++;
  };
  /** @param number of the command, from 1 */
  const command = (number: number): void => {
    if (number > 1 && number % MID_EVERY === 1) mid += u(2) === 0 ? 1 : -1;
    if (number % shape.rollEvery === 0) return roll();
    if (number % shape.sweepEvery === 0) {
      return enter(OperationKind.immediate, beyond, () => SWEEP_LOTS);
    }
    const x = random();
    if (x >= shape.cancelBelow) enter(OperationKind.immediate, beyond, () => 1 + u(150));
    else if (x >= shape.addBelow && candidateCount > 0) cancel();
    else add();
  };
  return { columns, add, command };
}

/** Lots that an iceberg of a workload shows at a time. */
export function shownLots(quantityLots: number): number {
  return Math.ceil(quantityLots / 5);
}

/** The price that triggers a stop order of a workload, by its limit. */
export function triggerTicks(side: number, limitTicks: number): number {
  return side === Side.buy ? limitTicks - REACH : limitTicks + REACH;
}

/** How long a good-till-date order of a workload stands, in operations or milliseconds. */
export function lifetimeMs(quantityLots: number): number {
  return 1000 * quantityLots;
}

const HEADER_SIZE = 12;
const ROW_SIZE = 22;

/**
 * A workload as bytes, big-endian: prefill u32, accounts u32, products u32, then for each operation
 * kind u8, side u8, priceTicks i32, quantityLots u32, account u32, product u32, order u32.
 * @throws TypeError, RangeError if `load` is no workload
 */
export function workloadBytes(load: Workload): Uint8Array<ArrayBuffer> {
  workloadArgument(load);
  const bytes = new Uint8Array(HEADER_SIZE + load.length * ROW_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, load.prefill);
  view.setUint32(4, load.accounts);
  view.setUint32(8, load.products);
  for (let row = 0; row < load.length; row++) {
    const at = HEADER_SIZE + row * ROW_SIZE;
    bytes[at] = load.kind[row]!;
    bytes[at + 1] = load.side[row]!;
    view.setInt32(at + 2, load.priceTicks[row]!);
    view.setUint32(at + 6, load.quantityLots[row]!);
    view.setUint32(at + 10, load.account[row]!);
    view.setUint32(at + 14, load.product[row]!);
    view.setUint32(at + 18, load.order[row]!);
  }
  return bytes;
}

/** SHA-256 of `workloadBytes`, in hexadecimal. @throws TypeError, RangeError if `load` is no workload */
export function workloadHash(load: Workload): string {
  return bytesToHex(sha256(workloadBytes(load)));
}

/** `workloadHash` of each flow as it is without options: a million commands, seed 1. */
export const WORKLOAD_SHA256: Readonly<Record<Flow, string>> = frozen({
  A: '3e030bdf01e06c89a4f249bc8029d99aa083cd08df7fb02cc0a906c5ae9bfb74',
  B: '2c63598457b3fbf04628cc2711681de2ed8f740e4a5d776ce033879ffc0cbf3b',
  C: '1d361638f836f134466b1736078bbb7b1aa1b2a1a70c2fcd4154ca1a1ee0ef56',
  D: '7080b9952d3c877e00bb96ed33ce86cefdfae2feae5d99de054711d8ba294515',
  E: '0ec8c827d90f0c3e924d999576a2f9f3d4cd3fdbdff9e040c463cfd79c08c5f6',
  special: '6b066d6aa400e7f5d4cd8dfee863b7b8db891b2a2e76ea0a78c400897863b90b',
});
