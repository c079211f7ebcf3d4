import { Side } from '../core/codes.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Product } from '../market/products.ts';
import { isConserved } from '../matching/audit.ts';
import { marketHash, snapshot, stateHash } from '../matching/snapshot.ts';
import { MarketState } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import { idArgument, integerArgument, known, nameArgument, objectArgument } from './arguments.ts';
import { type IndicativeView, indicativeView } from './call-views.ts';
import { type Explanation, explainOpen } from './explain.ts';
import {
  debtViews,
  type DebtView,
  type ForwardPositionView,
  positionViews,
  type SettlementView,
  settlementView,
} from './settlement-views.ts';
import { type AccountLimitsView, accountLimitsView } from './limit-views.ts';
import { type NetworkView, networkView, type PartnerView, partnersView } from './network-views.ts';
import { type Preview, previewOrder } from './preview.ts';
import type { OrderRequest } from './requests.ts';
import * as views from './views.ts';

/** The state that a market asks about, for the modules beside this one: what users hold cannot change it. */
export let stateOf: (market: Queries) => MarketState;

/** What can be asked of a market. Nothing in here changes it. */
export class Queries {
  readonly #state: MarketState;

  static {
    stateOf = (market) => market.#state;
  }

  /** @internal */
  constructor(state: MarketState) {
    if (!(state instanceof MarketState)) {
      throw new TypeError('a market comes from new Engine, or from read of an Exchange');
    }
    this.#state = state;
  }

