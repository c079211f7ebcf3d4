import { OrderKind, PostOnly, Role, SelfTrade, Side, TimeInForce, UNKNOWN } from '../core/codes.ts';
import { type Decimal, parseDecimal, quantum } from '../core/decimal.ts';
import { MAX_DECIMALS, MAX_INTEGER, PPM } from '../core/limits.ts';
import type { CommandName } from '../core/registry.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import {
  flagArgument,
  idArgument,
  integerArgument,
  nameArgument,
  requiredSteps,
  stepsArgument,
} from './arguments.ts';
import type { Band, FeeFields, Requests, Stamp } from './requests.ts';

const OPERATOR = 'operator';

/**
 * A request on its way to a command record: values of the fields in the order of the layout, the
 * named ids, and the ids that nobody has registered.
 */
export class Encoding {
  readonly values: number[] = [];
  readonly strings: string[] = [];
  readonly unknown: string[] = [];
  readonly #state: MarketState;

  constructor(state: MarketState) {
    this.#state = state;
  }

  number(...values: number[]): void {
    this.values.push(...values);
  }

  /** Actor, room for the digest, and command id, which every command begins with. */
  stamp(request: Stamp, actor: string | undefined): void {
    this.account(request.actor ?? actor, 'actor');
    this.number(0, 0);
    const { commandId } = request;
    this.strings.push(commandId === undefined ? '' : idArgument(commandId, 'commandId'));
  }

  /** Puts the digest in its place, once all of the request was found to be well-formed. */
  digest(command: CommandName, request: Stamp): void {
    if (request.commandId === undefined) return;
    const [high, low] = requestDigest(command, request);
    this.values[1] = high;
    this.values[2] = low;
  }

  account(id: unknown, argument: string): void {
    const name = idArgument(id, argument);
    this.#reference(name, this.#state.accounts.find(name));
  }

  /** @returns how fine the asset is, if it is known */
  asset(id: unknown, argument: string): Decimal | undefined {
    const name = idArgument(id, argument);
    const row = this.#state.listings.findAsset(name);
    this.#reference(name, row);
    return row === undefined ? undefined : quantum(this.#state.listings.assets[row]!.decimals);
  }

  product(id: unknown): Product | undefined {
    const name = idArgument(id, 'product');
    const row = this.#state.listings.findProduct(name);
    this.#reference(name, row);
    return row === undefined ? undefined : this.#state.listings.products[row];
  }

  /** @returns the product of a resting order, if there is such an order */
  order(orderId: unknown): Product | undefined {
    const id = integerArgument(orderId, 'orderId', 1, MAX_INTEGER);
    this.number(id);
    const { orders, listings } = this.#state;
    const slot = orders.slotOf(id);
    return slot === NONE ? undefined : listings.products[orders.product[slot]!];
  }

  fees(request: FeeFields): void {
    this.number(integerArgument(request.makerPpm ?? 0, 'makerPpm', 0, PPM));
    this.number(integerArgument(request.takerPpm ?? 0, 'takerPpm', 0, PPM));
  }

  band(band: Band | null | undefined, tick: Decimal | undefined): void {
    if (band === null || band === undefined) {
      this.number(0, 0, 0);
      return;
    }
    const ends = { 'band.low': band.low, 'band.high': band.high };
    const low = requiredSteps(ends, 'band.low', 'Ticks', -MAX_INTEGER, tick);
    const high = requiredSteps(ends, 'band.high', 'Ticks', -MAX_INTEGER, tick);
    if (low > high) throw new RangeError('band.low must not be above band.high');
    this.number(1, low, high);
  }

  #reference(name: string, row: number | undefined): void {
    this.values.push(row ?? UNKNOWN);
    if (row === undefined) this.unknown.push(name);
  }
}

