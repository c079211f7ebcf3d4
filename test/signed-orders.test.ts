import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putI64 } from '../src/core/bytes.ts';
import { COMMANDS, offsetsOf } from '../src/core/registry.ts';
import { checkCommand } from '../src/core/records.ts';
import { isSignable } from '../src/core/signed.ts';
import { signedMessage } from '../src/engine/signed-message.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import {
  Engine,
  Exchange,
  memoryStorage,
  type Notice,
  type OrderRequest,
  type Signed,
  verifySignatures,
} from '../src/index.ts';
import { type SignableRequest, type SigningTerms } from '../src/signing/index.ts';
import { MarketState } from '../src/matching/state.ts';
import { arbitraryMarket, arbitraryRequests, type NamedRequest } from '../src/testing/index.ts';
import { bytes } from './bad-input-keys.ts';
import { NATURAL, REQUIRED, typed, WHOLE } from './bad-values.ts';
import { must, thrownBy } from './stage.ts';
import { Bytes } from './twin/bytes.ts';

import {
  anna,
  BID,
  chainId,
  forgery,
  GRID,
  mallory,
  market,
  SET_UP,
  sign,
  TERMS,
  write,
} from './signed-stage.ts';

describe('a signed request', () => {
  it('is taken as it was signed, and not as anything else', () => {
    const engine = market();
    const signed = sign('submit', BID);
    const others: readonly Partial<OrderRequest>[] = [
      { price: '0.26' },
      { quantity: '2.001' },
      { side: 'sell' },
      { product: 'wired' },
      { kind: 'market', timeInForce: 'ioc' },
      { clientOrderId: 'a' },
      { commandId: 'a' },
      { minQuantity: '1' },
      { allOrNone: true },
      { product: 'wired', zone: 'north' },
      { signed: { ...signed, nonce: signed.nonce + 1 } },
      { signed: { ...signed, expiresAt: signed.expiresAt + 1 } },
      { signed: { ...signed, signature: sign('submit', BID, { signer: mallory }).signature } },
      { signed: { ...sign('submit', BID, { chainId: new Uint8Array(32) }) } },
    ];
    const before = engine.stateHash();
    for (const other of others) {
      const outcome = engine.submit({ ...BID, signed, ...other });
      const wrong = { ok: false, code: 'SIGNATURE_WRONG', sequence: 0, repeated: false };
      expect(outcome, JSON.stringify(other)).toEqual(wrong);
    }
    // They have the same fields.
    const kill = { account: 'anna', signed: sign('kill', { account: 'anna' }) };
    expect(engine.closeAccount(kill)).toMatchObject({ code: 'SIGNATURE_WRONG' });
    expect(engine.stateHash()).toBe(before);
    expect(engine.submit({ ...BID, signed })).toMatchObject({ ok: true });
    expect(engine.account('anna')).toMatchObject({ key: anna.publicKey, nonce: signed.nonce });
  });

  it('means what the product meant to who signed it', () => {
    const engine = market();
    const coarse = sign(
      'submit',
      { ...BID, price: '1', quantity: '2' },
      {},
      { ...TERMS, lot: '1' },
    );
    const { quantity: _, ...bid } = BID;
    const request = { ...bid, price: '1', quantityLots: 2, signed: coarse };
    expect(engine.submit(request)).toMatchObject({ code: 'SIGNATURE_WRONG' });
    const cents = { account: 'anna', asset: 'EUR', amountQuanta: 100 } as const;
    const signed = sign('withdraw', cents, {}, { row: 0, decimals: 2 });
    expect(engine.withdraw({ ...cents, signed })).toMatchObject({ code: 'SIGNATURE_WRONG' });
  });

  it('needs a chain, and its form is checked before anything else', () => {
    const signed = sign('submit', BID);
    const chainless = String(thrownBy(() => new Engine().submit({ ...BID, signed })));
    expect(chainless).toMatch(/TypeError: chainId/);
    const engine = market();
    const before = engine.stateHash();
    const parts = {
      nonce: [...WHOLE, ...REQUIRED],
      expiresAt: [...NATURAL, ...REQUIRED],
      signature: [...bytes(64), ...typed(null), ...REQUIRED],
    };
    for (const [part, bad] of Object.entries(parts)) {
      for (const [value, wrong] of bad) {
        const error = thrownBy(() =>
          engine.submit({ ...BID, signed: { ...signed, [part]: value } as Signed }),
        );
        expect(String(error)).toMatch(new RegExp(`${wrong.name}.*signed.${part}`));
      }
    }
    for (const value of [0, 'x', true, null, [], { ...signed, key: 1 }]) {
      const call = () => engine.submit({ ...BID, signed: value as never });
      expect(String(thrownBy(call))).toMatch(/TypeError.*(signed|key)/);
    }
    const none = () =>
      engine.deposit({ account: 'anna', asset: 'EUR', amount: '1', signed } as never);
    expect(String(thrownBy(none))).toMatch(/TypeError: deposit has no field/);
    for (const bad of [new Uint8Array(31), new Uint8Array(33)]) {
      expect(String(thrownBy(() => new Engine({ chainId: bad })))).toMatch(/RangeError.*chainId/);
    }
    expect(engine.stateHash()).toBe(before);
  });
});

