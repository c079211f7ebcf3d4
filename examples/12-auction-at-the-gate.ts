// examples/12-auction-at-the-gate.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
for (const id of ['anna', 'ben', 'cleo', 'dora']) {
  market.openAccount({ id });
  market.deposit({ account: id, asset: 'kWh', amount: '10' });
  market.deposit({ account: id, asset: 'EUR', amount: '10' });
}

// One quarter hour. Orders from an hour before on, and one auction, five minutes before the energy flows.
const minute = 60_000;
const start = Date.UTC(2026, 4, 1, 12);
market.listProduct({
  id: '12:00',
  energy: 'kWh',
  money: 'EUR',
  tick: '0.001',
  lot: '0.001',
  delivery: { start, end: start + 15 * minute, opensMs: -60 * minute, gateMs: -5 * minute },
  mechanism: 'call',
});

market.advanceTime({ at: start - 60 * minute });
const order = { product: '12:00', quantity: '1' };
market.submit({ ...order, account: 'anna', side: 'sell', price: '0.10' });
market.submit({ ...order, account: 'ben', side: 'buy', price: '0.30' });
market.submit({ ...order, account: 'cleo', side: 'sell', price: '0.22' });
const late = market.submit({ ...order, account: 'dora', side: 'buy', price: '0.18' });
console.log('would be:', market.indicative('12:00'));
if (late.ok) console.log('dora:', market.explain(late.orderId)?.text);

market.advanceTime({ at: start - 5 * minute });
for (const { buyer, seller, quantity, price } of market.trades()) {
  console.log(`${buyer} buys ${quantity} kWh from ${seller} at ${price}`);
}
console.log('open:', market.openOrders().length, '·', market.product('12:00')?.phase);
