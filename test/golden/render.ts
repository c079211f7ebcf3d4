import { networkText } from './network-text.ts';
import type { Engine, EventRecord, OrderView, ProductView } from '../../src/index.ts';
import {
  circuitText,
  debtText,
  limitsText,
  positionsText,
  postingText,
  pricesText,
  readingText,
} from './posting-text.ts';

type Event<T extends EventRecord['type']> = Extract<EventRecord, { type: T }>;

/** `count` steps as exact decimal text with the step's decimals; `step` is text such as '0.01'. */
export function stepText(count: number, step: string): string {
  const decimals = (step.split('.')[1] ?? '').length;
  const value = BigInt(count) * BigInt(step.replace('.', ''));
  const digits = `${value < 0n ? -value : value}`.padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  const text = decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return value < 0n ? `-${text}` : text;
}

/** Without the zeros behind the last digit that counts. */
export function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** What is open of an order, and how much of it everyone sees. */
function lotsOf({ open, shown, display, allOrNone }: OrderView): string {
  if (allOrNone) return `all-or-none ${trimmed(open)}`;
  if (display === 'all') return trimmed(open);
  return display === 'hidden' ? `hidden ${trimmed(open)}` : `${trimmed(shown)} of ${trimmed(open)}`;
}

/** Tells a script's reader what happened, in names and decimal text. */
export class Renderer {
  readonly #engine: Engine;
  /** What the next order is called if it is the second of two linked ones. */
  #second: string | undefined;
  /** What orders are called that follow on others. */
  readonly #exits = new Map<number, string>();
  /** What scripts call an order: the client order id, or '#' and the number. */
  readonly #labels = new Map<number, string>();
  readonly #products = new Map<string, ProductView>();
  readonly #steps = new Map<string, string>();
  readonly #productOf = new Map<number, string>();
  readonly #sideOf = new Map<number, 'buy' | 'sell'>();
  /** Latest order by client order id. */
  readonly #named = new Map<string, number>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** The number of the order that a script means. */
  readonly find = (name: string): number => {
    if (name.startsWith('#')) return Number(name.slice(1));
    const order = this.#named.get(name);
    if (order === undefined) throw new Error(`script: no order was called ${name}`);
    return order;
  };

  label(order: number): string {
    return this.#labels.get(order) ?? `#${order}`;
  }

  event(event: EventRecord): string {
    if (event.type === 'orderAccepted') this.#introduce(event);
    if (event.type === 'orderTerms' && event.hasOco) this.#second = `${this.label(event.order)}'`;
    if (event.type === 'bracketPlaced') {
      this.#exits.set(event.first, `${this.label(event.order)}+`);
      this.#exits.set(event.second, `${this.label(event.order)}-`);
    }
    const render = this.#texts[event.type] as (event: EventRecord) => string;
    return render(event);
  }

  /** An account's balances: available, and locked where something is. */
  balances(account: string): string {
    const held = this.#engine
      .balances(account)
      .map(({ asset, available, locked, lockedQuanta }) => {
        const text = `${trimmed(available)} ${asset}`;
        return lockedQuanta === 0 ? text : `${text} + ${trimmed(locked)} locked`;
      })
      .join(', ');
    return `${held === '' ? 'nothing' : held}${positionsText(this.#engine, account)}`;
  }

  /** A product's book, asks above bids; at each price the orders in the order of their turn. */
  ladder(product: ProductView): string[] {
    const { id, phase, lastPrice } = product;
    const last = lastPrice === undefined ? '' : `, last ${lastPrice}`;
    const head = `${id}${phase === 'open' ? '' : ` ${phase}`}${last}`;
    const asks = this.#side(id, 'sell');
    const bids = this.#side(id, 'buy');
    const stops = this.#engine
      .openOrders({ product: id })
      .filter(({ stopPrice }) => stopPrice !== undefined)
      .map(({ open, account, orderId, stopPrice, price, side }) => {
        const what = `${side} ${trimmed(open)} @ ${price}`;
        return `  stop ${stopPrice}: ${what} ${account} ${this.label(orderId)}`;
      });
    if (asks.length + bids.length + stops.length === 0) return [`${head}: no orders`];
    return [head, ...asks.reverse(), ...bids, ...stops];
  }

