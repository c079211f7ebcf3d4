import { UNKNOWN } from '../core/codes.ts';
import { putI64, putId } from '../core/bytes.ts';
import { type Decimal, quantum } from '../core/decimal.ts';
import { type Naming, putHeader } from '../core/records.ts';
import { SIGNED } from '../core/signed.ts';
import { MAX_INTEGER, PPM } from '../core/limits.ts';
import { type CommandName, COMMANDS, HEADER, HEADER_SIZE, offsetsOf } from '../core/registry.ts';
import { commandFault } from '../core/forms.ts';
import { SALT_SIZE } from '../ledger/accounts.ts';
import type { Network, Zone } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import { NONE } from '../orderbook/orders.ts';
import {
  idArgument,
  integerArgument,
  objectArgument,
  requiredSteps,
  textSteps,
} from './arguments.ts';
import { type Signable, type Signed, signedArgument } from './account-keys.ts';
import type { Digest, Fields } from './fields.ts';
import type {
  AccountRequest,
  Band,
  FeeFields,
  FundsRequest,
  RequestName,
  Requests,
  SetAccountLimitsRequest,
  Stamp,
} from './requests.ts';

const STAMP = offsetsOf(COMMANDS.advanceTime);
/** Draws sixteen bytes that nobody can guess. */
export type Salts = () => Uint8Array;
const NO_IDS: readonly string[] = [];
/** More than any command takes: 24 bytes of header, under 240 of fields, 65 for each of at most five ids, 80 for what signs it. */
const ROOM = 704;

/** A list, or as little of one as is known. */
type ByRow<T> = Readonly<Record<number, T | undefined>>;

/** What ids stand for: that of a market, or what someone who signs has been told of one. */
export interface Registered {
  readonly naming: Naming;
  readonly accounts: { find(id: string): number | undefined };
  readonly listings: {
    readonly assets: ByRow<{ readonly decimals: number }>;
    readonly products: ByRow<Product>;
    findAsset(id: string): number | undefined;
    findProduct(id: string): number | undefined;
  };
  readonly networks: {
    readonly list: readonly Network[];
    readonly zones: readonly Zone[];
    find(id: string): number | undefined;
    findZone(id: string): number | undefined;
  };
  readonly orders: { slotOf(id: number): number; product(slot: number): number };
}

/** What there is to know about the requests of one command, found at once. */
export interface Form<C extends RequestName = RequestName> {
  readonly command: C;
  readonly type: number;
  readonly fields: Fields;
  /** Makes the fields of the command out of a request, in the order of the layout. */
  encode(to: Encoding, request: Requests[C]): void;
}

/** A request on its way: a command record that is not stamped yet. May take one request after another. */
export class Encoding {
  command: CommandName = 'advanceTime';
  #type = 0;
  /** Begins with the record; behind it stands what is left of others. */
  readonly bytes: Uint8Array<ArrayBuffer> = new Uint8Array(ROOM);
  readonly view: DataView<ArrayBuffer> = new DataView(this.bytes.buffer);
  length = 0;
  /** Whether what signs the command stands behind it. */
  isSigned = false;
  #commandId = '';
  /** The second named id of the record, empty where it was left out; undefined if the layout has none. */
  #id: string | undefined;
  /** Ids that nobody has registered. */
  #unknown: readonly string[] = NO_IDS;
  readonly #state: Registered;
  readonly #drawSalt: Salts | undefined;

  constructor(state: Registered, drawSalt?: Salts) {
    this.#state = state;
    this.#drawSalt = drawSalt;
  }

