import { createHash } from 'node:crypto';
import { stateOf } from '../src/engine/queries.ts';
import { describe, expect, it } from 'vitest';
import { putI64 } from '../src/core/bytes.ts';
import { COMMANDS, HEADER, offsetsOf } from '../src/core/registry.ts';
import { checkCommand } from '../src/core/records.ts';
import { NEEDS_SIGNATURE, SIGNED_SIZE } from '../src/core/signed.ts';
import { Engine } from '../src/index.ts';
import { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { must, thrownBy } from './stage.ts';

import { anna, BID, chainId, forgery, market, sign } from './signed-stage.ts';

describe('records of signed commands', () => {
  const record = (change: (view: DataView, end: number) => void, extra = 0): string => {
    const sequencer = forgery();
    const encoding = sequencer.encode('submit', { ...BID, signed: sign('submit', BID) })!;
    encoding.stamp(1, 1);
    const bytes = new Uint8Array(encoding.length + extra);
    bytes.set(encoding.bytes.subarray(0, bytes.length));
    const view = new DataView(bytes.buffer);
    view.setUint32(HEADER.length, bytes.length);
    change(view, bytes.length);
    return String(thrownBy(() => checkCommand(view, 0) && expect.fail('was taken')));
  };
  it.each<readonly [string, (view: DataView, end: number) => void, number]>([
    ['version 2 is no known command', (view) => view.setUint16(HEADER.version, 2), 0],
    ['has 80 bytes too many', (view) => view.setUint16(HEADER.version, 0), 0],
    ['its nonce is 0', (view, end) => putI64(view, end - 80, 0), 0],
    ['its nonce is -1', (view, end) => putI64(view, end - 80, -1), 0],
    ['its signature expires at -1', (view, end) => putI64(view, end - 72, -1), 0],
    ['ends inside its signature', () => {}, -1],
    ['has 1 bytes too many', () => {}, 1],
    ['type 39 version 1', (view) => view.setUint16(HEADER.type, 39), 0],
  ])('%s', (message, change, extra) => {
    expect(record(change, extra)).toContain(message);
  });

  it('are of commands whose account stands in the same place', () => {
    const { account } = offsetsOf(COMMANDS.setAccountKey);
    for (const layout of Object.values(COMMANDS)) {
      if (NEEDS_SIGNATURE[layout.type] !== 'account') continue;
      expect((offsetsOf(layout) as unknown as { account: number }).account).toBe(account);
    }
    expect(SIGNED_SIZE).toBe(80);
  });
});

const ANNA = 5;
const keys =
  (row: number, change: object) =>
  ({ keys: all }: MarketState): void => {
    const plain = { key: anna.publicKey, highest: 3, used: 0b101n };
    all.set(row, { ...plain, ...change });
  };
const astray = 'it has nonces of anna that cannot have been used';
const FORGED: Forgeries = {
  'a key of a system account': ['it has a key of fees, who has none', keys(1, {})],
  'a nonce below zero': [astray, keys(ANNA, { highest: -1 })],
  'a highest nonce that was not used': [astray, keys(ANNA, { used: 0b100n })],
  'nonce 0': [astray, keys(ANNA, { used: 0b1101n })],
  'nonces before the first': [astray, keys(ANNA, { highest: 0, used: 1n })],
  'a key that went without a signature': [
    astray,
    keys(ANNA, { key: undefined, highest: 0, used: 0n }),
  ],
  'a key of a closed account': ['it has a key of gone, who has none', keys(6, {})],
};

describe('a snapshot', () => {
  refusesEach(FORGED, market);

  it('keeps keys and nonces', () => {
    const engine = market();
    must(engine.submit({ ...BID, signed: sign('submit', BID, { nonce: 2 ** 53 - 1 }) }));
    const again = Engine.restore(engine.snapshot(), { chainId });
    expect(again.stateHash()).toBe(engine.stateHash());
    const late = sign('submit', BID, { nonce: 2 ** 53 - 65 });
    expect(again.submit({ ...BID, signed: late })).toMatchObject({ code: 'NONCE_USED' });
    must(again.submit({ ...BID, signed: sign('submit', BID, { nonce: 2 ** 53 - 64 }) }));
  });

  it('has no bytes of a key where there is none', () => {
    const engine = market();
    keys(ANNA, { key: undefined })(stateOf(engine));
    const bytes = engine.snapshot();
    Engine.restore(bytes);
    const forged = (at: number, value: number): string => {
      const copy = bytes.slice();
      copy[copy.length + at] = value;
      const sum = createHash('sha256').update(copy.subarray(60)).digest();
      copy.set(sum, 28);
      return String(thrownBy(() => Engine.restore(copy)));
    };
    for (const at of [-48, -17]) expect(forged(at, 1)).toContain('is not written as a state');
    expect(forged(-49, 2)).toContain('is not written as a state');
  });
});