/** The message that a client would sign, and the one that a host would check; undefined where the host does not know what is meant. */
function messages(sequencer: Sequencer, { command, request }: NamedRequest) {
  const { state } = sequencer;
  const { product, orderId, asset, quantityLots } = request as Readonly<Record<string, never>>;
  const { listings, orders } = state;
  const slot = orderId === undefined ? -1 : orders.slotOf(orderId);
  const row = product === undefined ? -1 : listings.findProduct(product);
  const known = slot >= 0 ? listings.products[orders.product(slot)] : listings.products[row ?? -1];
  const moneyRow = listings.findAsset(asset ?? 'EUR') ?? -1;
  const money = listings.assets[moneyRow];
  if (product !== undefined && known === undefined) return undefined;
  if (asset !== undefined && money === undefined) return undefined;
  const counts = orderId !== undefined && quantityLots === undefined;
  if (counts && slot < 0 && command !== 'cancel') return undefined;
  const grid = product === undefined && orderId === undefined ? undefined : known;
  const terms: SigningTerms = {
    row: Math.max(0, asset === undefined ? (row ?? 0) : moneyRow),
    ...(grid && { tick: text(grid.grid.tick), lot: text(grid.grid.lot) }),
    ...(money && { decimals: money.decimals }),
    zones: known?.network?.network.zones.map(({ id }) => id) ?? [],
  };
  let client: Uint8Array | undefined;
  const signer = {
    publicKey: anna.publicKey,
    sign: (message: Uint8Array) => {
      client = message;
      return new Uint8Array(64);
    },
  };
  const signed = sign(command as 'cancel', request as never, { signer }, terms);
  const encoding = sequencer.encode(command as 'cancel', { ...request, signed } as never);
  if (encoding === undefined) return undefined;
  encoding.stamp(1, 1);
  checkCommand(new DataView(encoding.bytes.slice(0, encoding.length).buffer), 0);
  return { client, host: signedMessage(chainId, encoding.view, 0, state) };
}

function text({ mantissa, decimals }: { mantissa: number; decimals: number }): string {
  const digits = String(mantissa).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return decimals === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}

