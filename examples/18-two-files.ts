// examples/18-two-files.ts
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exchange, memoryStorage } from 'wattbook';
import { ed25519 } from 'wattbook/chain';
import { memoryBlocks, Prover, Sealer } from 'wattbook/sealing';
import { LightClient } from 'wattbook/verify';

const folder = mkdtempSync(join(tmpdir(), 'sunstreet-'));
const [keyFile, proofFile] = [join(folder, 'sunstreet.key'), join(folder, 'trade-1.json')];

// The community: a market whose every trade ends a block, and a sealer that signs them.
const storage = memoryStorage();
const blocks = memoryBlocks();
const exchange = await Exchange.open({ storage, blocks: { everyTrade: true } });
await exchange.listAsset({ id: 'EUR', decimals: 9 });
await exchange.listAsset({ id: 'kWh', decimals: 3 });
await exchange.listProduct({ id: 'noon', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.1' });
for (const id of ['anna', 'ben']) await exchange.openAccount({ id });
await exchange.deposit({ account: 'anna', asset: 'kWh', amount: '5' });
await exchange.deposit({ account: 'ben', asset: 'EUR', amount: '1' });
const order = { product: 'noon', price: '0.21', quantity: '2' } as const;
await exchange.submit({ ...order, account: 'anna', side: 'sell' });
await exchange.submit({ ...order, account: 'ben', side: 'buy' });
await exchange.close();
const signer = ed25519.signer(crypto.getRandomValues(new Uint8Array(32)));
const sealer = await Sealer.open({ storage, blocks, signer, name: 'sunstreet.example' });
await sealer.seal();
writeFileSync(keyFile, sealer.key);

// Anna asks for a proof of her trade, once, and keeps it.
const prover = await Prover.open({ blocks, storage });
writeFileSync(proofFile, (await prover.trade(1))!);

// Her neighbour has two files and no server. He believes the community's key, and nobody else.
const neighbour = new LightClient({ key: readFileSync(keyFile, 'utf8') });
const shown = neighbour.verifyTrade(readFileSync(proofFile, 'utf8'));
if (!shown.ok) throw new Error(shown.code);
const { seller, buyer, quantity, energy, price, money, height } = shown.trade;
console.log(
  `${seller} sold ${quantity} ${energy} to ${buyer} at ${price} ${money}, block ${height}`,
);
