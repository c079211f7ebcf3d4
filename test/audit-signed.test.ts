import { expect, it } from 'vitest';
import { Exchange, memoryStorage } from 'wattbook';
import { ed25519, encodeGenesis } from 'wattbook/chain';
import { auditChain, memoryBlocks, Sealer } from 'wattbook/sealing';
import { signRequest } from 'wattbook/signing';
import { sha256 } from '../src/core/sha256.ts';
import { signerOf } from './chain-files.ts';
import { must } from './stage.ts';

const PEN = signerOf(7);
const GRID = { tick: '0.01', lot: '0.1' };

/** What an audit says of a market whose chain has one id, and whose host asked for signatures over another. */
async function audited(isOwn: boolean) {
  const genesis = encodeGenesis({
    name: 'street',
    nonce: new Uint8Array(16),
    keys: [PEN.publicKey],
  });
  const storage = memoryStorage();
  const blocks = memoryBlocks();
  await blocks.append([genesis], 0);
  const chainId = isOwn ? sha256(genesis) : new Uint8Array(32).fill(1);
  const exchange = await Exchange.open({ storage, clock: () => 1_000, chainId });
  must(await exchange.listAsset({ id: 'EUR', decimals: 9 }));
  must(await exchange.listAsset({ id: 'kWh', decimals: 3 }));
  must(await exchange.listProduct({ id: 'noon', energy: 'kWh', money: 'EUR', ...GRID }));
  must(await exchange.openAccount({ id: 'anna' }));
  must(await exchange.deposit({ account: 'anna', asset: 'EUR', amount: '5' }));
  const signer = ed25519.signer(new Uint8Array(32).fill(3));
  must(await exchange.setAccountKey({ account: 'anna', key: signer.publicKey }));
  const bid = { account: 'anna', product: 'noon', side: 'buy', price: '1', quantity: '1' } as const;
  const noon = await exchange.read((market) => market.product('noon'));
  const signing = { chainId, signer, nonce: 1, expiresAt: 2_000 };
  must(await exchange.submit({ ...bid, signed: signRequest(signing, 'submit', bid, noon) }));
  must(await exchange.sealBlock());
  await exchange.close();
  await (await Sealer.open({ storage, blocks, signer: PEN })).seal();
  return auditChain({ storage, blocks });
}

it('an audit checks what accounts with a key have signed, and that it is for this chain', async () => {
  expect(await audited(true)).toMatchObject({ ok: true, blocks: 1 });
  expect(await audited(false)).toMatchObject({
    ok: false,
    code: 'NOT_SIGNED',
    block: 1,
    sequence: 7,
    detail: 'command 7 is not signed by the key of anna',
  });
});
