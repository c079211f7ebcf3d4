import type { SlipGroup } from './slip.ts';

/** Call auctions: their price, and who trades at it. */
export const AUCTION: readonly SlipGroup[] = [
  {
    file: 'src/market/clearing.ts',
    tests: ['clear-auction'],
    slips: [
      {
        about: 'an auction does without the bids at the lowest ask',
        find: 'bids.prices[bid + 1]! >= bottom',
        replace: 'bids.prices[bid + 1]! > bottom',
      },
      {
        about: 'an auction trades less where that leaves a smaller imbalance',
        find: 'compare(trades, volume) || compare(size(atLow), size(left))',
        replace: 'compare(size(atLow), size(left)) || compare(trades, volume)',
      },
      {
        about: 'an auction trades least',
        find: 'compare(trades, volume)',
        replace: 'compare(volume, trades)',
      },
      {
        about: 'the buyers that are left do not raise the price',
        find: 'left > 0n ? end : start',
        replace: 'left > 0n ? start : start',
      },
      {
        about: 'the sellers that are left do not lower the price',
        find: 'left < 0n ? start : end',
        replace: 'left < 0n ? end : end',
      },
      {
        about: 'where what is left changes sides, the reference is not looked at',
        find: '[high, atHigh] = [start, left]',
        replace: '[atHigh, atHigh] = [start, left].map(() => left) as [bigint, bigint]',
      },
      {
        about: 'the imbalance is that of another price',
        find: 'price === low ? atLow : atHigh',
        replace: 'price === high ? atLow : atHigh',
      },
      {
        about: 'a reference below all prices that are left is the price',
        find: 'Math.max(low, Math.min(high, nearest))',
        replace: 'Math.min(high, nearest)',
      },
      {
        about: 'at a rate, a bid at the rate is left out',
        find: 'bid >= price',
        replace: 'bid > price',
      },
      {
        about: 'the middle of two odd prices is a tick too low',
        find: 'high % 2 !== 0 ? halves + 1',
        replace: 'high % 2 !== 0 ? halves',
      },
      {
        about: 'the middle is rounded toward the seller',
        find: 'Math.floor(low / 2) + Math.floor(high / 2)',
        replace: 'Math.floor(low / 2) + Math.ceil(high / 2)',
      },
    ],
  },
  {
    file: 'src/market/auction.ts',
    tests: ['clear-auction'],
    slips: [
      {
        about: 'an auction that is paid as bid is paid as asked',
        find: 'price ?? buyer.price',
        replace: 'price ?? seller.price',
      },
      {
        about: 'the later one of a list goes first at its price',
        find: 'a.place - b.place',
        replace: 'b.place - a.place',
      },
      {
        about: 'the reference of an auction is not passed on',
        find: 'reference === undefined ? NaN : reference + 0',
        replace: 'reference === undefined ? reference! : NaN',
      },
      {
        about: 'quantities add up to as much as they like',
        find: 'quantity > left',
        replace: 'quantity > left + quantity',
      },
    ],
  },
];
