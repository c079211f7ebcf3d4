import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleRoot } from '../src/chain/merkle.ts';
import { signNote } from '../src/chain/note.ts';
import { type ProofTrust, verifyProof } from '../src/verify/index.ts';
import { chainOf, hashOf, joined, pieces, signerOf, u32 } from './chain-files.ts';
import {
  base64Of,
  checkpointOf,
  headerEntry,
  leafOf,
  originOf,
  type TradeProof,
  tradeProof,
  treeOf,
} from './proof-files.ts';
import { limit, stage } from './stage.ts';

function market(): Uint8Array {
  const engine = stage();
  limit(engine, 'alice', 'sell', 3, 50);
  limit(engine, 'bob', 'buy', 2, 50);
  return engine.commandLog();
}

const LEAVES = [
  leafOf(0, 'outside', [0, -2_000_000, 0], [1, -5, 0]),
  leafOf(1, 'fees'),
  leafOf(2, 'operator'),
  leafOf(3, 'alice', [0, 1000, 0], [1, 10, 7]),
  leafOf(4, 'bob', [1, 0, 3]),
];
const BESIDE = [1, 2, 3].map((n) => hashOf(u32(n)));
const PEN = signerOf(1);
const CHAIN = chainOf(pieces(market(), [3, 0, 6, 2, 0]), {
  stateRoot: () => merkleRoot([merkleRoot(LEAVES), ...BESIDE]),
});
const NOTE = checkpointOf(CHAIN, PEN);
const TRUST: ProofTrust = { keys: [PEN.publicKey], chainId: hashOf(CHAIN.genesis) };
const TRADE = tradeProof(CHAIN, NOTE);

function balanceProof(row = 3) {
  const account = {
    header: 0,
    leaf: base64Of(LEAVES[row]!),
    accounts: LEAVES.length,
    proof: treeOf(LEAVES).inclusionProof(row).map(base64Of),
    beside: BESIDE.map(base64Of),
  };
  const named = tradeProof(CHAIN, NOTE, [108]);
  const assets = [[0, 1], [], [], [0, 1], [1]][row]!;
  const records = named.records.filter((_, i) => assets.includes(i));
  const headers = [...(records.length > 0 ? named.headers : []), headerEntry(CHAIN, 4)];
  const at = headers.length - 1;
  return { ...named, kind: 'balance', headers, records, account: { ...account, header: at } };
}

const checked = (proof: object, trust = TRUST): ReturnType<typeof verifyProof> =>
  verifyProof(JSON.stringify(proof), trust);

function told(found: ReturnType<typeof verifyProof>): string {
  return found.ok ? 'ok' : `${found.field} ${found.code}`;
}

/** A copy of the proof of the trade with something changed. */
function changed(change: (proof: TradeProof) => unknown): ReturnType<typeof verifyProof> {
  const proof = structuredClone(TRADE);
  change(proof);
  return checked(proof);
}

