import { AUCTION, CALL } from './auction-fields.ts';
import { type KindName, KINDS } from './kinds.ts';
import { ACTOR, command, event, HEADER_SIZE, type Layout } from './layouts.ts';
import { NETWORK_COMMANDS, NETWORK_EVENTS } from './network-layouts.ts';
import { ENTRY, ORDER, RECALLED, SPECIAL } from './order-fields.ts';
export { HEADER, HEADER_SIZE, type Layout } from './layouts.ts';
import { DEBT, IMBALANCE, POSTED, READING, SETTLE, SETTLED, SETTLEMENT } from './forward-fields.ts';
import { CIRCUIT, LIMITS } from './limit-fields.ts';

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
/** The network that a product is traded in, if it is. */
const MEMBER = [
  ['hasNetwork', 'flag'],
  ['network', 'network'],
] as const;
/** Sixteen bytes that nobody can guess, in four numbers: they blind the account's leaf in state roots. */
const SALT = [
  ['salt0', 'number'],
  ['salt1', 'number'],
  ['salt2', 'number'],
  ['salt3', 'number'],
] as const;
/** An Ed25519 public key, in eight numbers. */
const KEY = [
  ['key0', 'number'],
  ['key1', 'number'],
  ['key2', 'number'],
  ['key3', 'number'],
  ['key4', 'number'],
  ['key5', 'number'],
  ['key6', 'number'],
  ['key7', 'number'],
] as const;
const ACCOUNT_KEY = [['account', 'account'], ['hasKey', 'flag'], ...KEY] as const;
const FEES = [
  ['makerPpm', 'ppm'],
  ['takerPpm', 'ppm'],
] as const;

export const COMMANDS = {
  openAccount: command('openAccount', [['role', 'role'], ...SALT], ['id']),
  freezeAccount: command('freezeAccount', [
    ['account', 'account'],
    ['frozen', 'flag'],
  ]),
  closeAccount: command('closeAccount', [['account', 'account']]),
  deposit: command('deposit', FUNDS),
  withdraw: command('withdraw', FUNDS),
  transfer: command('transfer', TRANSFER),
  listAsset: command('listAsset', [['decimals', 'decimals']], ['id']),
  listProduct: command(
    'listProduct',
    [...GRID, ...FEES, ...BAND, ...DELIVERY, ...CALL, ...MEMBER, ...SETTLEMENT],
    ['id'],
  ),
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
  ...NETWORK_COMMANDS,
  recordReading: command('recordReading', READING),
  setImbalancePrices: command('setImbalancePrices', IMBALANCE),
  settleProduct: command('settleProduct', SETTLE),
  sealBlock: command('sealBlock', []),
  setAccountKey: command('setAccountKey', ACCOUNT_KEY),
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
    [['product', 'product'], ...GRID, ...DELIVERY, ...CALL, ...MEMBER, ...SETTLEMENT],
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
  ...NETWORK_EVENTS,
  readingRecorded: event('readingRecorded', READING),
  imbalancePricesSet: event('imbalancePricesSet', IMBALANCE),
  slotSettled: event('slotSettled', SETTLED),
  settlementPosted: event('settlementPosted', POSTED),
  debtPaid: event('debtPaid', DEBT),
  blockSealed: event('blockSealed', [
    ['height', 'counter'],
    ['firstSequence', 'counter'],
  ]),
  accountKeySet: event('accountKeySet', ACCOUNT_KEY),
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

/** Where the fields of a kind stand in the events of each type, by its number. */
export function eventOffsets(kind: KindName): readonly (readonly number[] | undefined)[] {
  const found: number[][] = [];
  for (const { type, fields, widths } of Object.values(EVENTS)) {
    const places: number[] = [];
    let at = HEADER_SIZE;
    fields.forEach(([, each], i) => {
      if (each === kind) places.push(at);
      at += widths[i]!;
    });
    found[type] = places;
  }
  return found;
}

/** All layouts by record type. */
export const LAYOUTS: ReadonlyMap<number, Layout & { readonly name: string }> = new Map(
  Object.entries({ ...COMMANDS, ...EVENTS }).map(([name, layout]) => [
    layout.type,
    { name, ...(layout as Layout) },
  ]),
);
