import { AUCTION, CALL } from './auction-fields.ts';
import * as codes from './codes.ts';
import { type Kind, type KindName, KINDS } from './kinds.ts';
import { ENTRY, SPECIAL } from './order-fields.ts';

/**
 * The layout of every record. A record is a header, fixed fields in the order given here, then
 * strings (one length byte each, ASCII ids; length 0 where there is none).
 *
 *   header  length u32 (of the whole record) | type u16 | version u16 | sequence i64 | time i64
 *
 * In commands the first string is the command id, and behind the named strings stands one more for
 * each reference that is UNKNOWN: the id that was asked for.
 */
export const HEADER_SIZE = 24;
/** Offsets within the header. */
export const HEADER = { length: 0, type: 4, version: 6, sequence: 8, time: 16 } as const;

type Field = readonly [name: string, kind: KindName];
export interface Layout {
  readonly type: number;
  readonly version: number;
  readonly fields: readonly Field[];
  readonly strings: readonly string[];
  /** Of each field. */
  readonly kinds: readonly Kind[];
  /** Bytes of each field. */
  readonly widths: readonly number[];
}

const ACTOR = ['actor', 'account'] as const;
/** Who asks, and a digest of what was asked, for commands with an id (else 0). */
const STAMP = [ACTOR, ['digestHigh', 'number'], ['digestLow', 'number']] as const;
const FUNDS = [
  ['account', 'account'],
  ['asset', 'asset'],
  ['amount', 'amount'],
] as const;
const TRANSFER = [
  ['account', 'account'],
  ['to', 'account'],
  ['asset', 'asset'],
  ['amount', 'amount'],
] as const;
const BAND = [
  ['hasBand', 'flag'],
  ['bandLow', 'price'],
  ['bandHigh', 'price'],
] as const;
const GRID = [
  ['energyAsset', 'asset'],
  ['moneyAsset', 'asset'],
  ['tickMantissa', 'amount'],
  ['tickDecimals', 'decimals'],
  ['lotMantissa', 'amount'],
  ['lotDecimals', 'decimals'],
] as const;
/** When a product is delivered, and from when until when it is traded. */
const DELIVERY = [
  ['hasDelivery', 'flag'],
  ['deliveryStart', 'time'],
  ['deliveryEnd', 'time'],
  ['opensMs', 'offset'],
  ['gateMs', 'offset'],
] as const;
/** Whose order an event is about, and where it belongs. */
const ORDER = [
  ['order', 'order'],
  ['account', 'account'],
  ['product', 'product'],
  ['side', 'side'],
] as const;
const CIRCUIT = [
  ['product', 'product'],
  ['collar', 'distance'],
  ['collarPpm', 'ppm'],
  ['haltMove', 'distance'],
  ['haltMovePpm', 'ppm'],
  ['haltWindowMs', 'haltWindow'],
] as const;
const LIMITS = [
  ['account', 'account'],
  ['hasOpenOrders', 'flag'],
  ['openOrders', 'number'],
  ['hasExposure', 'flag'],
  ['asset', 'asset'],
  ['exposure', 'amountOrZero'],
] as const;
/** A trade that is undone. */
const RECALLED = [
  ['trade', 'trade'],
  ['product', 'product'],
  ['buyer', 'account'],
  ['seller', 'account'],
  ['price', 'price'],
  ['quantity', 'quantity'],
  ['buyerFee', 'amountOrZero'],
  ['sellerFee', 'amountOrZero'],
] as const;
const FEES = [
  ['makerPpm', 'ppm'],
  ['takerPpm', 'ppm'],
] as const;

interface LayoutOf<F extends readonly Field[], S extends readonly string[]> extends Layout {
  readonly fields: F;
  readonly strings: S;
}

function layout<const F extends readonly Field[], const S extends readonly string[]>(
  type: number,
  fields: F,
  strings: S,
): LayoutOf<F, S> {
  const kinds = fields.map(([, kind]): Kind => KINDS[kind]);
  return { type, version: 0, fields, strings, kinds, widths: kinds.map(({ size }) => size) };
}

function command<const F extends readonly Field[], const S extends readonly string[] = []>(
  type: keyof typeof codes.CommandType,
  fields: F,
  strings: S = [] as unknown as S,
): LayoutOf<readonly [...typeof STAMP, ...F], readonly ['commandId', ...S]> {
  return layout(codes.CommandType[type], [...STAMP, ...fields], ['commandId', ...strings]);
}

function event<const F extends readonly Field[], const S extends readonly string[] = []>(
  type: keyof typeof codes.EventType,
  fields: F,
  strings: S = [] as unknown as S,
): LayoutOf<F, S> {
  return layout(codes.EventType[type], fields, strings);
}

