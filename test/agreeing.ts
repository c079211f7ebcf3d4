/* Fields of commands that agree with each other, as numbers of their records. */

const PLAIN = { hasPrice: 1, postOnly: 0, minQuantity: 0, expiresAt: 0 };
const FOLLOWS_NOTHING = { trailBy: 0, trailDistance: 0, pegTo: 0, pegOffset: 0 };
const ALL_SHOWN = { display: 0, displayQuantity: 0, refreshBelow: 0, allOrNone: 0, stopPrice: 0 };
const UNBOUNDED = { hasMaxMoney: 0, maxMoney: 0 };
const NO_BRACKET = { hasBracket: 0, takeProfit: 0, exitStopPrice: 0, exitStopLimit: 0 };
const NO_OCO = {
  ...NO_BRACKET,
  hasOco: 0,
  ocoSide: 0,
  ocoPrice: 0,
  ocoHasStop: 0,
  ocoStopPrice: 0,
};
/** One that buys and is to get out at 2, or at 1. */
export const BRACKET = { display: 0, side: 0, hasBracket: 1, takeProfit: 2, exitStopPrice: 1 };
/** Two orders that buy at 1 and sell at 2. */
export const OCO = { display: 0, side: 0, price: 1, hasOco: 1, ocoSide: 1, ocoPrice: 2 };
export const BUYS_AT_ONCE = {
  hasMaxMoney: 1,
  display: 0,
  side: 0,
  kind: 1,
  timeInForce: 2,
  hasStop: 0,
};

const NO_DELIVERY = { hasDelivery: 0, deliveryStart: 0, deliveryEnd: 0, opensMs: 0, gateMs: 0 };
export const DELIVERY = {
  hasDelivery: 1,
  deliveryStart: 5,
  deliveryEnd: 9,
  opensMs: -5,
  gateMs: 0,
};

/** An auction each ms from the opening at 0 on. */
export const OFTEN = { ...DELIVERY, mechanism: 1, auctionEveryMs: 1 };

const CONTINUOUS = {
  mechanism: 0,
  pricing: 0,
  hasReference: 0,
  referencePrice: 0,
  auctionEveryMs: 0,
};
const NO_SETTLEMENT = {
  hasSettlement: 0,
  utility: 0,
  imbalanceMin: 0,
  imbalanceMax: 0,
  positionLimit: 0,
};
export const SETTLEMENT = { ...DELIVERY, hasSettlement: 1, imbalanceMin: -1, imbalanceMax: 1 };

/** What must stand in a command so that its fields agree with each other. */
export const AGREEING: Readonly<Record<string, Record<string, number>>> = {
  transfer: { to: 7 },
  listProduct: { moneyAsset: 7, ...NO_DELIVERY, ...CONTINUOUS, ...NO_SETTLEMENT, hasNetwork: 1 },
  listNetwork: { tickMantissa: 7 },
  setPartner: { partner: 7 },
  setCapacity: { hasQuantity: 1 },
  submitInNetwork: { ...PLAIN, attributes: 0, side: 0 },
  submit: PLAIN,
  submitSpecial: {
    ...PLAIN,
    ...ALL_SHOWN,
    ...FOLLOWS_NOTHING,
    ...UNBOUNDED,
    ...NO_OCO,
    kind: 0,
    timeInForce: 0,
    display: 2,
  },
  setCircuit: { haltMove: 7, haltWindowMs: 7 },
  amend: { hasPrice: 1, stopPrice: 0 },
  setImbalancePrices: { tolerancePpm: 0, tolerancePrice: 0 },
  cancelAll: { hasAccount: 1 },
};
