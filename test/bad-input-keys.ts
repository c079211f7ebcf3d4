import { type Form, REFERENCE, STAMP } from './bad-input-forms.ts';
import { type Bad, ranged, REQUIRED, typed } from './bad-values.ts';

/** The public key of the first test of RFC 8032. */
export const KEY = Uint8Array.from(
  Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex'),
);
/** Not canonical, of small order, and no point at all. */
const NO_KEYS = ranged(
  new Uint8Array(32).fill(255),
  new Uint8Array(32),
  Uint8Array.of(1, ...new Uint8Array(31)),
  Uint8Array.of(2, ...new Uint8Array(31)),
);

/** What are not bytes of a length. */
export function bytes(length: number): Bad[] {
  return [
    ...typed(0, 1, '', 'x', true, [], {}, Symbol('x'), 1n, new ArrayBuffer(length)),
    ...ranged(new Uint8Array(0), new Uint8Array(length - 1), new Uint8Array(length + 1)),
  ];
}

export const KEY_FORMS: readonly Form[] = [
  {
    method: 'setAccountKey',
    sample: { account: 'bob', key: KEY },
    fields: { ...STAMP, account: REFERENCE, key: [...bytes(32), ...REQUIRED, ...NO_KEYS] },
  },
];
