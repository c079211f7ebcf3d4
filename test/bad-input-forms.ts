import type { Engine } from '../src/index.ts';
import {
  AMOUNT,
  type Bad,
  FLAG,
  ID,
  LIMIT,
  names,
  NATURAL,
  NUMBER,
  PPM,
  ranged,
  REQUIRED,
  TEXT,
  typed,
  WHOLE,
} from './bad-values.ts';

const OPTIONAL_ID = ID;
export const STAMP = { actor: OPTIONAL_ID, commandId: OPTIONAL_ID, at: NATURAL };
export const REFERENCE = [...ID, ...REQUIRED];
/** Steps of the stage: EUR has 6 decimals, a tick is 0.001, a lot 0.1. */
const FUNDS = {
  account: REFERENCE,
  asset: REFERENCE,
  amount: [...AMOUNT, ...REQUIRED, ...ranged('0.0000001', '1.1234567', '9007199254.740992')],
};
const BAND = {
  band: typed(0, 1, 'x', '', true, [], {}, Symbol('x'), 1n, { low: '1' }, { high: '1' }),
  'band.low': [...TEXT, ...REQUIRED, ...ranged('0.0001', '3')],
  'band.high': [...TEXT, ...REQUIRED, ...ranged('0.0001', '0.5')],
};
const DELIVERY = {
  delivery: typed(0, 1, 'x', '', true, null, [], {}, Symbol('x'), 1n, { start: 1 }),
  'delivery.start': [...NATURAL, ...REQUIRED, ...ranged(6000, 4999)],
  'delivery.end': [...NATURAL, ...REQUIRED, ...ranged(5000)],
  'delivery.opensMs': [...NUMBER, ...REQUIRED, ...ranged(-5001, 9)],
  'delivery.gateMs': [...NUMBER, ...REQUIRED, ...ranged(-5000, 2 ** 53 - 5000)],
};
const ORDER = {
  ...STAMP,
  account: REFERENCE,
  product: REFERENCE,
  side: [...names('Buy', 'BUY', 'bid', 'buy '), ...REQUIRED],
  kind: names('take', 'stop', 'Limit'),
  timeInForce: names('day', 'GTC'),
  postOnly: names('on', 'true'),
  selfTrade: names('none', 'both'),
  price: [...TEXT, ...REQUIRED, ...ranged('0.0005', '-0.0005', '1.0001')],
  quantity: [...AMOUNT, ...REQUIRED, ...ranged('0.05', '1.01')],
  minQuantity: [...AMOUNT, ...ranged('0.05', '1000')],
  clientOrderId: OPTIONAL_ID,
};
export const SAMPLE_ORDER = {
  account: 'alice',
  product: 'noon',
  side: 'buy',
  price: '0.250',
  quantity: '1.5',
};
const { price: _price, ...NO_PRICE } = SAMPLE_ORDER;
const { quantity: _quantity, ...NO_QUANTITY } = SAMPLE_ORDER;
const SAMPLE_FUNDS = { account: 'alice', asset: 'EUR', amount: '1.5' };
const SAMPLE_QUANTA = { account: 'alice', asset: 'EUR', amountQuanta: 5 };
const SAMPLE_TAKE = { account: 'alice', orderId: 1, quantity: '0.1', limitPrice: '0.3' };
const SAMPLE_LIMITS = {
  account: 'alice',
  maxOpenOrders: 5,
  maxExposure: { asset: 'EUR', amount: '1.5' },
};
export const SAMPLE_RECALL = {
  trade: 1,
  product: 'noon',
  buyer: 'alice',
  seller: 'bob',
  price: '0.300',
  quantity: '0.1',
  buyerFeeQuanta: 0,
  sellerFeeQuanta: 0,
};
const SAMPLE_PRODUCT = {
  id: 'dusk',
  energy: 'kWh',
  money: 'EUR',
  tick: '0.001',
  lot: '0.1',
  band: { low: '1', high: '2' },
  delivery: { start: 5000, end: 6000, opensMs: -5000, gateMs: 9 },
  mechanism: 'call',
  pricing: 'uniform',
  referencePrice: '1.5',
  auctionEveryMs: 100,
};

