import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteLog } from '../src/core/bytes.ts';
import { crc32c } from '../src/core/crc32c.ts';
import { murmur3 } from '../src/core/murmur3.ts';
import { beginRecord } from '../src/core/records.ts';
import { RULES_VERSION } from '../src/core/rules.ts';
import { encodeFrame, type Frame, putDigest, recordStarts, viewOf } from '../src/storage/frame.ts';
import { altered, decoded, forged, recordsOf } from './journals.ts';
import { mulberry32 } from './mulberry32.ts';
import { naiveCrc32c, naiveMurmur3 } from './naive-checksums.ts';
import { faultOf, thrownBy } from './stage.ts';

const SEED = 20_251_122;
const HEADER_BYTES = 72;
const MAX = Number.MAX_SAFE_INTEGER;

function randomBytes(length: number, seed: number): Uint8Array {
  const draw = mulberry32(seed);
  return Uint8Array.from({ length }, () => draw(256));
}

const murmur = (bytes: Uint8Array, start = 0, end = bytes.length): number =>
  murmur3(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, end);

describe('crc32c', () => {
  const upward = Uint8Array.from({ length: 32 }, (_, i) => i);
  const read10 = Uint8Array.from({ length: 48 });
  read10.set([0x01, 0xc0], 0);
  read10.set([0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18, 0x28], 16);
  read10[40] = 0x02;

  it.each([
    ['nothing', new Uint8Array(), 0],
    ["'123456789'", utf8ToBytes('123456789'), 0xe306_9283],
    ['RFC 3720: 32 zeros', new Uint8Array(32), 0x8a91_36aa],
    ['RFC 3720: 32 ones', new Uint8Array(32).fill(0xff), 0x62a8_ab43],
    ['RFC 3720: 32 upward', upward, 0x46dd_794e],
    ['RFC 3720: 32 downward', Uint8Array.from(upward, (byte) => 31 - byte), 0x113f_db5c],
    ['RFC 3720: an iSCSI read command', read10, 0xd996_3a56],
  ])('has the published value of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(naiveCrc32c(bytes)).toBe(expected);
  });

  it('is what bit by bit gives, for all lengths, starts and ends', () => {
    const bytes = randomBytes(41, SEED);
    for (let end = 0; end <= 40; end++) {
      expect(crc32c(bytes.subarray(0, end))).toBe(naiveCrc32c(bytes.subarray(0, end)));
      for (let start = 0; start <= end; start++) {
        expect(crc32c(bytes, start, end)).toBe(naiveCrc32c(bytes.subarray(start, end)));
      }
    }
  });
});

describe('murmur3', () => {
  it.each([
    ['', 0],
    ['test', 0xba6b_d213],
    ['Hello, world!', 0xc036_3e43],
    ['The quick brown fox jumps over the lazy dog', 0x2e4f_f723],
  ])('has the published value of %j', (text, expected) => {
    expect(murmur(utf8ToBytes(text))).toBe(expected);
    expect(naiveMurmur3(utf8ToBytes(text))).toBe(expected);
  });

  it('is what exact arithmetic gives, for all lengths, starts and ends', () => {
    const bytes = randomBytes(41, SEED + 1);
    for (let end = 0; end <= 40; end++) {
      for (let start = 0; start <= end; start++) {
        expect(murmur(bytes, start, end)).toBe(naiveMurmur3(bytes.subarray(start, end)));
      }
    }
    expect(murmur(bytes.subarray(3, 40), 1, 20)).toBe(naiveMurmur3(bytes.subarray(4, 23)));
  });
});

interface Content {
  readonly payloads: readonly (readonly [size: number, digest: number])[];
  readonly firstSequence: number;
  readonly epoch: number;
  readonly previous: Uint8Array;
}

/** A frame of records that are nothing but header and payload. */
function frameOf({ payloads, firstSequence, epoch, previous }: Content): Frame {
  const log = new ByteLog();
  payloads.forEach(([size, digest], i) => {
    const at = beginRecord(log, 1, 24 + size, firstSequence + i, 7);
    log.bytes.set(randomBytes(size, digest), at + 24);
    putDigest(log, digest);
  });
  return encodeFrame(log.slice(), payloads.length, firstSequence, epoch, previous, sha256);
}

