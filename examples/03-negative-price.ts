// examples/03-negative-price.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
market.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' });
for (const id of ['anna', 'ben']) {
  market.openAccount({ id });
  market.deposit({ account: id, asset: 'EUR', amount: '10' });
}
market.deposit({ account: 'anna', asset: 'kWh', amount: '100' });

// At noon anna has more sun than she can use, and pays 0.05 EUR for each kWh that someone takes.
const offer = { account: 'anna', product: 'energy', side: 'sell', price: '-0.05' } as const;
market.submit({ ...offer, quantity: '100' });
const [resting] = market.queue('energy', 'sell');
console.log(`her order locks ${resting?.lockedEnergy} kWh and ${resting?.lockedMoney} EUR`);

// A buyer who is paid has nothing to lock.
const bid = { account: 'ben', product: 'energy', side: 'buy', price: '-0.05' } as const;
const preview = market.preview({ ...bid, quantity: '60' });
if (preview.ok)
  console.log(`his would lock ${preview.locksMoney} EUR and cost ${preview.cost} EUR`);

market.submit({ ...bid, quantity: '60' });
for (const { seller, buyer, price, value } of market.trades()) {
  console.log(`${seller} sold to ${buyer} at ${price} EUR/kWh, worth ${value} EUR: she pays`);
}
for (const account of ['anna', 'ben']) {
  const { available, locked } = market.balance(account, 'EUR');
  console.log(`${account}: ${available} EUR available, ${locked} locked`);
}
