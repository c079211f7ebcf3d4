// examples/01-first-trade.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
market.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', tick: '0.000001', lot: '0.001' });
market.openAccount({ id: 'anna' });
market.openAccount({ id: 'ben' });
market.deposit({ account: 'anna', asset: 'kWh', amount: '200' });
market.deposit({ account: 'ben', asset: 'EUR', amount: '20' });

const order = { product: 'energy', price: '0.25' };
market.submit({ ...order, account: 'anna', side: 'sell', quantity: '200' }); // locks her 200 kWh
market.submit({ ...order, account: 'ben', side: 'buy', quantity: '50' }); // trades at once

for (const trade of market.trades()) {
  console.log(
    `${trade.buyer} bought ${trade.quantity} kWh from ${trade.seller}: ${trade.value} EUR`,
  );
}
console.log(market.balance('anna', 'kWh')); // 150 kWh still locked in her order
console.log(market.submit({ ...order, account: 'ben', side: 'buy', quantity: '500' })); // a "no" is a value
