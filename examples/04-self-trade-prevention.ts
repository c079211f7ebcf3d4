// examples/04-self-trade-prevention.ts
import { Engine } from 'wattbook';

/** A book in which anna offers 10 kWh, and then ben 5 kWh at the same price. */
function openMarket(): Engine {
  const market = new Engine();
  market.listAsset({ id: 'EUR', decimals: 9 });
  market.listAsset({ id: 'kWh', decimals: 3 });
  market.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' });
  for (const account of ['anna', 'ben']) {
    market.openAccount({ id: account });
    market.deposit({ account, asset: 'EUR', amount: '10' });
    market.deposit({ account, asset: 'kWh', amount: '10' });
  }
  market.submit({ account: 'anna', ...ORDER, side: 'sell', quantity: '10' });
  market.submit({ account: 'ben', ...ORDER, side: 'sell', quantity: '5' });
  return market;
}

const ORDER = { product: 'energy', price: '0.25' } as const;
const MODES = ['cancelTaker', 'cancelMaker', 'cancelBoth', 'decrement', 'allow'] as const;

// anna bids for 12 kWh, and her own offer of 10 stands in front of ben's.
for (const selfTrade of MODES) {
  const market = openMarket();
  market.submit({ account: 'anna', ...ORDER, side: 'buy', quantity: '12', selfTrade });
  const trades = [...market.trades()].map((each) => `${each.quantity} from ${each.seller}`);
  const open = market.openOrders().map((each) => `${each.account} ${each.side} ${each.open}`);
  console.log(selfTrade);
  console.log(`  anna bought ${trades.join(' and ') || 'nothing'}`);
  console.log(`  left in the book: ${open.join(', ') || 'nothing'}`);
}
