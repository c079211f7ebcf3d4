// examples/13-two-zones.ts
import { Engine, type OrderRequest } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
for (const id of ['roof', 'plant', 'flat', 'wires']) market.openAccount({ id });

// A grid with two zones: 4 ct for a kWh that goes from the town to the village, and for 3 kWh at most.
market.listNetwork({ id: 'grid', tick: '0.01' });
market.addZone({ network: 'grid', id: 'village', gridAccount: 'wires' });
market.addZone({ network: 'grid', id: 'town', gridAccount: 'wires' });
market.setGridFee({ network: 'grid', from: 'town', to: 'village', fee: '0.04' });
const grid = { energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001', network: 'grid' };
market.listProduct({ id: 'noon', ...grid });
market.setCapacity({ product: 'noon', from: 'town', to: 'village', quantity: '3' });

market.deposit({ account: 'roof', asset: 'kWh', amount: '2' });
market.deposit({ account: 'plant', asset: 'kWh', amount: '10' });
market.deposit({ account: 'flat', asset: 'EUR', amount: '5' });

const order = (fields: Omit<OrderRequest, 'product'>) =>
  market.submit({ product: 'noon', ...fields });
const sell = { side: 'sell', price: '0.20' } as const;
order({ account: 'plant', ...sell, quantity: '10', zone: 'town' });
order({
  account: 'roof',
  ...sell,
  price: '0.25',
  quantity: '2',
  zone: 'village',
  attributes: ['solar'],
});

// A home pays 0.26 all-in, and 2 ct more for what comes off a roof.
const bid = { side: 'buy', price: '0.26', quantity: '6', zone: 'village' } as const;
const bought = order({ account: 'flat', ...bid, premiums: { solar: '0.02' } });

for (const trade of market.trades())
  console.log(trade.quantity, 'kWh at', trade.price, 'from', trade.seller);
for (const event of market.events()) {
  if (event.type === 'gridFeePaid') console.log(event.from, 'to', event.to, event.fee, 'ticks');
}
if (bought.ok) console.log(market.explain(bought.orderId)?.text);
