import {
  PostOnly,
  Role,
  SelfTrade,
  Side,
  SubmitKind,
  TimeInForce,
  UNKNOWN,
} from '../core/codes.ts';
import { putI64, putId } from '../core/bytes.ts';
import { type Decimal, parseDecimal, quantum } from '../core/decimal.ts';
import { putHeader } from '../core/records.ts';
import { MAX_DECIMALS, MAX_INTEGER, PPM } from '../core/limits.ts';
import { type CommandName, COMMANDS, HEADER_SIZE, offsetsOf } from '../core/registry.ts';
import { commandFault } from '../core/forms.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from '../matching/state.ts';
import { NONE } from '../orderbook/orders.ts';
import {
  choiceArgument,
  flagArgument,
  idArgument,
  integerArgument,
  nameArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
  textSteps,
} from './arguments.ts';
import { type Digest, type Fields, fieldsOf } from './fields.ts';
import type { AccountRequest, Band, FeeFields, FundsRequest, Requests, Stamp } from './requests.ts';

const STAMP = offsetsOf(COMMANDS.advanceTime);
const SIDES = Object.keys(Side);
const KINDS = Object.keys(SubmitKind);
const TIMES_IN_FORCE = Object.keys(TimeInForce);
const POST_ONLY = Object.keys(PostOnly);
const SELF_TRADE = Object.keys(SelfTrade);
const SUBMIT = offsetsOf(COMMANDS.submit);
const NO_IDS: readonly string[] = [];
/** More than any command takes: 24 bytes of header, under 100 of fields, 65 for each of at most five ids. */
const ROOM = 512;

/** What there is to know about the requests of one command, found at once. */
export interface Form<C extends CommandName = CommandName> {
  readonly command: C;
  readonly type: number;
  readonly fields: Fields;
  /** Makes the fields of the command out of a request, in the order of the layout. */
  encode(to: Encoding, request: Requests[C]): void;
}

/** A request on its way: a command record that is not stamped yet. May take one request after another. */
export class Encoding {
  #form: Form = FORMS.advanceTime;
  /** Begins with the record; behind it stands what is left of others. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ROOM);
  readonly view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  length = 0;
  #commandId = '';
  /** The second named id of the record, empty where it was left out; undefined if the layout has none. */
  #id: string | undefined;
  /** Ids that nobody has registered. */
  #unknown: readonly string[] = NO_IDS;
  readonly #state: MarketState;

  constructor(state: MarketState) {
    this.#state = state;
  }

