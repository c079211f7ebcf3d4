import type { Ask } from './exchange-stage.ts';

/** Energy that is sold forward, and delivered at once. */
export const SOON = {
  delivery: { start: 1_001, end: 1_002, opensMs: -1_001, gateMs: 0 },
  settlement: { mode: 'firm', utility: 'operator', imbalanceMin: '0', imbalanceMax: '1' },
} as const;

const UNDONE = { product: 'noon', priceTicks: 5, buyerFeeQuanta: 0, sellerFeeQuanta: 0 };
const WIRED = { product: 'dusk', zone: 'north', priceTicks: 5, quantityLots: 3 };
const BACK = { fromZone: 'north', toZone: 'north', gridFeeTicks: 1, feeVersion: 2 };
const READING = { account: 'carol', quality: 'measured', importedQuanta: 5, exportedQuanta: 0 };
/** Commands that come in their turn, whatever is drawn. */
export const SELDOM: readonly ((turn: number) => Ask)[] = [
  (turn) => ['kill', { account: `trader${turn % 9}`, actor: 'operator' }],
  (turn) => [
    'recallTrade',
    { ...UNDONE, trade: turn, quantityLots: 1, buyer: 'alice', seller: 'alice' },
  ],
  () => ['setAccountLimits', { account: 'dave', maxOpenOrders: 40, maxExposure: null }],
  () => ['setCircuit', { product: 'noon', collar: '0.5', halt: { move: '0.5', windowMs: 100 } }],
  () => ['setCircuit', { product: 'never', collar: null, halt: null }],
  () => ['setAccountLimits', { account: 'nobody', maxOpenOrders: null, maxExposure: null }],
  (turn) => ['recordReading', { ...READING, product: 'slot', version: turn }],
  () => ['setImbalancePrices', { product: 'slot', long: '0.1', short: '0.5' }],
  () => ['settleProduct', { product: 'slot' }],
  () => ['recordReading', { ...READING, product: 'noon', version: 1 }],
  () => ['setImbalancePrices', { product: 'slot', long: '0.1', short: '5' }],
  () => ['settleProduct', { product: 'noon', final: true }],
  (turn) => ['sealBlock', turn < 14 ? {} : { actor: 'alice' }],
  (turn) => [
    'setAccountKey',
    { account: 'dave', key: null, ...(turn < 15 ? {} : { actor: 'bob' }) },
  ],
  () => [
    'recallTrade',
    { ...UNDONE, trade: 1_000_000, quantityLots: 1, buyer: 'alice', seller: 'bob' },
  ],
];
/** A network with a product in it. */
export const NETWORK: readonly Ask[] = [
  ['listNetwork', { id: 'grid', tick: '0.001' }],
  ['addZone', { network: 'grid', id: 'north', gridAccount: 'dave' }],
  [
    'listProduct',
    { id: 'dusk', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1', network: 'grid' },
  ],
];
/** The same, most of them about networks. */
export const NETWORKED: readonly ((turn: number) => Ask)[] = [
  (turn) => ['submit', { ...WIRED, account: 'alice', side: turn % 2 === 0 ? 'buy' : 'sell' }],
  (turn) => ['submit', { ...WIRED, account: 'bob', side: turn % 4 < 2 ? 'buy' : 'sell' }],
  () => ['submit', { ...WIRED, account: 'bob', side: 'buy', zone: 'never' }],
  (turn) => ['listNetwork', { id: `net${turn}`, tick: '0.001' }],
  () => ['listNetwork', { id: 'grid', tick: '0.001' }],
  (turn) => ['addZone', { network: `net${turn - 2}`, id: `zone${turn}`, gridAccount: 'dave' }],
  () => ['addZone', { network: 'grid', id: 'north', gridAccount: 'dave' }],
  (turn) => ['setGridFee', { network: 'grid', from: 'north', to: 'north', feeTicks: turn % 3 }],
  () => ['setGridFee', { network: 'grid', from: 'north', to: 'never', feeTicks: 1 }],
  () => ['setCapacity', { product: 'dusk', from: 'north', to: 'north', quantityLots: 40 }],
  () => ['freezeAccount', { account: 'nobody' }],
  () => ['listAsset', { id: 'EUR', decimals: 6 }],
  () => ['setCapacity', { product: 'noon', from: 'north', to: 'north', quantity: null }],
  () => ['setPartner', { account: 'carol', partner: 'bob', rule: 'excluded' }],
  () => ['setPartner', { account: 'carol', partner: 'nobody', rule: null }],
  (turn) => [
    'recallTrade',
    {
      ...UNDONE,
      ...BACK,
      trade: turn,
      product: 'dusk',
      quantityLots: 1,
      buyer: 'bob',
      seller: 'alice',
    },
  ],
];
