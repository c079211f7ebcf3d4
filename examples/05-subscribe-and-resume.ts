// examples/05-subscribe-and-resume.ts
import { Exchange, memoryStorage } from 'wattbook';

const exchange = await Exchange.open({ storage: memoryStorage() });
await exchange.listAsset({ id: 'EUR', decimals: 9 });
await exchange.listAsset({ id: 'kWh', decimals: 3 });
const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' };
await exchange.listProduct({ id: 'energy', ...grid });
await exchange.openAccount({ id: 'anna' });
await exchange.openAccount({ id: 'ben' });
await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '10' });
await exchange.deposit({ account: 'ben', asset: 'EUR', amount: '10' });

// First all price levels, then what each command changed: both at the reader's own pace.
const trades = exchange.subscribe('trades');
const depth = exchange.subscribe('depth', { product: 'energy' });

const order = { product: 'energy', price: '0.25' } as const;
await exchange.submit({ ...order, account: 'anna', side: 'sell', quantity: '10' });
for (const quantity of ['1', '2', '3', '4']) {
  await exchange.submit({ ...order, account: 'ben', side: 'buy', quantity });
}

let read = 0;
for await (const trade of trades) {
  console.log(`ben bought ${trade.quantity} kWh`);
  if (++read === 2) break; // the reader goes away, and remembers how far it came
}

console.log('later');
const { sequence } = trades;
for await (const trade of exchange.subscribe('trades', { after: sequence, follow: false })) {
  console.log(`ben bought ${trade.quantity} kWh`);
}

await exchange.close(); // ends what follows, once all of it was read
for await (const { snapshot, asks } of depth) {
  const levels = asks.map((level) => `${level.orders ? level.open : 'no'} kWh at ${level.price}`);
  console.log(`${snapshot ? 'all levels:' : 'changed to:'} ${levels.join(', ') || 'none'}`);
}
