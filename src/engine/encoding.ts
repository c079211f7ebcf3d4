import {
  PostOnly,
  Role,
  SelfTrade,
  Side,
  SubmitKind,
  TimeInForce,
  UNKNOWN,
} from '../core/codes.ts';
import type { ByteLog } from '../core/bytes.ts';
import { type Decimal, parseDecimal, quantum } from '../core/decimal.ts';
import { writeRecord } from '../core/records.ts';
import { MAX_DECIMALS, MAX_INTEGER, PPM } from '../core/limits.ts';
import { type CommandName, COMMANDS } from '../core/registry.ts';
import { commandFault } from '../core/forms.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import {
  flagArgument,
  idArgument,
  integerArgument,
  nameArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
  textSteps,
} from './arguments.ts';
import type { Digest } from './fields.ts';
import type { Band, FeeFields, Requests, Stamp } from './requests.ts';

/**
 * A request on its way to a command record: values of the fields in the order of the layout, the
 * named ids, and the ids that nobody has registered.
 */
export class Encoding {
  readonly values: number[] = [];
  readonly strings: string[] = [];
  readonly unknown: string[] = [];
  readonly command: CommandName;
  readonly #state: MarketState;

  constructor(state: MarketState, command: CommandName) {
    this.#state = state;
    this.command = command;
  }

  /** The value of a field, once it is there. */
  field(name: string): number {
    return this.values[PLACES[this.command][name] as number] as number;
  }

  /** Who asks, by name. */
  get actor(): string {
    const row = this.field('actor');
    return row === UNKNOWN ? (this.unknown[0] as string) : this.#state.naming('account', row);
  }

  number(...values: number[]): void {
    this.values.push(...values);
  }

  /**
   * Actor, room for the digest, and command id, which every command begins with. Without an actor it
   * is the account that the request is about or the operator, as the command implies.
   */
  stamp(request: Stamp & { readonly account?: string }, implied?: 'account' | 'operator'): void {
    const { actor, account } = request;
    if (actor === undefined && implied === 'account') this.account(account, 'account');
    else this.account(actor === undefined ? implied : actor, 'actor');
    this.number(0, 0);
    const { commandId } = request;
    this.strings.push(commandId === undefined ? '' : idArgument(commandId, 'commandId'));
  }

  /** Checks the form of the whole, and puts the digest in its place. @throws RangeError */
  complete(digest: Digest): void {
    const fault = commandFault(this.command, (field) => this.field(field));
    if (fault !== undefined) throw new RangeError(fault);
    this.values[1] = digest[0];
    this.values[2] = digest[1];
  }

  /** Appends the record, stamped. */
  write(log: ByteLog, sequence: number, time: number): void {
    const { values, strings, unknown } = this;
    writeRecord(log, COMMANDS[this.command], sequence, time, values, [...strings, ...unknown]);
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
    return slot === NONE ? undefined : listings.products[orders.product(slot)];
  }

  fees({ makerPpm, takerPpm }: FeeFields): void {
    this.number(integerArgument(makerPpm, 'makerPpm', 0, PPM));
    this.number(integerArgument(takerPpm, 'takerPpm', 0, PPM));
  }

  band(band: Band | null, tick: Decimal | undefined): void {
    if (band === null) {
      this.number(0, 0, 0);
      return;
    }
    objectArgument(band, 'band', ['low', 'high']);
    this.number(1, textSteps(band.low, 'band.low', tick), textSteps(band.high, 'band.high', tick));
  }

  #reference(name: string, row: number | undefined): void {
    this.values.push(row ?? UNKNOWN);
    if (row === undefined) this.unknown.push(name);
  }
}

/** Makes a request ready to be written. @throws TypeError, RangeError if it is malformed */
export function encoded<C extends CommandName>(
  state: MarketState,
  command: C,
  request: Requests[C],
  digest: Digest = [0, 0],
): Encoding {
  const encoding = new Encoding(state, command);
  ENCODERS[command](encoding, request);
  encoding.complete(digest);
  return encoding;
}

/** Where each field of a command stands among its values. */
const PLACES = Object.fromEntries(
  Object.entries(COMMANDS).map(([name, { fields }]) => [
    name,
    Object.fromEntries(fields.map(([field], i) => [field, i])),
  ]),
) as Record<CommandName, Readonly<Record<string, number>>>;