  /** Sequence of the last command. */
  get sequence(): number {
    return this.#state.sequence;
  }
  /** How many blocks have ended: the height of the last one, 0 before the first. */
  get height(): number {
    return this.#state.height;
  }
  /** Time of the market, epoch ms UTC. */
  get time(): number {
    return this.#state.time;
  }
  /** An account by its id, or undefined if there is none. */
  account(id: string): views.AccountView | undefined {
    const row = this.#state.accounts.find(idArgument(id, 'id'));
    return row === undefined ? undefined : views.accountView(this.#state, row);
  }
  /** All accounts in the order in which they were opened, the three of the system first. */
  accounts(): views.AccountView[] {
    return this.#state.accounts.list.map((_, row) => views.accountView(this.#state, row));
  }
  /**
   * What an account may do at most, and how much of it is taken up; undefined if it is not limited.
   * @throws RangeError if the account is unknown
   */
  accountLimits(account: string): AccountLimitsView | undefined {
    return accountLimitsView(this.#state, accountRow(this.#state, account));
  }
  /** An asset by its id, or undefined if there is none. */
  asset(id: string): views.AssetView | undefined {
    const { listings } = this.#state;
    const row = listings.findAsset(idArgument(id, 'id'));
    return row === undefined ? undefined : { row, ...listings.assets[row]! };
  }
  /** A product by its id, or undefined if there is none. */
  product(id: string): views.ProductView | undefined {
    const row = this.#state.listings.findProduct(idArgument(id, 'id'));
    const product = row === undefined ? undefined : this.#state.listings.products[row];
    return product && views.productView(this.#state, product);
  }
  /** All products in the order in which they were listed, closed ones included, archived ones not. */
  products(): views.ProductView[] {
    return this.#state.listings.living().map((each) => views.productView(this.#state, each));
  }
  /** @throws RangeError if the account or the asset is unknown */
  balance(account: string, asset: string): views.BalanceView {
    const { listings } = this.#state;
    const row = known(listings.findAsset(idArgument(asset, 'asset')), 'asset', asset);
    return views.balanceView(this.#state, accountRow(this.#state, account), row);
  }
  /** Balances that are not zero, available and locked. @throws RangeError if it is unknown */
  balances(account: string): views.BalanceView[] {
    const row = accountRow(this.#state, account);
    return this.#state.listings
      .assetRows()
      .map((asset) => views.balanceView(this.#state, row, asset))
      .filter(({ availableQuanta, lockedQuanta }) => availableQuanta !== 0 || lockedQuanta !== 0);
  }
  /**
   * What an account has bought less sold in products whose energy is not there yet, and what is locked for it. O(products).
   * @throws RangeError if the account is unknown
   */
  positions(account: string): ForwardPositionView[] {
    return positionViews(this.#state, accountRow(this.#state, account));
  }
  /**
   * How a product is settled and what that comes to by now; undefined for a prepaid one. O(accounts + prices).
   * @throws RangeError if the product is unknown
   */
  settlement(product: string): SettlementView | undefined {
    return settlementView(this.#state, productNamed(this.#state, product));
  }
  /** What an account owes, oldest first. @throws RangeError if the account is unknown */
  debts(account: string): DebtView[] {
    return debtViews(this.#state, accountRow(this.#state, account));
  }
  /** An open order, or undefined once it has ended. */
  order(orderId: number): views.OrderView | undefined {
    const slot = this.#state.orders.slotOf(integerArgument(orderId, 'orderId', 1, MAX_INTEGER));
    return slot === NONE ? undefined : views.orderView(this.#state, slot);
  }
  /** Whether an order is open; at the cost of a look into a table, where `order` writes out all that there is to say. */
  isOpen(orderId: number): boolean {
    const id = integerArgument(orderId, 'orderId', 1, MAX_INTEGER);
    return this.#state.orders.slotOf(id) !== NONE;
  }
  /** An account's open order by its own name for it. @throws RangeError if the account is unknown */
  orderByClientId(account: string, clientOrderId: string): views.OrderView | undefined {
    const id = idArgument(clientOrderId, 'clientOrderId');
    const slot = this.#state.orders.slotOfClientId(accountRow(this.#state, account), id);
    return slot === NONE ? undefined : views.orderView(this.#state, slot);
  }
  /** Open orders in order of order id. O(most orders ever open at once). @throws RangeError for unknown ids */
  openOrders(
    filter: { readonly account?: string; readonly product?: string } = {},
  ): views.OrderView[] {
    objectArgument(filter, 'filter', ['account', 'product']);
    const { orders } = this.#state;
    const account = filter.account === undefined ? NONE : accountRow(this.#state, filter.account);
    const product =
      filter.product === undefined ? NONE : productNamed(this.#state, filter.product).row;
    return orders
      .select(
        (slot) =>
          (account === NONE || orders.account(slot) === account) &&
          (product === NONE || orders.product(slot) === product),
      )
      .map((slot) => views.orderView(this.#state, slot));
  }
  /** The best prices and what stands at them (L1). @throws RangeError if the product is unknown */
  best(product: string): views.BestView {
    return views.bestView(this.#state, productNamed(this.#state, product));
  }
  /** Prices with what stands at them, best first (L2). @throws RangeError if the product is unknown */
  depth(product: string, levels = 10): views.DepthView {
    const limit = integerArgument(levels, 'levels', 1, MAX_INTEGER);
    return views.depthView(this.#state, productNamed(this.#state, product), limit);
  }
  /**
   * Orders with what everyone sees of them (L3): no hidden or all-or-none order, nothing of whose they are.
   * O(open orders of the product). @throws RangeError if the product is unknown
   */
  book(product: string): views.BookView {
    return views.bookView(this.#state, productNamed(this.#state, product));
  }
  /**
   * All orders of a side as they would trade, with all that there is to know of them: for operators.
   * @throws RangeError if the product is unknown
   */
  queue(product: string, side: keyof typeof Side): views.OrderView[] {
    const found: views.OrderView[] = [];
    const { row } = productNamed(this.#state, product);
    this.#state.walkSide(row, nameArgument(Side, side, 'side'), (slot) => {
      found.push(views.orderView(this.#state, slot));
      return true;
    });
    return found;
  }
  /** A network with its zones and their fees of now, or undefined if there is none. O(zones squared). */
  network(id: string): NetworkView | undefined {
    return networkView(this.#state, idArgument(id, 'id'));
  }
  /** All networks in the order in which they were listed. */
  networks(): NetworkView[] {
    return this.#state.networks.list.map((each) => networkView(this.#state, each.id)!);
  }
  /** What an account has said about trading with others in networks. @throws RangeError if it is unknown */
  partners(account: string): PartnerView[] {
    return partnersView(this.#state, accountRow(this.#state, account));
  }
  /**
   * What an auction of a product would come to if it were held now; undefined for one that is traded continuously.
   * O(n log n) of the n orders that it can reach, O(prices between the best ones) where all of them have self-trade mode
   * `allow`. @throws RangeError if the product is unknown
   */
  indicative(product: string): IndicativeView | undefined {
    return indicativeView(this.#state, productNamed(this.#state, product));
  }
  /**
   * What an order would lock, cost and trade if it were submitted at the market's time, or why it would
   * be refused. A clock plays no part: the market's time moves with the next command.
   */
  preview(request: OrderRequest): Preview {
    return previewOrder(this.#state, request);
  }

  /**
   * Why an open order does not trade, in words and as data: what others ask or bid is beyond its limit, its product is halted,
   * and so on. It tells no more of others' orders than the book shows. undefined for an order that has ended: `Engine` tells of
   * those too. O(orders within its limit).
   */
  explain(orderId: number): Explanation | undefined {
    const slot = this.#state.orders.slotOf(integerArgument(orderId, 'orderId', 1, MAX_INTEGER));
    return slot === NONE ? undefined : explainOpen(this.#state, slot);
  }

  /**
   * Whether every asset adds up to zero over all accounts, `outside` included, and what is locked
   * is what the open orders and the positions hold, and what is owed. O(rows + orders + positions).
   */
  isConserved(): boolean {
    return isConserved(this.#state);
  }

  /** The whole state as self-describing bytes. */
  snapshot(): Uint8Array {
    return snapshot(this.#state);
  }
  /** SHA-256 over balances, orders, products, last prices; a refused command leaves it as it was, save for
   * what its time brings about. */
  marketHash(): string {
    return marketHash(this.#state);
  }
  /** SHA-256 over everything that influences the future. */
  stateHash(): string {
    return stateHash(this.#state);
  }
}

/** The row of an account that must be known. @throws TypeError, RangeError */
export function accountRow({ accounts }: MarketState, id: string): number {
  return known(accounts.find(idArgument(id, 'account')), 'account', id);
}

/** A product that must be known. @throws TypeError, RangeError */
export function productNamed({ listings }: MarketState, id: string): Product {
  const row = known(listings.findProduct(idArgument(id, 'product')), 'product', id);
  return listings.products[row]!;
}
