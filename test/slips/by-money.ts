import type { SlipGroup } from './slip.ts';

/** Market orders that are bounded by money. */
export const BY_MONEY: readonly SlipGroup[] = [
  {
    file: 'src/matching/walk.ts',
    tests: ['golden', 'by-money'],
    slips: [
      {
        about: 'an all-or-none order is filled with what the taker has had elsewhere',
        find: 'orders.open(taker) < orders.open(maker)',
        replace: 'orders.total(taker) < orders.open(maker)',
      },
      {
        about: 'the last quantum is not spent',
        find: 'takerCost(product, side, price, lots, takerPpm, account) > money',
        replace: 'takerCost(product, side, price, lots, takerPpm, account) >= money',
      },
      {
        about: 'the lot that costs the last quantum is not bought',
        within: 'function payableLots(',
        find: 'takerCost(product, Side.buy, price, middle, ppm, account) > money',
        replace: 'takerCost(product, Side.buy, price, middle, ppm, account) >= money',
      },
      {
        about: 'what was spent before is forgotten',
        within: 'function payableLots(',
        find: 'if (spent + takerCost',
        replace: 'if (takerCost',
      },
      {
        about: 'of what is too dear one lot is bought',
        find: 'let [payable, dear] = [0, lots]',
        replace: 'let [payable, dear] = [1, lots]',
      },
      {
        about: 'the most does not count the fee',
        within: 'function takerCost(',
        find: 'percentFee(Math.abs(value), ppm)',
        replace: '0',
      },
      {
        about: 'all-or-none orders are bought in part for want of money',
        find: 'if ((orders.flags(maker) & ALL_OR_NONE) !== 0) return true;',
        replace: 'if ((orders.flags(maker) & ALL_OR_NONE) > 1 << 30) return true;',
      },
      {
        about: 'what is beyond the money is looked for on',
        find: 'answer.beyond = left - lots;',
        replace: 'answer.beyond = 0;',
      },
      {
        about: 'the walk goes on behind what is too dear',
        within: 'export function walk(',
        find: '      left = lots;',
        replace: '      left = left + 0;',
      },
      {
        about: 'an all-or-none order is met though its whole is not paid for',
        find: 'cost > 0 && cost > state.exactLock',
        replace: 'cost < 0 && cost > state.exactLock',
      },
      {
        about: 'an own all-or-none order is passed over for want of money',
        find: 'own && selfTradeOf(flags) !== SelfTrade.allow',
        replace: 'own && selfTradeOf(flags) === SelfTrade.allow',
      },
    ],
  },
  {
    file: 'src/matching/admission.ts',
    tests: ['golden', 'by-money'],
    slips: [
      {
        about: 'an order for which there is too little money is accepted and ends',
        find: 'filled === 0 && tooDear',
        replace: 'filled < 0 && tooDear',
      },
      {
        about: 'an order with nothing to buy has too little money',
        find: 'filled === 0 && tooDear',
        replace: 'filled === 0 && entry.maxMoney < Infinity',
      },
      {
        about: 'an order is for more than is paid for',
        find: 'entry.quantity -= beyond',
        replace: 'entry.quantity -= 0',
      },
    ],
  },
  {
    file: 'src/matching/submit-special.ts',
    tests: ['golden', 'by-money'],
    slips: [
      {
        about: 'a fill-or-kill order is looked at anew without its money',
        find: 'trades(state, product, entry, entry.maxMoney)',
        replace: 'trades(state, product, entry, 0)',
      },
      {
        about: 'the most that an order may cost is forgotten',
        find: 'bounded ? readI64(view, at + AT.maxMoney) : Infinity',
        replace: 'Infinity',
      },
    ],
  },
  {
    file: 'src/engine/preview.ts',
    tests: ['by-money'],
    slips: [
      {
        about: 'a preview knows no bound of money',
        find: 'walk(state, product, entry, entry.maxMoney)',
        replace: 'walk(state, product, entry, 0)',
      },
    ],
  },
];
