import { PartnerRule, Side } from '../core/codes.ts';
import { type Network, pairOf } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import type { Book } from '../orderbook/book.ts';
import { sideOf } from '../orderbook/flags.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';
import { type NewOrder, NONE } from '../orderbook/orders.ts';
import type { MarketState } from './state.ts';
import { crosses } from './walk.ts';

/** A lane that an incoming order may trade with. */
interface Gate {
  readonly book: Book;
  /** The order of the lane that it may meet next, or NONE. */
  slot: number;
  /** Ticks between a price in the lane and what it comes to for the incoming order. */
  readonly offset: number;
  /** Grid fee of a trade, in ticks. */
  readonly fee: number;
  /** Number of the pair of zones that the energy goes between. */
  readonly pair: number;
}

/** What an incoming order is met by: two of them with the same answers meet the same. */
type Incoming = Pick<NewOrder, 'account' | 'flags' | 'price'>;

/**
 * An incoming order on its way through the lanes of its product: tells one after the other the orders that it trades with.
 * Each is met once: afterwards it is filled or has ended, or the incoming order is, or nothing more can go between
 * their zones. O(lanes) for each.
 */
export class Approach {
  /** Of the order met last: price of the energy, grid fee in ticks, and the pair of zones. */
  price = 0;
  /** The worst limit of the incoming order at which they meet. */
  effective = 0;
  gridFee = 0;
  pair = 0;
  readonly #state: MarketState;
  readonly #order: Incoming;
  readonly #side: number;
  readonly #capacity: Map<number, number>;
  readonly #gates: Gate[] = [];

  /** @param capacity lots left by pair of zones, which `use` counts down: the product's, or a copy for a dry run */
  constructor(
    state: MarketState,
    product: Product,
    order: Incoming,
    terms: NetworkTerms,
    capacity: Map<number, number>,
  ) {
    this.#state = state;
    this.#order = order;
    this.#side = sideOf(order.flags);
    this.#capacity = capacity;
    const buys = this.#side === Side.buy;
    const other = buys ? Side.sell : Side.buy;
    for (const { terms: theirs, book } of state.lanes[product.row]!.side(other).values()) {
      const [buyer, seller] = buys ? [terms, theirs] : [theirs, terms];
      if (!suitEachOther(buyer, seller)) continue;
      const fee = feeBetween(product.network!.network, buyer, seller);
      const raise = premiumOf(buyer, seller);
      const offset = buys ? fee - raise : raise - fee;
      const slot = this.#allowed(book, book.best(other));
      this.#gates.push({ book, slot, offset, fee, pair: pairOf(seller.zone, buyer.zone) });
    }
  }

  /** The next order to trade with, or NONE: of those that suit the one with the best effective price, then the first in time. */
  next(): number {
    const { orders } = this.#state;
    const sign = this.#side === Side.buy ? 1 : -1;
    let best: Gate | undefined;
    let [bestPrice, bestPriority] = [0, 0];
    for (const gate of this.#gates) {
      if (gate.slot === NONE || this.#capacity.get(gate.pair) === 0) continue;
      const price = orders.price(gate.slot) + gate.offset;
      const priority = orders.priority(gate.slot);
      const difference = sign * (price - bestPrice);
      if (best === undefined || difference < 0 || (difference === 0 && priority < bestPriority)) {
        [best, bestPrice, bestPriority] = [gate, price, priority];
      }
    }
    if (best === undefined || !crosses(this.#side, this.#order.price, bestPrice)) return NONE;
    const maker = best.slot;
    best.slot = this.#allowed(best.book, best.book.after(maker));
    this.price = this.#side === Side.buy ? orders.price(maker) : bestPrice;
    this.effective = bestPrice;
    this.gridFee = best.fee;
    this.pair = best.pair;
    return maker;
  }

  /** Lots that may still go between the zones of the order met last. */
  get capacity(): number {
    return this.#capacity.get(this.pair) ?? Infinity;
  }

  /** Lets lots go between these zones. */
  use(lots: number): void {
    const left = this.#capacity.get(this.pair);
    if (left !== undefined) this.#capacity.set(this.pair, left - lots);
  }

  /** The first order from a slot on that no partner rule keeps from the incoming one. */
  #allowed(book: Book, from: number): number {
    const { orders, partners } = this.#state;
    let slot = from;
    if (partners.size === 0) return slot;
    while (slot !== NONE && !mayDeal(this.#state, this.#order.account, orders.account(slot))) {
      slot = book.after(slot);
    }
    return slot;
  }
}

/** Whether the filters of two orders let them trade. */
export function suitEachOther(buyer: NetworkTerms, seller: NetworkTerms): boolean {
  return letsIn(buyer, seller) && letsIn(seller, buyer);
}

/** Whether the filters of an order let it trade with another one. Only one that buys asks for attributes. */
export function letsIn(order: NetworkTerms, other: NetworkTerms): boolean {
  if (order.only !== 0 && (order.only & other.attributes) === 0) return false;
  return order.onlyZones === 0 || ((order.onlyZones >>> other.zone) & 1) === 1;
}

/** The largest premium of a buyer for anything that a seller's energy is, in ticks. */
export function premiumOf(buyer: NetworkTerms, seller: NetworkTerms): number {
  let premium = 0;
  buyer.premiums.forEach((ticks, attribute) => {
    if (((seller.attributes >>> attribute) & 1) === 1) premium = Math.max(premium, ticks);
  });
  return premium;
}

/** The grid fee of a trade: of the version that the buyer entered with. */
export function feeBetween(network: Network, buyer: NetworkTerms, seller: NetworkTerms): number {
  return network.fee(seller.zone, buyer.zone, buyer.feeVersion);
}

/** Whether the rules of two accounts let them trade. Nobody is partner to itself. */
export function mayDeal(state: MarketState, one: number, other: number): boolean {
  return one === other || (accepts(state, one, other) && accepts(state, other, one));
}

function accepts({ partners }: MarketState, account: number, other: number): boolean {
  const rules = partners.get(account);
  if (rules === undefined) return true;
  const rule = rules.get(other);
  if (rule !== undefined) return rule === PartnerRule.wanted;
  for (const each of rules.values()) if (each === PartnerRule.wanted) return false;
  return true;
}
