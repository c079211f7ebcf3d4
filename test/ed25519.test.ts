import { createPublicKey, verify as nativeVerify } from 'node:crypto';
import { ed25519 as curve } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../src/chain/base64.ts';
import { type Ed25519, nativeEd25519, portableEd25519 } from '../src/chain/ed25519.ts';
import { mulberry32 } from './mulberry32.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const hex = (each: Uint8Array): string => Buffer.from(each).toString('hex');

const IMPLEMENTATIONS: Readonly<Record<string, Ed25519>> = {
  portable: portableEd25519,
  native: nativeEd25519()!,
};

/** RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature. */
const RFC8032 = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

/**
 * The published cases on which implementations differ (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020): key,
 * message, signature, what is special about them, and whether they count here.
 */
const SPECCHECK: readonly (readonly [string, string, string, string, boolean])[] = [
  [
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000',
    'a key and R of small order, S zero',
    false,
  ],
  [
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04',
    'a key of small order, R of mixed order',
    false,
  ],
  [
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e',
    'a key of mixed order, R of small order',
    false,
  ],
  [
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    '9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79',
    '9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009',
    'a key and R of mixed order, both equations hold',
    false,
  ],
  [
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    '160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09',
    'a key and R of mixed order, only the cofactored equation holds',
    false,
  ],
  [
    'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d',
    'e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c',
    '21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405',
    'a key of mixed order, only the cofactored equation holds',
    false,
  ],
  [
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    'e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514',
    'S above the order',
    false,
  ],
  [
    '442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623',
    '85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40',
    '8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22',
    'S far above the order',
    false,
  ],
  [
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    'fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607',
    'R not canonical, reduced before it is hashed',
    false,
  ],
  [
    'f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43',
    '84b698d39be126ff55fe45079e6c8bf64a0d7db6994560b4e96b7021eb39c1a1',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f084d5b99c2a9463d9c8bd5026916996984eeec87ddf1d3be329006ace1b37b09',
    'R not canonical, hashed as it is',
    false,
  ],
];

describe.each(Object.entries(IMPLEMENTATIONS))('ed25519, %s', (_, ed25519) => {
  it.each(RFC8032)('signs as RFC 8032 says: %s', (seed, key, message, signature) => {
    const signer = ed25519.signer(bytes(seed));
    expect(hex(signer.publicKey)).toBe(key);
    expect(hex(signer.sign(bytes(message)))).toBe(signature);
    expect(ed25519.verifyingKey(bytes(key))!.verify(bytes(message), bytes(signature))).toBe(true);
  });

  it.each(SPECCHECK)('decides on %s %s %s: %s', (key, message, signature, _what, counts) => {
    const found = ed25519.verifyingKey(bytes(key))?.verify(bytes(message), bytes(signature));
    expect(found ?? false).toBe(counts);
  });

  it('refuses what is not the signature of this key for this message', () => {
    const draw = mulberry32(3);
    const seed = Uint8Array.from({ length: 32 }, () => draw(256));
    const signer = ed25519.signer(seed);
    const key = ed25519.verifyingKey(signer.publicKey)!;
    const message = Uint8Array.from({ length: 40 }, () => draw(256));
    const signature = signer.sign(message);
    expect(key.verify(message, signature)).toBe(true);
    for (let bit = 0; bit < 512; bit += 37) {
      const other = signature.slice();
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(key.verify(message, other), `bit ${bit}`).toBe(false);
    }
    for (const length of [0, 32, 63]) {
      expect(key.verify(message, signature.subarray(0, length))).toBe(false);
    }
    expect(key.verify(message, new Uint8Array([...signature, 0]))).toBe(false);
    expect(key.verify(message.subarray(1), signature)).toBe(false);
  });

  it('takes no bytes for a key that are none, and says which argument is wrong', () => {
    const y2 = bytes('02'.padEnd(64, '0'));
    for (const key of [new Uint8Array(), new Uint8Array(31), new Uint8Array(33), y2]) {
      expect(ed25519.verifyingKey(key)).toBeUndefined();
    }
    // Zero, one and minus one, and one in another encoding: of small order.
    for (const key of ['00', '01', 'ec'.padEnd(62, 'f') + '7f', 'ee'.padEnd(62, 'f') + '7f']) {
      expect(ed25519.verifyingKey(bytes(key.padEnd(64, '0')))).toBeUndefined();
    }
    expect(() => ed25519.signer(new Uint8Array(31))).toThrow(
      new RangeError('seed must have 32 bytes, got 31'),
    );
    expect(() => ed25519.signer('secret' as never)).toThrow(TypeError);
  });
});

describe('implementations of ed25519', () => {
  it('differ on published signatures where nothing looks at the key', () => {
    const counts = SPECCHECK.map(([key, message, signature]) => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key, 'hex').toString('base64url') };
      const native = createPublicKey({ key: jwk, format: 'jwk' });
      return [
        nativeVerify(null, bytes(message), native, bytes(signature)),
        curve.verify(bytes(signature), bytes(message), bytes(key), { zip215: true }),
      ];
    });
    expect(counts.filter(([one, other]) => one !== other)).toHaveLength(3);
  });

  it('give the same keys and signatures, and take those of each other', () => {
    const draw = mulberry32(5);
    for (let i = 0; i < 12; i++) {
      const seed = Uint8Array.from({ length: 32 }, () => draw(256));
      const message = Uint8Array.from({ length: draw(200) }, () => draw(256));
      const signers = Object.values(IMPLEMENTATIONS).map((each) => each.signer(seed));
      const [one, other] = signers.map((each) => hex(each.sign(message)));
      expect(one).toBe(other);
      for (const each of Object.values(IMPLEMENTATIONS)) {
        const key = each.verifyingKey(signers[0]!.publicKey)!;
        expect(key.verify(message, bytes(one!))).toBe(true);
      }
    }
  });
});

describe('base64', () => {
  it('is that of RFC 4648, read in one form alone', () => {
    const draw = mulberry32(1);
    for (let length = 0; length < 100; length++) {
      const each = Uint8Array.from({ length }, () => draw(256));
      const text = Buffer.from(each).toString('base64');
      expect(toBase64(each)).toBe(text);
      expect(fromBase64(text)).toEqual(each);
    }
    for (const text of [
      'A',
      'AA',
      'AAA',
      'AB==',
      'AAB=',
      'AA=',
      'A===',
      'AA==A',
      'A-==',
      ' AA==',
      'AA==\n',
    ]) {
      expect(fromBase64(text), text).toBeUndefined();
    }
  });
});
