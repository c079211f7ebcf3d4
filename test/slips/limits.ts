import type { SlipGroup } from './slip.ts';

/** What keeps an account or a product in bounds. */
export const LIMITS: readonly SlipGroup[] = [
  {
    file: 'src/matching/cancel.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'whoever is killed goes on',
        within: 'export function kill(',
        find: 'AccountStatus.frozen',
        replace: 'AccountStatus.open',
      },
      {
        about: 'a kill looks like a cancel',
        find: 'EndReason.killed',
        replace: 'EndReason.cancelled',
      },
      {
        about: 'anyone may kill an account',
        within: 'export function kill(',
        find: '!ownsOrOperates(state, view.getUint32(at + KILL.actor), account)',
        replace: '!knownAccount(state, view.getUint32(at + KILL.actor))',
      },
      {
        about: 'a closed account is frozen',
        within: 'export function kill(',
        find: 'refused !== 0',
        replace: 'refused < 0',
      },
    ],
  },
  {
    file: 'src/matching/recall-trade.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'the latest trade cannot be recalled',
        find: 'trade > state.lastTrade',
        replace: 'trade >= state.lastTrade',
      },
      {
        about: 'a trade is recalled twice',
        find: 'state.recalled.add(told.trade);',
        replace: '',
      },
      {
        about: 'a closed seller gets energy',
        find: ' || receiverRefusal(state, seller)',
        replace: '',
      },
    ],
  },
  {
    file: 'src/contracts/recall-trade.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: "the seller's fee stays with the fees",
        find: '-buyerFee - sellerFee',
        replace: '-buyerFee',
      },
      {
        about: 'the seller gets the fee once more',
        find: 'sellerFee - value',
        replace: '0n - value',
      },
      {
        about: 'who is on both sides has one entry only',
        find: '(sums.get(account) ?? 0n) + amount',
        replace: 'amount',
      },
      {
        about: 'the last quantum cannot be given back',
        find: 'amount < 0n) return false',
        replace: 'amount <= 0n) return false',
      },
      {
        about: 'energy is given back that is not there',
        find: ' || !covers(ledger, energyAsset, goods)',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/soundness.ts',
    tests: ['snapshot-limits'],
    slips: [
      {
        about: 'a trade was recalled that is yet to come',
        find: 'trade > lastTrade',
        replace: 'trade < lastTrade',
      },
      {
        about: 'a snapshot may count from a trade that is yet to come',
        find: 'since > lastTrade',
        replace: 'since < 0',
      },
      {
        about: 'a snapshot may have positions in closed products',
        find: 'lots === 0 || over',
        replace: 'lots === 0',
      },
    ],
  },
  {
    file: 'src/matching/account-limits.ts',
    tests: ['golden', 'account-limits', 'property'],
    slips: [
      {
        about: 'one order more than the limit may stand',
        find: '+ more > most',
        replace: '> most',
      },
      {
        about: 'the last quantum of an exposure is refused',
        find: 'exposure > BigInt(most.amount)',
        replace: 'exposure >= BigInt(most.amount)',
      },
      {
        about: 'what locks nothing is refused',
        find: 'money <= 0',
        replace: 'money < 0',
      },
      {
        about: 'money of another asset is at stake',
        find: ' || most.asset !== product.moneyAsset',
        replace: '',
      },
      {
        about: 'positions in another money are at stake',
        find: 'if (product.moneyAsset === asset) exposure',
        replace: 'exposure',
      },
      {
        about: 'the maker has what the taker bought',
        find: 'orders.account(maker), 0 - bought',
        replace: 'orders.account(maker), bought',
      },
      {
        about: 'a trade from before the limit is recalled out of a position',
        find: 'trade > since',
        replace: 'trade >= 0',
      },
      {
        about: 'other limits begin to count anew',
        find: 'state.lastTrade : before.since',
        replace: 'state.lastTrade : state.lastTrade',
      },
      {
        about: 'a position that came to nothing stays',
        find: 'if (position === 0) positions.delete(product.row);\n  else positions',
        replace: 'positions',
      },
      {
        about: 'a recall counts in a closed product',
        find: ' || isOver(product.status)',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/match.ts',
    tests: ['golden', 'account-limits'],
    slips: [
      {
        about: 'what a limited taker trades is not counted',
        find: '(flags & COUNTED) !== 0',
        replace: '(makerFlags & COUNTED) !== 0',
      },
    ],
  },
  {
    file: 'src/orderbook/orders.ts',
    tests: ['golden', 'account-limits', 'snapshot-limits'],
    slips: [
      {
        about: 'an order of a counted account is never given back',
        find: 'if ((flags & COUNTED) !== 0) this.#count(slot, -1);',
        replace: '',
      },
      {
        about: 'orders that were there before do not count',
        find: 'if ((this.flags(slot) & COUNTED) !== 0) this.#count(slot, 1);',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/permission.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a closed product can be resumed',
        find: 'isOver(product.status)',
        replace: 'product.status === ProductStatus.gateClosed',
      },
    ],
  },
  {
    file: 'src/market/circuit.ts',
    tests: ['circuit', 'golden', 'property'],
    slips: [
      {
        about: 'a price of exactly a window ago is too young',
        find: '.time <= now - this.windowMs',
        replace: '.time < now - this.windowMs',
      },
      {
        about: 'a part of a price is no limit by itself',
        find: 'ticks + ppm > 0',
        replace: 'ticks > 0',
      },
      {
        about: 'of two prices at one time the first stays',
        find: 'changes.pop();',
        replace: 'return;',
      },
      {
        about: 'what was left behind is taken along',
        find: 'changes.slice(this.#first)',
        within: '  reference(now: number)',
        replace: 'changes.slice(0)',
      },
      {
        about: 'a resumed product remembers',
        find: 'this.#changes = [];\n    this.#first = 0;\n  }\n\n  /** The price that',
        replace: '}\n\n  /** The price that',
      },
    ],
  },
  {
    file: 'src/matching/circuit.ts',
    tests: ['golden', 'circuit', 'property'],
    slips: [
      {
        about: 'a buyer at the edge of the collar is refused',
        find: 'price > edge',
        replace: 'price >= edge',
      },
      {
        about: 'a seller at the edge of the collar is refused',
        find: 'price < edge',
        replace: 'price <= edge',
      },
      {
        about: 'a circuit counts from nothing',
        find: 'windowMs, lastPrice) : undefined',
        replace: 'windowMs, NaN) : undefined',
      },
      {
        about: 'a move that is just allowed halts',
        find: 'Math.abs(price - reference) >',
        replace: 'Math.abs(price - reference) >=',
      },
      {
        about: 'only rises are too far',
        find: 'Math.abs(price - reference)',
        replace: '(price - reference)',
      },
      {
        about: 'a move is a part of the price that it leads to',
        find: 'ticksFrom(reference, move)',
        replace: 'ticksFrom(price, move)',
      },
      {
        about: 'of a distance and a part of a price the smaller one holds',
        find: 'Math.max(ticks,',
        replace: 'Math.min(ticks,',
      },
      {
        about: 'a part of a price below zero is below zero',
        find: 'Math.abs(price), ppm',
        replace: 'price, ppm',
      },
      {
        about: 'a buyer is bound by the collar in price alone',
        find: 'lastPrice + ticks',
        replace: 'lastPrice + circuit.collar.ticks',
      },
      {
        about: 'a seller is bound by the collar in price alone',
        find: 'lastPrice - ticks',
        replace: 'lastPrice - circuit.collar.ticks',
      },
      {
        about: 'a circuit has both a collar and a halt, or neither',
        find: 'isSet(collar) || isSet(move)',
        replace: 'isSet(collar) && isSet(move)',
      },
      {
        about: 'a halt is as wide as the collar',
        find: 'AT.haltMovePpm',
        replace: 'AT.collarPpm',
      },
      {
        about: 'a circuit tells the part of its collar as that of its halt',
        find: 'move.ticks, move.ppm',
        replace: 'move.ticks, collar.ppm',
      },
    ],
  },
  {
    file: 'src/core/forms.ts',
    tests: ['core', 'golden'],
    slips: [
      {
        about: 'a halt by a part of a price has no window',
        find: 'share > 0 ||',
        replace: 'share < 0 ||',
      },
    ],
  },
  {
    file: 'src/matching/encode.ts',
    tests: ['golden', 'circuit', 'property'],
    slips: [
      {
        about: 'a snapshot leaves out the parts of a price',
        within: 'function encodeCircuits(',
        find: 'to.u32(ppm)',
        replace: 'to.u32(0)',
      },
    ],
  },
  {
    file: 'src/matching/decode.ts',
    tests: ['circuit'],
    slips: [
      {
        about: 'a restored circuit may be wider than the price',
        find: 'ticks < 0 || ppm > PPM',
        replace: 'ticks < 0 || ppm < 0',
      },
      {
        about: 'a restored circuit may be narrower than nothing',
        find: 'ticks < 0 || ppm > PPM',
        replace: 'ticks + ppm < 0 || ppm > PPM',
      },
      {
        about: 'a restored circuit may halt without a window',
        find: 'isSet(move) === windowMs > 0',
        replace: 'windowMs >= 0',
      },
    ],
  },
  {
    file: 'src/engine/fields.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'a repeated command may halt by another part of a price',
        find: 'halt: HALT_FIELDS',
        replace: "halt: ['move', 'windowMs']",
      },
    ],
  },
  {
    file: 'src/engine/circuit-views.ts',
    tests: ['circuit'],
    slips: [
      {
        about: 'a product with a collar alone is told to halt',
        find: 'isSet(move) ? halt : undefined',
        replace: 'halt',
      },
      {
        about: 'a product is told to halt by the part of its collar',
        find: 'movePpm: shareOf(move)',
        replace: 'movePpm: shareOf(collar)',
      },
    ],
  },
  {
    file: 'src/engine/encoders.ts',
    tests: ['bad-input', 'circuit'],
    slips: [
      {
        about: 'a collar may be forgotten',
        find: 'collar === undefined && collarPpm === undefined',
        replace: 'collar === null && collarPpm === undefined',
      },
      {
        about: 'a halt may be by nothing',
        find: 'move === undefined && movePpm !== undefined',
        replace: 'move === undefined',
      },
      {
        about: 'a part of a price may be nothing',
        within: 'function shareArgument(',
        find: 'argument, 1, PPM',
        replace: 'argument, 0, PPM',
      },
    ],
  },
];
