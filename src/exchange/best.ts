import { EventType, OrderKind, Side } from '../core/codes.ts';
import { readI64 } from '../core/bytes.ts';
import { formatSteps } from '../core/decimal.ts';
import { recordLength, recordType } from '../core/records.ts';
import { EVENTS, offsetsOf } from '../core/registry.ts';
import { type DepthLevelView, levelView } from '../engine/views.ts';
import type { Product } from '../market/products.ts';
import type { Book } from '../orderbook/book.ts';
import { DepthReplica, sameLevel } from './depth.ts';
import type { CommandEvents } from './feed.ts';

const TRADE = offsetsOf(EVENTS.trade);
const ACCEPTED = offsetsOf(EVENTS.orderAccepted);

/** The best prices of a product after a command that changed them, or that set the last price. */
export interface BestUpdate {
  readonly product: string;
  readonly sequence: number;
  readonly time: number;
  /** The best level of each side, undefined if nothing is displayed there. */
  readonly bid: DepthLevelView | undefined;
  readonly ask: DepthLevelView | undefined;
  /** In the first value, if there is one, and whenever a trade has set it: otherwise it is what it was. */
  readonly lastPrice?: string;
  readonly lastPriceTicks?: number;
}

/** A product's best prices as the events make them. */
export class BestReplica {
  readonly #product: Product;
  readonly #depth: DepthReplica;

  constructor(product: Product, book: Pick<Book, 'depth'>) {
    this.#product = product;
    this.#depth = new DepthReplica(product, book);
  }

  /** How things are. O(1). @param lastPrice in ticks, NaN for none to tell of */
  all(sequence: number, time: number, lastPrice: number): BestUpdate {
    const { id, grid } = this.#product;
    const level = (side: number): DepthLevelView | undefined => {
      const best = this.#depth.best(side);
      return best && levelView(grid, best);
    };
    const levels = { bid: level(Side.buy), ask: level(Side.sell) };
    const update = { product: id, sequence, time, ...levels };
    if (Number.isNaN(lastPrice)) return update;
    return { ...update, lastPrice: formatSteps(lastPrice, grid.tick), lastPriceTicks: lastPrice };
  }

  /** Goes through a command's events. @returns what they led to, undefined if nothing has changed */
  apply(command: CommandEvents): BestUpdate | undefined {
    const depth = this.#depth;
    const [bid, ask] = [depth.best(Side.buy), depth.best(Side.sell)];
    depth.move(command, 1);
    const lastPrice = lastPriceSet(command, this.#product.row);
    const same = sameLevel(bid, depth.best(Side.buy)) && sameLevel(ask, depth.best(Side.sell));
    if (same && Number.isNaN(lastPrice)) return undefined;
    return this.all(command.sequence, command.time, lastPrice);
  }

  /** Takes a command's events back. */
  undo(command: CommandEvents): void {
    this.#depth.move(command, -1);
  }
}

/** The last price of a product that a command set, NaN if it set none, as a take does not. */
function lastPriceSet({ view, start, end }: CommandEvents, product: number): number {
  let price = NaN;
  let take = 0;
  for (let at = start; at < end; at += recordLength(view, at)) {
    const type = recordType(view, at);
    if (type === EventType.orderAccepted && view.getUint8(at + ACCEPTED.kind) === OrderKind.take) {
      take = readI64(view, at + ACCEPTED.order);
    }
    if (type !== EventType.trade || view.getUint32(at + TRADE.product) !== product) continue;
    if (readI64(view, at + TRADE.takerOrder) !== take) price = readI64(view, at + TRADE.price);
  }
  return price;
}
