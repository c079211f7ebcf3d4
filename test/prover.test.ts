import { describe, expect, it } from 'vitest';
import { Exchange, memoryStorage } from 'wattbook';
import { ed25519, formatNoteKey, LogClient, parseNoteKey, signNote } from 'wattbook/chain';
import { memoryBlocks, Prover, Sealer } from 'wattbook/sealing';
import { LightClient, verifyProof } from 'wattbook/verify';
import { bid, staged } from './exchange-stage.ts';
import { must } from './stage.ts';

const signer = ed25519.signer(new Uint8Array(32).fill(7));
const offer = { account: 'alice', product: 'noon', side: 'sell', quantityLots: 3 } as const;

/** A market of some trades in blocks, and who proves them. */
async function market() {
  const storage = memoryStorage();
  const blocks = memoryBlocks();
  const exchange = await staged({ storage, blocks: { everyTrade: true } });
  const sealer = await Sealer.open({ storage, blocks, signer, name: 'sunstreet.example' });
  const trade = async (priceTicks: number): Promise<void> => {
    must(await exchange.submit({ ...offer, priceTicks }));
    must(await exchange.submit({ ...bid, quantityLots: 2, priceTicks }));
    must(await exchange.cancelAll({ account: 'alice' }));
    await sealer.seal();
  };
  for (const ticks of [4, 5, 6, 7, 8]) await trade(ticks);
  const prover = await Prover.open({ blocks, storage });
  return { exchange, sealer, blocks, storage, prover, trade };
}

