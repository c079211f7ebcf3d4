import type { SlipGroup } from './slip.ts';

const TESTS = ['golden', 'forward', 'forward-exploits', 'forward-property'];

/** Energy that is sold before it is there. */
export const FORWARD: readonly SlipGroup[] = [
  {
    file: 'src/contracts/collateral.ts',
    tests: TESTS,
    slips: [
      {
        about: 'who buys locks what a sale may come to cost',
        find: 'lots * (side === Side.buy',
        replace: 'lots * (side === Side.sell',
      },
      {
        about: 'the utility alone locks collateral',
        find: 'account === forward.terms.utility) return moneyLock',
        replace: 'account !== forward.terms.utility) return moneyLock',
      },
      {
        about: 'what a settlement pays for contracted energy can be carried off',
        find: 'worstCost(forward, account, lots) - contractCost',
        replace: 'worstCost(forward, account, lots)',
      },
      {
        about: 'a final settlement keeps the collateral',
        find: '  if (forward.isFinal) return 0;\n',
        replace: '',
      },
      {
        about: 'who has closed a position is still kept',
        find: '  forward.forget(account);\n',
        replace: '',
        tests: ['forward-property'],
      },
    ],
  },
  {
    file: 'src/contracts/transaction.ts',
    tests: TESTS,
    slips: [
      {
        about: 'trades with oneself bound the price of imbalance',
        find: 'if (between) product',
        replace: 'product',
        tests: ['forward', 'forward-property'],
      },
      {
        about: 'who buys at market has sold',
        find: 'sideOf(flags) === Side.buy ? lots : 0 - lots',
        replace: 'sideOf(flags) === Side.buy ? 0 - lots : lots',
      },
    ],
  },
  {
    file: 'src/contracts/recall-forward.ts',
    tests: TESTS,
    slips: [
      {
        about: 'the price of a trade that was recalled goes on to bound',
        find: '  if (changes.length > 0) forward.countTrades(price, -1);\n',
        replace: '',
      },
      {
        about: 'a recall asks for no collateral',
        find: 'money.get(account)! - BigInt(locked)',
        replace: 'money.get(account)!',
      },
      {
        about: 'a trade is recalled that there never was',
        find: '    if (!forward.tradesAt.has(price)) return false;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/contracts/forward-cost.ts',
    tests: TESTS,
    slips: [
      {
        about: 'what was given counts as drawn',
        find: 'imported - exported - contracted',
        replace: 'exported - imported - contracted',
      },
      {
        about: 'what moved from one part to the other need not be booked',
        find: 'contract === BigInt(party.contractCost) && utility === BigInt(party.utilityCost)',
        replace: 'contract + utility === BigInt(party.contractCost) + BigInt(party.utilityCost)',
      },
      {
        about: 'a product is forgotten before all of it is booked',
        find: 'if (!isBooked(forwardCost(forward, grid, party, range), party)) return false;',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/positions.ts',
    tests: TESTS,
    slips: [
      {
        about: 'a position stops one lot short of its limit',
        find: 'reached > most',
        replace: 'reached >= most',
      },
      {
        about: 'of two orders of which one cancels the other both count',
        find: ' && !isSecond(orders, slot, side)',
        replace: '',
      },
      {
        about: 'anyone has as many open orders as it likes',
        find: 'orders.own.count(row, account) < MAX_FORWARD_ORDERS',
        replace: 'orders.own.count(row, account) < Infinity',
      },
      {
        about: 'an amended order counts twice',
        find: '!instead.includes(slot) && ',
        replace: '',
      },
      {
        about: 'what follows on a bracket as soon as it ends is not counted',
        find: 'reached += toFollow(orders, slot)',
        replace: 'continue',
      },
      {
        about: 'what follows on a bracket is counted before it has traded',
        find: 'orders.total(slot) - orders.open(slot)',
        replace: 'orders.total(slot)',
      },
    ],
  },
  {
    file: 'src/matching/readings.ts',
    tests: TESTS,
    slips: [
      {
        about: 'a reading takes the place of another one of its version',
        find: ' || (version === latest && version !== LAST_READING)',
        replace: '',
      },
      {
        about: 'meters are read a millisecond late',
        find: 'time >= delivery!.end',
        replace: 'time > delivery!.end',
      },
      {
        about: 'a meter may not record readings',
        find: 'role === Role.operator || (role === Role.meter && version !== LAST_READING)',
        replace: 'role === Role.operator',
      },
      {
        about: 'a meter has the last word',
        find: ' && version !== LAST_READING);',
        replace: ');',
      },
      {
        about: 'the last word cannot be taken back',
        find: ' && version !== LAST_READING)) {',
        replace: ')) {',
      },
      {
        about: 'the account of the fees has a meter',
        find: 'account !== FEES && ',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/settle.ts',
    tests: TESTS,
    slips: [
      {
        about: 'a utility that can just pay does not',
        find: 'return cash < 0n',
        replace: 'return cash <= 0n',
        tests: ['forward-property', 'golden', 'forward-exploits'],
      },
      {
        about: 'who closed its position needs a reading too',
        find: 'lots !== 0 && reading',
        replace: 'reading',
      },
      {
        about: 'what was booked before is booked again',
        find: 'cost.contract + cost.utility - BigInt(party.contractCost)',
        replace: 'cost.contract + cost.utility',
      },
      {
        about: 'who owes keeps its orders',
        find: 'if (owed > 0) slotsOf',
        replace: 'if (owed < 0) slotsOf',
      },
      {
        about: 'what orders of debtors hold does not pay',
        find: '  if (cash < 0n) cash += paidByOrders(state, bills);\n',
        replace: '',
      },
      {
        about: 'after the final settlement nobody needs a reading',
        find: '(final === 1 || forward.isFinal) && isUnread',
        replace: 'final === 1 && isUnread',
      },
      {
        about: 'a claim beyond what can be counted is booked',
        find: '  if (BigInt(claims) + owed > MAX) return RejectCode.MINT_LIMIT;\n',
        replace: '',
        tests: ['forward-exploits'],
      },
    ],
  },
  {
    file: 'src/matching/debts.ts',
    tests: TESTS,
    slips: [
      {
        about: 'money of any kind pays a debt',
        find: '    if (debt.asset !== asset) continue;\n',
        replace: '',
      },
      {
        about: 'what is paid stays a claim',
        find: '    ledger.release(ledger.row(creditor, claim), amount);\n',
        replace: '',
      },
      {
        about: 'what a creditor gets does not pay what it owes',
        find: 'payers.push(creditor)',
        replace: 'void creditor',
      },
      {
        about: 'what comes by a second way does not go on',
        find: 'if (!before.has(creditor)) payers',
        replace: 'if (!payers.includes(creditor)) payers',
      },
      {
        about: 'an account with a position may be closed',
        find: '|| forward?.parties.has(account)',
        replace: '',
      },
    ],
  },
];
