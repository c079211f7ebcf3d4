import type * as codes from '../../src/core/codes.ts';
import type { Signed } from './keys.ts';

/** A row number, or an id that nobody had registered when the command was made. */
export type Reference = number | { readonly unknown: string };

interface Stamp {
  readonly time: number;
  /** '' for none. */
  readonly commandId: string;
  /** Stands for the content of the request; 0, 0 without a command id. */
  readonly digestHigh: number;
  readonly digestLow: number;
  readonly actor: Reference;
  readonly signed?: Signed;
}

interface Asked {
  openAccount: {
    role: number;
    salt0: number;
    salt1: number;
    salt2: number;
    salt3: number;
    id: string;
  };
  freezeAccount: { account: Reference; frozen: number };
  closeAccount: { account: Reference };
  deposit: { account: Reference; asset: Reference; amount: number };
  withdraw: { account: Reference; asset: Reference; amount: number };
  transfer: { account: Reference; to: Reference; asset: Reference; amount: number };
  listAsset: { decimals: number; id: string };
  listProduct: {
    energyAsset: Reference;
    moneyAsset: Reference;
    tickMantissa: number;
    tickDecimals: number;
    lotMantissa: number;
    lotDecimals: number;
    makerPpm: number;
    takerPpm: number;
    hasBand: number;
    bandLow: number;
    bandHigh: number;
    hasDelivery: number;
    deliveryStart: number;
    deliveryEnd: number;
    opensMs: number;
    gateMs: number;
    mechanism: number;
    pricing: number;
    hasReference: number;
    referencePrice: number;
    auctionEveryMs: number;
    hasNetwork: number;
    network: Reference;
    hasSettlement: number;
    utility: Reference;
    imbalanceMin: number;
    imbalanceMax: number;
    positionLimit: number;
    id: string;
  };
  setFees: { product: Reference; makerPpm: number; takerPpm: number };
  setBand: { product: Reference; hasBand: number; bandLow: number; bandHigh: number };
  haltProduct: { product: Reference };
  resumeProduct: { product: Reference };
  closeProduct: { product: Reference };
  endSession: { product: Reference };
  archiveProduct: { product: Reference };
  runAuction: { product: Reference };
  submit: {
    account: Reference;
    product: Reference;
    side: number;
    kind: number;
    timeInForce: number;
    postOnly: number;
    selfTrade: number;
    hasPrice: number;
    price: number;
    quantity: number;
    minQuantity: number;
    expiresAt: number;
    display: number;
    displayQuantity: number;
    refreshBelow: number;
    allOrNone: number;
    hasStop: number;
    stopPrice: number;
    hasMaxMoney: number;
    maxMoney: number;
    hasOco: number;
    ocoSide: number;
    ocoPrice: number;
    ocoHasStop: number;
    ocoStopPrice: number;
    hasBracket: number;
    takeProfit: number;
    exitStopPrice: number;
    exitStopLimit: number;
    trailBy: number;
    trailDistance: number;
    pegTo: number;
    pegOffset: number;
    clientOrderId: string;
  };
  amend: {
    order: number;
    expectedVersion: number;
    hasPrice: number;
    price: number;
    hasQuantity: number;
    quantity: number;
    hasStop: number;
    stopPrice: number;
  };
  cancel: { order: number };
  cancelAll: { hasAccount: number; account: Reference; hasProduct: number; product: Reference };
  take: { account: Reference; order: number; quantity: number; limitPrice: number };
  advanceTime: object;
  setCircuit: {
    product: Reference;
    collar: number;
    collarPpm: number;
    haltMove: number;
    haltMovePpm: number;
    haltWindowMs: number;
  };
  setAccountLimits: {
    account: Reference;
    hasOpenOrders: number;
    openOrders: number;
    hasExposure: number;
    asset: Reference;
    exposure: number;
  };
  kill: { account: Reference };
  recordReading: {
    product: Reference;
    account: Reference;
    readingVersion: number;
    quality: number;
    imported: number;
    exported: number;
  };
  setImbalancePrices: {
    product: Reference;
    long: number;
    short: number;
    tolerancePpm: number;
    tolerancePrice: number;
  };
  sealBlock: object;
  setAccountKey: { account: Reference; hasKey: number } & Record<
    `key${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`,
    number
  >;
  settleProduct: { product: Reference; final: number };
  recallTrade: {
    trade: number;
    product: Reference;
    buyer: Reference;
    seller: Reference;
    price: number;
    quantity: number;
    buyerFee: number;
    sellerFee: number;
  };
  listNetwork: { tickMantissa: number; tickDecimals: number; id: string };
  addZone: { network: Reference; gridAccount: Reference; id: string };
  setGridFee: { network: Reference; from: Reference; to: Reference; fee: number };
  setCapacity: {
    product: Reference;
    from: Reference;
    to: Reference;
    hasQuantity: number;
    quantity: number;
  };
  setPartner: { account: Reference; partner: Reference; rule: number };
  submitInNetwork: {
    account: Reference;
    product: Reference;
    side: number;
    kind: number;
    timeInForce: number;
    postOnly: number;
    selfTrade: number;
    hasPrice: number;
    price: number;
    quantity: number;
    minQuantity: number;
    expiresAt: number;
    zone: Reference;
    attributes: number;
    only: number;
    onlyZones: number;
    solarPremium: number;
    windPremium: number;
    batteryPremium: number;
    gridPremium: number;
    localPremium: number;
    strangeZones: number;
    clientOrderId: string;
  };
  takeInNetwork: {
    account: Reference;
    order: number;
    quantity: number;
    limitPrice: number;
    zone: Reference;
    attributes: number;
  };
  recallInNetwork: Asked['recallTrade'] & {
    from: Reference;
    to: Reference;
    fee: number;
    feeVersion: number;
  };
}

export type CommandType = keyof Asked & keyof typeof codes.CommandType;
/** A command of one type. The sequence is not part of it: the market gives it out. */
export type CommandOf<T extends CommandType> = { readonly type: T } & Stamp & Readonly<Asked[T]>;
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];

/** A field or id of a command by its name in the layout of its record. */
export function fieldOf(command: Command, name: string): string | Reference {
  return (command as unknown as Record<string, string | Reference>)[name] as string | Reference;
}

/** Whether a submit has terms that few orders have, so that its record is another one. */
export function isSpecial(command: CommandOf<'submit'>): boolean {
  const { display, allOrNone, hasStop, hasMaxMoney, hasOco, hasBracket, trailBy, pegTo } = command;
  return display + allOrNone + hasStop + hasMaxMoney + hasOco + hasBracket + trailBy + pegTo > 0;
}
