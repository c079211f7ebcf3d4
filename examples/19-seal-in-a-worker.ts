// examples/19-seal-in-a-worker.ts
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exchange } from 'wattbook';
import { fileStorage, sealInWorker, signingSeed } from 'wattbook/file';

const folder = mkdtempSync(join(tmpdir(), 'sunstreet-'));
const blocks = { everyCommands: 10 };
const exchange = await Exchange.open({ storage: fileStorage(folder), blocks });

// The secret is drawn once and kept; everyone else gets the key.
const seed = await signingSeed(join(folder, 'seal.key'));
const sealer = await sealInWorker({ folder, seed, name: 'sunstreet.example' });
console.log(`to be handed on: ${sealer.key.slice(0, 17)}/...`);

for (let i = 1; i <= 25; i++) await exchange.openAccount({ id: `home${i}` });
await exchange.close(); // ends the last block
await sealer.stop(); // seals what is left
console.log(`${sealer.head.height} blocks, up to command ${sealer.head.sequence}`);
console.log(readdirSync(folder).filter((name) => name.startsWith('ch')));
