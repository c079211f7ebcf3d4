import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import { COMMANDS, HEADER, offsetsOf } from '../src/core/registry.ts';
import { Engine, WattbookError } from '../src/index.ts';
import { faultOf, limit, list, must, stage, thrownBy } from './stage.ts';
import { mulberry32 } from './mulberry32.ts';

/** A market with a bit of everything, in few bytes. */
function small(): Engine {
  const engine = list(new Engine());
  for (const id of ['a', 'b']) must(engine.openAccount({ id }));
  must(engine.deposit({ account: 'a', asset: 'EUR', amount: '5', commandId: 'd1' }));
  must(engine.deposit({ account: 'b', asset: 'kWh', amount: '5' }));
  limit(engine, 'b', 'sell', 10, 300, { clientOrderId: 'c', commandId: 's1' });
  limit(engine, 'a', 'buy', 4, 300);
  limit(engine, 'a', 'buy', 5, -2, { timeInForce: 'gtd', expiresAt: 9_000 });
  return engine;
}

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** What restoring or replaying came to: the code of the fault, or the engine. */
function attempt(make: () => Engine): Engine | string {
  try {
    return make();
  } catch (error) {
    if (error instanceof WattbookError) return error.code;
    throw error;
  }
}

/** Whether an engine is whole: conserved, and equal to what its own snapshot restores. */
function isWhole(engine: Engine): boolean {
  const hash = engine.stateHash();
  const copy = Engine.restore(engine.snapshot());
  return engine.isConserved() && copy.isConserved() && copy.stateHash() === hash;
}

describe('a snapshot', () => {
  const good = small().snapshot();

  it('is refused when it is empty or cut off anywhere', () => {
    for (let length = 0; length < good.length; length++) {
      expect(faultOf(() => Engine.restore(good.subarray(0, length)))).toBe('BAD_SNAPSHOT');
    }
  });

  it('is refused with any one bit flipped', () => {
    const accepted: number[] = [];
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (attempt(() => Engine.restore(bytes)) !== 'BAD_SNAPSHOT') accepted.push(bit);
    }
    expect(accepted).toEqual([]);
    expect(Engine.restore(good).stateHash()).toBe(small().stateHash());
  });

  it('with a right checksum is whole, or refused', () => {
    const body = 60;
    let taken = 0;
    // Three bits of each byte, other ones from byte to byte: every bit takes a quarter of a minute.
    for (let bit = body * 8; bit < good.length * 8; bit += 3) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      bytes.set(sha256(bytes.subarray(body)), 28);
      const engine = attempt(() => Engine.restore(bytes));
      if (engine === 'BAD_SNAPSHOT') continue;
      taken++;
      const restored = engine as Engine;
      expect(restored.snapshot()).toEqual(bytes);
      expect(restored.isConserved()).toBe(true);
      for (const { id } of restored.accounts()) restored.balances(id);
      for (const { id } of restored.products()) restored.depth(id);
      restored.openOrders();
    }
    // A flipped bit in the last digit of an id, say, makes another state and no damage.
    expect(taken).toBeGreaterThan(0);
  });

  it('is refused with anything behind it', () => {
    for (const tail of [[0], [1, 2, 3], [...good]]) {
      const bytes = Uint8Array.from([...good, ...tail]);
      expect(faultOf(() => Engine.restore(bytes))).toBe('BAD_SNAPSHOT');
    }
  });

  it('is refused by another magic or version, and says which', () => {
    const magic = good.slice();
    magic.set(bytesOf('WBBLOCK'));
    expect(thrownBy(() => Engine.restore(magic)).message).toContain('WBSTATE');
    const version = good.slice();
    version[11] = 7;
    expect(thrownBy(() => Engine.restore(version)).message).toContain('version 7');
    expect(faultOf(() => Engine.restore(version))).toBe('BAD_SNAPSHOT');
  });

  it('is not made of random bytes', () => {
    const random = mulberry32(11);
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from({ length: random(300) }, () => random(256));
      if (round % 2 === 0 && bytes.length > 12) bytes.set(good.subarray(0, 12));
      expect(faultOf(() => Engine.restore(bytes))).toBe('BAD_SNAPSHOT');
    }
  });

  it('is read from the middle of a larger buffer', () => {
    const buffer = new Uint8Array(good.length + 20).fill(255);
    buffer.set(good, 7);
    const engine = Engine.restore(buffer.subarray(7, 7 + good.length));
    expect(engine.snapshot()).toEqual(good);
    expect(Engine.restore(Buffer.from(good)).stateHash()).toBe(engine.stateHash());
  });

  it.each([undefined, null, 5, 'WBSTATE', {}, [], 1n])('is bytes, not %o', (value) => {
    const error = thrownBy(() => Engine.restore(value as unknown as Uint8Array));
    expect(error.name).toBe('TypeError');
    expect(error.message).toMatch(/bytes|snapshot|Uint8Array/);
  });
});