describe('a proof of a trade', () => {
  it('tells the trade in names and exact decimals', () => {
    const found = checked(TRADE);
    expect(found).toMatchObject({
      ok: true,
      kind: 'trade',
      checkpoint: { name: 'test', size: 5 },
      trade: {
        trade: 1,
        product: 'noon',
        buyer: 'bob',
        seller: 'alice',
        energy: 'kWh',
        money: 'EUR',
        price: '0.05',
        priceTicks: 50,
        quantity: '0.2',
        quantityLots: 2,
        buyerFee: '0',
        takerSide: 'buy',
        height: 4,
        sequence: 14,
      },
    });
    expect(verifyProof(JSON.stringify(TRADE, undefined, 2), { keys: TRUST.keys }).ok).toBe(true);
  });

  it('names all that its rows mean, once, and nothing else', () => {
    for (const i of TRADE.records.keys()) {
      const without = changed(({ records, headers }) => {
        records.splice(i, 1);
        // No header is left that nothing needs.
        if (i === 0) headers.length = 0;
      });
      expect(without, `without ${i}`).toMatchObject({ ok: false });
    }
    const missing = changed(({ records }) => records.splice(1, 1));
    expect(told(missing)).toBe('records MISSING');
    const doubled = changed(({ records }) => records.push(records[1]!));
    expect(told(doubled)).toBe('records MALFORMED');
    const none = changed(({ records }) => records.splice(0, records.length));
    expect(told(none)).toBe('records MISSING');
    const more = checked(tradeProof(CHAIN, NOTE, [116, 102, 109, 108, 110]));
    expect(told(more)).toBe(`records[${TRADE.records.length}].record MALFORMED`);
    const header = changed(({ headers }) => headers.push(headerEntry(CHAIN, 5)));
    expect(told(header)).toBe('headers MALFORMED');
  });

  it('is of no use with one character changed', () => {
    const text = JSON.stringify(TRADE);
    for (let at = 0; at < text.length; at += 23) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const found = verifyProof(text.slice(0, at) + other + text.slice(at + 1), TRUST);
      expect(found.ok, `at ${at}: ${text.slice(at - 20, at + 20)}`).toBe(false);
    }
  });

  it('holds each record at its place', () => {
    const faults: readonly (readonly [(proof: TradeProof) => unknown, string])[] = [
      [({ records }) => records[0]!.index++, 'records[0].proof MISMATCH'],
      [({ records }) => (records[0]!.index = 1e6), 'records[0].index MALFORMED'],
      [({ records }) => (records[0]!.index = -1), 'records[0].index MALFORMED'],
      [({ records }) => (records[0]!.header = 99), 'records[0].header MALFORMED'],
      [({ records }) => (records[0]!.header = 1), 'records[0].proof MISMATCH'],
      [({ records }) => records[0]!.proof.pop(), 'records[0].proof MISMATCH'],
      [({ records }) => records[0]!.proof.push(records[0]!.proof[0]!), 'records[0].proof MISMATCH'],
      [({ records }) => records[0]!.proof.reverse(), 'records[0].proof MISMATCH'],
      [({ headers }) => headers.reverse(), 'records[0].proof MISMATCH'],
      [({ headers }) => headers[0]!.history.pop(), 'headers[0].history MISMATCH'],
      [({ headers }) => (headers[0]!.header = headers[1]!.header), 'headers[0].history MISMATCH'],
      [({ headers }) => (headers[0]!.header = 'AA=='), 'headers[0].header MALFORMED'],
    ];
    for (const [change, fault] of faults) expect(told(changed(change))).toBe(fault);
  });
});

describe('a proof of a balance', () => {
  it('tells it exactly', () => {
    const found = checked(balanceProof());
    expect(found).toMatchObject({ ok: true, kind: 'balance' });
    if (!found.ok || found.kind !== 'balance') return;
    expect(found.balance).toEqual({
      row: 3,
      account: 'alice',
      role: 'trader',
      status: 'open',
      height: 4,
      time: 0,
      balances: [
        {
          asset: 'kWh',
          assetRow: 0,
          available: '1',
          availableQuanta: 1000,
          locked: '0',
          lockedQuanta: 0,
        },
        {
          asset: 'EUR',
          assetRow: 1,
          available: '0.00001',
          availableQuanta: 10,
          locked: '0.000007',
          lockedQuanta: 7,
        },
      ],
    });
    for (const row of LEAVES.keys()) expect(told(checked(balanceProof(row)))).toBe('ok');
  });

  it('is of no use with one character changed', () => {
    const text = JSON.stringify(balanceProof());
    // How many accounts there are only leads the way to the root: it is under no signature.
    const free = text.indexOf('"accounts":') + 11;
    for (let at = 0; at < text.length; at += 11) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const found = verifyProof(text.slice(0, at) + other + text.slice(at + 1), TRUST);
      expect(found.ok, `at ${at}: ${text.slice(at - 20, at + 20)}`).toBe(false);
    }
    expect(text[free]).toBe('5');
  });

  it('names each of its assets once, and nothing else', () => {
    const proof = balanceProof();
    const of = (...records: readonly unknown[]): string => told(checked({ ...proof, records }));
    const [one, other] = proof.records;
    expect(of(other, one)).toBe('ok');
    for (const records of [[one], [], [one, one], [one, other, other]]) {
      expect(of(...records)).toMatch(/^(records|headers) MALFORMED$/);
    }
    const others = tradeProof(CHAIN, NOTE, [108, 102]);
    const account = { ...proof.account, header: others.headers.length };
    const headers = [...others.headers, headerEntry(CHAIN, 4)];
    const more = { ...proof, headers, account, records: others.records };
    expect(told(checked(more))).toBe('records MALFORMED');
  });

  it('has a leaf in its one form', () => {
    const good = LEAVES[3]!;
    const faults = [
      leafOf(3, ''),
      leafOf(3, 'a b'),
      leafOf(3, 'alice', [0, 0, 0]),
      leafOf(3, 'alice', [1, 1, 1], [0, 1, 1]),
      leafOf(3, 'alice', [1, 1, 1], [1, 1, 1]),
      joined(good, Uint8Array.of(0)),
      good.subarray(0, -1),
      good.subarray(0, 20),
      joined(good.subarray(0, 10), Uint8Array.of(9), good.subarray(11)),
    ];
    for (const leaf of faults) {
      const proof = balanceProof();
      const found = checked({ ...proof, account: { ...proof.account, leaf: base64Of(leaf) } });
      expect(told(found)).toBe('account.leaf MALFORMED');
    }
  });

  it('needs the three other leaves of the state', () => {
    const proof = balanceProof();
    const beside = (hashes: readonly string[]): string =>
      told(checked({ ...proof, account: { ...proof.account, beside: hashes } }));
    expect(beside(proof.account.beside.slice(1))).toBe('account.beside MALFORMED');
    expect(beside([...proof.account.beside].reverse())).toBe('account.proof MISMATCH');
  });
});

