import type { SlipGroup } from './slip.ts';

/** Balances, and who may move them. */
export const LEDGER: readonly SlipGroup[] = [
  {
    file: 'src/ledger/ledger.ts',
    tests: ['golden', 'ledger'],
    slips: [
      {
        about: 'the last quantum cannot be minted',
        find: '+ amount <= MAX_INTEGER',
        replace: '+ amount < MAX_INTEGER',
      },
      {
        about: 'the last quantum cannot be locked',
        find: 'return amount <= (row',
        replace: 'return amount < (row',
      },
      {
        about: 'what a fill costs is paid out',
        find: '(before - after - cost)',
        replace: '(before - after + cost)',
      },
      {
        about: 'the first balance is lost when the ledger grows',
        find: 'let row = 0; row < this.rows',
        replace: 'let row = 1; row < this.rows',
        tests: ['ledger', 'golden'],
      },
      {
        about: 'an account has one balance for all assets',
        find: '!== account || i32',
        replace: '!== account && i32',
        tests: ['ledger', 'golden'],
      },
    ],
  },
  {
    file: 'src/matching/funds.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'nobody can withdraw all',
        within: 'export function withdraw(',
        find: 'amount > state',
        replace: 'amount >= state',
      },
      {
        about: 'nobody can transfer all',
        within: 'export function transfer(',
        find: 'amount > state',
        replace: 'amount >= state',
      },
    ],
  },
  {
    file: 'src/matching/permission.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a frozen operator may operate',
        find: '=== AccountStatus.open',
        replace: '!== AccountStatus.closed',
      },
    ],
  },
];