export const COMMANDS = {
  openAccount: command('openAccount', [['role', 'role']], ['id']),
  freezeAccount: command('freezeAccount', [
    ['account', 'account'],
    ['frozen', 'flag'],
  ]),
  closeAccount: command('closeAccount', [['account', 'account']]),
  deposit: command('deposit', FUNDS),
  withdraw: command('withdraw', FUNDS),
  transfer: command('transfer', TRANSFER),
  listAsset: command('listAsset', [['decimals', 'decimals']], ['id']),
  listProduct: command('listProduct', [...GRID, ...FEES, ...BAND, ...DELIVERY, ...CALL], ['id']),
  setFees: command('setFees', [['product', 'product'], ...FEES]),
  setBand: command('setBand', [['product', 'product'], ...BAND]),
  haltProduct: command('haltProduct', [['product', 'product']]),
  resumeProduct: command('resumeProduct', [['product', 'product']]),
  closeProduct: command('closeProduct', [['product', 'product']]),
  submit: command('submit', ENTRY, ['clientOrderId']),
  amend: command('amend', [
    ['order', 'order'],
    ['expectedVersion', 'number'],
    ['hasPrice', 'flag'],
    ['price', 'price'],
    ['hasQuantity', 'flag'],
    ['quantity', 'openQuantity'],
    ['hasStop', 'flag'],
    ['stopPrice', 'price'],
  ]),
  cancel: command('cancel', [['order', 'order']]),
  cancelAll: command('cancelAll', [
    ['hasAccount', 'flag'],
    ['account', 'account'],
    ['hasProduct', 'flag'],
    ['product', 'product'],
  ]),
  take: command('take', [
    ['account', 'account'],
    ['order', 'order'],
    ['quantity', 'quantity'],
    ['limitPrice', 'price'],
  ]),
  advanceTime: command('advanceTime', []),
  endSession: command('endSession', [['product', 'product']]),
  setCircuit: command('setCircuit', CIRCUIT),
  setAccountLimits: command('setAccountLimits', LIMITS),
  kill: command('kill', [['account', 'account']]),
  recallTrade: command('recallTrade', RECALLED),
  submitSpecial: command('submitSpecial', [...ENTRY, ...SPECIAL], ['clientOrderId']),
  archiveProduct: command('archiveProduct', [['product', 'product']]),
  runAuction: command('runAuction', [['product', 'product']]),
} as const;