describe('a checkpoint', () => {
  const of = (checkpoint: string, trust = TRUST): string =>
    told(checked({ ...TRADE, checkpoint }, trust));

  it('is signed by a key that is trusted, for its chain', () => {
    expect(of(NOTE, { keys: [signerOf(2).publicKey, PEN.publicKey] })).toBe('ok');
    expect(of(NOTE, { keys: [signerOf(2).publicKey] })).toBe('checkpoint NOT_TRUSTED');
    expect(of(checkpointOf(CHAIN, signerOf(2)))).toBe('checkpoint NOT_TRUSTED');
    const chainId = hashOf(u32(1));
    expect(of(NOTE, { ...TRUST, chainId })).toBe('chainId NOT_TRUSTED');
    const origin = `test/${'0'.repeat(64)}`;
    expect(of(checkpointOf(CHAIN, PEN, 5, origin))).toBe('chainId NOT_TRUSTED');
    const strange = { keys: TRUST.keys };
    expect(of(checkpointOf(CHAIN, PEN, 5, origin), strange)).toBe('headers[0].header MISMATCH');
    expect(of(checkpointOf(CHAIN, PEN, 3))).toBe('headers[0].history MISMATCH');
  });

  it('may have signatures of others, but no wrong one of a trusted key', () => {
    const witness = { name: 'witness', algorithm: 'cosignature', signer: signerOf(9) } as const;
    expect(of(signNote(NOTE, witness, 5))).toBe('ok');
    const own = { name: originOf(CHAIN), algorithm: 'ed25519', signer: PEN } as const;
    const wrong = signNote(NOTE.replace('\n5\n', '\n4\n'), own);
    expect(of(wrong)).toBe('checkpoint BAD_SIGNATURE');
  });

  it('is written in one way', () => {
    const own = { name: originOf(CHAIN), algorithm: 'ed25519', signer: PEN } as const;
    const [origin, size, root] = NOTE.split('\n') as [string, string, string];
    const texts = [
      `${origin}\n05\n${root}\n`,
      `${origin}\n99999999999999999\n${root}\n`,
      `${origin}\n${size}\n${root.slice(4)}\n`,
      `${origin}\n${size}\n`,
      `${origin}\n${size}\n${root}\n\nmore\n`,
      `${origin.toUpperCase()}\n${size}\n${root}\n`,
      `te+st/${origin.slice(-64)}\n${size}\n${root}\n`,
    ];
    for (const text of texts) {
      const found = of(signNote(text, own));
      expect(found, text).toBe('checkpoint MALFORMED');
    }
    const lines = [
      'text',
      '',
      '\n',
      '\n\n\n',
      NOTE.slice(0, -1),
      `${NOTE}x\n`,
      `${NOTE}\u2014 a !\n`,
    ];
    for (const text of lines) expect(of(text), text).toBe('checkpoint MALFORMED');
  });

  it('goes on from one that is known', () => {
    const root = treeOf(CHAIN.headers).root(3);
    const consistency = treeOf(CHAIN.headers).consistencyProof(3, 5).map(base64Of);
    const of = (hashes: readonly string[], size: number, known = root): string =>
      told(checked({ ...TRADE, consistency: hashes }, { ...TRUST, known: { size, root: known } }));
    expect(of(consistency, 3)).toBe('ok');
    expect(of([], 5, treeOf(CHAIN.headers).root())).toBe('ok');
    expect(of([], 0, hashOf(new Uint8Array()))).toBe('ok');
    expect(of([], 3)).toBe('consistency MISMATCH');
    expect(of(consistency, 2)).toBe('consistency MISMATCH');
    expect(of(consistency, 3, hashOf(root))).toBe('consistency MISMATCH');
    expect(of(consistency, 6)).toBe('consistency MISMATCH');
    expect(told(checked({ ...TRADE, consistency }))).toBe('consistency MISSING');
    for (const size of [1, 2, 3, 4]) {
      const [earlier, tree] = [treeOf(CHAIN.headers).root(size), treeOf(CHAIN.headers)];
      expect(of(tree.consistencyProof(size, 5).map(base64Of), size, earlier)).toBe('ok');
    }
  });
});

