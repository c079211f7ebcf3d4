// examples/15-keep-in-files.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Exchange } from 'wattbook';
import { fileStorage } from 'wattbook/file';

const folder = mkdtempSync(join(tmpdir(), 'wattbook-')); // in earnest: a folder of a local disk
const exchange = await Exchange.open({ storage: fileStorage(folder) });
await exchange.listAsset({ id: 'EUR', decimals: 9 });
await exchange.openAccount({ id: 'anna' });
const deposit = { account: 'anna', asset: 'EUR', amount: '20', commandId: 'bank-7001' };
const receipt = await exchange.deposit(deposit); // resolves once the disk has it
if (receipt.ok) console.log(`command ${receipt.sequence} is ${receipt.level}`);
await exchange.saveSnapshot();
await exchange.close(); // a process that is killed here instead leaves the same

// The next process goes on where that one ended.
const again = await Exchange.open({ storage: fileStorage(folder) });
const repeated = await again.deposit(deposit); // the bank asks again: is it there?
if (repeated.ok) console.log(`it was command ${repeated.sequence}, repeated: ${repeated.repeated}`);
console.log(await again.read((market) => market.balance('anna', 'EUR').available));

// Nobody else writes meanwhile.
const refusal: unknown = await Exchange.open({ storage: fileStorage(folder) }).catch((e) => e);
console.log((refusal as { readonly code: string }).code);
await again.close();
rmSync(folder, { recursive: true });
