import type { SlipGroup } from './slip.ts';

/** Who trades with whom, what becomes of an order, what is refused and as what. */
export const MATCHING: readonly SlipGroup[] = [
  {
    file: 'src/matching/match.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a trade is settled at the price of the taker',
        find: 'f64[maker * WORDS + PRICE]',
        replace: 'f64[taker * WORDS + PRICE]',
      },
      {
        about: 'a trade of all that the taker wants ends the maker',
        find: 'lots === makerOpen',
        replace: 'lots === takerOpen',
      },
      {
        about: 'the receipt counts the last fill only',
        find: 'receipt.filled += lots',
        replace: 'receipt.filled = lots',
      },
      {
        about: 'the last price is the limit of the taker',
        find: 'product.lastPrice = state.fill.price',
        replace: 'product.lastPrice = limit',
      },
      {
        about: 'cancelling both keeps the maker',
        find: 'mode !== SelfTrade.cancelTaker',
        replace: 'mode === SelfTrade.cancelMaker',
      },
      {
        about: 'an order that self-trade prevention takes down to nothing goes on',
        find: 'lots === open',
        replace: 'lots > open',
      },
      {
        about: 'self-trade prevention makes the total of an order larger',
        find: 'orders.total(slot) - lots',
        replace: 'orders.total(slot) + lots',
      },
      {
        about: 'the reduced order is said to rest when it comes in',
        find: 'standingOf(orders, slot)]',
        replace: 'rests ? 0 : 1]',
        tests: ['property', 'golden'],
      },
      {
        about: 'the rest of an immediate order rests',
        find: 'timeInForce >= TimeInForce.ioc',
        replace: 'timeInForce > TimeInForce.ioc',
      },
      {
        about: 'priorities are counted from zero',
        within: 'export function finish(',
        find: '++state.lastPriority',
        replace: 'state.lastPriority++',
      },
      {
        about: 'the rest of an immediate order is said to be cancelled',
        find: 'EndReason.unfilled',
        replace: 'EndReason.cancelled',
      },
    ],
  },
  {
    file: 'src/matching/walk.ts',
    tests: ['golden', 'preview', 'property'],
    slips: [
      {
        about: 'a buyer does not trade at its limit',
        find: 'price <= limit',
        replace: 'price < limit',
      },
      {
        about: 'a seller does not trade at its limit',
        find: 'price >= limit',
        replace: 'price > limit',
      },
      {
        about: 'an own order behind the last fill stands in the way',
        find: 'left === 0 ||',
        replace: 'left < 0 ||',
      },
      {
        about: 'the dry walk stops where cancel-maker goes on',
        find: 'mode !== SelfTrade.cancelMaker',
        replace: 'mode !== SelfTrade.cancelBoth',
      },
      {
        about: 'the dry walk goes on with all it wants after a decrement',
        find: 'SelfTrade.decrement) left -= lots',
        replace: 'SelfTrade.decrement) left -= 0',
      },
      {
        about: 'a market order locks the fee of a maker',
        find: '{ takerPpm }',
        replace: '{ makerPpm: takerPpm }',
      },
      {
        about: 'the preview tells the fee of the last fill',
        find: 'answer.fees += fee',
        replace: 'answer.fees = fee',
        tests: ['preview'],
      },
    ],
  },
  {
    file: 'src/matching/take.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'nobody can take all of an order',
        find: 'lots > orders.tradable(maker)',
        replace: 'lots >= orders.tradable(maker)',
      },
      {
        about: 'a take locks the fee of a maker',
        find: '{ takerPpm }',
        replace: '{ makerPpm: takerPpm }',
      },
      {
        about: 'a halted product is told before a frozen account',
        find: 'accountRefusal(state, account) ||',
        replace: 'productRefusal(state, product.row) || accountRefusal(state, account) ||',
      },
    ],
  },
  {
    file: 'src/matching/amend.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an order amended to what has traded goes on with nothing',
        find: 'open <= 0',
        replace: 'open < 0',
      },
      {
        about: 'an amendment to the same quantity keeps its place',
        find: 'open < orders.open(slot)',
        replace: 'open <= orders.open(slot)',
      },
      {
        about: 'a version that is yet to come is not stale',
        find: 'expected !== orders.version(slot)',
        replace: 'expected < orders.version(slot)',
      },
      {
        about: 'an order that enters anew keeps the terms of old',
        find: 'orders.setTerms(slot, product.terms)',
        replace: 'orders.setTerms(slot, orders.terms(slot))',
      },
      {
        about: 'more of an order makes its total less',
        find: 'orders.total(slot) + (open - before.open)',
        replace: 'orders.total(slot) - (open - before.open)',
      },
      {
        about: 'less of an order in place leaves its version',
        within: 'function reduceInPlace',
        find: 'orders.version(slot) + 1',
        replace: 'orders.version(slot) + 0',
      },
      {
        about: 'the exposure of an amended order is looked at only if its price is wrong',
        find: ') ||\n    exposureLimit(state, product, amended.account,',
        replace: ') &&\n    exposureLimit(state, product, amended.account,',
      },
    ],
  },
  {
    file: 'src/matching/admission.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an order may enter at the instant of its expiry',
        find: 'entry.expiresAt <= state.time',
        replace: 'entry.expiresAt < state.time',
      },
      {
        about: 'a market order is protected by the wrong edge of the band',
        find: 'band.high : band.low',
        replace: 'band.low : band.high',
      },
      {
        about: 'the minimum quantity itself is too little',
        find: 'filled < entry.minQuantity',
        replace: 'filled <= entry.minQuantity',
      },
      {
        about: 'fill or kill trades up to an order of its own',
        find: 'filled < entry.quantity || meetsOwn',
        replace: 'filled < entry.quantity && meetsOwn',
      },
      {
        about: 'a sliding order slides into the book',
        find: 'side === Side.buy ? -1 : 1',
        replace: 'side === Side.buy ? 1 : -1',
      },
      {
        about: 'the upper edge of the band is outside of it',
        find: 'price <= high',
        replace: 'price < high',
      },
      {
        about: 'a market order to sell needs energy that nobody buys',
        find: 'entry.lots = filled',
        replace: 'entry.lots = entry.quantity',
      },
    ],
  },
  {
    file: 'src/matching/timers.ts',
    tests: ['golden', 'indexes', 'property'],
    slips: [
      {
        about: 'an order outlives the instant of its expiry',
        find: '#expiresAt[slot]! <= time',
        replace: '#expiresAt[slot]! < time',
      },
      {
        about: 'of two orders that expire together the later one goes first',
        find: 'ids.id(a) < ids.id(b)',
        replace: 'ids.id(a) > ids.id(b)',
      },
      {
        about: 'a timer sinks past its left neighbour',
        find: '2 * place + 1',
        replace: '2 * place + 2',
      },
      {
        about: 'a timer rises by the wrong branch',
        find: '(place - 1) >> 1',
        replace: 'place >> 1',
        tests: ['indexes'],
      },
    ],
  },
  {
    file: 'src/matching/command-window.ts',
    tests: ['golden', 'engine-history', 'property'],
    slips: [
      {
        about: 'a command id is forgotten one command too early',
        find: 'sequence - COMMAND_WINDOW',
        replace: 'sequence + 1 - COMMAND_WINDOW',
        tests: ['engine-history'],
      },
      {
        about: 'half of a digest is enough for a repetition',
        find: 'digestHigh === digestHigh && earlier',
        replace: 'digestHigh === digestHigh || earlier',
      },
      {
        about: 'a forgotten command is forgotten by its sequence only',
        find: 'this.#byId.delete(old.commandId)',
        replace: 'this.#byId.delete(`${old.sequence}`)',
        tests: ['engine-history'],
      },
    ],
  },
  {
    file: 'src/matching/apply.ts',
    tests: ['golden', 'engine-history', 'property'],
    slips: [
      {
        about: 'two commands at one instant are out of order',
        find: 'time < state.time',
        replace: 'time <= state.time',
      },
    ],
  },
  {
    file: 'src/matching/cancel.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'cancelling all of an account in a product takes those of others too',
        find: '!ofAccount || isOwn(slot)',
        replace: '!ofAccount || ofProduct',
      },
      {
        about: 'an operator may not cancel all of another account',
        find: '!own && !isOperator',
        replace: '!own || !isOperator',
      },
    ],
  },
  {
    file: 'src/matching/events.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a trade tells the fee of the seller as that of the buyer',
        find: 'TRADE.buyerFee, fill.buyerFee',
        replace: 'TRADE.buyerFee, fill.sellerFee',
      },
      {
        about: 'the maker of a trade is told to be its taker',
        find: 'TRADE.takerOrder, f64[taker',
        replace: 'TRADE.takerOrder, f64[maker',
      },
      {
        about: 'the first words of a sequence past 2^32 are lost',
        find: '(sequence - sequenceLow) / TWO_32',
        replace: '(sequence - sequence) / TWO_32',
        tests: ['snapshot'],
      },
      {
        about: 'the energy that an order released is told as its money',
        find: 'ENDED.releasedMoney, release.money',
        replace: 'ENDED.releasedMoney, release.energy',
      },
    ],
  },
  {
    file: 'src/matching/ending.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a timer outlives its order',
        within: 'function unlinkOrder(',
        find: 'TimeInForce.gtd',
        replace: 'TimeInForce.ioc',
      },
      {
        about: 'the expiry of an order is lost when it enters anew',
        find: 'expires ? timers.expiresAt(slot) : 0',
        replace: 'expires ? state.time : 0',
      },
    ],
  },
  {
    file: 'src/matching/administration.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'new terms have the version of the old ones',
        find: 'old.version + 1',
        replace: 'old.version + 0',
      },
      {
        about: 'a band is read with its high edge as the low one',
        find: 'low: readI64(view, at + 1)',
        replace: 'low: readI64(view, at + 9)',
      },
    ],
  },
];
