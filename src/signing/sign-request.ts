import type { Signer } from '../chain/ed25519.ts';
import type { SignableName } from '../core/signed.ts';
import { isSignable } from '../core/signed.ts';
import { UNKNOWN } from '../core/codes.ts';
import { MAX_DECIMALS } from '../core/limits.ts';
import type { Network, Zone } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import { NONE } from '../orderbook/orders.ts';
import { chainIdArgument, type Signed } from '../engine/account-keys.ts';
import { idArgument, integerArgument, objectArgument } from '../engine/arguments.ts';
import { FORMS } from '../engine/encoders.ts';
import { Encoding, type Form, type Registered } from '../engine/encoding.ts';
import { checkFields, NO_DIGEST } from '../engine/fields.ts';
import { stepArgument } from '../engine/network-orders.ts';
import type { Requests } from '../engine/requests.ts';
import { signedMessage } from '../engine/signed-message.ts';

/** Requests that may be signed. */
export type SignableRequest = Extract<SignableName, keyof Requests>;

/** Who signs a request, for which chain, and for how long. */
export interface Signing {
  /** Of the market's chain, 32 bytes. */
  readonly chainId: Uint8Array;
  /** Has the account's key. */
  readonly signer: Signer;
  /** From 1 to 2^53-1, and never used before: one more than the last is simplest. */
  readonly nonce: number;
  /** Last instant at which the request may be carried out, epoch ms UTC: soon, for until then the host may hold it back. */
  readonly expiresAt: number;
}

/**
 * What a request names, and how what it asks for is counted: `market.product(id)` for a request about a product or an order,
 * `market.asset(id)` for a transfer or withdrawal. Each part where the request has to do with it; others are passed over.
 */
export interface SigningTerms {
  /** Of the product or asset that the request names. Its id may come to stand for another one, its row never. */
  readonly row?: number;
  /** Tick and lot of the product, or of that of the order: for a product, and for prices and quantities as text. */
  readonly tick?: string;
  readonly lot?: string;
  /** Decimals of the asset of a transfer or withdrawal, or of the money in `maxMoney` as text. */
  readonly decimals?: number;
  /** Zones of the product's network, in the order in which they were added: for `onlyZones`. */
  readonly zones?: readonly string[];
}

const SIGNING: readonly string[] = ['chainId', 'signer', 'nonce', 'expiresAt'];
const UNSIGNED = new Uint8Array(64);
/** Fields that text may stand in, in whole units. */
const TEXTS: readonly string[] = ['price', 'quantity', 'stopPrice', 'limitPrice'];

/**
 * Signs a request: `exchange.submit({ ...order, signed: signRequest(signing, 'submit', order, market.product('energy')) })`. It needs no
 * market, so that a home can sign with what it was told of the product; was that not true, the host finds the signature wrong. What is
 * counted (`priceTicks`, `orderId`) may be signed without terms in `amend` and `take`, and should: text cannot be read once the order has ended.
 * @throws TypeError, RangeError
 */
export function signRequest<C extends SignableRequest>(
  signing: Signing,
  command: C,
  request: Requests[C],
  terms: SigningTerms = {},
): Signed {
  objectArgument(signing, 'signing', SIGNING);
  objectArgument(signing.signer, 'signing.signer');
  const { signer, nonce, expiresAt } = signing;
  const chainId = chainIdArgument(signing.chainId);
  if (chainId === undefined) throw new TypeError('chainId is missing');
  if (!isSignable(command) || !Object.hasOwn(FORMS, command)) {
    throw new RangeError(`command must be one that can be signed, got ${JSON.stringify(command)}`);
  }
  const form = FORMS[command] as unknown as Form<C>;
  objectArgument(request, command);
  checkFields(form.fields, request);
  const told = toldOf(request, terms);
  const encoding = new Encoding(told);
  const blank = { nonce, expiresAt, signature: UNSIGNED };
  encoding.read(form, { ...request, signed: blank }, NO_DIGEST);
  encoding.stamp(0, 0);
  const signature = signer.sign(signedMessage(chainId, encoding.view, 0, told));
  return { nonce, expiresAt, signature };
}

/** What is known to who signs. Accounts go by their ids alone. */
function toldOf(request: object, terms: SigningTerms): Registered {
  objectArgument(terms, 'terms');
  const { decimals } = terms;
  const { product, asset, maxMoney } = request as Readonly<Record<string, unknown>>;
  if (decimals !== undefined) integerArgument(decimals, 'decimals', 0, MAX_DECIMALS);
  else if (asset !== undefined || maxMoney !== undefined) throw missing('decimals');
  const zones = networkOf(terms.zones ?? []);
  const row = rowOf(terms, product !== undefined || asset !== undefined);
  const grid = gridOf(request, terms, row, zones[0]?.network);
  const none = (): undefined => undefined;
  return {
    naming: (kind, place) =>
      kind === 'zone' ? zones[place]!.id : String(kind === 'asset' ? asset : product),
    accounts: { find: none },
    listings: {
      assets: { [row]: decimals === undefined ? undefined : { decimals } },
      products: { [row]: grid },
      findAsset: (id) => (decimals === undefined ? undefined : registered(id, 'asset', row)),
      findProduct: (id) => (grid === undefined ? undefined : registered(id, 'product', row)),
    },
    networks: {
      list: [],
      zones,
      find: none,
      findZone: (id) => zones.find((zone) => zone.id === id)?.row,
    },
    orders: { slotOf: () => (grid === undefined ? NONE : 0), product: () => row },
  };
}

/** The row of what the request names; 0 if it names nothing that has one. */
function rowOf({ row }: SigningTerms, isAsked: boolean): number {
  if (row !== undefined) return integerArgument(row, 'row', 0, UNKNOWN - 1);
  if (isAsked) throw missing('row');
  return 0;
}

/** A row stands for an id that is well-formed. */
function registered(id: string, argument: string, row: number): number {
  idArgument(id, argument);
  return row;
}

function networkOf(ids: readonly string[]): Zone[] {
  if (!Array.isArray(ids)) throw new TypeError('zones must be a list');
  const network = {} as Network;
  return ids.map((id, index) => {
    idArgument(id, 'zones');
    return { id, row: index, index, network } as unknown as Zone;
  });
}

/** The product as far as it is asked for. */
function gridOf(
  request: object,
  { tick, lot }: SigningTerms,
  row: number,
  network: Network | undefined,
): Product | undefined {
  if (tick !== undefined && lot !== undefined) {
    const grid = { tick: stepArgument(tick, 'tick'), lot: stepArgument(lot, 'lot') };
    const member = network && { network };
    return { row, grid, moneyAsset: row, energyAsset: row, network: member } as unknown as Product;
  }
  if (tick !== lot) throw missing(tick === undefined ? 'tick' : 'lot');
  const fields = request as Readonly<Record<string, unknown>>;
  const isAsked = ['product', ...TEXTS].some((name) => fields[name] !== undefined);
  if (isAsked) throw missing('tick');
  return undefined;
}

function missing(term: string): TypeError {
  return new TypeError(`${term} is missing in the terms`);
}
