// examples/07-your-own-clock.ts
import { Exchange, memoryStorage } from 'wattbook';

// A market asks for the time and never for anything else: here a simulation sets it.
const HOUR_MS = 3_600_000;
let now = Date.UTC(2026, 5, 21, 11);
const exchange = await Exchange.open({ storage: memoryStorage(), clock: () => now });
await exchange.listAsset({ id: 'EUR', decimals: 9 });
await exchange.listAsset({ id: 'kWh', decimals: 3 });
const grid = { tick: '0.01', lot: '0.001' };
await exchange.listProduct({ id: 'noon', energy: 'kWh', money: 'EUR', ...grid });
await exchange.openAccount({ id: 'anna' });
await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '5' });

// Good till date: the order is gone from noon on, and its lock with it.
const offer = { account: 'anna', product: 'noon', side: 'sell', quantity: '5' } as const;
const expiresAt = now + HOUR_MS;
await exchange.submit({ ...offer, price: '0.25', timeInForce: 'gtd', expiresAt });

for (const minutes of [0, 59, 1]) {
  now += minutes * 60_000;
  await exchange.advanceTime(); // any command would do: time passes with commands only
  const { time, open, locked } = await exchange.read((market) => ({
    time: new Date(market.time).toISOString(),
    open: market.openOrders().length,
    locked: market.balance('anna', 'kWh').locked,
  }));
  console.log(`${time}: ${open} open, ${locked} kWh locked`);
}

// A clock that steps back is held at the latest time that the market has seen.
now -= HOUR_MS;
await exchange.advanceTime();
console.log(await exchange.read((market) => new Date(market.time).toISOString()));

for await (const update of exchange.subscribe('orders', { after: 0, follow: false })) {
  const why = update.update === 'ended' ? `: ${update.reason}` : '';
  console.log(`${new Date(update.time).toISOString()} ${update.update}${why}`);
}
await exchange.close();
