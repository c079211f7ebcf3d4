// examples/06-snapshot-and-replay.ts
import { Engine } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
market.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' });
market.openAccount({ id: 'anna' });
market.openAccount({ id: 'ben' });
market.deposit({ account: 'anna', asset: 'kWh', amount: '10' });
market.deposit({ account: 'ben', asset: 'EUR', amount: '10' });
const order = { product: 'energy', price: '0.25' } as const;
market.submit({ ...order, account: 'anna', side: 'sell', quantity: '10' });
market.submit({ ...order, account: 'ben', side: 'buy', quantity: '4' });

// The commands so far are bytes, and so is the state that they led to.
const head = market.commandLog();
const snapshot = market.snapshot();

// With the snapshot kept, the commands before it may be forgotten: the log begins anew.
market.forgetHistory();
market.submit({ ...order, account: 'ben', side: 'buy', quantity: '1' });
const tail = market.commandLog();

const rebuilt = {
  'all commands again': Engine.replay(new Uint8Array([...head, ...tail])),
  'snapshot and tail': Engine.replay(tail, { from: snapshot }),
};
for (const [name, engine] of Object.entries(rebuilt)) {
  console.log(`${name}: ${engine.sequence} commands in all`);
  console.log(`  the state is the same: ${engine.stateHash() === market.stateHash()}`);
  // History is what was replayed: a snapshot holds the state and no trades.
  const trades = [...engine.trades()].map((trade) => `${trade.quantity} kWh`);
  console.log(`  trades of ${trades.join(', ')}`);
}
