import { shown } from '../core/decimal.ts';
import { isSignable } from '../core/signed.ts';
import { PREMIUM_FIELDS } from './network-orders.ts';
import { BRACKET_FIELDS, OCO_FIELDS } from './special-orders.ts';
import type { Signable } from './account-keys.ts';
import type { RequestName, Requests, Stamp } from './requests.ts';

type OwnFields = {
  [C in RequestName]: Record<Exclude<keyof Requests[C], keyof (Stamp & Signable)>, 1>;
};

const FUNDS = { account: 1, asset: 1, amount: 1, amountQuanta: 1 } as const;
const PRICE = { price: 1, priceTicks: 1 } as const;
const QUANTITY = { quantity: 1, quantityLots: 1 } as const;
const FEES = { makerPpm: 1, takerPpm: 1 } as const;

/** The fields of each request, those apart that all requests may have. */
const OWN: OwnFields = {
  openAccount: { id: 1, role: 1 },
  freezeAccount: { account: 1, frozen: 1 },
  closeAccount: { account: 1 },
  deposit: FUNDS,
  withdraw: FUNDS,
  transfer: { ...FUNDS, to: 1 },
  listAsset: { id: 1, decimals: 1 },
  listProduct: {
    id: 1,
    energy: 1,
    money: 1,
    tick: 1,
    lot: 1,
    band: 1,
    delivery: 1,
    mechanism: 1,
    pricing: 1,
    referencePrice: 1,
    auctionEveryMs: 1,
    network: 1,
    settlement: 1,
    ...FEES,
  },
  setFees: { product: 1, ...FEES },
  setBand: { product: 1, band: 1 },
  haltProduct: { product: 1 },
  resumeProduct: { product: 1 },
  closeProduct: { product: 1 },
  endSession: { product: 1 },
  archiveProduct: { product: 1 },
  runAuction: { product: 1 },
  submit: {
    ...PRICE,
    ...QUANTITY,
    account: 1,
    product: 1,
    side: 1,
    kind: 1,
    timeInForce: 1,
    expiresAt: 1,
    postOnly: 1,
    selfTrade: 1,
    minQuantity: 1,
    minQuantityLots: 1,
    stopPrice: 1,
    stopPriceTicks: 1,
    maxMoney: 1,
    maxMoneyQuanta: 1,
    trail: 1,
    trailTicks: 1,
    trailPpm: 1,
    peg: 1,
    pegOffset: 1,
    pegOffsetTicks: 1,
    displayQuantity: 1,
    displayQuantityLots: 1,
    refreshBelow: 1,
    refreshBelowLots: 1,
    allOrNone: 1,
    oco: 1,
    bracket: 1,
    zone: 1,
    attributes: 1,
    only: 1,
    onlyZones: 1,
    premiums: 1,
    clientOrderId: 1,
  },
  amend: {
    ...PRICE,
    ...QUANTITY,
    orderId: 1,
    stopPrice: 1,
    stopPriceTicks: 1,
    expectedVersion: 1,
  },
  cancel: { orderId: 1 },
  cancelAll: { account: 1, product: 1 },
  take: {
    ...QUANTITY,
    account: 1,
    orderId: 1,
    limitPrice: 1,
    limitPriceTicks: 1,
    zone: 1,
    attributes: 1,
  },
  advanceTime: {},
  sealBlock: {},
  setAccountKey: { account: 1, key: 1 },
  setCircuit: { product: 1, collar: 1, collarPpm: 1, halt: 1 },
  setAccountLimits: { account: 1, maxOpenOrders: 1, maxExposure: 1 },
  kill: { account: 1 },
  recordReading: {
    product: 1,
    account: 1,
    version: 1,
    quality: 1,
    imported: 1,
    importedQuanta: 1,
    exported: 1,
    exportedQuanta: 1,
  },
  setImbalancePrices: { product: 1, long: 1, short: 1, tolerance: 1 },
  settleProduct: { product: 1, final: 1 },
  recallTrade: {
    ...PRICE,
    ...QUANTITY,
    trade: 1,
    product: 1,
    buyer: 1,
    seller: 1,
    buyerFeeQuanta: 1,
    sellerFeeQuanta: 1,
    fromZone: 1,
    toZone: 1,
    gridFeeTicks: 1,
    feeVersion: 1,
  },
  listNetwork: { id: 1, tick: 1 },
  addZone: { network: 1, id: 1, gridAccount: 1 },
  setGridFee: { network: 1, from: 1, to: 1, fee: 1, feeTicks: 1 },
  setCapacity: { product: 1, from: 1, to: 1, ...QUANTITY },
  setPartner: { account: 1, partner: 1, rule: 1 },
};

