import type { SlipGroup } from './slip.ts';

/** Logs, signatures, notes. */
export const CHAIN: readonly SlipGroup[] = [
  {
    file: 'src/chain/merkle.ts',
    tests: ['merkle'],
    slips: [
      {
        about: 'a leaf is hashed as a node is',
        find: 'const LEAF = 0;',
        replace: 'const LEAF = 1;',
      },
      {
        about: 'a size that is a power of two is split at itself',
        find: 'while (power * 2 < size)',
        replace: 'while (power * 2 <= size)',
      },
      {
        about: 'a proof may be too short',
        within: 'export function verifyInclusion',
        find: 'return last === 0 && sameBytes(found, root);',
        replace: 'return sameBytes(found, root);',
      },
      {
        about: 'what stands alone at the right end meets what is not beside it',
        within: 'export function verifyInclusion',
        find: 'at % 2 === 1 || at === last',
        replace: 'at % 2 === 1',
      },
      {
        about: 'the earlier root need not be right',
        find: 'return last === 0 && sameBytes(old, earlier.root) && ',
        replace: 'return last === 0 && ',
      },
      {
        about: 'from nothing on any root was there before',
        find: 'return proof.length === 0 && sameBytes(earlier.root, EMPTY_ROOT);',
        replace: 'return proof.length === 0;',
      },
      {
        about: 'an earlier tree that is one node of the later one is proved again',
        find: 'if (from > 0) proof.push',
        replace: 'proof.push',
      },
      {
        about: 'hashes of any length are hashes',
        find: ' && value.length === HASH_SIZE',
        replace: '',
      },
    ],
  },
  {
    file: 'src/chain/ed25519.ts',
    tests: ['ed25519'],
    slips: [
      { about: 'a key may be of small order', find: 'point.isSmallOrder() || ', replace: '' },
      { about: 'a key may be of mixed order', find: ' || !point.isTorsionFree()', replace: '' },
      {
        about: 'S may be above the order',
        find: '      if (s >= ORDER) return false;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/chain/note.ts',
    tests: ['note'],
    slips: [
      {
        about: 'a wrong signature is passed over',
        find: 'if (!key.key.verify(message, signature)) return undefined;',
        replace: 'if (!key.key.verify(message, signature)) continue;',
      },
      {
        about: 'a note that nobody known has signed is read',
        find: '  if (found.size === 0) return undefined;\n',
        replace: '',
      },
      {
        about: 'a cosignature does not sign the time',
        find: '\\ntime ${time}',
        replace: '\\ntime 0',
      },
      {
        about: 'a signature is of any key with that name',
        find: 'each.name === name && isOf(each, bytes)',
        replace: 'each.name === name',
      },
    ],
  },
  {
    file: 'src/chain/log-client.ts',
    tests: ['note'],
    slips: [
      {
        about: 'a head that only witnesses have signed is taken',
        find: 'note === undefined || signers(note, keys) === 0',
        replace: 'note === undefined',
      },
      {
        about: 'a witness counts under each of its names',
        find: 'new Set(signed.map(({ key }) => key.key.bytes.join())).size',
        replace: 'signed.length',
      },
      {
        about: 'a fork is taken for a proof that is missing',
        find: "return { ok: false, code: 'FORKED' };",
        replace: "return { ok: false, code: 'NOT_CONSISTENT' };",
      },
      {
        about: 'any log will do',
        find: 'head?.origin !== origin',
        replace: 'head === undefined',
      },
    ],
  },
];