/** How each request becomes the fields of its command, in the order of the command's layout. */
const ENCODERS: { [C in CommandName]: (to: Encoding, request: Requests[C]) => void } = {
  openAccount(to, request) {
    to.stamp(request, 'operator');
    to.number(nameArgument(Role, otherwise(request.role, 'trader'), 'role'));
    to.strings.push(idArgument(request.id, 'id'));
  },
  freezeAccount(to, request) {
    to.stamp(request, 'operator');
    to.account(request.account, 'account');
    to.number(flagArgument(otherwise(request.frozen, true), 'frozen') ? 1 : 0);
  },
  closeAccount(to, request) {
    to.stamp(request, 'account');
    to.account(request.account, 'account');
  },
  deposit(to, request) {
    to.stamp(request, 'operator');
    to.account(request.account, 'account');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  withdraw(to, request) {
    to.stamp(request, 'account');
    to.account(request.account, 'account');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  transfer(to, request) {
    to.stamp(request, 'account');
    to.account(request.account, 'account');
    to.account(request.to, 'to');
    const step = to.asset(request.asset, 'asset');
    to.number(requiredSteps(request, 'amount', 'Quanta', 1, step));
  },
  listAsset(to, request) {
    to.stamp(request, 'operator');
    to.number(integerArgument(request.decimals, 'decimals', 0, MAX_DECIMALS));
    to.strings.push(idArgument(request.id, 'id'));
  },
  listProduct(to, request) {
    to.stamp(request, 'operator');
    to.asset(request.energy, 'energy');
    to.asset(request.money, 'money');
    const tick = stepArgument(request.tick, 'tick');
    const lot = stepArgument(request.lot, 'lot');
    to.number(tick.mantissa, tick.decimals, lot.mantissa, lot.decimals);
    const { makerPpm = 0, takerPpm = 0 } = request;
    to.fees({ makerPpm, takerPpm });
    to.band(request.band === undefined ? null : request.band, tick);
    to.strings.push(idArgument(request.id, 'id'));
  },
  setFees(to, request) {
    to.stamp(request, 'operator');
    to.product(request.product);
    to.fees(request);
  },
  setBand(to, request) {
    to.stamp(request, 'operator');
    const product = to.product(request.product);
    if (request.band === undefined) throw new TypeError('band is missing; null takes it away');
    to.band(request.band, product?.grid.tick);
  },
  haltProduct: encodeProductCommand,
  resumeProduct: encodeProductCommand,
  closeProduct: encodeProductCommand,
  submit: encodeSubmit,
  amend(to, request) {
    to.stamp(request);
    const grid = to.order(request.orderId)?.grid;
    to.number(
      integerArgument(otherwise(request.expectedVersion, 0), 'expectedVersion', 0, UNKNOWN),
    );
    const price = stepsArgument(request, 'price', 'Ticks', -MAX_INTEGER, grid?.tick);
    const quantity = stepsArgument(request, 'quantity', 'Lots', 0, grid?.lot);
    if (price === undefined && quantity === undefined) {
      throw new TypeError('an amendment needs a price or a quantity');
    }
    to.number(price === undefined ? 0 : 1, price ?? 0);
    to.number(quantity === undefined ? 0 : 1, quantity ?? 0);
  },
  cancel(to, request) {
    to.stamp(request);
    to.order(request.orderId);
  },
  cancelAll(to, request) {
    to.stamp(request, request.account === undefined ? 'operator' : 'account');
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
    to.stamp(request, 'account');
    to.account(request.account, 'account');
    const grid = to.order(request.orderId)?.grid;
    to.number(requiredSteps(request, 'quantity', 'Lots', 1, grid?.lot));
    to.number(requiredSteps(request, 'limitPrice', 'Ticks', -MAX_INTEGER, grid?.tick));
  },
  advanceTime(to, request) {
    to.stamp(request, 'operator');
  },
};

function encodeProductCommand(to: Encoding, request: Requests['haltProduct']): void {
  to.stamp(request, 'operator');
  to.product(request.product);
}

function encodeSubmit(to: Encoding, request: Requests['submit']): void {
  to.stamp(request, 'account');
  to.account(request.account, 'account');
  const grid = to.product(request.product)?.grid;
  const kind = otherwise(request.kind, 'limit');

  const timeInForce = otherwise(request.timeInForce, kind === 'market' ? 'ioc' : 'gtc');
  const postOnly = otherwise(request.postOnly, 'off');
  to.number(nameArgument(Side, request.side, 'side'), nameArgument(SubmitKind, kind, 'kind'));
  to.number(nameArgument(TimeInForce, timeInForce, 'timeInForce'));
  to.number(nameArgument(PostOnly, postOnly, 'postOnly'));
  to.number(nameArgument(SelfTrade, otherwise(request.selfTrade, 'cancelTaker'), 'selfTrade'));
  const price = stepsArgument(request, 'price', 'Ticks', -MAX_INTEGER, grid?.tick);
  if (price === undefined && kind === 'limit') throw new TypeError('a limit order needs a price');
  const quantity = requiredSteps(request, 'quantity', 'Lots', 1, grid?.lot);
  const least = stepsArgument(request, 'minQuantity', 'Lots', 1, grid?.lot) ?? 0;
  to.number(price === undefined ? 0 : 1, price ?? 0, quantity, least);
  to.number(expiryArgument(request, timeInForce));
  to.strings.push(
    request.clientOrderId === undefined ? '' : idArgument(request.clientOrderId, 'clientOrderId'),
  );
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

/** What a field holds if it was given; null is given, and wrong. */
function otherwise<T>(value: T | undefined, instead: T): T {
  return value === undefined ? instead : value;
}