  /** Takes in a request. @throws TypeError, RangeError if it is malformed */
  read<C extends RequestName>(form: Form<C>, request: Requests[C], digest: Digest): void {
    const { view } = this;
    this.command = form.command;
    this.#type = form.type;
    this.length = HEADER_SIZE;
    this.#id = undefined;
    this.#unknown = NO_IDS;
    form.encode(this, request);
    view.setUint32(STAMP.digestHigh, digest.high);
    view.setUint32(STAMP.digestLow, digest.low);
    const fault = commandFault(this.command, view, 0);
    if (fault !== undefined) throw new RangeError(fault);
    this.#text(this.#commandId);
    if (this.#id !== undefined) this.#text(this.#id);
    if (this.#unknown.length > 0) for (const id of this.#unknown) this.#text(id);
    const { signed } = request as Signable;
    this.isSigned = signed !== undefined;
    if (signed !== undefined) this.#sign(signed);
  }

  /** Makes of the record that is being written one of another command, whose first fields are the same. */
  become(command: CommandName): void {
    this.command = command;
    this.#type = COMMANDS[command].type;
  }

  /** Makes a command of it. */
  stamp(sequence: number, time: number): void {
    putHeader(this.view, 0, this.#type, this.length, sequence, time);
    if (this.isSigned) this.view.setUint16(HEADER.version, SIGNED);
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

  /** Sixteen bytes for a new account: zeros where nobody draws any. @throws TypeError, RangeError */
  salt(): void {
    const salt: unknown = this.#drawSalt?.();
    if (salt !== undefined) {
      if (!(salt instanceof Uint8Array)) throw new TypeError('drawSalt() must be a Uint8Array');
      if (salt.length !== SALT_SIZE) {
        throw new RangeError(`drawSalt() must have ${SALT_SIZE} bytes, got ${salt.length}`);
      }
      this.bytes.set(salt, this.length);
    } else this.bytes.fill(0, this.length, this.length + SALT_SIZE);
    this.length += SALT_SIZE;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The id that a command gives to something new. */
  id(id: string): void {
    this.#id = id;
  }

  account(id: unknown, argument: string): void {
    const row = typeof id === 'string' ? this.#state.accounts.find(id) : undefined;
    this.#reference(row, id, argument);
  }

  /** @returns how fine the asset is, if it is known */
  asset(id: unknown, argument: string): Decimal | undefined {
    const { listings } = this.#state;
    const row = typeof id === 'string' ? listings.findAsset(id) : undefined;
    this.#reference(row, id, argument);
    return row === undefined ? undefined : this.quantumOf(row);
  }

  /** How fine an asset is. */
  quantumOf(asset: number): Decimal {
    return quantum(this.#state.listings.assets[asset]!.decimals);
  }

  product(id: unknown): Product | undefined {
    const { listings } = this.#state;
    const row = typeof id === 'string' ? listings.findProduct(id) : undefined;
    this.#reference(row, id, 'product');
    return row === undefined ? undefined : listings.products[row];
  }

  /** @returns the network, if it is known */
  network(id: unknown): Network | undefined {
    const { networks } = this.#state;
    const row = typeof id === 'string' ? networks.find(id) : undefined;
    this.#reference(row, id, 'network');
    return row === undefined ? undefined : networks.list[row];
  }

  /** @returns the zone, if it is known */
  zone(id: unknown, argument: string): Zone | undefined {
    const zone = this.zoneNamed(id);
    this.#reference(zone?.row, id, argument);
    return zone;
  }

  /** A zone by its id, of which nothing is written. */
  zoneNamed(id: unknown): Zone | undefined {
    const { networks } = this.#state;
    const row = typeof id === 'string' ? networks.findZone(id) : undefined;
    return row === undefined ? undefined : networks.zones[row];
  }

  /** @returns the product of a resting order, if there is such an order */
  order(orderId: unknown): Product | undefined {
    const id = integerArgument(orderId, 'orderId', 1, MAX_INTEGER);
    this.i64(id);
    const { orders, listings } = this.#state;
    const slot = orders.slotOf(id);
    return slot === NONE ? undefined : listings.products[orders.product(slot)];
  }

  /** An amount of an asset. */
  funds({ asset, amount, amountQuanta }: FundsRequest): void {
    const step = this.asset(asset, 'asset');
    this.i64(requiredSteps(amount, amountQuanta, 'amount', 'amountQuanta', 1, step));
  }

  /** The same of one that may be zero, in an object of its own. */
  limit(limit: NonNullable<SetAccountLimitsRequest['maxExposure']>): void {
    objectArgument(limit, 'maxExposure', ['asset', 'amount', 'amountQuanta']);
    const step = this.asset(limit.asset, 'maxExposure.asset');
    const names = ['maxExposure.amount', 'maxExposure.amountQuanta'] as const;
    this.i64(requiredSteps(limit.amount, limit.amountQuanta, ...names, 0, step));
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

  #sign(signed: Signed): void {
    const { nonce, expiresAt, signature } = signedArgument(signed);
    this.i64(nonce);
    this.i64(expiresAt);
    this.raw(signature);
  }

  #text(id: string): void {
    this.length = putId(this.bytes, this.length, id);
  }
}

/** An id, empty where it was left out. @throws TypeError, RangeError */
export function optionalId(id: unknown, argument: string): string {
  return id === undefined ? '' : idArgument(id, argument);
}