/** How each request becomes the fields of its command, in the order of the command's layout. */
export const ENCODERS: { [C in CommandName]: (to: Encoding, request: Requests[C]) => void } = {
  openAccount(to, request) {
    to.stamp(request, OPERATOR);
    to.number(nameArgument(Role, request.role ?? 'trader', 'role'));
    to.strings.push(idArgument(request.id, 'id'));
  },
  freezeAccount(to, request) {
    to.stamp(request, OPERATOR);
    to.account(request.account, 'account');
    to.number(flagArgument(request.frozen ?? true, 'frozen') ? 1 : 0);
  },
  closeAccount(to, request) {
    to.stamp(request, request.account);
    to.account(request.account, 'account');
  },
  deposit(to, request) {
    to.stamp(request, OPERATOR);
    to.account(request.account, 'account');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  withdraw(to, request) {
    to.stamp(request, request.account);
    to.account(request.account, 'account');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  transfer(to, request) {
    to.stamp(request, request.account);
    to.account(request.account, 'account');
    to.account(request.to, 'to');
    if (request.to === request.account) throw new RangeError('to must be another account');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  listAsset(to, request) {
    to.stamp(request, OPERATOR);
    to.number(integerArgument(request.decimals, 'decimals', 0, MAX_DECIMALS));
    to.strings.push(idArgument(request.id, 'id'));
  },
  listProduct(to, request) {
    to.stamp(request, OPERATOR);
    to.asset(request.energy, 'energy');
    to.asset(request.money, 'money');
    if (request.energy === request.money) throw new RangeError('energy and money must differ');
    const tick = stepArgument(request.tick, 'tick');
    const lot = stepArgument(request.lot, 'lot');
    to.number(tick.mantissa, tick.decimals, lot.mantissa, lot.decimals);
    to.fees(request);
    to.band(request.band, tick);
    to.strings.push(idArgument(request.id, 'id'));
  },
  setFees(to, request) {
    to.stamp(request, OPERATOR);
    to.product(request.product);
    to.fees(request);
  },
  setBand(to, request) {
    to.stamp(request, OPERATOR);
    const product = to.product(request.product);
    if (request.band === undefined) throw new TypeError('band is missing; null takes it away');
    to.band(request.band, product?.grid.tick);
  },
  haltProduct: encodeProductCommand,
  resumeProduct: encodeProductCommand,
  closeProduct: encodeProductCommand,
  submit: encodeSubmit,
  amend(to, request) {
    to.stamp(request, undefined);
    const grid = to.order(request.orderId)?.grid;
    to.number(integerArgument(request.expectedVersion ?? 0, 'expectedVersion', 0, UNKNOWN));
    const price = stepsArgument(request, 'price', 'Ticks', -MAX_INTEGER, grid?.tick);
    const quantity = stepsArgument(request, 'quantity', 'Lots', 0, grid?.lot);
    if (price === undefined && quantity === undefined) {
      throw new TypeError('an amendment needs a price or a quantity');
    }
    to.number(price === undefined ? 0 : 1, price ?? 0);
    to.number(quantity === undefined ? 0 : 1, quantity ?? 0);
  },
  cancel(to, request) {
    to.stamp(request, undefined);
    to.order(request.orderId);
  },
  cancelAll(to, request) {
    to.stamp(request, request.account ?? OPERATOR);
    if (request.account === undefined && request.product === undefined) {
      throw new TypeError('cancelAll needs an account or a product');
    }
    to.number(request.account === undefined ? 0 : 1);
    if (request.account === undefined) to.number(0);
    else to.account(request.account, 'account');
    to.number(request.product === undefined ? 0 : 1);
    if (request.product === undefined) to.number(0);
    else to.product(request.product);
  },
  take(to, request) {
    to.stamp(request, request.account);
    to.account(request.account, 'account');
    const grid = to.order(request.orderId)?.grid;
    to.number(requiredSteps(request, 'quantity', 'Lots', 1, grid?.lot));
    to.number(requiredSteps(request, 'limitPrice', 'Ticks', -MAX_INTEGER, grid?.tick));
  },
  advanceTime(to, request) {
    to.stamp(request, OPERATOR);
  },
};

function encodeProductCommand(to: Encoding, request: Requests['haltProduct']): void {
  to.stamp(request, OPERATOR);
  to.product(request.product);
}

function encodeSubmit(to: Encoding, request: Requests['submit']): void {
  to.stamp(request, request.account);
  to.account(request.account, 'account');
  const grid = to.product(request.product)?.grid;
  const kind = request.kind ?? 'limit';
  if (kind !== 'limit' && kind !== 'market') nameArgument({ limit: 0, market: 1 }, kind, 'kind');
  const timeInForce = request.timeInForce ?? (kind === 'market' ? 'ioc' : 'gtc');
  const postOnly = request.postOnly ?? 'off';
  to.number(nameArgument(Side, request.side, 'side'), OrderKind[kind]);
  to.number(nameArgument(TimeInForce, timeInForce, 'timeInForce'));
  to.number(nameArgument(PostOnly, postOnly, 'postOnly'));
  to.number(nameArgument(SelfTrade, request.selfTrade ?? 'cancelTaker', 'selfTrade'));
  const price = stepsArgument(request, 'price', 'Ticks', -MAX_INTEGER, grid?.tick);
  if (price === undefined && kind === 'limit') throw new TypeError('a limit order needs a price');
  const quantity = requiredSteps(request, 'quantity', 'Lots', 1, grid?.lot);
  const least = stepsArgument(request, 'minQuantity', 'Lots', 1, grid?.lot) ?? 0;
  to.number(price === undefined ? 0 : 1, price ?? 0, quantity, least);
  to.number(expiryArgument(request, timeInForce));
  to.strings.push(
    request.clientOrderId === undefined ? '' : idArgument(request.clientOrderId, 'clientOrderId'),
  );
  const immediate = timeInForce === 'ioc' || timeInForce === 'fok';
  if (kind === 'market' && !immediate) {
    throw new RangeError('a market order is ioc or fok: it never rests');
  }
  if (postOnly !== 'off' && immediate) throw new RangeError('a post-only order is gtc or gtd');
  if (least > quantity) throw new RangeError('minQuantity must not exceed quantity');
  if (least > 0 && (postOnly !== 'off' || timeInForce === 'fok')) {
    throw new RangeError('minQuantity has no meaning for post-only and fok orders');
  }
}

function expiryArgument(request: Requests['submit'], timeInForce: string): number {
  const { expiresAt } = request;
  if (timeInForce === 'gtd') {
    if (expiresAt === undefined) throw new TypeError('a gtd order needs expiresAt');
    return integerArgument(expiresAt, 'expiresAt', 0, MAX_INTEGER);
  }
  if (expiresAt !== undefined) throw new TypeError('only a gtd order has expiresAt');
  return 0;
}

function stepArgument(text: unknown, argument: string): Decimal {
  const step = parseDecimal(text, argument);
  if (step.mantissa <= 0) throw new RangeError(`${argument} must be more than zero`);
  return step;
}

/**
 * 64 bits over what a request asks for, the time of its stamp excluded, whatever the order of its fields.
 * Two FNV-1a-like lanes: they tell honest requests apart, and a client who forges a collision only
 * gets its own earlier outcome back.
 */
function requestDigest(command: CommandName, request: Stamp): [high: number, low: number] {
  let high = 0x811c_9dc5;
  let low = 0x9747_b28c;
  const { at: _, ...content } = request;
  const text = command + JSON.stringify(content, Object.keys(flatten(content)).sort());
  for (let i = 0; i < text.length; i++) {
    const byte = text.charCodeAt(i);
    high = Math.imul(high ^ byte, 0x0100_0193);
    low = Math.imul(low ^ byte, 0x85eb_ca6b) ^ (low >>> 15);
  }
  return [high >>> 0, low >>> 0];
}

/** A request's fields and those of its band; JSON.stringify keeps the keys that it is told. */
function flatten(content: Stamp & { band?: unknown }): object {
  const { band } = content;
  return typeof band === 'object' && band !== null ? { ...content, ...band } : content;
}