const u32 = fc.nat({ max: 0xffff_ffff });
const contents: fc.Arbitrary<Content> = fc.record({
  payloads: fc.array(fc.tuple(fc.nat({ max: 70 }), u32), { minLength: 1, maxLength: 12 }),
  firstSequence: fc.oneof(
    fc.integer({ min: 1, max: 2 ** 40 }),
    fc.integer({ min: MAX - 1_000, max: MAX - 12 }),
  ),
  epoch: fc.integer({ min: 1, max: MAX }),
  previous: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

const SMALL = frameOf({
  payloads: [
    [3, 17],
    [0, 0xffff_ffff],
  ],
  firstSequence: 5,
  epoch: 2,
  previous: new Uint8Array(32).fill(9),
}).bytes;

/** Reads a frame as docs/format.md says, with none of the code that wrote it. */
function readAsDocumented(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe('WBFR');
  expect(view.getUint16(4)).toBe(0);
  expect(view.getUint16(6)).toBe(RULES_VERSION);
  const [count, bodyLength] = [view.getUint32(8), view.getUint32(12)];
  expect(bytes.length).toBe(72 + bodyLength + 4);
  expect(view.getUint32(68)).toBe(naiveCrc32c(bytes.subarray(0, 68)));
  expect(view.getUint32(64)).toBe(naiveCrc32c(bytes.subarray(72, 72 + bodyLength)));
  expect(new TextDecoder().decode(bytes.subarray(-4))).toBe('WBEN');
  const first = view.getBigInt64(16);
  const records: { at: number; end: number; digest: number }[] = [];
  let at = 72;
  for (let i = 0; i < count; i++) {
    expect(view.getBigInt64(at + 8)).toBe(first + BigInt(i));
    const end = at + view.getUint32(at);
    records.push({ at, end, digest: view.getUint32(end) });
    at = end + 4;
  }
  expect(at).toBe(72 + bodyLength);
  const previous = bytesToHex(bytes.subarray(32, 64));
  return { first, count, epoch: view.getBigInt64(24), previous, records };
}

describe(`a frame, seed ${SEED}`, () => {
  it('is read as it was written, and as its page says', () => {
    const property = fc.property(contents, (content) => {
      const frame = frameOf(content);
      const padded = new Uint8Array(frame.bytes.length + 9);
      padded.set(frame.bytes, 5);
      const again = decoded(padded.subarray(5, 5 + frame.bytes.length));
      expect(again).toEqual(frame);
      expect(again.lastSequence).toBe(content.firstSequence + content.payloads.length - 1);
      expect(bytesToHex(again.hash)).toBe(bytesToHex(sha256(frame.bytes)));
      const places = recordsOf(again);
      const records = places.map(({ at, end }) => ({
        at,
        end,
        digest: viewOf(again.bytes).getUint32(end),
      }));
      expect(records.map(({ digest }) => digest)).toEqual(content.payloads.map(([, each]) => each));
      expect(readAsDocumented(frame.bytes)).toEqual({
        first: BigInt(content.firstSequence),
        count: content.payloads.length,
        epoch: BigInt(content.epoch),
        previous: bytesToHex(content.previous),
        records,
      });
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  it('is a copy: who gave the bytes may change them', () => {
    const given = new Uint8Array(SMALL);
    const frame = decoded(given);
    given.fill(0);
    expect(frame.bytes).toEqual(SMALL);
  });

  it('is refused with any one bit flipped, and with any run of bytes zeroed', () => {
    let refused = 0;
    for (let bit = 0; bit < SMALL.length * 8; bit++) {
      const at = bit >> 3;
      const flipped = altered(SMALL, (view) =>
        view.setUint8(at, view.getUint8(at) ^ (1 << (bit & 7))),
      );
      expect(
        faultOf(() => decoded(flipped)),
        `bit ${bit}`,
      ).toBe('BAD_FRAME');
      refused++;
    }
    expect(refused).toBe(SMALL.length * 8);
    for (let start = 0; start < SMALL.length; start += 4) {
      const zeroed = new Uint8Array(SMALL).fill(0, start);
      expect(
        faultOf(() => decoded(zeroed)),
        `from ${start}`,
      ).toBe('BAD_FRAME');
    }
  });

  it('is refused when cut short at either end, and with more behind or before it', () => {
    for (let length = 0; length < SMALL.length; length++) {
      expect(faultOf(() => decoded(SMALL.subarray(0, length)))).toBe('BAD_FRAME');
      expect(faultOf(() => decoded(SMALL.subarray(length + 1)))).toBe('BAD_FRAME');
    }
    for (const more of [[0], [0, 0, 0, 0], [...SMALL]]) {
      expect(faultOf(() => decoded(new Uint8Array([...SMALL, ...more])))).toBe('BAD_FRAME');
      expect(faultOf(() => decoded(new Uint8Array([...more, ...SMALL])))).toBe('BAD_FRAME');
    }
  });

  it('is refused when it is no bytes at all', () => {
    const junk = [undefined, null, 5, 2 ** 40, 10n, 'WBFR', {}, { length: 2 ** 40 }, [...SMALL]];
    for (const each of [...junk, SMALL.buffer, new DataView(SMALL.buffer), Symbol('frame')]) {
      expect(faultOf(() => decoded(each as Uint8Array))).toBe('BAD_FRAME');
    }
  });
});

const setI64 = (at: number, value: bigint) => (view: DataView) => view.setBigInt64(at, value);
const setU32 = (at: number, value: number) => (view: DataView) => view.setUint32(at, value);

describe('a frame whose checksums are right', () => {
  it.each([
    ['another magic', setU32(0, 0x5742_4653), 'WBFR'],
    ['another version', setU32(4, 0x1_0000), 'version 1'],
    ['no commands', setU32(8, 0), 'holds 0 commands'],
    ['a body that is shorter', setU32(12, 5), 'says its body has 5 bytes'],
    ['a huge body', setU32(12, 0xffff_ffff), 'says its body has 4294967295 bytes'],
    ['a body that would end where the trailer does', setU32(12, 63), 'says its body'],
    ['sequence 0', setI64(16, 0n), 'from 0 on'],
    ['a sequence below 0', setI64(16, -5n), 'from -5 on'],
    ['sequences beyond 2^53-1', setI64(16, BigInt(MAX)), 'holds 2 commands'],
    ['the largest sequence of all', setI64(16, 2n ** 63n - 1n), 'holds 2 commands'],
    ['epoch 0', setI64(24, 0n), 'of epoch 0'],
    ['an epoch below 0', setI64(24, -1n), 'of epoch -1'],
    ['an epoch beyond 2^53-1', setI64(24, 2n ** 53n), 'of epoch 9007199254740992'],
    ['another trailer', setU32(SMALL.length - 4, 0), 'its end is damaged'],
  ])('is refused with %s', (_, change, message) => {
    const fault = thrownBy(() => decoded(forged(SMALL, change)));
    expect(fault).toMatchObject({ code: 'BAD_FRAME' });
    expect(fault.message).toContain(message);
  });

  const first = HEADER_BYTES;
  const second = first + 27 + 4;
  it.each([
    ['a command too many', setU32(8, 3), 'command 7'],
    ['very many commands too many', setU32(8, 0xffff_ffff), 'command 7'],
    ['a command too few', setU32(8, 1), 'bytes behind its commands'],
    ['another first sequence', setI64(16, 6n), 'command 6'],
    ['a record of length 0', setU32(first, 0), 'command 6'],
    ['a record that is shorter', setU32(first, 26), 'command 6'],
    ['a record that is longer', setU32(first, 28), 'command 6'],
    ['a record that takes in the next', setU32(first, 27 + 4 + 24), 'command 6'],
    ['a huge record', setU32(first, 0xffff_ffff), 'command 5'],
    ['a last record that takes in its digest', setU32(second, 28), 'command 6'],
    ['a last record that is shorter', setU32(second, 20), 'bytes behind its commands'],
    ['a gap in its sequences', setI64(second + 8, 7n), 'command 6'],
    ['a sequence that is there twice', setI64(second + 8, 5n), 'command 6'],
    ['a sequence beyond 2^53-1', setI64(second + 8, 2n ** 62n), 'command 6'],
  ])('gives no records with %s', (_, change, message) => {
    const frame = decoded(forged(SMALL, change));
    const fault = thrownBy(() => recordStarts(frame));
    expect(fault).toMatchObject({ code: 'BAD_FRAME' });
    expect(fault.message).toContain(message);
  });
});
