import type { SlipGroup } from './slip.ts';

/** Products that trade in auctions. */
export const CALL: readonly SlipGroup[] = [
  {
    file: 'src/matching/auction.ts',
    tests: ['golden', 'call-auction'],
    slips: [
      {
        about: 'in an auction the earlier one of two is the taker',
        find: 'orders.priority(bid) > orders.priority(ask)',
        replace: 'orders.priority(bid) < orders.priority(ask)',
      },
      {
        about: 'an auction that is paid as bid is paid as asked in the engine',
        find: "pricing === Pricing['pay-as-bid'] ? orders.price(bid)",
        replace: "pricing === Pricing['pay-as-bid'] ? orders.price(ask)",
      },
      {
        about: 'an auction does not look at the last price',
        find: 'Number.isNaN(reference) ? lastPrice : reference',
        replace: 'reference',
      },
      {
        about: 'an ask at the price of the auction is left out',
        find: 'orders.price(ask) > price',
        replace: 'orders.price(ask) >= price',
      },
      {
        about: 'a bid below the price of the auction trades',
        find: 'orders.price(bid) < price ||',
        replace: 'orders.price(bid) + 1 < price ||',
      },
      {
        about: 'what is good for an auction outlives it',
        find: '  endGoodForAuction(state, product, outbox);\n',
        replace: '',
      },
      {
        about: 'orders that were good for an auction end by place, not by id',
        find: 'orders.id(a) - orders.id(b)',
        replace: 'orders.id(b) - orders.id(a)',
      },
      {
        about: 'own orders are looked at after the price is found',
        find: '  preventOwnTrades(state, product, ownMeetings(state, product, call), outbox);\n  const clearing = clearingOf(state, product, call, NOTHING_LOST);\n',
        replace:
          '  const clearing = clearingOf(state, product, call, NOTHING_LOST);\n  preventOwnTrades(state, product, ownMeetings(state, product, call), outbox);\n',
      },
      {
        about: 'the mode of the earlier one of two own orders decides',
        within: 'function preventOwnTrades(',
        find: 'orders.flags(later)',
        replace: 'orders.flags(earlier)',
      },
      {
        about: 'an order that has traded in parts is told of as shown in the last of them',
        find: 'endFilled(state, outbox, bid, bought)',
        replace: 'endFilled(state, outbox, bid, lots)',
        tests: ['market-data', 'property'],
      },
      {
        about: 'what an auction leaves of the ask at the top is not told',
        find: '      writeRemains(state, ask, sold, outbox);\n      return quantity;',
        replace: '      return quantity;',
      },
      {
        about: 'an auction leaves the last price as it was',
        find: '  product.lastPrice = price;\n',
        replace: '',
      },
      {
        about: 'what is bought in an auction does not count',
        find: '(flags & COUNTED) !== 0',
        replace: '(flags & COUNTED) < 0',
      },
      {
        about: 'the buyers that an auction leaves are counted as sellers',
        find: '[product.row, ...found, quantity, bidsLeft, asksLeft]',
        replace: '[product.row, ...found, quantity, asksLeft, bidsLeft]',
      },
      {
        about: 'an auction is held of a product that is halted',
        find: '  if (refused !== 0) return refused;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/own-meetings.ts',
    tests: ['call-own-orders', 'golden'],
    slips: [
      {
        about: 'own orders that cross are passed over where all others allow it',
        find: 'book.preventing === 0',
        replace: 'book.preventing <= 1',
      },
      {
        about: 'at a rate, own orders meet that do not accept it',
        find: 'const highest = isRate ? reference : orders.price(bid)',
        replace: 'const highest = isRate ? Infinity : orders.price(bid)',
      },
      {
        about: 'own orders at one price do not meet',
        find: 'price >= own.bestAsk',
        replace: 'price > own.bestAsk',
      },
      {
        about: 'own orders meet in the order of the book',
        find: '  keys.sort();\n',
        replace: '',
      },
      {
        about: 'of instants far apart the latest is the first',
        find: 'orders.priority(a) - orders.priority(b)',
        replace: 'orders.priority(b) - orders.priority(a)',
      },
      {
        about: 'an order that allows own trades keeps from them',
        find: 'mode !== SelfTrade.allow && ',
        replace: '',
      },
      {
        about: 'whose earlier order is cancelled loses the later one too',
        find: 'mode === SelfTrade.cancelMaker ? 0',
        replace: 'mode === SelfTrade.cancelMaker ? open',
      },
      {
        about: 'whose later order is cancelled loses the earlier one too',
        find: 'mode === SelfTrade.cancelTaker ? 0',
        replace: 'mode === SelfTrade.cancelTaker ? first.open',
      },
      {
        about: 'of own offers the dearest is met first',
        find: ': a.key < b.key',
        replace: ': a.key > b.key',
      },
      {
        about: 'of own orders at one price the latest is met first',
        find: 'a.rank < b.rank',
        replace: 'a.rank > b.rank',
      },
      {
        about: 'the order that comes up in a heap is not compared with both below',
        find: 'if (below + 1 < length && ',
        replace: 'if (below + 1 > length && ',
      },
      {
        about: 'lots that an order loses at several meetings count once',
        find: '(lost.get(slot) ?? 0) + lots',
        replace: 'lots',
      },
      {
        about: 'what own orders lose is told of the other side',
        find: 'sideOf(orders.flags(slot)) !== side',
        replace: 'sideOf(orders.flags(slot)) === side',
      },
      {
        about: 'a price at which nothing is left counts',
        find: 'if (some > 0n) addTo',
        replace: 'if (some >= 0n) addTo',
      },
    ],
  },
  {
    file: 'src/market/call.ts',
    tests: ['call-auction', 'golden'],
    slips: [
      {
        about: 'the first auction is said to be at the opening',
        find: 'Math.max(1, ',
        replace: 'Math.max(0, ',
      },
      {
        about: 'an auction is held at the gate, and another one',
        find: 'at < gateAt(delivery)',
        replace: 'at <= gateAt(delivery)',
      },
    ],
  },
  {
    file: 'src/matching/life-cycle.ts',
    tests: ['golden', 'call-auction'],
    slips: [
      {
        about: 'the gate closes without an auction',
        within: 'function closeGate(',
        find: 'status === ProductStatus.open',
        replace: 'status === ProductStatus.scheduled',
      },
      {
        about: 'a product that is halted has its auctions',
        within: 'function holdPlanned(',
        find: 'status === ProductStatus.open',
        replace: 'status !== ProductStatus.closed',
      },
      {
        about: 'of several auctions that are due the first alone is held',
        within: 'function holdPlanned(',
        find: 'planNext(state, product, time)',
        replace: 'planNext(state, product)',
      },
    ],
  },
  {
    file: 'src/matching/schedule.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'auctions are held before gates close at the same instant',
        find: 'gate: 1, auction: 2',
        replace: 'gate: 2, auction: 1',
      },
    ],
  },
  {
    file: 'src/matching/admission.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an order for an auction may want to trade so much on entry',
        find: '(flags & POST_ONLY) === 0 && entry.minQuantity === 0',
        replace: '(flags & POST_ONLY) === 0',
      },
      {
        about: 'an order for an auction may want to trade whole on entry',
        find: 'timeInForce !== TimeInForce.ioc && timeInForce !== TimeInForce.fok',
        replace: 'timeInForce !== TimeInForce.ioc',
      },
      {
        about: 'a market order stays after the next auction',
        find: 'entry.flags = limitForSession(flags)',
        replace: 'entry.flags = limitForSession(flags) & 0x7fff',
      },
    ],
  },
  {
    file: 'src/matching/submit.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an order for an auction trades on entry',
        find: 'product.call !== undefined || ',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/amend.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an order for an auction trades when it is amended',
        find: '    product.call === undefined &&\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/take.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an order that waits for an auction can be taken',
        find: '  if (product.call !== undefined) return RejectCode.NOT_IN_CALL;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/encode.ts',
    tests: ['call-auction'],
    slips: [
      {
        about: 'a snapshot forgets when auctions are held',
        find: 'call?.everyMs ?? 0',
        replace: 'call === undefined ? 0 : 0',
      },
    ],
  },
  {
    file: 'src/matching/soundness.ts',
    tests: ['auction-forgeries'],
    slips: [
      {
        about: 'the book of a product without auctions may be crossed',
        find: 'if (crossed && !call)',
        replace: 'if (crossed && call)',
      },
      {
        about: 'any order may wait for an auction',
        find: '(orders.flags(slot) & ~FOR_AUCTION) !== 0',
        replace: '(orders.flags(slot) & ~FOR_AUCTION) < 0',
      },
    ],
  },
  {
    file: 'src/engine/auction-obstacles.ts',
    tests: ['explain-auction'],
    slips: [
      {
        about: 'an order is said to meet an own one that takes nothing off it',
        find: ' && meetings[i + 2]! > 0',
        replace: '',
      },
      {
        about: 'lots that are gone before the auction are said to stand before an order',
        find: ' - (lost.get(slot) ?? 0))',
        replace: ')',
      },
      {
        about: 'what is left of an order that meets an own one is not looked at',
        find: ' && openLots > 0',
        replace: ' && openLots > Infinity',
      },
      {
        about: 'orders at the same price are not before an order',
        find: 'orders.price(slot) !== price && ',
        replace: '',
      },
      {
        about: 'what others leave is said to be more than it is',
        find: 'const rest = clearing.volume',
        replace: 'const rest = 1n + clearing.volume',
      },
    ],
  },
  {
    file: 'src/engine/call-views.ts',
    tests: ['explain-auction', 'call-auction'],
    slips: [
      {
        about: 'the auction at the gate is not foreseen',
        find: 'Number.isNaN(next) ? gateAt(delivery) : next',
        replace: 'Number.isNaN(next) ? undefined : next',
      },
    ],
  },
  {
    file: 'src/engine/explain.ts',
    tests: ['explain-auction'],
    slips: [
      {
        about: 'an order that an auction has ended is said to wait for one',
        find: "reason !== 'auction'",
        replace: "reason !== 'halted'",
      },
    ],
  },
];
