import type { SlipGroup } from './slip.ts';

const TESTS = ['settlement', 'settlement-exploits', 'settlement-property'];

/** Delivery periods, statements and invoices. */
export const SETTLEMENT: readonly SlipGroup[] = [
  {
    file: 'src/contracts/settlement.ts',
    tests: TESTS,
    slips: [
      {
        about: 'who is long is taken for short',
        find: 'imported - exported, sold - bought',
        replace: 'exported - imported, bought - sold',
      },
      {
        about: 'trades with oneself set prices',
        find: 'counted === 0 || buyer === seller',
        replace: 'counted === 0',
      },
      {
        about: 'trades of which nothing was delivered set prices',
        find: 'counted === 0 || buyer === seller',
        replace: 'buyer === seller',
      },
      {
        about: 'trades with oneself count as bought and as sold',
        find: '  if (buyer === seller) return;\n',
        replace: '',
      },
      {
        about: 'the utility is a neighbour',
        find: 'if (buyer === utility || seller === utility) return;',
        replace: 'if (buyer === utility) return;',
      },
      {
        about: 'the fee on energy that was not delivered is kept',
        find: '(BigInt(fee) * BigInt(counted)) / BigInt(quantity)',
        replace: 'BigInt(fee)',
      },
      {
        about: 'fees are left out of what a party pays',
        find: 'tradeCost + feeCost + imbalanceCost',
        replace: 'tradeCost + imbalanceCost',
      },
      {
        about: 'alone, what is given is paid at retail',
        find: 'drawn > 0 ? terms.retail',
        replace: 'drawn !== 0 ? terms.retail',
      },
      {
        about: 'more came from neighbours than was drawn',
        find: 'Math.min(drawn, neighbours)',
        replace: 'neighbours',
      },
      {
        about: 'the utility is cut to what it has delivered',
        find: '  positions.delete(utility);\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/contracts/imbalance.ts',
    tests: TESTS,
    slips: [
      {
        about:
          'what was sold and not delivered costs the price of the utility, however dear trades were',
        find: 'Math.max(short, highest)',
        replace: 'Math.min(short, highest)',
      },
      {
        about: 'what was bought and not used brings the feed-in price, however cheap trades were',
        find: 'Math.min(long, lowest)',
        replace: 'Math.max(long, lowest)',
      },
      {
        about: 'trades bound the prices of energy that was never traded',
        find: 'Math.max(0, isShort ? -contracted : contracted)',
        replace: 'Infinity',
      },
      {
        about: 'the tolerance knows no bounds when short',
        find: 'Math.max(tolerancePrice, highest)',
        replace: 'tolerancePrice',
      },
      {
        about: 'the tolerance knows no bounds when long',
        find: 'Math.min(tolerancePrice, lowest)',
        replace: 'tolerancePrice',
      },
      {
        about: 'tolerated is dearer than not',
        find: 'isShort ? Math.min(price, usual)',
        replace: 'isShort ? Math.max(price, usual)',
      },
      {
        about: 'the tolerance is a share of the imbalance',
        find: 'percentFee(Math.abs(contracted), tolerancePpm)',
        replace: 'percentFee(size, tolerancePpm)',
      },
      {
        about: 'the tolerance counts anew for every part of an imbalance',
        find: 'tolerance -= within;',
        replace: '',
      },
      {
        about: 'products beyond 2^53 are rounded',
        find: 'Number.isSafeInteger(product) ? BigInt(product)',
        replace: 'Number.isInteger(product) ? BigInt(product)',
      },
    ],
  },
  {
    file: 'src/contracts/delivered.ts',
    tests: TESTS,
    slips: [
      {
        about: 'a trade counts as far as one of its sides does',
        find: 'Math.min(counted.get(trade)!, parts[i]!)',
        replace: 'parts[i]!',
      },
      {
        about: 'who is short loses what it has bought',
        find: 'cut(sales.get(party) ?? [], imbalance)',
        replace: 'cut(purchases.get(party) ?? [], imbalance)',
      },
      {
        about: 'each trade is held to the whole of what was delivered',
        find: '    left -= part;\n',
        replace: '',
      },
      {
        about: 'what is left over goes to the smallest remainders',
        find: 'compare(rests[b]!, rests[a]!)',
        replace: 'compare(rests[a]!, rests[b]!)',
      },
      {
        about: 'of equal remainders the youngest gets what is left over',
        find: '|| a - b',
        replace: '|| b - a',
      },
      {
        about: 'one quantum more is given out than was delivered',
        find: 'if (left-- <= 0) break;',
        replace: 'if (left-- < 0) break;',
      },
    ],
  },
  {
    file: 'src/contracts/settlement-input.ts',
    tests: ['settlement', 'settlement-exploits', 'settlement-input'],
    slips: [
      {
        about: 'the latest reading to come counts',
        find: 'before.version < reading.version',
        replace: 'before.version !== reading.version',
      },
      {
        about: 'two readings of one version are compared only if one of them counts',
        find: '    versions.set(versionKey(reading), reading);\n',
        replace: '',
      },
      {
        about: 'a trade may be told twice',
        find: '    numbers.add(trade.trade);\n',
        replace: '',
      },
      {
        about: 'of two trades at one time the later comes first',
        find: 'a.trade - b.trade',
        replace: 'b.trade - a.trade',
        tests: ['settlement-property'],
      },
      {
        about: 'a tolerance may be better than the price of imbalance',
        find: 'tolerancePrice > short',
        replace: 'tolerancePrice > retail',
      },
    ],
  },
  {
    file: 'src/contracts/postings.ts',
    tests: ['settlement', 'settlement-property'],
    slips: [
      {
        about: 'a difference is booked the wrong way round',
        find: 'for (const posting of before) add(posting, -1n);',
        replace: 'for (const posting of before) add(posting, 1n);',
      },
      {
        about: 'what goes back is not netted with what went there',
        find: 'forward ? sign * like.amount : -sign * like.amount',
        replace: 'sign * like.amount',
      },
      {
        about: 'differences of two trades are one',
        find: '${reason} ${trade}`',
        replace: '${reason}`',
      },
    ],
  },
  {
    file: 'src/contracts/invoice.ts',
    tests: ['invoice'],
    slips: [
      {
        about: 'half a cent is always rounded up',
        find: ' && below % 2n !== 0n',
        replace: '',
      },
      {
        about: 'below zero is rounded towards zero',
        find: '((amount % unit) + unit) % unit',
        replace: 'amount % unit',
      },
      {
        about: 'what was carried over is left out',
        find: 'const due = sums.total + carry;',
        replace: 'const due = sums.total;',
      },
      {
        about: 'what is replaced counts twice',
        find: 'add(sums, statement, -1n, party)',
        replace: 'add(sums, statement, 1n, party)',
      },
    ],
  },
];