export interface Form {
  readonly method: keyof Engine;
  readonly sample: object;
  readonly fields: Readonly<Record<string, readonly Bad[]>>;
}
/** For every request a sample that is accepted, and for every field what is wrong in it. */
export const FORMS: readonly Form[] = [
  {
    method: 'openAccount',
    sample: { id: 'carol' },
    fields: { ...STAMP, id: REFERENCE, role: names('admin', 'Operator') },
  },
  {
    method: 'freezeAccount',
    sample: { account: 'alice' },
    fields: { ...STAMP, account: REFERENCE, frozen: FLAG },
  },
  {
    method: 'setCircuit',
    sample: { product: 'noon', collar: '0.05', halt: { move: '0.1', windowMs: 60_000 } },
    fields: {
      ...STAMP,
      product: REFERENCE,
      collar: [
        ...AMOUNT.filter(([value]) => value !== null),
        ...REQUIRED,
        ...ranged('0.0005', '-1'),
      ],
      halt: [...typed(0, 1, 'x', '', true, [], {}, Symbol('x'), 1n), ...REQUIRED],
      'halt.move': [...AMOUNT, ...REQUIRED, ...ranged('0.0005')],
      'halt.windowMs': [...WHOLE, ...REQUIRED, ...ranged(3_600_001)],
    },
  },
  {
    method: 'setCircuit',
    sample: { product: 'noon', collarPpm: 50_000, halt: { movePpm: 100_000, windowMs: 60_000 } },
    fields: {
      collar: [...AMOUNT.filter(([value]) => value !== null), ...ranged('0.0005')],
      collarPpm: [...WHOLE, ...ranged(1_000_001)],
      'halt.move': [...AMOUNT, ...ranged('0.0005')],
      'halt.movePpm': [...WHOLE, ...ranged(1_000_001)],
    },
  },
  {
    method: 'setAccountLimits',
    sample: SAMPLE_LIMITS,
    fields: {
      ...STAMP,
      account: REFERENCE,
      maxOpenOrders: [...LIMIT, ...REQUIRED],
      maxExposure: [...typed(0, 1, 'x', '', true, [], {}, Symbol('x'), 1n), ...REQUIRED],
      'maxExposure.asset': REFERENCE,
      'maxExposure.amount': [...TEXT, ...REQUIRED, ...ranged('-1', '-0.1', '0.0000001')],
    },
  },
  {
    method: 'setAccountLimits',
    sample: { ...SAMPLE_LIMITS, maxExposure: { asset: 'EUR', amountQuanta: 5 } },
    fields: { 'maxExposure.amountQuanta': [...NATURAL, ...REQUIRED] },
  },
  { method: 'kill', sample: { account: 'alice' }, fields: { ...STAMP, account: REFERENCE } },
  {
    method: 'recallTrade',
    sample: SAMPLE_RECALL,
    fields: {
      ...STAMP,
      trade: [...WHOLE, ...REQUIRED],
      product: REFERENCE,
      buyer: REFERENCE,
      seller: REFERENCE,
      price: ORDER.price,
      quantity: ORDER.quantity,
      buyerFeeQuanta: [...NATURAL, ...REQUIRED],
      sellerFeeQuanta: [...NATURAL, ...REQUIRED],
    },
  },
  { method: 'closeAccount', sample: { account: 'dave' }, fields: { ...STAMP, account: REFERENCE } },
  { method: 'deposit', sample: SAMPLE_FUNDS, fields: { ...STAMP, ...FUNDS } },
  { method: 'deposit', sample: SAMPLE_QUANTA, fields: { amountQuanta: [...WHOLE, ...REQUIRED] } },
  { method: 'withdraw', sample: SAMPLE_FUNDS, fields: { ...STAMP, ...FUNDS } },
  { method: 'withdraw', sample: SAMPLE_QUANTA, fields: { amountQuanta: [...WHOLE, ...REQUIRED] } },
  {
    method: 'transfer',
    sample: { ...SAMPLE_FUNDS, to: 'bob' },
    fields: { ...STAMP, ...FUNDS, to: [...REFERENCE, ...ranged('alice')] },
  },
  {
    method: 'transfer',
    sample: { ...SAMPLE_QUANTA, to: 'bob' },
    fields: { amountQuanta: [...WHOLE, ...REQUIRED] },
  },
  {
    method: 'listAsset',
    sample: { id: 'GBP', decimals: 2 },
    fields: { ...STAMP, id: REFERENCE, decimals: [...NATURAL, ...REQUIRED, ...ranged(16)] },
  },
  {
    method: 'listProduct',
    sample: SAMPLE_PRODUCT,
    fields: {
      ...STAMP,
      id: REFERENCE,
      energy: [...REFERENCE, ...ranged('EUR')],
      money: [...REFERENCE, ...ranged('kWh')],
      tick: [...AMOUNT, ...REQUIRED],
      lot: [...AMOUNT, ...REQUIRED],
      makerPpm: PPM,
      takerPpm: PPM,
      ...BAND,
      ...DELIVERY,
      mechanism: [...names('Call', 'auction'), ...ranged('continuous')],
      pricing: names('Uniform', 'payAsBid'),
      referencePrice: [...TEXT, ...ranged('0.0005')],
      auctionEveryMs: [...WHOLE.filter(([value]) => value !== null), ...typed(null)],
    },
  },
  {
    method: 'listProduct',
    sample: { ...SAMPLE_PRODUCT, pricing: 'mid-market' },
    fields: { referencePrice: ranged(undefined), delivery: ranged(undefined) },
  },
  {
    method: 'runAuction',
    sample: { product: 'called' },
    fields: { ...STAMP, product: REFERENCE },
  },
  {
    method: 'setFees',
    sample: { product: 'noon', makerPpm: 100, takerPpm: 200 },
    fields: {
      ...STAMP,
      product: REFERENCE,
      makerPpm: [...PPM, ...REQUIRED],
      takerPpm: [...PPM, ...REQUIRED],
    },
  },
  {
    method: 'setBand',
    sample: { product: 'noon', band: { low: '1', high: '2' } },
    fields: { ...STAMP, product: REFERENCE, ...BAND, band: [...BAND.band, ...REQUIRED] },
  },
  {
    method: 'archiveProduct',
    sample: { product: 'over' },
    fields: { ...STAMP, product: REFERENCE },
  },
  ...(['haltProduct', 'resumeProduct', 'closeProduct', 'endSession'] as const).map((method) => ({
    method,
    sample: { product: 'noon' },
    fields: { ...STAMP, product: REFERENCE },
  })),
  ...(['submit', 'preview'] as const).flatMap((method): Form[] => [
    {
      method,
      sample: SAMPLE_ORDER,
      fields: method === 'submit' ? ORDER : { ...ORDER, at: [], commandId: [] },
    },
    { method, sample: { ...NO_PRICE, priceTicks: 3 }, fields: { priceTicks: NUMBER } },
    {
      method,
      sample: { ...NO_QUANTITY, quantityLots: 3 },
      fields: { quantityLots: [...WHOLE, ...REQUIRED], minQuantityLots: WHOLE },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, timeInForce: 'gtd', expiresAt: 5_000 },
      fields: { expiresAt: [...NATURAL, ...REQUIRED] },
    },
    {
      method,
      sample: {
        ...SAMPLE_ORDER,
        bracket: { takeProfit: '0.3', stopPrice: '0.2', stopLimit: '0.1' },
      },
      fields: {
        bracket: typed(0, 1, 'x', '', true, null, [], {}, Symbol('x'), 1n, { low: '1' }),
        'bracket.takeProfit': [...TEXT, ...REQUIRED, ...ranged('0.0005', '0.2')],
        'bracket.stopPrice': [...TEXT, ...REQUIRED, ...ranged('0.0005')],
        'bracket.stopLimit': [...TEXT, ...REQUIRED, ...ranged('0.0005')],
      },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, oco: { side: 'sell', price: '0.3', stopPrice: '0.4' } },
      fields: {
        oco: typed(0, 1, 'x', '', true, null, [], {}, Symbol('x'), 1n, { low: '1' }),
        'oco.side': names('Buy', 'bid'),
        'oco.price': [...TEXT, ...REQUIRED, ...ranged('0.0005', '0.25')],
        'oco.stopPrice': [...TEXT, ...ranged('0.0005')],
      },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, kind: 'market', maxMoney: '5' },
      fields: { maxMoney: [...TEXT, ...ranged('-1', '0.0000001', '9007199254.740992')] },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, kind: 'market', maxMoneyQuanta: 5 },
      fields: { maxMoneyQuanta: NATURAL },
    },
  ]),
  ...(['submit', 'preview'] as const).flatMap((method): Form[] => [
    {
      method,
      sample: { ...SAMPLE_ORDER, stopPrice: '0.300', trail: '0.010' },
      fields: {
        stopPrice: [...TEXT, ...ranged('0.0005')],
        trail: [...AMOUNT, ...ranged('0.0005')],
      },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, stopPriceTicks: 300, trailPpm: 10 },
      fields: { stopPriceTicks: NUMBER, trailPpm: [...WHOLE, ...ranged(1_000_001)] },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, stopPriceTicks: 300, trailTicks: 10 },
      fields: { trailTicks: WHOLE },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, peg: 'ask', pegOffset: '-0.010' },
      fields: { peg: names('none', 'last'), pegOffset: [...TEXT, ...ranged('0.0005')] },
    },
    {
      method,
      sample: { ...SAMPLE_ORDER, peg: 'ask', pegOffsetTicks: -3 },
      fields: { pegOffsetTicks: NUMBER },
    },
  ]),
  {
    method: 'amend',
    sample: { actor: 'bob', orderId: 1, price: '0.4', quantity: '2' },
    fields: {
      actor: REFERENCE,
      commandId: OPTIONAL_ID,
      at: NATURAL,
      orderId: [...WHOLE, ...REQUIRED],
      expectedVersion: [...NATURAL, ...ranged(2 ** 32)],
      price: [...TEXT, ...ranged('0.0005')],
      quantity: [...TEXT, ...ranged('0.05', '-1', '-0.1')],
    },
  },
  {
    method: 'amend',
    sample: { actor: 'bob', orderId: 1, priceTicks: 400, quantityLots: 20 },
    fields: { priceTicks: NUMBER, quantityLots: NATURAL },
  },
  {
    method: 'cancel',
    sample: { actor: 'bob', orderId: 1 },
    fields: {
      actor: REFERENCE,
      commandId: OPTIONAL_ID,
      at: NATURAL,
      orderId: [...WHOLE, ...REQUIRED],
    },
  },
  {
    method: 'cancelAll',
    sample: { account: 'bob', product: 'noon' },
    fields: { ...STAMP, account: ID, product: ID },
  },
  {
    method: 'take',
    sample: SAMPLE_TAKE,
    fields: {
      ...STAMP,
      account: REFERENCE,
      orderId: [...WHOLE, ...REQUIRED],
      quantity: ORDER.quantity,
      limitPrice: ORDER.price,
    },
  },
  {
    method: 'take',
    sample: { account: 'alice', orderId: 1, quantityLots: 1, limitPriceTicks: 300 },
    fields: {
      quantityLots: [...WHOLE, ...REQUIRED],
      limitPriceTicks: [...NUMBER, ...REQUIRED],
    },
  },
  {
    method: 'sealBlock',
    sample: {},
    fields: { actor: OPTIONAL_ID, commandId: OPTIONAL_ID },
  },
  {
    method: 'advanceTime',
    sample: { at: 2_000 },
    fields: { actor: OPTIONAL_ID, commandId: OPTIONAL_ID, at: [...NATURAL, ...REQUIRED] },
  },
];
