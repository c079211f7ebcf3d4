import type { Ask } from './exchange-stage.ts';

const UNDONE = { product: 'noon', priceTicks: 5, buyerFeeQuanta: 0, sellerFeeQuanta: 0 };
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
  () => [
    'recallTrade',
    { ...UNDONE, trade: 1_000_000, quantityLots: 1, buyer: 'alice', seller: 'bob' },
  ],
];
