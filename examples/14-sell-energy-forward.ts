// examples/14-sell-energy-forward.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
for (const id of ['anna', 'ben', 'grid']) {
  market.openAccount({ id });
  market.deposit({ account: id, asset: 'EUR', amount: id === 'grid' ? '100' : '2' });
}
const delivery = { start: 3_600_000, end: 4_500_000, opensMs: -3_600_000, gateMs: -300_000 };
const bounds = { imbalanceMin: '0', imbalanceMax: '0.40' };
const settlement = { mode: 'firm', utility: 'grid', positionLimit: '5', ...bounds } as const;
const grid = { energy: 'kWh', money: 'EUR', tick: '0.0001', lot: '0.001' };
market.listProduct({ id: 'slot', ...grid, delivery, settlement });

// Anna sells what her roof is going to give: what it may cost to buy that back is locked, no energy.
const tell = (account: string): void => {
  const { available, locked } = market.balance(account, 'EUR');
  console.log(`${account} has ${available}, and ${locked} locked`);
};
const order = { product: 'slot', quantity: '4', price: '0.2000' };
market.submit({ ...order, account: 'anna', side: 'sell' });
tell('anna');
market.submit({ ...order, account: 'ben', side: 'buy' });
tell('anna');

// Clouds: she delivers 3 of 4 kWh, and ben uses 4.2. Energy is 0.08 long and 0.30 short.
market.setImbalancePrices({ product: 'slot', long: '0.08', short: '0.30' });
market.advanceTime({ at: delivery.end });
const reading = { product: 'slot', version: 1, quality: 'measured' } as const;
market.recordReading({ ...reading, account: 'anna', imported: '0', exported: '3' });
market.recordReading({ ...reading, account: 'ben', imported: '4.2', exported: '0' });
market.settleProduct({ product: 'slot', final: true });
for (const { account, imbalance, cost } of market.settlement('slot')!.parties) {
  console.log(`${account}: ${imbalance} kWh short, costs ${cost} EUR`);
}
for (const account of ['anna', 'ben', 'grid']) tell(account);
