// examples/08-from-nodejs-order-book.ts
import { Engine, type OrderRequest } from 'wattbook';

// One account that owns plenty of both stands for a book without balances.
const market = new Engine();
market.listAsset({ id: 'money', decimals: 5 }); // decimals of the tick and of the lot together
market.listAsset({ id: 'goods', decimals: 3 });
market.listProduct({ id: 'book', energy: 'goods', money: 'money', tick: '0.01', lot: '0.001' });
market.openAccount({ id: 'all' });
market.deposit({ account: 'all', asset: 'money', amount: '1000000000' });
market.deposit({ account: 'all', asset: 'goods', amount: '1000000000' });

function limit(order: Pick<OrderRequest, 'clientOrderId' | 'side' | 'quantity' | 'price'>) {
  return market.submit({ account: 'all', product: 'book', selfTrade: 'allow', ...order });
}
const asksOf = (engine: Engine) =>
  engine.depth('book').asks.map(({ price, open }) => `${open} at ${price}`);

limit({ clientOrderId: 'ask-1', side: 'sell', quantity: '5', price: '0.25' });
limit({ clientOrderId: 'ask-2', side: 'sell', quantity: '5', price: '0.26' });
limit({ clientOrderId: 'bid-1', side: 'buy', quantity: '7', price: '0.26' });
for (const { quantity, price } of market.trades()) console.log(`${quantity} traded at ${price}`);
console.log('last price', market.product('book')?.lastPrice, 'asks', asksOf(market));

// Of the 5 of ask-2, 2 have traded. A total of 4 leaves 2 more, and its place in the queue.
const second = market.orderByClientId('all', 'ask-2');
if (second) market.amend({ actor: 'all', orderId: second.orderId, quantity: '4' });
console.log('after the amendment', asksOf(market));

console.log('cancel', market.cancel({ actor: 'all', orderId: 1 })); // ask-1 has traded in full
console.log('rebuilt', asksOf(Engine.replay(market.commandLog())));
