import type { SlipGroup } from './slip.ts';

/** Keys of accounts, and what is signed with them. */
export const SIGNED: readonly SlipGroup[] = [
  {
    file: 'src/matching/keys.ts',
    tests: ['golden', 'property', 'signed-records'],
    slips: [
      {
        about: 'a nonce of 64 back counts still',
        within: 'export function takeNonce',
        find: 'behind >= NONCE_WINDOW',
        replace: 'behind > NONCE_WINDOW',
      },
      {
        about: 'a nonce within the window may be used again',
        find: '    if ((used & bit) !== 0n) return false;\n',
        replace: '',
      },
      {
        about: 'what was used is forgotten when a higher nonce comes',
        find: 'used: kept | 1n',
        replace: 'used: 1n',
      },
      {
        about: 'the highest nonce may be used again',
        find: 'used: kept | 1n',
        replace: 'used: kept',
      },
      {
        about: 'a signature holds good for a millisecond less',
        find: 'state.time > expiresAt',
        replace: 'state.time >= expiresAt',
      },
      {
        about: 'a used nonce is good again',
        find: '    if (!fresh) return RejectCode.NONCE_USED;\n',
        replace: '',
      },
      {
        about: 'anyone who has a key signs for anyone',
        find: 'fresh !== undefined && actor === account ? 0',
        replace: 'fresh !== undefined ? 0',
      },
      {
        about: 'the account itself needs no signature',
        find: 'fresh !== undefined && actor === account ? 0',
        replace: 'actor === account ? 0',
      },
      {
        about: 'whose order is amended does not matter',
        find: "if (whose !== 'order') return NONE;",
        replace: 'return NONE;',
      },
      {
        about: 'nonces are forgotten with the key',
        find: 'state.keys.set(account, { key, highest, used });',
        replace: 'state.keys.set(account, { key, highest: 0, used: 0n });',
      },
      {
        about: 'anyone sets keys',
        find: 'if (!ownsOrOperates(state, view.getUint32(at + KEY.actor), account)) return RejectCode.FORBIDDEN;',
        replace: '',
      },
      {
        about: 'a system account has a key',
        find: '  if (refused !== 0) return refused;\n  const hasKey',
        replace: '  const hasKey',
      },
      {
        about: 'any account may have a key in a snapshot',
        find: 'row < SYSTEM_ACCOUNTS.length || ',
        replace: '',
      },
      {
        about: 'nonces below 1 may have been used',
        find: ' || used >> BigInt(room) !== 0n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/apply.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a signature is looked at where there is a key alone',
        find: 'fresh !== undefined || state.keys.size > 0',
        replace: 'state.keys.size > 0',
      },
      {
        about: 'what must be signed need not be',
        find: 'fresh !== undefined || state.keys.size > 0',
        replace: 'fresh !== undefined',
      },
    ],
  },
  {
    file: 'src/matching/administration.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a closed account keeps its key',
        find: '  state.keys.delete(account);\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/core/records.ts',
    tests: ['signed-records'],
    slips: [
      {
        about: 'any command may be signed',
        find: ' && isSignable(layout.name)',
        replace: '',
      },
      {
        about: 'what signs a record may have any form',
        find: 'if (wrong !== undefined) bad(start, wrong);',
        replace: '',
      },
      {
        about: 'a record may end inside what signs it',
        find: "    if (at + SIGNED_SIZE > end) bad(start, 'ends inside its signature');\n",
        replace: '',
      },
    ],
  },
  {
    file: 'src/engine/signed-message.ts',
    tests: ['signed-orders', 'signed-meaning'],
    slips: [
      { about: 'a signature is of any chain', find: '  log.append(chainId);\n', replace: '' },
      {
        about: 'a signature is of any type of command',
        find: '  copy(at + HEADER.type, 2);\n',
        replace: '',
      },
      {
        about: 'nonce and expiry are not signed',
        find: '  copy(signedAt(view, at) + SIGNED_AT.nonce, SIGNED_AT.signature);\n',
        replace: '',
      },
      { about: 'an id is whatever it stands for now', find: '  to.u32(row);\n', replace: '' },
      { about: 'a lot is whatever the host says', find: '  to.decimal(grid.lot);\n', replace: '' },
      {
        about: 'a quantum is whatever the host says',
        find: "  if (kind === 'asset') to.u8(assets[row]?.decimals ?? 0);\n",
        replace: '',
      },
      {
        about: 'the words of the request are signed',
        find: 'else if (!LEFT_OUT.includes(name)) copy',
        replace: 'else copy',
      },
      {
        about: 'ids are not signed',
        find: '  for (const id of ids) to.id(id);\n',
        replace: '',
      },
      {
        about: 'what is not there is signed',
        find: 'if (!isThere) to.u8(0);\n      else if',
        replace: 'if',
      },
    ],
  },
  {
    file: 'src/engine/signatures.ts',
    tests: ['signed-orders'],
    slips: [
      {
        about: 'a key that is none verifies anything',
        find: 'keyOf(bytes)?.verify(message, signature) === true',
        replace: 'keyOf(bytes)?.verify(message, signature) !== false',
      },
    ],
  },
  {
    file: 'src/engine/sequencer.ts',
    tests: ['signed-orders', 'golden'],
    slips: [
      {
        about: 'a wrong signature is taken',
        find: 'this.isForged(encoding) ? this.#forged() : ',
        replace: '',
      },
      {
        about: 'a signed request needs no chain',
        find: 'encoding.isSigned && this.#chainId === undefined',
        replace: 'this.#chainId === null',
      },
    ],
  },
  {
    file: 'src/exchange/exchange.ts',
    tests: ['signed-orders'],
    slips: [
      {
        about: 'a wrong signature is stored',
        find: 'limited ?? (sequencer.isForged(encoding) ? forged() : undefined)',
        replace: 'limited',
      },
      {
        about: 'signatures are looked at before limits',
        find: 'limited ?? (sequencer.isForged(encoding) ? forged() : undefined)',
        replace: '(sequencer.isForged(encoding) ? forged() : undefined) ?? limited',
      },
    ],
  },
];
