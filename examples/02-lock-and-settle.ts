// examples/02-lock-and-settle.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' };
market.listProduct({ id: 'energy', ...grid, makerPpm: 10_000, takerPpm: 20_000 }); // 1% and 2%
market.openAccount({ id: 'anna' });
market.openAccount({ id: 'ben' });
market.deposit({ account: 'anna', asset: 'kWh', amount: '10' });
market.deposit({ account: 'ben', asset: 'EUR', amount: '5' });

function show(moment: string): void {
  console.log(moment);
  for (const account of ['anna', 'ben', 'fees']) {
    for (const { asset, available, locked } of market.balances(account)) {
      console.log(`  ${account}: ${available} ${asset} available, ${locked} locked`);
    }
  }
}

const order = { product: 'energy', price: '0.30' } as const;
const bid = market.submit({ ...order, account: 'ben', side: 'buy', quantity: '10' });
show('ben bids for 10 kWh at 0.30: locked are 3.00 and the larger of the two fees, 2%');

market.submit({ ...order, account: 'anna', side: 'sell', quantity: '4' });
show('anna sells him 4: he pays 1.20 and 1% of it as the maker, she 2% as the taker');

if (bid.ok) market.cancel({ actor: 'ben', orderId: bid.orderId });
show('ben cancels the rest: nothing stays locked');

console.log(`every asset adds up to zero, fees and outside included: ${market.isConserved()}`);
