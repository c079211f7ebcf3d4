import { type LimitOrderOptions, OrderBook, Side } from 'nodejs-order-book';
import { Side as Sides } from '../src/core/codes.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import type { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';

export const PEER = 'nodejs-order-book 10.1.1';

/** The peer knows positive prices only, so that it gets all of them higher by this. */
const LIFT = 1_000_000;

/**
 * The JavaScript peer with the operations up to a row, its objects and ids made outside the clock. It
 * keeps ids as names of properties: 'o1' is the faster form in flows A and D, by half, and '1' in B;
 * in C and E both are the same to it.
 */
export function peerPath(load: Workload, to: number): Path {
  const form = load.flow === 'B' ? '' : 'o';
  const ids: string[] = [];
  const orders: (LimitOrderOptions | undefined)[] = [];
  for (let row = 0; row < to; row++) {
    ids.push(`${form}${load.order[row]}`);
    orders.push(orderOf(load, row, ids[row]!));
  }
  return { block: Infinity, open: (fills) => new PeerMarket(load, ids, orders, fills) };
}

function orderOf(load: Workload, row: number, id: string): LimitOrderOptions | undefined {
  const kind = load.kind[row];
  if (kind !== OperationKind.add && kind !== OperationKind.immediate) return undefined;
  const side = load.side[row] === Sides.buy ? Side.BUY : Side.SELL;
  const timeInForce = (kind === OperationKind.add ? 'GTC' : 'IOC') as TimeInForce;
  return {
    id,
    side,
    size: load.quantityLots[row]!,
    price: load.priceTicks[row]! + LIFT,
    timeInForce,
  };
}

/** The package does not export its enumeration. */
type TimeInForce = NonNullable<LimitOrderOptions['timeInForce']>;

class PeerMarket implements Market {
  readonly #load: Workload;
  readonly #ids: readonly string[];
  readonly #orders: readonly (LimitOrderOptions | undefined)[];
  readonly #fills: Fills;
  readonly #books: OrderBook[];

  constructor(
    load: Workload,
    ids: readonly string[],
    orders: readonly (LimitOrderOptions | undefined)[],
    fills: Fills,
  ) {
    this.#load = load;
    this.#ids = ids;
    this.#orders = orders;
    this.#fills = fills;
    this.#books = Array.from({ length: load.products }, () => new OrderBook());
  }

  run(from: number, to: number): void {
    const { kind, product } = this.#load;
    const books = this.#books;
    for (let row = from; row < to; row++) {
      const order = this.#orders[row];
      if (order !== undefined) this.#enter(row, order);
      else if (kind[row] === OperationKind.cancel) books[product[row]!]!.cancel(this.#ids[row]!);
      else {
        books[product[row]!] = new OrderBook();
        books.push(new OrderBook());
      }
    }
  }

  proof(): string {
    return this.#fills.checksum();
  }

  #enter(row: number, order: LimitOrderOptions): void {
    const taker = this.#load.order[row]!;
    const { done, partial, partialQuantityProcessed, err } =
      this.#books[this.#load.product[row]!]!.limit(order);
    if (err !== null) throw err;
    for (const { id, price, size } of done as readonly Done[]) {
      if (id !== order.id) this.#fills.add(this.#number(id), taker, price - LIFT, size);
    }
    if (partial === null || partial.id === order.id) return;
    const { id, price } = partial as Done;
    this.#fills.add(this.#number(id), taker, price - LIFT, partialQuantityProcessed);
  }

  #number(id: string): number {
    return Number(id.startsWith('o') ? id.slice(1) : id);
  }
}

/** What limit orders, and nothing else, are done as. */
interface Done {
  readonly id: string;
  readonly price: number;
  readonly size: number;
}