describe('signRequest', () => {
  it('signs the message that the host checks, for any request', () => {
    const seen = new Map<string, number>();
    const streams = fc.tuple(arbitraryMarket(fc), arbitraryRequests(fc, { maxLength: 60 }));
    const same = fc.property(streams, ([opening, requests]) => {
      const sequencer = new Sequencer(new MarketState(), undefined, true, undefined, chainId);
      for (const each of opening) sequencer.perform(each.command, each.request as never);
      for (const each of requests) {
        if (isSignable(each.command)) {
          const both = messages(sequencer, each);
          if (both !== undefined) {
            expect(both.client, JSON.stringify(each)).toEqual(both.host);
            seen.set(each.command, (seen.get(each.command) ?? 0) + 1);
          }
        }
        sequencer.perform(each.command, each.request as never);
      }
    });
    fc.assert(same, { seed: 19, numRuns: 60 });
    const all = ['submit', 'amend', 'cancel', 'cancelAll', 'take', 'transfer', 'withdraw', 'kill'];
    const least = [...all, 'closeAccount', 'setAccountKey', 'setPartner'].map(
      (name) => seen.get(name) ?? 0,
    );
    expect(Math.min(...least)).toBeGreaterThan(0);
  });

  it('signs the bytes of docs/format.md', () => {
    let message: Uint8Array | undefined;
    const signer = {
      publicKey: anna.publicKey,
      sign: (bytesToSign: Uint8Array) => {
        message = bytesToSign;
        return new Uint8Array(64);
      },
    };
    const by = { signer, nonce: 5, expiresAt: 6 };
    const to = new Bytes();
    const begin = (type: number): void => {
      for (const character of 'wattbook/order\0\0') to.u8(character.charCodeAt(0));
      for (const byte of chainId) to.u8(byte);
      to.u16(type);
      to.i64(5);
      to.i64(6);
    };
    const grid = (): void => {
      to.u32(0);
      to.i64(1);
      to.u8(2);
      to.i64(1);
      to.u8(3);
    };
    sign('submit', { ...BID, clientOrderId: 'c' }, by);
    begin(14);
    to.id('anna');
    to.id('anna');
    to.id('energy');
    grid();
    for (const value of [0, 0, 0, 0, 1, 1]) to.u8(value);
    for (const value of [25, 2_000, 0, 0]) to.i64(value);
    to.id('');
    to.id('c');
    expect(message).toEqual(to.take());
    sign('cancelAll', { product: 'energy', commandId: 'x' }, by);
    begin(17);
    to.id('operator');
    for (const value of [0, 0, 1]) to.u8(value);
    to.id('energy');
    grid();
    to.id('x');
    expect(message).toEqual(to.take());
    sign('withdraw', { account: 'anna', asset: 'EUR', amount: '1' }, by);
    begin(5);
    to.id('anna');
    to.id('anna');
    to.id('EUR');
    to.u32(0);
    to.u8(9);
    to.i64(1_000_000_000);
    to.id('');
    expect(message).toEqual(to.take());
  });

  it('asks for what it needs to know', () => {
    const cases: readonly [SignableRequest, object, SigningTerms, RegExp][] = [
      ['submit', BID, {}, /row/],
      ['submit', BID, { ...GRID, row: -1 }, /row/],
      ['submit', BID, { ...GRID, row: 2 ** 32 - 1 }, /row/],
      ['submit', BID, { row: 0 }, /tick/],
      ['submit', BID, { row: 0, tick: '0.01' }, /lot/],
      ['submit', BID, { row: 0, lot: '0.01' }, /tick/],
      ['submit', { ...BID, maxMoney: '1' }, { row: 0, ...GRID }, /decimals/],
      ['amend', { actor: 'anna', orderId: 1, price: '1' }, {}, /tick/],
      ['take', { account: 'anna', orderId: 1, quantity: '1', limitPriceTicks: 1 }, {}, /tick/],
      ['cancelAll', { account: 'anna', product: 'energy' }, { row: 0 }, /tick/],
      ['withdraw', { account: 'anna', asset: 'EUR', amountQuanta: 1 }, { row: 0 }, /decimals/],
      ['withdraw', { account: 'anna', asset: 'EUR', amountQuanta: 1 }, { decimals: 9 }, /row/],
      ['submit', { ...BID, prise: 1 }, GRID, /prise/],
      ['submit', BID, 1 as never, /terms/],
      ['deposit' as never, BID, TERMS, /command/],
      ['submit', { ...BID, product: 'a b' }, TERMS, /product/],
    ];
    for (const [command, request, terms, named] of cases) {
      expect(String(thrownBy(() => sign(command, request as never, {}, terms)))).toMatch(named);
    }
    for (const by of [{ chainId: undefined }, { signer: 1 }, { nonce: 0 }, { expiresAt: -1 }]) {
      const [name] = Object.keys(by);
      expect(String(thrownBy(() => sign('submit', BID, by)))).toMatch(new RegExp(name!));
    }
    expect(sign('cancel', { actor: 'anna', orderId: 1 }, {}, {}).signature).toHaveLength(64);
  });
});