  /** Takes in a request. @throws TypeError, RangeError if it is malformed */
  read<C extends CommandName>(form: Form<C>, request: Requests[C], digest: Digest): void {
    const { view } = this;
    this.#form = form;
    this.length = HEADER_SIZE;
    this.#id = undefined;
    this.#unknown = NO_IDS;
    form.encode(this, request);
    view.setUint32(STAMP.digestHigh, digest[0]);
    view.setUint32(STAMP.digestLow, digest[1]);
    const fault = commandFault(form.command, view, 0);
    if (fault !== undefined) throw new RangeError(fault);
    this.#text(this.#commandId);
    if (this.#id !== undefined) this.#text(this.#id);
    if (this.#unknown.length > 0) for (const id of this.#unknown) this.#text(id);
  }

  /** Makes a command of it. */
  stamp(sequence: number, time: number): void {
    putHeader(this.view, 0, this.#form.type, this.length, sequence, time);
  }

  get command(): CommandName {
    return this.#form.command;
  }

  /** Row of who asks. */
  get actorRow(): number {
    return this.view.getUint32(STAMP.actor);
  }

  /** Who asks, by name. */
  get actor(): string {
    const row = this.actorRow;
    return row === UNKNOWN ? this.#unknown[0]! : this.#state.naming('account', row);
  }

  u8(value: number): void {
    this.view.setUint8(this.length, value);
    this.length += 1;
  }

  u32(value: number): void {
    this.view.setUint32(this.length, value);
    this.length += 4;
  }

  i64(value: number): void {
    putI64(this.view, this.length, value);
    this.length += 8;
  }

  /** A number that may be left out, behind the flag that says whether it is there. */
  optional(value: number | undefined): void {
    this.u8(value === undefined ? 0 : 1);
    this.i64(value === undefined ? 0 : value);
  }

  /** Who asks, room for the digest, and command id, which every command begins with. */
  origin(who: unknown, argument: 'actor' | 'account', commandId: unknown): void {
    this.account(who, argument);
    this.length = STAMP.strings;
    this.#commandId = optionalId(commandId, 'commandId');
  }

  /** The same where it is an operator who asks, unless another actor is named. */
  operator({ actor = 'operator', commandId }: Stamp): void {
    this.origin(actor, 'actor', commandId);
  }

  /** The same, and the account that the request is about: who asks, unless another actor is named. */
  party({ actor, account, commandId }: AccountRequest): void {
    if (actor !== undefined) {
      this.origin(actor, 'actor', commandId);
      this.account(account, 'account');
      return;
    }
    this.origin(account, 'account', commandId);
    const row = this.actorRow;
    if (row === UNKNOWN) this.#unknown = [account, account];
    this.u32(row);
  }

  /** The id that a command gives to something new. */
  id(id: string): void {
    this.#id = id;
  }

  account(id: unknown, argument: string): void {
    this.#reference(this.#state.accounts.find(id as string), id, argument);
  }

  /** @returns how fine the asset is, if it is known */
  asset(id: unknown, argument: string): Decimal | undefined {
    const { listings } = this.#state;
    const row = listings.findAsset(id as string);
    this.#reference(row, id, argument);
    return row === undefined ? undefined : quantum(listings.assets[row]!.decimals);
  }

  product(id: unknown): Product | undefined {
    const { listings } = this.#state;
    const row = listings.findProduct(id as string);
    this.#reference(row, id, 'product');
    return row === undefined ? undefined : listings.products[row];
  }

  /** @returns the product of a resting order, if there is such an order */
  order(orderId: unknown): Product | undefined {
    const id = integerArgument(orderId, 'orderId', 1, MAX_INTEGER);
    this.i64(id);
    const { orders, listings } = this.#state;
    const slot = orders.slotOf(id);
    return slot === NONE ? undefined : listings.products[orders.product[slot]!];
  }

  /** An amount of an asset. */
  funds({ asset, amount, amountQuanta }: FundsRequest): void {
    const step = this.asset(asset, 'asset');
    this.i64(requiredSteps(amount, amountQuanta, 'amount', 'amountQuanta', 1, step));
  }

  fees({ makerPpm, takerPpm }: FeeFields): void {
    this.u32(integerArgument(makerPpm, 'makerPpm', 0, PPM));
    this.u32(integerArgument(takerPpm, 'takerPpm', 0, PPM));
  }

  band(band: Band | null, tick: Decimal | undefined): void {
    if (band !== null) objectArgument(band, 'band', ['low', 'high']);
    this.optional(band === null ? undefined : textSteps(band.low, 'band.low', tick));
    this.i64(band === null ? 0 : textSteps(band.high, 'band.high', tick));
  }

  /** A row; an id that has one is of the right form, and need not be looked at. */
  #reference(row: number | undefined, id: unknown, argument: string): void {
    if (row === undefined) this.#unknown = [...this.#unknown, idArgument(id, argument)];
    this.u32(row === undefined ? UNKNOWN : row);
  }

  #text(id: string): void {
    this.length = putId(this.bytes, this.length, id);
  }
}

const ENCODERS: { [C in CommandName]: Form<C>['encode'] } = {
  openAccount(to, request) {
    to.operator(request);
    to.u8(nameArgument(Role, otherwise(request.role, 'trader'), 'role'));
    to.id(idArgument(request.id, 'id'));
  },
  freezeAccount(to, request) {
    to.operator(request);
    to.account(request.account, 'account');
    to.u8(flagArgument(otherwise(request.frozen, true), 'frozen') ? 1 : 0);
  },
  closeAccount(to, request) {
    to.party(request);
  },
  deposit(to, request) {
    to.operator(request);
    to.account(request.account, 'account');
    to.funds(request);
  },
  withdraw(to, request) {
    to.party(request);
    to.funds(request);
  },
  transfer(to, request) {
    to.party(request);
    to.account(request.to, 'to');
    to.funds(request);
  },
  listAsset(to, request) {
    to.operator(request);
    to.u8(integerArgument(request.decimals, 'decimals', 0, MAX_DECIMALS));
    to.id(idArgument(request.id, 'id'));
  },
  listProduct(to, request) {
    to.operator(request);
    to.asset(request.energy, 'energy');
    to.asset(request.money, 'money');
    const tick = stepArgument(request.tick, 'tick');
    const lot = stepArgument(request.lot, 'lot');
    for (const { mantissa, decimals } of [tick, lot]) {
      to.i64(mantissa);
      to.u8(decimals);
    }
    const { makerPpm = 0, takerPpm = 0 } = request;
    to.fees({ makerPpm, takerPpm });
    to.band(request.band === undefined ? null : request.band, tick);
    to.id(idArgument(request.id, 'id'));
  },
  setFees(to, request) {
    to.operator(request);
    to.product(request.product);
    to.fees(request);
  },
  setBand(to, request) {
    to.operator(request);
    const product = to.product(request.product);
    if (request.band === undefined) throw new TypeError('band is missing; null takes it away');
    to.band(request.band, product?.grid.tick);
  },
  haltProduct: encodeProductCommand,
  resumeProduct: encodeProductCommand,
  closeProduct: encodeProductCommand,
  submit: encodeSubmit,
  amend(to, request) {
    to.origin(request.actor, 'actor', request.commandId);
    const grid = to.order(request.orderId)?.grid;
    to.u32(integerArgument(otherwise(request.expectedVersion, 0), 'expectedVersion', 0, UNKNOWN));
    const price = priceArgument(request, grid?.tick);
    const { quantity: text, quantityLots } = request;
    const quantity = stepsArgument(text, quantityLots, 'quantity', 'quantityLots', 0, grid?.lot);
    if (price === undefined && quantity === undefined) {
      throw new TypeError('an amendment needs a price or a quantity');
    }
    to.optional(price);
    to.optional(quantity);
  },
  cancel(to, request) {
    to.origin(request.actor, 'actor', request.commandId);
    to.order(request.orderId);
  },
  cancelAll(to, request) {
    const { actor, account, product, commandId } = request;
    if (actor === undefined && account !== undefined) to.origin(account, 'account', commandId);
    else to.operator(request);
    if (account === undefined && product === undefined) {
      throw new TypeError('cancelAll needs an account or a product');
    }
    to.u8(account === undefined ? 0 : 1);
    if (account === undefined) to.u32(0);
    else to.account(account, 'account');
    to.u8(product === undefined ? 0 : 1);
    if (product === undefined) to.u32(0);
    else to.product(product);
  },
  take(to, request) {
    to.party(request);
    const grid = to.order(request.orderId)?.grid;
    to.i64(quantityArgument(request, grid?.lot));
    const { limitPrice, limitPriceTicks } = request;
    const least = -MAX_INTEGER;
    to.i64(
      requiredSteps(
        limitPrice,
        limitPriceTicks,
        'limitPrice',
        'limitPriceTicks',
        least,
        grid?.tick,
      ),
    );
  },
  advanceTime(to, request) {
    to.operator(request);
  },
};

export const FORMS = Object.fromEntries(
  Object.entries(ENCODERS).map(([name, encode]) => {
    const command = name as CommandName;
    return [name, { command, type: COMMANDS[command].type, fields: fieldsOf(command), encode }];
  }),
) as { readonly [C in CommandName]: Form<C> };

function encodeProductCommand(to: Encoding, request: Requests['haltProduct']): void {
  to.operator(request);
  to.product(request.product);
}

/** Written at fixed places: in turn, as the others are, it took 60 ns more. */
function encodeSubmit(to: Encoding, request: Requests['submit']): void {
  to.party(request);
  const grid = to.product(request.product)?.grid;
  const { side, kind = 'limit' } = request;
  const { timeInForce = kind === 'market' ? 'ioc' : 'gtc' } = request;
  const { postOnly = 'off', selfTrade = 'cancelTaker' } = request;
  const { view } = to;
  view.setUint8(SUBMIT.side, choiceArgument(SIDES, side, 'side'));
  view.setUint8(SUBMIT.kind, choiceArgument(KINDS, kind, 'kind'));
  view.setUint8(SUBMIT.timeInForce, choiceArgument(TIMES_IN_FORCE, timeInForce, 'timeInForce'));
  view.setUint8(SUBMIT.postOnly, choiceArgument(POST_ONLY, postOnly, 'postOnly'));
  view.setUint8(SUBMIT.selfTrade, choiceArgument(SELF_TRADE, selfTrade, 'selfTrade'));
  const price = priceArgument(request, grid?.tick);
  if (price === undefined && kind === 'limit') throw new TypeError('a limit order needs a price');
  view.setUint8(SUBMIT.hasPrice, price === undefined ? 0 : 1);
  putI64(view, SUBMIT.price, price === undefined ? 0 : price);
  putI64(view, SUBMIT.quantity, quantityArgument(request, grid?.lot));
  const { minQuantity, minQuantityLots } = request;
  const least = stepsArgument(
    minQuantity,
    minQuantityLots,
    'minQuantity',
    'minQuantityLots',
    1,
    grid?.lot,
  );
  putI64(view, SUBMIT.minQuantity, least === undefined ? 0 : least);
  putI64(view, SUBMIT.expiresAt, expiryArgument(request.expiresAt, timeInForce));
  to.length = SUBMIT.strings;
  to.id(optionalId(request.clientOrderId, 'clientOrderId'));
}

function priceArgument(
  { price, priceTicks }: Requests['submit' | 'amend'],
  tick: Decimal | undefined,
): number | undefined {
  return stepsArgument(price, priceTicks, 'price', 'priceTicks', -MAX_INTEGER, tick);
}

function quantityArgument(
  { quantity, quantityLots }: Requests['submit' | 'take'],
  lot: Decimal | undefined,
): number {
  return requiredSteps(quantity, quantityLots, 'quantity', 'quantityLots', 1, lot);
}

function expiryArgument(expiresAt: number | undefined, timeInForce: string): number {
  if (timeInForce === 'gtd') {
    if (expiresAt === undefined) throw new TypeError('a gtd order needs expiresAt');
    return integerArgument(expiresAt, 'expiresAt', 0, MAX_INTEGER);
  }
  if (expiresAt !== undefined) throw new TypeError('only a gtd order has expiresAt');
  return 0;
}

function optionalId(id: unknown, argument: string): string {
  return id === undefined ? '' : idArgument(id, argument);
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
