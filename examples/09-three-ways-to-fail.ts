// examples/09-three-ways-to-fail.ts
import { Engine, WattbookError } from 'wattbook';

const market = new Engine();
market.listAsset({ id: 'EUR', decimals: 9 });
market.listAsset({ id: 'kWh', decimals: 3 });
market.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' });
market.openAccount({ id: 'ben' });
const bid = { account: 'ben', product: 'energy', side: 'buy', quantity: '1' } as const;

// The market says no: a value, to be expected in any run.
const outcome = market.submit({ ...bid, price: '0.25' });
if (!outcome.ok) console.log(`refused: ${outcome.code}`);

// The call itself is wrong: an exception that names the argument.
const before = market.stateHash();
try {
  market.submit({ ...bid, price: '0.255' });
} catch (error) {
  if (error instanceof RangeError || error instanceof TypeError) console.log(String(error));
}
console.log(`it left no trace: ${market.stateHash() === before}`);

// The data is not what it should be: a fault with a stable code.
const damaged = market.snapshot();
damaged.fill(0, 100, 108);
try {
  Engine.restore(damaged);
} catch (error) {
  if (error instanceof WattbookError) console.log(`${error.code}: ${error.message}`);
}
