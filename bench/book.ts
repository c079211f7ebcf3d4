import { Side } from '../src/core/codes.ts';
import { emptyEntry } from '../src/matching/admission.ts';
import { crosses } from '../src/matching/walk.ts';
import { Book } from '../src/orderbook/book.ts';
import { Levels } from '../src/orderbook/levels.ts';
import { packFlags } from '../src/orderbook/flags.ts';
import { NONE, Orders } from '../src/orderbook/orders.ts';
import { OperationKind, type Workload } from '../src/testing/index.ts';
import type { Fills } from './fills.ts';
import type { RestingMarket, RestingPath } from './market.ts';

/** The order book alone, by the functions that matching calls: no accounts, no records. */
export function bookPath(load: Workload): RestingPath {
  return { block: Infinity, open: (fills) => new BareBooks(load, fills) };
}

class BareBooks implements RestingMarket {
  readonly #load: Workload;
  readonly #fills: Fills;
  readonly #orders = new Orders();
  readonly #levels = new Levels();
  readonly #books: Book[] = [];
  readonly #incoming = emptyEntry();
  #lastOrder = 0;
  #lastPriority = 0;

  constructor(load: Workload, fills: Fills) {
    this.#load = load;
    this.#fills = fills;
    for (let i = 0; i < load.products; i++) this.#open();
  }

  run(from: number, to: number): void {
    const { kind, order, product } = this.#load;
    for (let row = from; row < to; row++) {
      const what = kind[row];
      if (what === OperationKind.cancel) {
        const slot = this.#orders.slotOf(order[row]!);
        if (slot !== NONE) this.#end(slot);
      } else if (what === OperationKind.roll) {
        for (const slot of this.#books[product[row]!]!.slots()) this.#end(slot);
        this.#open();
      } else {
        this.#enter(row, what === OperationKind.add);
      }
    }
  }

  proof(): string {
    return this.#fills.checksum();
  }

  resting(): number {
    return this.#orders.resting;
  }

  #open(): void {
    this.#books.push(new Book(this.#orders, this.#levels));
  }

  #enter(row: number, mayRest: boolean): void {
    const orders = this.#orders;
    const book = this.#books[this.#load.product[row]!]!;
    const taker = this.#place(row);
    const side = this.#load.side[row]!;
    const opposite = side === Side.buy ? Side.sell : Side.buy;
    const limit = orders.price(taker);
    let open = orders.open(taker);
    while (open > 0) {
      const maker = book.best(opposite);
      if (maker === NONE || !crosses(side, limit, orders.price(maker))) break;
      const lots = Math.min(open, orders.open(maker));
      this.#fills.add(orders.id(maker), orders.id(taker), orders.price(maker), lots);
      open -= lots;
      book.reduce(maker, lots);
      if (orders.open(maker) === 0) this.#end(maker);
    }
    orders.setOpen(taker, open);
    if (open === 0 || !mayRest) {
      orders.release(taker);
      return;
    }
    orders.setPriority(taker, ++this.#lastPriority);
    book.rest(taker, '', orders.price(taker));
  }

  /** Writes an order into a slot, as admission does. */
  #place(row: number): number {
    const load = this.#load;
    const order = this.#incoming;
    order.account = load.account[row]!;
    order.product = load.product[row]!;
    order.flags = packFlags(load.side[row]!, 0, 0, 0, 0);
    order.price = load.priceTicks[row]!;
    order.quantity = load.quantityLots[row]!;
    return this.#orders.place(order, ++this.#lastOrder);
  }

  #end(slot: number): void {
    this.#books[this.#orders.product(slot)]!.unlink(slot);
    this.#orders.release(slot);
  }
}