/** The fields that the requests of one command may have. */
export interface Fields {
  readonly command: RequestName;
  readonly known: ReadonlySet<string>;
  /** What a request asks for: all its fields but the time of its stamp, its command id and what signs it. In one order. */
  readonly content: readonly { readonly name: string; readonly prefix: string }[];
  /** The names in the latest request: the next one has mostly the same, in the same order. */
  readonly latest: string[];
}

export function fieldsOf(command: RequestName): Fields {
  const names = [...Object.keys(OWN[command]), 'actor'].sort();
  const known = new Set([...names, 'at', 'commandId']);
  if (isSignable(command)) known.add('signed');
  const content = names.map((name) => ({ name, prefix: `,${name}:` }));
  return { command, known, content, latest: [] };
}

/**
 * Checks that a request has no field of another name: a mistyped one would be passed over in silence,
 * and a good-till-cancelled order is no small thing to get by mistake.
 * @throws TypeError naming the field
 */
export function checkFields({ command, known, latest }: Fields, request: object): void {
  let place = 0;
  for (const name in request) {
    // To compare takes 2 ns for each field, to look it up 8.
    if (name !== latest[place]) {
      if (!known.has(name)) throw new TypeError(`${command} has no field ${shown(name)}`);
      latest[place] = name;
    }
    place++;
  }
}

/** The fields of what halts a product. */
export const HALT_FIELDS: readonly string[] = ['move', 'movePpm', 'windowMs'];

/** The fields of when a product is delivered and traded. */
export const DELIVERY_FIELDS: readonly string[] = ['start', 'end', 'opensMs', 'gateMs'];

/** The fields of how a product is settled. */
export const SETTLEMENT_FIELDS: readonly string[] = [
  'mode',
  'utility',
  'imbalanceMin',
  'imbalanceMax',
  'positionLimit',
  'positionLimitLots',
];

/** The fields of how much imbalance is tolerated. */
export const TOLERANCE_FIELDS: readonly string[] = ['ppm', 'price'];

/** The fields of those fields that are objects. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  band: ['low', 'high'],
  halt: HALT_FIELDS,
  delivery: DELIVERY_FIELDS,
  settlement: SETTLEMENT_FIELDS,
  tolerance: TOLERANCE_FIELDS,
  maxExposure: ['asset', 'amount', 'amountQuanta'],
  oco: OCO_FIELDS,
  bracket: BRACKET_FIELDS,
  premiums: PREMIUM_FIELDS,
};

/** A digest of what a request asks for; zeros where it has no command id. */
export interface Digest {
  readonly high: number;
  readonly low: number;
}
export const NO_DIGEST: Digest = { high: 0, low: 0 };

/**
 * 64 bits over what a request asks for, the time of its stamp excluded, whatever the order of its
 * fields. Two FNV-1a-like lanes: they tell honest requests apart. Who forges a collision gets to read
 * the outcome of the command that was first, and brings about nothing.
 */
export function requestDigest({ command, content }: Fields, request: object): Digest {
  const fields = request as Record<string, unknown>;
  // Piece by piece: to make one text of it first takes twice as long.
  const lanes = new Lanes();
  lanes.add(command);
  // For this command alone the time is what is asked for.
  if (command === 'advanceTime') lanes.add(String(fields['at']));
  for (const { name, prefix } of content) {
    const value = fields[name];
    if (value === undefined) continue;
    lanes.add(prefix);
    lanes.addValue(value);
    if (Array.isArray(value) || value instanceof Uint8Array) lanes.addList([...value]);
    const parts = PARTS[name];
    if (parts !== undefined && typeof value === 'object' && value !== null) {
      parts.forEach((part, i) => {
        if (i > 0) lanes.add(':');
        lanes.addValue((value as Record<string, unknown>)[part]);
      });
    }
  }
  return { high: lanes.high >>> 0, low: lanes.low >>> 0 };
}

/** What stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Two lanes of 32 bits with sign: without one they are no small numbers, which takes a third more time. */
class Lanes {
  high = 0x811c_9dc5 | 0;
  low = 0x9747_b28c | 0;

  add(text: string): void {
    let { high, low } = this;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      high = Math.imul(high ^ code, 0x0100_0193);
      low = Math.imul(low ^ code, 0x85eb_ca6b) ^ (low >>> 15);
    }
    this.high = high;
    this.low = low;
  }

  addList(values: readonly unknown[]): void {
    for (const value of values) {
      this.add(':');
      this.addValue(value);
    }
  }

  /** Text and number of the same look are told apart; nothing else can be well-formed. */
  addValue(value: unknown): void {
    if (typeof value !== 'string') this.add(typeof value === 'object' ? 'object' : String(value));
    else if (PLAIN.test(value)) {
      this.add('"');
      this.add(value);
      this.add('"');
    } else this.add(JSON.stringify(value));
  }
}