describe('a command log', () => {
  const good = small().commandLog();
  const view = new DataView(good.buffer);
  /** Where each record begins; the end of the last at the end. */
  const starts: number[] = [];
  for (let at = 0; at < good.length; at += view.getUint32(at)) starts.push(at);
  starts.push(good.length);
  const records = starts.slice(1).map((end, i) => good.slice(starts[i], end));
  const join = (parts: readonly Uint8Array[]) =>
    Uint8Array.from(parts.flatMap((each) => [...each]));
  /** The fault of a log in which one record was changed. */
  const faultWith = (index: number, change: (view: DataView) => void): string => {
    const copy = records.map((each) => each.slice());
    change(new DataView(copy[index]!.buffer));
    return faultOf(() => Engine.replay(join(copy)));
  };
  const indexOf = (type: number) =>
    records.findIndex((each) => new DataView(each.buffer).getUint16(HEADER.type) === type);
  const SUBMIT = indexOf(COMMANDS.submit.type);
  const AT = offsetsOf(COMMANDS.submit);

  it('may be empty, and then says nothing', () => {
    expect(Engine.replay(new Uint8Array()).stateHash()).toBe(new Engine().stateHash());
  });

  it('is refused when cut off within a record, and is a shorter log at the end of one', () => {
    for (let length = 0; length < good.length; length++) {
      const result = attempt(() => Engine.replay(good.subarray(0, length)));
      const whole = starts.indexOf(length);
      if (whole < 0) expect(result).toBe('BAD_RECORD');
      else expect((result as Engine).sequence).toBe(whole);
    }
  });

  it('is refused with an unknown type or version', () => {
    for (const type of [0, 50, 99, 101, 121, 65_535]) {
      expect(faultWith(3, (each) => each.setUint16(HEADER.type, type))).toBe('UNKNOWN_TYPE');
    }
    for (const version of [1, 255, 65_535]) {
      expect(faultWith(3, (each) => each.setUint16(HEADER.version, version))).toBe('UNKNOWN_TYPE');
    }
  });

  it('is refused when records are swapped, missing or there twice', () => {
    for (let i = 0; i < records.length; i++) {
      const twice = [...records.slice(0, i + 1), ...records.slice(i)];
      expect(faultOf(() => Engine.replay(join(twice)))).toBe('SEQUENCE_GAP');
      if (i + 1 === records.length) continue;
      const missing = [...records.slice(0, i), ...records.slice(i + 1)];
      expect(faultOf(() => Engine.replay(join(missing)))).toBe('SEQUENCE_GAP');
      const swapped = records.slice();
      [swapped[i], swapped[i + 1]] = [records[i + 1]!, records[i]!];
      expect(faultOf(() => Engine.replay(join(swapped)))).toBe('SEQUENCE_GAP');
    }
  });

  it('is refused when a command id comes a second time under a new sequence', () => {
    const first = records[SUBMIT]!;
    const again = first.slice();
    new DataView(again.buffer).setBigInt64(HEADER.sequence, BigInt(records.length + 1));
    const log = join([...records, again]);
    expect(faultOf(() => Engine.replay(log))).toBe('SEQUENCE_GAP');
  });

  it.each([-1n, 0n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n])('has no sequence %d', (sequence) => {
    const fault = faultWith(4, (each) => each.setBigInt64(HEADER.sequence, sequence));
    expect(['SEQUENCE_GAP', 'BAD_RECORD']).toContain(fault);
  });

  it.each([-1n, -(2n ** 53n), 2n ** 53n, 2n ** 62n, -(2n ** 63n)])('has no time %d', (time) => {
    expect(faultWith(4, (each) => each.setBigInt64(HEADER.time, time))).toBe('BAD_RECORD');
  });

  it('is refused when a record has a byte too many at its end', () => {
    const padded = records.map((each) => {
      const bytes = Uint8Array.from([...each, 0]);
      new DataView(bytes.buffer).setUint32(0, bytes.length);
      return bytes;
    });
    records.forEach((_, i) => {
      const log = join([...records.slice(0, i), padded[i]!, ...records.slice(i + 1)]);
      expect(faultOf(() => Engine.replay(log))).toBe('BAD_RECORD');
    });
  });

  it('is refused when a length is wrong', () => {
    for (const length of [0, 1, 23, 24, 25, 40, 2 ** 31, 2 ** 32 - 1]) {
      expect(faultWith(SUBMIT, (each) => each.setUint32(0, length))).toBe('BAD_RECORD');
    }
    const right = records[SUBMIT]!.length;
    for (const length of [right - 1, right + 1]) {
      expect(faultWith(SUBMIT, (each) => each.setUint32(0, length))).toBe('BAD_RECORD');
    }
    for (const length of [0, 1, 3, 255]) {
      expect(faultWith(SUBMIT, (each) => each.setUint8(AT.strings, length))).toBe('BAD_RECORD');
    }
  });

  it.each([
    ['side', 2],
    ['kind', 3],
    ['timeInForce', 5],
    ['postOnly', 3],
    ['selfTrade', 5],
    ['hasPrice', 2],
  ] as const)('is refused with %s %d', (field, value) => {
    for (const wrong of [value, 255]) {
      expect(faultWith(SUBMIT, (each) => each.setUint8(AT[field], wrong))).toBe('BAD_RECORD');
    }
  });

  it('is refused with a number beyond what its field holds', () => {
    for (const wrong of [0n, -1n, 2n ** 53n, -(2n ** 63n)]) {
      const fault = faultWith(SUBMIT, (each) => each.setBigInt64(AT.quantity, wrong));
      expect(fault).toBe('BAD_RECORD');
    }
    for (const wrong of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n]) {
      expect(faultWith(SUBMIT, (each) => each.setBigInt64(AT.price, wrong))).toBe('BAD_RECORD');
    }
  });

  it('is refused with an order of a kind that no request has', () => {
    // A take has a command of its own.
    expect(faultWith(SUBMIT, (each) => each.setUint8(AT.kind, 2))).toBe('BAD_RECORD');
  });

  it('is refused with an id that is none', () => {
    for (const wrong of [0, 32, 127, 255]) {
      const fault = faultWith(SUBMIT, (each) => each.setUint8(AT.strings + 1, wrong));
      expect(fault).toBe('BAD_RECORD');
    }
  });

  it('is refused or gives a whole engine with any one bit flipped', () => {
    const broken: string[] = [];
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        const result = attempt(() => Engine.replay(bytes));
        if (typeof result !== 'string' && !isWhole(result)) broken.push(`bit ${bit}: not whole`);
      } catch (error) {
        broken.push(`bit ${bit}: ${(error as Error).message}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('is not made of random bytes', () => {
    const random = mulberry32(12);
    for (let round = 0; round < 500; round++) {
      const bytes = Uint8Array.from({ length: 1 + random(200) }, () => random(256));
      if (round % 2 === 0)
        bytes.set([0, 0, 0, bytes.length, 0, 1 + random(19), 0, 0].slice(0, bytes.length));
      const code = faultOf(() => Engine.replay(bytes));
      expect(['BAD_RECORD', 'UNKNOWN_TYPE', 'SEQUENCE_GAP']).toContain(code);
    }
  });

  it.each([undefined, null, 5, 'log', {}, [], 1n])('is bytes, not %o', (value) => {
    const error = thrownBy(() => Engine.replay(value as unknown as Uint8Array));
    expect(error.name).toBe('TypeError');
    expect(error.message).toMatch(/bytes|commands|log|Uint8Array/);
  });

  it('does not follow on a snapshot of another place', () => {
    const early = stage().snapshot();
    expect(faultOf(() => Engine.replay(good, { from: early }))).toBe('SEQUENCE_GAP');
    const damaged = small().snapshot().subarray(1);
    expect(faultOf(() => Engine.replay(good, { from: damaged }))).toBe('BAD_SNAPSHOT');
  });
});