  #side(product: string, side: 'buy' | 'sell'): string[] {
    const levels = new Map<string, string[]>();
    for (const order of this.#engine.queue(product, side)) {
      const { price, account, orderId } = order;
      const orders = levels.get(price) ?? [];
      orders.push(`${lotsOf(order)} ${account} ${this.label(orderId)}`);
      levels.set(price, orders);
    }
    const word = side === 'sell' ? 'ask' : 'bid';
    return [...levels].map(([price, orders]) => `  ${word} ${price}: ${orders.join(', ')}`);
  }

  /** A client order id that is used again gets the order's number behind it. */
  #introduce({ order, product, side, clientOrderId }: Event<'orderAccepted'>): void {
    this.#productOf.set(order, product);
    this.#sideOf.set(order, side);
    const name = this.#exits.get(order) ?? this.#second ?? clientOrderId;
    this.#second = undefined;
    if (name === '') return;
    const again = this.#named.has(name);
    this.#labels.set(order, again ? `${name}#${order}` : name);
    this.#named.set(name, order);
  }

  /** Takes in what there is, to be told of once it is archived. */
  note(): void {
    for (const product of this.#engine.products()) {
      this.#products.set(product.id, product);
      this.#step(product.energy);
      this.#step(product.money);
    }
  }

  #product(id: string): ProductView {
    return this.#engine.product(id) ?? this.#products.get(id)!;
  }

  /** The quantum of an asset, such as '0.001'; of one that was archived what it was. */
  #step(asset: string): string {
    try {
      const { available } = this.#engine.balance('outside', asset);
      const decimals = (available.split('.')[1] ?? '').length;
      this.#steps.set(asset, decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return this.#steps.get(asset)!;
  }

  #lots(order: number, lots: number): string {
    return trimmed(stepText(lots, this.#product(this.#productOf.get(order)!).lot));
  }

  #ticks(order: number, ticks: number): string {
    return stepText(ticks, this.#product(this.#productOf.get(order)!).tick);
  }

  #amount(asset: string, quanta: number): string {
    return `${trimmed(stepText(quanta, this.#step(asset)))} ${asset}`;
  }

  readonly #texts: { readonly [T in EventRecord['type']]: (event: Event<T>) => string } = {
    rejected: ({ actor, command, code }) => `${this.#who(actor)} ${command} refused: ${code}`,
    accountOpened: ({ id, role }) => `account ${id} opened, ${role}`,
    accountFrozen: ({ account, frozen }) => `${account} ${frozen ? 'frozen' : 'no longer frozen'}`,
    accountClosed: ({ account }) => `account ${account} closed`,
    deposited: ({ account, asset, amount }) =>
      `${this.#amount(asset, amount)} deposited to ${account}`,
    withdrawn: ({ account, asset, amount }) =>
      `${this.#amount(asset, amount)} withdrawn by ${account}`,
    transferred: ({ account, to, asset, amount }) =>
      `${this.#amount(asset, amount)} from ${account} to ${to}`,
    assetListed: ({ id, decimals }) => `asset ${id} listed, ${decimals} decimals`,
    productListed: (event) => this.#listed(event),
    termsSet: (event) => this.#terms(event),
    productOpened: ({ product }) => `${product} opens`,
    productArchived: ({ product, delivered }) =>
      `${product} archived, ${this.#amount(this.#product(product).energy, delivered)} delivered`,
    readingRecorded: (event) => readingText(event, this.#product(event.product), this.#amounts),
    imbalancePricesSet: (event) => pricesText(event, this.#product(event.product)),
    slotSettled: ({ product, final, count }) =>
      `${product} settled${final ? ' for good' : ''}: ${count} in all`,
    settlementPosted: (event) => postingText(event, this.#product(event.product), this.#amounts),
    debtPaid: (event) => debtText(event, this.#amounts),
    gateClosed: ({ product, count }) => `gate of ${product} closed: ${count} in all`,
    productHalted: ({ product }) => `${product} halted`,
    productResumed: ({ product }) => `${product} resumed`,
    productClosed: ({ product }) => `${product} closed`,
    auctionHeld: (event) => this.#auction(event),
    orderRemains: ({ order, price, open }) =>
      `${this.label(order)} keeps its place: ${this.#lots(order, open)} @ ${this.#ticks(order, price)}`,
    blockSealed: ({ height, firstSequence, sequence }) =>
      `block ${height}: commands ${firstSequence} to ${sequence}`,
    accountKeySet: ({ account, hasKey }) => `${account} ${hasKey ? 'has a new key' : 'has no key'}`,
    sessionEnded: ({ product, count }) => `session of ${product} ended: ${count} in all`,
    orderAccepted: (event) => this.#accepted(event),
    orderTerms: (event) => this.#special(event),
    ordersLinked: ({ order, other }) => `${this.label(order)} and ${this.label(other)} are linked`,
    bracketPlaced: ({ order, first, second }) => {
      const [profit, stop] = [this.#exits.get(first)!, this.#exits.get(second)!];
      return `${profit} and ${stop} follow on ${this.label(order)}`;
    },
    bracketDropped: ({ order }) => `nothing follows on ${this.label(order)}`,
    orderRested: ({ order, price, open }) =>
      `${this.label(order)} rests: ${this.#lots(order, open)} @ ${this.#ticks(order, price)}`,
    trade: (event) => this.#trade(event),
    orderReduced: ({ order, by, open }) =>
      `${this.label(order)} reduced by ${this.#lots(order, by)}, ${this.#lots(order, open)} open`,
    orderAmended: ({ order, orderVersion, price, quantity, keepsPlace }) => {
      const what = `${this.#lots(order, quantity)} @ ${this.#ticks(order, price)}`;
      const where = keepsPlace ? 'keeps its place' : 'enters anew';
      return `${this.label(order)} amended to ${what}, version ${orderVersion}, ${where}`;
    },
    orderEnded: (event) => this.#ended(event),
    allCancelled: ({ count }) => `cancelled in all: ${count}`,
    timeAdvanced: ({ time }) => `it is ${time}`,
    stopPlaced: ({ order, stopPrice, open }) =>
      `${this.label(order)} waits for ${this.#ticks(order, stopPrice)}: ${this.#lots(order, open)} open`,
    orderMoved: ({ order, priceBefore, price }) =>
      `${this.label(order)} moves from ${this.#ticks(order, priceBefore)} to ${this.#ticks(order, price)}`,
    stopMoved: ({ order, stopPriceBefore, stopPrice }) =>
      `${this.label(order)} waits for ${this.#ticks(order, stopPrice)}, no longer for ${this.#ticks(order, stopPriceBefore)}`,
    stopTriggered: ({ order }) => `${this.label(order)} triggered`,
    tradeRecalled: (event) => this.#recalled(event),
    circuitSet: (event) => circuitText(event, this.#product(event.product)),
    volatilityHalt: ({ product, price, reference }) => {
      const { tick } = this.#product(product);
      return `${product} is at ${stepText(price, tick)}, too far from ${stepText(reference, tick)}`;
    },
    accountLimitsSet: (event) => limitsText(event, this.#amounts),
    accountKilled: ({ account, count }) => `${account} killed: frozen, cancelled in all: ${count}`,
    networkListed: ({ id }) => `network ${id} listed`,
    zoneAdded: ({ id, network, gridAccount }) =>
      `zone ${id} added to ${network}, fees go to ${gridAccount}`,
    gridFeeSet: ({ network, from, to, fee, feeVersion }) => {
      const price = stepText(fee, this.#engine.network(network)!.tick);
      return `fee from ${from} to ${to}: ${price}, version ${feeVersion}`;
    },
    capacitySet: ({ product, from, to, hasQuantity, quantity }) => {
      const { lot } = this.#product(product);
      const left = hasQuantity ? trimmed(stepText(quantity, lot)) : 'any quantity';
      return `${product} from ${from} to ${to}: ${left}`;
    },
    partnerSet: ({ account, partner, rule }) => `${account} about ${partner}: ${rule}`,
    gridFeePaid: ({ trade, product, from, to, amount, feeVersion }) => {
      const fee = this.#amount(this.#product(product).money, amount);
      return `trade ${trade} goes from ${from} to ${to}, fee ${fee} by version ${feeVersion}`;
    },
    gridFeeReturned: ({ trade, product, from, to, amount }) => {
      const fee = this.#amount(this.#product(product).money, amount);
      return `trade ${trade} goes back from ${to} to ${from}, fee ${fee} too`;
    },
    networkTerms: (event) => {
      const { tick, network } = this.#product(event.product);
      const { zones } = this.#engine.network(network!.id)!;
      return `${this.label(event.order)}: ${networkText(event, zones, tick)}`;
    },
    orderRefreshed: ({ order, price, shown }) =>
      `${this.label(order)} shows ${this.#lots(order, shown)} @ ${this.#ticks(order, price)}, at the back`,
  };

  /** Whoever asks need not be an account. */
  #who(actor: string): string {
    return this.#engine.accounts().some(({ id }) => id === actor) ? actor : 'somebody';
  }

  #call(event: Event<'productListed'>): string {
    const { id, mechanism, pricing, hasReference, referencePrice, auctionEveryMs } = event;
    if (mechanism === 'continuous') return '';
    const reference = stepText(referencePrice, this.#product(id).tick);
    const near = hasReference ? `, reference ${reference}` : '';
    const every = auctionEveryMs > 0 ? `, every ${auctionEveryMs} ms` : '';
    return `, in auctions, ${pricing}${near}${every}`;
  }

  #listed(event: Event<'productListed'>): string {
    const { id, energyAsset, moneyAsset, hasDelivery, deliveryStart, deliveryEnd } = event;
    const head = `product ${id} listed, ${energyAsset} for ${moneyAsset}${this.#call(event)}`;
    if (!hasDelivery) return head;
    const [opens, gate] = [event.opensMs, event.gateMs].map((offset) => deliveryStart + offset);
    const traded = `traded from ${opens} to ${gate}`;
    const plan = `${head}, ${traded}, delivered from ${deliveryStart} to ${deliveryEnd}`;
    if (!event.hasSettlement) return plan;
    const { tick } = this.#product(id);
    const [low, high] = [event.imbalanceMin, event.imbalanceMax].map((each) =>
      stepText(each, tick),
    );
    return `${plan}, settled with ${event.utility} between ${low} and ${high}`;
  }

  readonly #amounts = (asset: string, quanta: number): string => this.#amount(asset, quanta);

  #terms(event: Event<'termsSet'>): string {
    const { product, termsVersion, makerPpm, takerPpm, hasBand, bandLow, bandHigh } = event;
    const { tick } = this.#product(product);
    const band = hasBand ? `band ${stepText(bandLow, tick)} to ${stepText(bandHigh, tick)}` : '';
    const fees = `fees ${makerPpm} and ${takerPpm} ppm`;
    return `${product} terms ${termsVersion}: ${fees}, ${band === '' ? 'no band' : band}`;
  }

  #accepted(event: Event<'orderAccepted'>): string {
    const { order, account, side, kind, timeInForce, price, quantity, expiresAt } = event;
    const [lots, ticks] = [this.#lots(order, quantity), this.#ticks(order, price)];
    const head = `${this.label(order)} accepted: ${account}`;
    if (kind === 'take') return `${head} takes ${lots} @ ${ticks}`;
    const verb = side === 'buy' ? 'buys' : 'sells';
    const until = timeInForce === 'gtd' ? ` until ${expiresAt}` : '';
    const tail = timeInForce === 'gtc' ? '' : ` ${timeInForce}${until}`;
    if (kind === 'limit') return `${head} ${verb} ${lots} @ ${ticks}${tail}`;
    const bound = side === 'buy' ? 'at most' : 'at least';
    return `${head} ${verb} ${lots} at market, ${bound} ${ticks}${tail}`;
  }

  /** What is special about an order that was accepted. */
  #special(event: Event<'orderTerms'>): string {
    const { order, product, display, displayQuantity, refreshBelow, allOrNone } = event;
    const { hasStop, stopPrice, hasMaxMoney, maxMoney } = event;
    const { trailBy, trailDistance, pegTo, pegOffset } = event;
    const below = refreshBelow === 1 ? '' : `, more below ${this.#lots(order, refreshBelow)}`;
    const terms = [
      allOrNone ? 'all or none' : '',
      display === 'hidden' ? 'hidden' : '',
      display === 'clip' ? `shows ${this.#lots(order, displayQuantity)} at a time${below}` : '',
      trailBy === 'ticks' ? `trails by ${this.#ticks(order, trailDistance)}` : '',
      trailBy === 'ppm' ? `trails by ${trailDistance} ppm` : '',
      pegTo === 'none' ? '' : `pegged to the ${pegTo}${this.#offset(order, pegOffset)}`,
      hasStop ? `stop ${this.#ticks(order, stopPrice)}` : '',
      hasMaxMoney ? `costs at most ${this.#amount(this.#product(product).money, maxMoney)}` : '',
      event.hasOco ? 'one of two' : '',
      event.hasBracket ? this.#bracket(event) : '',
    ];
    return `${this.label(order)}: ${terms.filter((term) => term !== '').join(', ')}`;
  }

  #bracket({ order, takeProfit, exitStopPrice, exitStopLimit }: Event<'orderTerms'>): string {
    const [profit, stop, limit] = [takeProfit, exitStopPrice, exitStopLimit].map((ticks) =>
      this.#ticks(order, ticks),
    );
    return `then out at ${profit}, or at ${stop} to ${limit}`;
  }

  #offset(order: number, ticks: number): string {
    if (ticks === 0) return '';
    const away = this.#ticks(order, Math.abs(ticks));
    return ticks > 0 ? `, ${away} above` : `, ${away} below`;
  }

  #trade(event: Event<'trade'>): string {
    const { product, price, quantity, buyer, seller, makerOrder, takerOrder } = event;
    const { money } = this.#product(product);
    const what = `${this.#lots(makerOrder, quantity)} @ ${this.#ticks(makerOrder, price)}`;
    const orders = `${this.label(takerOrder)} meets ${this.label(makerOrder)}`;
    const { buyerFee, sellerFee } = event;
    const fees =
      buyerFee + sellerFee === 0
        ? ''
        : `, fees ${this.#amount(money, buyerFee)} and ${this.#amount(money, sellerFee)}`;
    return `trade ${what}: ${buyer} buys from ${seller}, ${orders}${fees}`;
  }

  #auction(event: Event<'auctionHeld'>): string {
    const { product, hasPrice, price, quantity, bidsLeft, asksLeft } = event;
    const { tick, lot } = this.#product(product);
    if (!hasPrice) return `auction of ${product}: no price`;
    const lots = (count: number): string => trimmed(stepText(count, lot));
    const left = [
      bidsLeft > 0 ? `, ${lots(bidsLeft)} bid and left` : '',
      asksLeft > 0 ? `, ${lots(asksLeft)} offered and left` : '',
    ];
    return `auction of ${product}: ${lots(quantity)} @ ${stepText(price, tick)}${left.join('')}`;
  }

  #recalled(event: Event<'tradeRecalled'>): string {
    const { trade, product, price, quantity, buyer, seller, buyerFee, sellerFee } = event;
    const { tick, lot, money } = this.#product(product);
    const what = `${trimmed(stepText(quantity, lot))} @ ${stepText(price, tick)}`;
    const fees = [buyerFee, sellerFee].map((fee) => this.#amount(money, fee));
    const back = buyerFee + sellerFee === 0 ? '' : `, fees ${fees.join(' and ')}`;
    return `trade ${trade} recalled: ${what} from ${buyer} back to ${seller}${back}`;
  }

  #ended({ order, reason, open, releasedMoney, releasedEnergy }: Event<'orderEnded'>): string {
    const { money, energy } = this.#product(this.#productOf.get(order)!);
    const rest = open === 0 ? '' : `, ${this.#lots(order, open)} open`;
    const released: string[] = [];
    if (releasedMoney !== 0) released.push(this.#amount(money, releasedMoney));
    if (releasedEnergy !== 0) released.push(this.#amount(energy, releasedEnergy));
    const back = released.length === 0 ? '' : `, released ${released.join(' and ')}`;
    return `${this.label(order)} ended: ${reason}${rest}${back}`;
  }
}