export const EVENTS = {
  rejected: event('rejected', [ACTOR, ['command', 'commandType'], ['code', 'rejectCode']]),
  accountOpened: event(
    'accountOpened',
    [
      ['account', 'account'],
      ['role', 'role'],
    ],
    ['id'],
  ),
  accountFrozen: event('accountFrozen', [
    ['account', 'account'],
    ['frozen', 'flag'],
  ]),
  accountClosed: event('accountClosed', [['account', 'account']]),
  deposited: event('deposited', FUNDS),
  withdrawn: event('withdrawn', FUNDS),
  transferred: event('transferred', TRANSFER),
  assetListed: event(
    'assetListed',
    [
      ['asset', 'asset'],
      ['decimals', 'decimals'],
    ],
    ['id'],
  ),
  productListed: event(
    'productListed',
    [['product', 'product'], ...GRID, ...DELIVERY, ...CALL],
    ['id'],
  ),
  termsSet: event('termsSet', [
    ['product', 'product'],
    ['termsVersion', 'number'],
    ...FEES,
    ...BAND,
  ]),
  productHalted: event('productHalted', [['product', 'product']]),
  productResumed: event('productResumed', [['product', 'product']]),
  productClosed: event('productClosed', [['product', 'product']]),
  orderAccepted: event(
    'orderAccepted',
    [
      ...ORDER,
      ['kind', 'orderKind'],
      ['timeInForce', 'timeInForce'],
      ['price', 'price'],
      ['quantity', 'quantity'],
      ['expiresAt', 'time'],
    ],
    ['clientOrderId'],
  ),
  orderRested: event('orderRested', [
    ...ORDER,
    ['price', 'price'],
    ['open', 'quantity'],
    ['shown', 'openQuantity'],
    ['priority', 'counter'],
  ]),
  trade: event('trade', [
    ['trade', 'counter'],
    ['product', 'product'],
    ['price', 'price'],
    ['quantity', 'quantity'],
    ['buyer', 'account'],
    ['seller', 'account'],
    ['buyerFee', 'amountOrZero'],
    ['sellerFee', 'amountOrZero'],
    ['makerOrder', 'order'],
    ['takerOrder', 'order'],
    ['takerSide', 'side'],
    ['standing', 'standing'],
  ]),
  orderReduced: event('orderReduced', [
    ...ORDER,
    ['price', 'price'],
    ['by', 'quantity'],
    ['open', 'quantity'],
    ['standing', 'standing'],
  ]),
  orderAmended: event('orderAmended', [
    ...ORDER,
    ['priceBefore', 'price'],
    ['openBefore', 'quantity'],
    ['orderVersion', 'number'],
    ['price', 'price'],
    ['quantity', 'quantity'],
    ['open', 'quantity'],
    ['keepsPlace', 'flag'],
    ['shownBefore', 'openQuantity'],
    ['shown', 'openQuantity'],
  ]),
  orderEnded: event('orderEnded', [
    ...ORDER,
    ['price', 'price'],
    ['reason', 'endReason'],
    ['open', 'openQuantity'],
    ['standing', 'standing'],
    ['shown', 'openQuantity'],
    ['releasedMoney', 'amountOrZero'],
    ['releasedEnergy', 'amountOrZero'],
  ]),
  allCancelled: event('allCancelled', [['count', 'number']]),
  timeAdvanced: event('timeAdvanced', []),
  orderRefreshed: event('orderRefreshed', [
    ...ORDER,
    ['price', 'price'],
    ['shownBefore', 'openQuantity'],
    ['shown', 'quantity'],
    ['priority', 'counter'],
  ]),
  stopPlaced: event('stopPlaced', [
    ...ORDER,
    ['price', 'price'],
    ['stopPrice', 'price'],
    ['open', 'quantity'],
    ['priority', 'counter'],
  ]),
  stopTriggered: event('stopTriggered', [
    ...ORDER,
    ['price', 'price'],
    ['stopPrice', 'price'],
    ['open', 'quantity'],
  ]),
  sessionEnded: event('sessionEnded', [
    ['product', 'product'],
    ['count', 'number'],
  ]),
  circuitSet: event('circuitSet', CIRCUIT),
  accountLimitsSet: event('accountLimitsSet', LIMITS),
  accountKilled: event('accountKilled', [
    ['account', 'account'],
    ['count', 'number'],
  ]),
  tradeRecalled: event('tradeRecalled', RECALLED),
  stopMoved: event('stopMoved', [
    ...ORDER,
    ['price', 'price'],
    ['stopPriceBefore', 'price'],
    ['stopPrice', 'price'],
    ['open', 'quantity'],
    ['priority', 'counter'],
  ]),
  orderMoved: event('orderMoved', [
    ...ORDER,
    ['priceBefore', 'price'],
    ['price', 'price'],
    ['shown', 'openQuantity'],
    ['priority', 'counter'],
  ]),
  volatilityHalt: event('volatilityHalt', [
    ['product', 'product'],
    ['price', 'price'],
    ['reference', 'price'],
  ]),
  orderTerms: event('orderTerms', [...ORDER, ...SPECIAL]),
  ordersLinked: event('ordersLinked', [...ORDER, ['other', 'order'], ['otherSide', 'side']]),
  bracketPlaced: event('bracketPlaced', [...ORDER, ['first', 'order'], ['second', 'order']]),
  bracketDropped: event('bracketDropped', [
    ...ORDER,
    ['releasedMoney', 'amountOrZero'],
    ['releasedEnergy', 'amountOrZero'],
  ]),
  productOpened: event('productOpened', [['product', 'product']]),
  gateClosed: event('gateClosed', [
    ['product', 'product'],
    ['count', 'number'],
  ]),
  productArchived: event('productArchived', [
    ['product', 'product'],
    ['delivered', 'amountOrZero'],
  ]),
  auctionHeld: event('auctionHeld', AUCTION),
  orderRemains: event('orderRemains', [
    ...ORDER,
    ['price', 'price'],
    ['traded', 'quantity'],
    ['open', 'quantity'],
  ]),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type EventName = keyof typeof EVENTS;

type OffsetsOf<L extends Layout> = {
  readonly [F in L['fields'][number] as F[0]]: number;
} & { readonly strings: number };

/** Where each fixed field of a layout stands in its record, and where its strings begin. */
export function offsetsOf<L extends Layout>(layout: L): OffsetsOf<L> {
  const offsets: Record<string, number> = {};
  let at = HEADER_SIZE;
  for (const [name, kind] of layout.fields) {
    offsets[name] = at;
    at += KINDS[kind].size;
  }
  offsets['strings'] = at;
  // To V8 an object of more than 16 fields added one by one is a hash table: `apply` took half as long again.
  return JSON.parse(JSON.stringify(offsets)) as OffsetsOf<L>;
}

/** Where the fields stand with which every event about one order begins. */
export const ORDER_AT: Pick<
  OffsetsOf<typeof EVENTS.orderRested>,
  'order' | 'account' | 'product' | 'side'
> = offsetsOf(EVENTS.orderRested);

/** All layouts by record type. */
export const LAYOUTS: ReadonlyMap<number, Layout & { readonly name: string }> = new Map(
  Object.entries({ ...COMMANDS, ...EVENTS }).map(([name, layout]) => [
    layout.type,
    { name, ...(layout as Layout) },
  ]),
);