describe('a text', () => {
  it('that is no proof is refused', () => {
    const texts = [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"a"',
      '{}',
      '['.repeat(100_000),
      ' '.repeat(4e6 + 1),
    ];
    for (const text of texts)
      expect(verifyProof(text, TRUST), text.slice(0, 9)).toMatchObject({
        ok: false,
        code: 'MALFORMED',
      });
  });

  it('is written in one way', () => {
    const text = JSON.stringify(TRADE);
    const others = [
      text.replace('"version":0', '"version":0.0'),
      text.replace('"version":0', '"version":-0'),
      text.replace('"version":0', '"version":0,"version":0'),
      text.replace('"version":0', '"version":0,"more":0'),
      text.replace('"kind":"trade"', '"kind":"tr\\u0061de"'),
      text.replace('"version":0,', ''),
      text.replace('"header":0', '"header":"0"'),
      text.replace('"header":0', '"header":0,"__proto__":{}'),
      text.replace('"consistency":[]', '"consistency":{}'),
      text.replace('"consistency":[]', `"consistency":[${Array(65).fill(0).join(',')}]`),
      text.replace('"consistency":[]', '"consistency":[[]]'),
      text.replace('=="', '="'),
      text.replace('"format":"wattbook-proof"', '"format":"wattbook"'),
      text.replace('"kind":"trade"', '"kind":"balance"'),
      text.replace('"kind":"trade"', '"kind":"all"'),
    ];
    for (const other of others) {
      expect(other).not.toBe(text);
      expect(verifyProof(other, TRUST), other.slice(0, 60)).toMatchObject({
        ok: false,
        code: 'MALFORMED',
      });
    }
  });

  it('has no bits in base64 that stand for nothing', () => {
    const loose = (hash: string): string => {
      const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
      return `${hash.slice(0, 42)}${digits[digits.indexOf(hash[42]!) + 1]}=`;
    };
    const found = changed(
      ({ headers }) => (headers[0]!.history[0] = loose(headers[0]!.history[0]!)),
    );
    expect(told(found)).toBe('headers[0].history[0] MALFORMED');
  });

  it('whatever it is throws nothing', () => {
    const any = fc.jsonValue();
    const member = fc.constantFrom(...Object.keys(TRADE), 'account');
    fc.assert(
      fc.property(member, any, (name, value) => {
        const { ok } = checked({ ...TRADE, [name]: value });
        expect(ok).toBe(JSON.stringify((TRADE as never)[name]) === JSON.stringify(value));
      }),
      { numRuns: 200, seed: 22 },
    );
  });

  it('is asked about in the right form', () => {
    const wrong =
      (trust: unknown, text: unknown = '{}') =>
      (): unknown =>
        verifyProof(text as string, trust as ProofTrust);
    expect(wrong(TRUST, 1)).toThrow(TypeError);
    expect(wrong(undefined)).toThrow(TypeError);
    expect(wrong({ keys: [] })).toThrow(RangeError);
    expect(wrong({ keys: ['a'] })).toThrow(TypeError);
    expect(wrong({ ...TRUST, chain: 1 })).toThrow(TypeError);
    expect(wrong({ ...TRUST, known: 1 })).toThrow(TypeError);
    expect(wrong({ ...TRUST, known: { size: -1, root: hashOf(u32(0)) } })).toThrow(RangeError);
    expect(wrong({ ...TRUST, known: { size: 1, root: new Uint8Array(3) } })).toThrow(RangeError);
  });
});
