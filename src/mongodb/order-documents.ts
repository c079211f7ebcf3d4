import { formatSteps } from '../core/decimal.ts';
import type { EventRecord } from '../core/records.ts';
import { orderView, amountText } from '../engine/views.ts';
import { type OrderUpdate, orderUpdates } from '../exchange/order-updates.ts';
import type { MarketState } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import type { FieldsOf } from './documents.ts';
import { type Drafts, plain } from './drafts.ts';

type Fields = FieldsOf<'orders'>;

/** Of an order for which no event says otherwise. */
const NO_TERMS: Fields = {
  status: 'open',
  reason: null,
  endedAt: null,
  version: 1,
  stopPrice: null,
  stopPriceTicks: null,
  display: 'all',
  displayQuantity: null,
  displayQuantityLots: null,
  refreshBelow: null,
  refreshBelowLots: null,
  allOrNone: false,
  maxMoney: null,
  maxMoneyQuanta: null,
  peg: null,
  pegOffset: null,
  pegOffsetTicks: null,
  trail: null,
  trailTicks: null,
  trailPpm: null,
  zone: null,
  attributes: null,
  only: null,
  onlyZones: null,
  linkedOrderId: null,
  takeProfitOrderId: null,
  stopOrderId: null,
};

/**
 * What becomes of the documents of orders: what an order was accepted with and what it came to stands in events, what it is while it
 * is open in the market.
 */
export class OrderDocuments {
  readonly #state: MarketState;
  readonly #drafts: Drafts;
  /** What each open order has traded, in lots: events of its end do not tell. */
  readonly #traded = new Map<number, number>();

  /** O(open orders). */
  constructor(state: MarketState, drafts: Drafts) {
    this.#state = state;
    this.#drafts = drafts;
    const { orders } = state;
    state.eachOpen((slot) => {
      this.#traded.set(orders.id(slot), orders.total(slot) - orders.open(slot));
      return true;
    });
  }

  /** Takes note of an event. All of a command's are noted, in their order. */
  note(event: EventRecord): void {
    for (const update of orderUpdates(this.#state, event)) {
      const { orderId, time } = update;
      if (update.update === 'filled') this.#count(orderId, update.quantityLots);
      const told = event.type === 'orderEnded' ? this.#ended(event) : this.#told(update);
      this.#drafts.put('orders', orderId, { ...told, updatedAt: time });
    }
  }

  /** Adds what the orders are that are open still. */
  finish(): void {
    const { orders } = this.#state;
    for (const id of this.#drafts.of('orders').keys()) {
      const slot = orders.slotOf(id);
      if (slot !== NONE) this.#drafts.put('orders', id, this.#open(id, slot));
    }
  }

  #count(orderId: number, lots: number): void {
    this.#traded.set(orderId, this.#traded.get(orderId)! + lots);
  }

  /** What an update says that stays so. */
  #told(told: OrderUpdate): Fields {
    switch (told.update) {
      case 'accepted': {
        const { account, product, side, kind, timeInForce, time: acceptedAt } = told;
        const { row: productRow } = this.#state.productThen(product, told.sequence);
        const { expiresAt, clientOrderId } = told;
        this.#traded.set(told.orderId, 0);
        const whose = { account, product, productRow, side, kind, timeInForce, acceptedAt };
        return { ...NO_TERMS, ...whose, ...plain({ expiresAt, clientOrderId }) };
      }
      case 'terms': {
        const { display, displayQuantity, displayQuantityLots, allOrNone } = told;
        const { refreshBelow, refreshBelowLots, maxMoney, maxMoneyQuanta } = told;
        const { peg, pegOffset, pegOffsetTicks, trail, trailTicks, trailPpm } = told;
        const shown = { display, displayQuantity, displayQuantityLots, allOrNone };
        const limits = { refreshBelow, refreshBelowLots, maxMoney, maxMoneyQuanta };
        const follows = { peg, pegOffset, pegOffsetTicks, trail, trailTicks, trailPpm };
        return plain({ ...shown, ...limits, ...follows });
      }
      case 'network': {
        const { zone, attributes, only, onlyZones } = told;
        return plain({ zone, attributes, only, onlyZones });
      }
      case 'linked':
        return { linkedOrderId: told.linkedOrderId };
      case 'followed':
        return { takeProfitOrderId: told.takeProfitOrderId, stopOrderId: told.stopOrderId };
      case 'amended':
        return { version: told.version };
      default:
        return {};
    }
  }

  /** What an order has come to. */
  #ended(event: Extract<EventRecord, { type: 'orderEnded' }>): Fields {
    const { order, reason, time: endedAt, price: priceTicks, open: openLots } = event;
    const { grid, moneyAsset, energyAsset } = this.#state.productThen(
      event.product,
      event.sequence,
    );
    const tradedLots = this.#traded.get(order)!;
    this.#traded.delete(order);
    const quantityLots = tradedLots + openLots;
    return {
      status: 'ended',
      reason,
      endedAt,
      price: formatSteps(priceTicks, grid.tick),
      priceTicks,
      quantity: formatSteps(quantityLots, grid.lot),
      quantityLots,
      open: formatSteps(openLots, grid.lot),
      openLots,
      traded: formatSteps(tradedLots, grid.lot),
      tradedLots,
      lockedMoney: amountText(this.#state, moneyAsset, 0),
      lockedMoneyQuanta: 0,
      lockedEnergy: amountText(this.#state, energyAsset, 0),
      lockedEnergyQuanta: 0,
      stopPrice: null,
      stopPriceTicks: null,
    };
  }

  /** What an open order is now. */
  #open(id: number, slot: number): Fields {
    const { orders, listings } = this.#state;
    const view = orderView(this.#state, slot);
    const { price, priceTicks, quantity, quantityLots, open, openLots } = view;
    const { lockedMoney, lockedMoneyQuanta, lockedEnergy, lockedEnergyQuanta } = view;
    const { stopPrice, stopPriceTicks } = view;
    const tradedLots = this.#traded.get(id)!;
    const { lot } = listings.products[orders.product(slot)]!.grid;
    return {
      status: stopPrice === undefined ? 'open' : 'waiting',
      price,
      priceTicks,
      quantity,
      quantityLots,
      open,
      openLots,
      traded: formatSteps(tradedLots, lot),
      tradedLots,
      lockedMoney,
      lockedMoneyQuanta,
      lockedEnergy,
      lockedEnergyQuanta,
      ...plain({ stopPrice, stopPriceTicks }),
    };
  }
}
