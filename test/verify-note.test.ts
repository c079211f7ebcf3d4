import { expect, it } from 'vitest';
import { ed25519, formatNoteKey, formatCheckpoint, signNote } from 'wattbook/chain';
import { LightClient, verifyChain, verifyProof } from 'wattbook/verify';
import { idOf } from '../src/verify/bytes.ts';
import { chainOf, pieces, signerOf } from './chain-files.ts';
import { checkpointOf, originOf, tradeProof } from './proof-files.ts';
import { limit, stage } from './stage.ts';

const PEN = signerOf(1);
const KEY = ed25519.verifyingKey(PEN.publicKey)!;

function market() {
  const engine = stage();
  limit(engine, 'alice', 'sell', 3, 50);
  limit(engine, 'bob', 'buy', 2, 50);
  const chain = chainOf(pieces(engine.commandLog(), [3, 0, 6, 2, 0]));
  return { chain, origin: originOf(chain), note: checkpointOf(chain, PEN) };
}

const { chain, origin, note } = market();
const keyNamed = (name: string, algorithm: 'ed25519' | 'cosignature' = 'ed25519'): string =>
  formatNoteKey({ name, algorithm, key: KEY });
const malformed = { ok: false, code: 'MALFORMED', field: 'checkpoint' };

/** What everybody says who is shown a checkpoint. */
async function answers(checkpoint: string): Promise<unknown[]> {
  const proof = JSON.stringify({ ...tradeProof(chain, note), checkpoint });
  const keys = [PEN.publicKey];
  const client = new LightClient({ key: keyNamed(origin) });
  return [
    verifyProof(proof, { keys }),
    client.verifyTrade(proof),
    await verifyChain(chain.entries, { keys, checkpoint }),
  ];
}

it('a checkpoint of any length is answered with a value', async () => {
  const good = await answers(note);
  expect(good).toMatchObject([{ ok: true }, { ok: true }, { ok: true }]);
  const body = note.slice(note.indexOf('\n'));
  const hex = origin.slice(-64);
  for (const long of ['a'.repeat(500_000), `${'a'.repeat(500_000)}/${hex}`, 'a'.repeat(999_000)]) {
    const found = await answers(long + body);
    expect(found).toMatchObject([malformed, malformed, malformed]);
    const client = new LightClient({ key: keyNamed(origin) });
    expect(client.update(long + body, [])).toMatchObject({ ok: false });
  }
});

it('a name has at most 64 characters', () => {
  const size = chain.headers.length;
  const told = (name: string): unknown => {
    const of = originOf(chain, name);
    const checkpoint = signNote(
      formatCheckpoint({ origin: of, size, root: new Uint8Array(32), extensions: [] }),
      { name: of, algorithm: 'ed25519', signer: PEN },
    );
    const proof = { ...tradeProof(chain, note), checkpoint };
    const found = verifyProof(JSON.stringify(proof), { keys: [PEN.publicKey] });
    return found.ok ? 'ok' : found.field;
  };
  expect(told('a'.repeat(64))).not.toBe('checkpoint');
  expect(told('a'.repeat(65))).toBe('checkpoint');
  expect(idOf(new Uint8Array(64).fill(97))).toBe('a'.repeat(64));
  for (const length of [65, 500_000]) expect(idOf(new Uint8Array(length).fill(97))).toBeUndefined();
});

it('a note has at most 1,000,000 characters', () => {
  const told = (checkpoint: string): unknown => {
    const proof = JSON.stringify({ ...tradeProof(chain, note), checkpoint });
    return verifyProof(proof, { keys: [PEN.publicKey] }).ok;
  };
  const own = { name: origin, algorithm: 'ed25519', signer: PEN } as const;
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const room = 1_000_000 - note.length - 1;
  expect(told(signNote(`${text}${'a'.repeat(room)}\n`, own))).toBe(true);
  expect(told(signNote(`${text}${'a'.repeat(room + 1)}\n`, own))).toBe(false);
});

it('a light client takes the key of a chain alone', () => {
  const hex = origin.slice(-64);
  expect(new LightClient({ key: keyNamed(origin) }).head.size).toBe(0);
  expect(new LightClient({ key: keyNamed(`${'a'.repeat(64)}/${hex}`) }).head.size).toBe(0);
  const names = [
    'witness',
    hex,
    `/${hex}`,
    `test/${hex.slice(1)}`,
    `test/${hex}0`,
    `test/${'A'.repeat(64)}`,
    `test/${'x'.repeat(64)}`,
    `t\u00e4st/${hex}`,
    `${'a'.repeat(65)}/${hex}`,
  ];
  const keys = [...names.map((name) => keyNamed(name)), keyNamed(origin, 'cosignature')];
  for (const key of keys) {
    expect(() => new LightClient({ key }), key).toThrow(RangeError);
    expect(() => new LightClient({ key }), key).toThrow(/^key /);
  }
});