describe('verifySignatures', () => {
  it('finds nothing in an honest log, and counts what is signed', () => {
    const engine = market();
    must(engine.submit({ ...BID, signed: sign('submit', BID) }));
    must(
      engine.submit({ ...BID, commandId: 'c', signed: sign('submit', { ...BID, commandId: 'c' }) }),
    );
    const unknown = { ...BID, account: 'ben' };
    expect(engine.submit({ ...unknown, signed: sign('submit', unknown) })).toMatchObject({
      code: 'NO_KEY',
    });
    must(
      engine.setAccountKey({
        account: 'anna',
        key: null,
        signed: sign('setAccountKey', { account: 'anna', key: null }),
      }),
    );
    const log = engine.commandLog();
    expect(verifySignatures(log, chainId)).toEqual({ commands: engine.sequence, signed: 3 });
    expect(Engine.replay(log).stateHash()).toBe(engine.stateHash());
    const other = verifySignatures(log, new Uint8Array(32));
    expect(other.fault?.sequence).toBe(SET_UP.length + 2);
    expect(thrownBy(() => verifySignatures([] as never, chainId))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => verifySignatures(log, undefined as never))).toBeInstanceOf(TypeError);
  });

  it('names the first order that an operator made up', () => {
    const sequencer = forgery();
    expect(write(sequencer, { ...BID, signed: sign('submit', BID) })).toBe(0);
    const made = { ...BID, price: '0.99' };
    expect(write(sequencer, { ...made, signed: sign('submit', made, { signer: mallory }) })).toBe(
      0,
    );
    const sequence = SET_UP.length + 3;
    expect(verifySignatures(sequencer.commands.slice(), chainId)).toEqual({
      commands: sequence - 1,
      signed: 2,
      fault: { sequence, reason: `command ${sequence} is not signed by the key of anna` },
    });
  });

  it('finds an order that was changed after it was signed', () => {
    const sequencer = forgery();
    write(sequencer, { ...BID, signed: sign('submit', BID) });
    const log = sequencer.commands.slice();
    const view = new DataView(log.buffer);
    let at = 0;
    for (let i = 0; i <= SET_UP.length; i++) at += checkCommand(view, at);
    const { price, digestLow } = offsetsOf(COMMANDS.submit);
    expect(verifySignatures(log, chainId).fault).toBeUndefined();
    // The digest is no part of it: it stands for the words of the request.
    view.setUint32(at + digestLow, 5);
    expect(verifySignatures(log, chainId).fault).toBeUndefined();
    putI64(view, at + price, 26);
    expect(verifySignatures(log, chainId).fault?.sequence).toBe(SET_UP.length + 2);
  });

  it('relies on no key that anyone could sign for', () => {
    const sequencer = forgery();
    write(sequencer, { ...BID, signed: sign('submit', BID) });
    const log = sequencer.commands.slice();
    const view = new DataView(log.buffer);
    let at = 0;
    for (let i = 0; i < SET_UP.length; i++) at += checkCommand(view, at);
    log.fill(
      0,
      at + offsetsOf(COMMANDS.setAccountKey).key0,
      at + offsetsOf(COMMANDS.setAccountKey).strings,
    );
    expect(verifySignatures(log, chainId).fault?.sequence).toBe(SET_UP.length + 2);
  });
});

describe('an exchange', () => {
  it('stores what is signed, turns away what is signed wrongly, and knows old nonces when it opens again', async () => {
    const storage = memoryStorage();
    const turnedAway: Notice[] = [];
    const observe = (notice: Notice): void =>
      void (notice.kind === 'turnedAway' && turnedAway.push(notice));
    const options = { storage, clock: () => 500, chainId, observe };
    const exchange = await Exchange.open(options);
    for (const [command, request] of SET_UP) must(await (exchange[command] as Ask)(request));
    must(await exchange.setAccountKey({ account: 'anna', key: anna.publicKey }));
    const { sequence } = exchange.status();
    const wrong = sign('submit', BID, { signer: mallory });
    const away = { ok: false, code: 'SIGNATURE_WRONG', level: 'none' };
    expect(await exchange.submit({ ...BID, signed: wrong })).toEqual(away);
    expect(turnedAway).toEqual([{ kind: 'turnedAway', code: 'SIGNATURE_WRONG', actor: 'anna' }]);
    expect(exchange.status()).toMatchObject({ sequence, turnedAway: 1 });
    const signed = sign('submit', BID);
    expect(await exchange.submit({ ...BID, signed })).toMatchObject({ ok: true });
    const stateHash = await exchange.read((view) => view.stateHash());
    await exchange.close();
    const again = await Exchange.open({ ...options, limits: { commandsPerSecond: 1 } });
    expect(await again.read((view) => view.stateHash())).toBe(stateHash);
    expect(await again.submit({ ...BID, signed })).toMatchObject({ code: 'NONCE_USED' });
    // To look at a signature costs more than to look at a limit.
    expect(await again.submit({ ...BID, signed: wrong })).toMatchObject({ code: 'RATE_LIMIT' });
    await again.close();
  });

  it('needs to know the chain', async () => {
    const exchange = await Exchange.open({ storage: memoryStorage() });
    const signed = sign('submit', BID);
    await expect(exchange.submit({ ...BID, signed })).rejects.toThrow(/chainId/);
    await exchange.close();
    const open = Exchange.open({ storage: memoryStorage(), chainId: new Uint8Array(31) });
    await expect(open).rejects.toThrow(/chainId must have 32 bytes/);
  });
});

type Ask = (request: unknown) => Promise<{ readonly ok: boolean }>;