describe('a proof', () => {
  it('of any trade tells who traded what, to who knows the key alone', async () => {
    const { exchange, sealer, prover } = await market();
    const client = new LightClient({ key: sealer.key });
    for (let number = 1; number <= 5; number++) {
      const text = (await prover.trade(number, { since: client.head.size }))!;
      expect(client.verifyTrade(text)).toMatchObject({
        ok: true,
        kind: 'trade',
        checkpoint: { size: 5 },
        trade: {
          trade: number,
          product: 'noon',
          buyer: 'bob',
          seller: 'alice',
          energy: 'kWh',
          money: 'EUR',
          priceTicks: number + 3,
          quantityLots: 2,
          height: number,
        },
      });
      expect(text.length).toBeLessThan(9_000);
    }
    for (const number of [6, 1_000]) expect(await prover.trade(number)).toBeUndefined();
    await exchange.close();
  });

  it('of a balance tells what an account had after any block, and nothing of the others', async () => {
    const { exchange, sealer, prover } = await market();
    const client = new LightClient({ key: sealer.key });
    const before = new Map<number, readonly unknown[]>();
    for (const height of [1, 3, 5]) {
      const text = (await prover.balance('bob', { height, since: client.head.size }))!;
      const found = client.verifyBalance(text);
      expect(found).toMatchObject({ ok: true, balance: { account: 'bob', height } });
      if (found.ok) before.set(height, found.balance.balances);
      expect(text).not.toContain('alice');
    }
    const last = (await prover.balance('bob'))!;
    const found = new LightClient({ key: sealer.key }).verifyBalance(last);
    const held = await exchange.read((queries) => queries.balances('bob'));
    expect(
      found.ok && found.balance.balances.map(({ availableQuanta }) => availableQuanta),
    ).toEqual(held.map(({ availableQuanta }) => availableQuanta));
    expect(before.get(1)).not.toEqual(before.get(5));
    expect(await prover.balance('nobody')).toBeUndefined();
    expect(await prover.balance('bob', { height: 6 })).toBeUndefined();
    const blind = await Prover.open({ blocks: (await market()).blocks });
    await expect(blind.balance('bob')).rejects.toThrow(TypeError);
    await exchange.close();
  });

  it('leads on from the head that its reader knows, and only from there', async () => {
    const { exchange, sealer, prover, trade } = await market();
    const client = new LightClient({ key: sealer.key });
    const old = (await prover.trade(1))!;
    expect(client.verifyTrade(old).ok).toBe(true);
    const { note, head } = client;
    await trade(9);
    await trade(9);
    expect(client.verifyTrade((await prover.trade(6))!).ok).toBe(false);
    const later = (await prover.trade(6, { since: head.size }))!;
    const again = new LightClient({ key: sealer.key }, note);
    expect(again.verifyTrade(later).ok).toBe(true);
    expect(again.head.size).toBe(7);
    // One of an earlier head cannot be told from one of a log that was cut off.
    expect(again.verifyTrade(old).ok).toBe(false);
    expect(again.head.size).toBe(7);
    await expect(prover.trade(1, { since: 8 })).rejects.toThrow(RangeError);
    await exchange.close();
  });

  it('is of one kind, one chain, and signed by as many witnesses as its reader asks for', async () => {
    const [one, other] = [await market(), await market()];
    const text = (await one.prover.trade(1))!;
    const client = new LightClient({ key: one.sealer.key });
    expect(client.verifyBalance(text)).toMatchObject({ ok: false, field: 'kind' });
    expect(client.verifyTrade((await one.prover.balance('bob'))!)).toMatchObject({ field: 'kind' });
    expect(new LightClient({ key: other.sealer.key }).verifyTrade(text).ok).toBe(false);
    const seen = ed25519.signer(new Uint8Array(32).fill(9));
    const pen = { name: 'witness', algorithm: 'cosignature', signer: seen } as const;
    const key = ed25519.verifyingKey(seen.publicKey)!;
    const witnesses = { keys: [formatNoteKey({ ...pen, key })], needed: 1 };
    const strict = new LightClient({ key: one.sealer.key, witnesses });
    expect(strict.verifyTrade(text)).toEqual({ ok: false, code: 'FEW_WITNESSES' });
    const proof = JSON.parse(text) as { checkpoint: string };
    const signed = { ...proof, checkpoint: signNote(proof.checkpoint, pen, 1_000) };
    expect(strict.verifyTrade(JSON.stringify(signed)).ok).toBe(true);
    await one.exchange.close();
    await other.exchange.close();
  });

  it('changed anywhere proves nothing', async () => {
    const { exchange, sealer, prover } = await market();
    const trust = { keys: [signer.publicKey], chainId: sealer.chainId };
    for (const text of [(await prover.trade(3))!, (await prover.balance('bob'))!]) {
      expect(verifyProof(text, trust).ok).toBe(true);
      for (let at = 0; at < text.length; at += 13) {
        const bent = text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
        const found = verifyProof(bent, trust);
        expect(found.ok && bent).toBe(false);
      }
    }
    await exchange.close();
  });

  it('is made of what is published, by a prover that reads on', async () => {
    const storage = memoryStorage();
    const blocks = memoryBlocks();
    await expect(Prover.open({ blocks })).rejects.toMatchObject({ code: 'BAD_CHAIN' });
    const sealer = await Sealer.open({ storage, blocks, signer });
    const prover = await Prover.open({ blocks, storage });
    expect(await prover.trade(1)).toBeUndefined();
    expect(await prover.balance('bob')).toBeUndefined();
    const exchange = await Exchange.open({ storage, clock: () => 1 });
    must(await exchange.openAccount({ id: 'bob' }));
    must(await exchange.sealBlock());
    await exchange.close();
    await sealer.seal();
    const client = new LightClient({ key: sealer.key });
    expect(client.verifyBalance((await prover.balance('bob'))!)).toMatchObject({
      balance: { account: 'bob', height: 1, balances: [] },
    });
    for (const wrong of [0, 1.5, '1']) {
      await expect(prover.trade(wrong as number)).rejects.toThrow(/number must be/);
    }
  });
});

it('the key of a sealer is that of its chain as a log', async () => {
  const { sealer, blocks, exchange } = await market();
  const key = parseNoteKey(sealer.key)!;
  const client = new LogClient({ origin: key.name, keys: [key] });
  expect(client.update((await blocks.published())!, []).ok).toBe(true);
  expect(() => new LightClient({ key: 'no key' })).toThrow(RangeError);
  expect(() => new LightClient({ key: 5 as never })).toThrow(TypeError);
  await exchange.close();
});
