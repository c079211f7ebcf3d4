import type { SlipGroup } from './slip.ts';

/** Two orders of which one cancels the other. */
export const LINKED_ORDERS: readonly SlipGroup[] = [
  {
    file: 'src/contracts/pair-lock.ts',
    tests: ['golden', 'linked'],
    slips: [
      {
        about: 'a pair locks the money of the one that needs less',
        find: 'money: Math.max(one.money, other.money)',
        replace: 'money: Math.min(one.money, other.money)',
      },
      {
        about: 'a pair locks the energy of both',
        find: 'energy: Math.max(one.energy, other.energy)',
        replace: 'energy: one.energy + other.energy',
      },
      {
        about: 'the second holds all that it would alone',
        find: 'own.money - first.money',
        replace: 'own.money - 0',
      },
      {
        about: 'the first holds what is left over',
        find: 'orders.id(slot) < orders.id(partner)',
        replace: 'orders.id(slot) > orders.id(partner)',
      },
      {
        about: 'what a buyer traded its partner could still deliver',
        find: 'ledger.release(orders.energyRow(slot), before.energy - after.energy)',
        replace: 'ledger.release(orders.energyRow(slot), after.energy - after.energy)',
      },
      {
        about: 'the pair counts what has traded as open',
        find: 'pairLock(holdings, product, slot, open - lots)',
        replace: 'pairLock(holdings, product, slot, open - 0)',
      },
    ],
  },
  {
    file: 'src/matching/pairs.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a second order outside the band is let in',
        find: 'firstOf(admitPrice(state, product, first), admitPrice(state, product, second))',
        replace: 'firstOf(admitPrice(state, product, first), admitPrice(state, product, first))',
      },
      {
        about: 'an amended stop order of a pair that enters is not asked for the collar',
        within: 'function enterLinkedAnew(',
        find: 'admitPrice(state, product, amended)',
        replace: 'admitPrice(state, product, { ...amended, flags: orders.flags(slot) })',
      },
      {
        about: 'a second order enters whose partner was filled',
        find: 'orders.partner(leg.slot) !== pairs[i]',
        replace: 'orders.partner(leg.slot) === pairs[i + 2]',
      },
      {
        about: 'the receipt counts what the second traded',
        find: 'if (i === 0) filled = receipt.filled',
        replace: 'if (i >= 0) filled = receipt.filled',
      },
      {
        about: 'a second stop order waits though its price was reached',
        find: 'stopPrice, product.lastPrice);',
        replace: 'stopPrice, NaN);',
      },
      {
        about: 'an amendment may let the two trade with each other',
        find: 'cross(amended, other) ? RejectCode.LEGS_CROSS : 0',
        replace: 'cross(amended, amended) ? RejectCode.LEGS_CROSS : 0',
      },
      {
        about: 'a partner of which there is more keeps its place',
        find: 'const more = open > openBefore;',
        replace: 'const more = open > openBefore + 1;',
      },
    ],
  },
  {
    file: 'src/matching/ending.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a partner ends for the reason of the other',
        find: 'endOne(state, outbox, partner, EndReason.oco)',
        replace: 'endOne(state, outbox, partner, reason)',
      },
    ],
  },
  {
    file: 'src/matching/match.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'what an incoming order trades its partner keeps',
        find: 'if (orders.open(taker) > 0) shrinkPartner(state, taker, lots, outbox)',
        replace: 'if (lots < 0) shrinkPartner(state, taker, lots, outbox)',
      },
      {
        about: 'the total of a partner counts what the other traded',
        find: 'orders.setTotal(slot, orders.total(slot) - lots)',
        replace: 'orders.setTotal(slot, orders.total(slot) - 0)',
      },
    ],
  },
  {
    file: 'src/matching/walk.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a pair offers its quantity twice',
        find: 'linked.has(orders.partner(maker))',
        replace: 'linked.has(maker)',
      },
    ],
  },
  {
    file: 'src/matching/stops.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a stop order that ended before its turn counts among those of a cascade',
        find: 'if (slot === NONE) continue;',
        replace: 'if (slot === NONE && ++count > 0) continue;',
        tests: ['linked'],
      },
    ],
  },
  {
    file: 'src/matching/soundness.ts',
    tests: ['linked-forgeries'],
    slips: [
      {
        about: 'a partner may have more open',
        find: 'orders.open(slot) === orders.open(partner) &&',
        replace: 'orders.open(slot) <= orders.total(partner) &&',
      },
      {
        about: 'a partner may be of another account',
        find: 'orders.account(slot) === orders.account(partner) &&',
        replace: 'orders.account(slot) <= orders.account(partner) + 9 &&',
      },
    ],
  },
  {
    file: 'src/contracts/bracket-lock.ts',
    tests: ['linked', 'golden'],
    slips: [
      {
        about: 'the cheaper of two exits is reserved',
        find: 'Math.max(lock(takeProfit), lock(stopLimit))',
        replace: 'Math.min(lock(takeProfit), lock(stopLimit))',
      },
      {
        about: 'what is bought is free until the order ends',
        find: 'if (sideOf(flags) === Side.buy) ledger.lock(',
        replace: 'if (sideOf(flags) > Side.sell) ledger.lock(',
      },
      {
        about: 'the reserve stays where it is when the quantity changes',
        find: 'reserve(holdings, product, slot, lots, terms) - before',
        replace: 'before - before',
      },
      {
        about: 'what is kept is released too',
        find: 'reservedEnergy(holdings, product, slot) - energyAmount(product, kept)',
        replace: 'reservedEnergy(holdings, product, slot) - energyAmount(product, 0)',
      },
    ],
  },
  {
    file: 'src/matching/brackets.ts',
    tests: ['golden', 'linked'],
    slips: [
      {
        about: 'a stop limit outside the band is let in',
        find: '[exits.takeProfit, exits.stopLimit]',
        replace: '[exits.takeProfit, exits.takeProfit]',
      },
      {
        about: 'an order is let in whose exits nobody can pay',
        find: 'state.ledger.covers(entry.moneyRow, locks)',
        replace: 'state.ledger.covers(entry.moneyRow, 0)',
      },
      {
        about: 'the receipt counts what exits trade',
        find: '  receipt.filled = filled;\n',
        replace: '  receipt.filled += filled;\n',
        tests: ['linked'],
      },
      {
        about: 'both exits stand at the take-profit',
        find: 'price: exit.stopLimit',
        replace: 'price: exit.takeProfit',
      },
    ],
  },
  {
    file: 'src/matching/ending.ts',
    tests: ['golden', 'linked'],
    slips: [
      {
        about: 'exits follow for all that was asked for',
        find: 'orders.total(slot) - orders.open(slot)',
        replace: 'orders.total(slot) - 0',
      },
    ],
  },
];
