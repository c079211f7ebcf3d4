// examples/17-sign-an-order.ts
import { Exchange, memoryStorage, type Receipt } from 'wattbook';
import { ed25519, signRequest } from 'wattbook/signing';

const chainId = new Uint8Array(32).fill(1); // in earnest: that of the market's chain
const grid = { tick: '0.0001', lot: '0.001' };
const exchange = await Exchange.open({ storage: memoryStorage(), clock: () => 1_000, chainId });
await exchange.listAsset({ id: 'EUR', decimals: 9 });
await exchange.listAsset({ id: 'kWh', decimals: 3 });
await exchange.listProduct({ id: 'energy', energy: 'kWh', money: 'EUR', ...grid });
await exchange.openAccount({ id: 'anna' });
await exchange.deposit({ account: 'anna', asset: 'EUR', amount: '20' });

// The home has the secret; the market learns the public key.
const signer = ed25519.signer(crypto.getRandomValues(new Uint8Array(32)));
await exchange.setAccountKey({ account: 'anna', key: signer.publicKey });

// It signs what it asks for, knowing of the product what everyone knows.
const energy = await exchange.read((market) => market.product('energy'));
const bid = {
  account: 'anna',
  product: 'energy',
  side: 'buy',
  price: '0.25',
  quantity: '4',
} as const;
const signing = { chainId, signer, nonce: 1, expiresAt: 61_000 };
const signed = signRequest(signing, 'submit', bid, energy);

const told = async (what: string, answer: Promise<Receipt>): Promise<void> => {
  const receipt = await answer;
  console.log(`${what}: ${receipt.ok ? 'accepted' : receipt.code}`);
};
await told('the operator, in her name', exchange.submit({ ...bid, actor: 'operator' }));
await told('at another price', exchange.submit({ ...bid, price: '0.35', signed }));
await told('as it was signed', exchange.submit({ ...bid, signed }));
await told('once more', exchange.submit({ ...bid, signed }));
await told('a withdrawal', exchange.withdraw({ account: 'anna', asset: 'EUR', amount: '5' }));
const cancel = { account: 'anna', product: 'energy', actor: 'operator' };
await told('the operator cancels', exchange.cancelAll(cancel));
await exchange.close();
