import type { SlipGroup } from './slip.ts';

/** Slips in networks: zones, grid fees, capacity, filters, partners, premiums. */
export const NETWORKS: readonly SlipGroup[] = [
  {
    file: 'src/matching/approach.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'a buyer pays the premium and not the fee',
        find: 'fee - raise : raise - fee',
        replace: 'raise - fee : raise - fee',
      },
      {
        about: 'of one effective price the last in time comes first',
        find: 'priority < bestPriority',
        replace: 'priority > bestPriority',
      },
      {
        about: 'capacity is of the other direction',
        find: 'pair: pairOf(seller.zone, buyer.zone)',
        replace: 'pair: pairOf(buyer.zone, seller.zone)',
      },
      {
        about: 'nothing is taken off the capacity',
        find: 'this.#capacity.set(this.pair, left - lots)',
        replace: 'this.#capacity.set(this.pair, left)',
      },
      {
        about: 'a resting sell trades at what it comes to',
        find: 'this.#side === Side.buy ? orders.price(maker) : bestPrice',
        replace: 'bestPrice',
      },
      {
        about: 'the sum of the premiums is paid',
        find: 'premium = Math.max(premium, ticks)',
        replace: 'premium += ticks',
      },
      {
        about: 'energy has to be all that a buyer names',
        find: '(order.only & other.attributes) === 0',
        replace: '(order.only & other.attributes) !== order.only',
      },
      {
        about: 'a filter asks for the zone of the order itself',
        find: 'order.onlyZones >>> other.zone',
        replace: 'order.onlyZones >>> order.zone',
      },
      {
        about: 'partner rules bind one side',
        find: '(accepts(state, one, other) && accepts(state, other, one))',
        replace: 'accepts(state, one, other)',
      },
      {
        about: 'who wants some trades with all',
        find: 'if (each === PartnerRule.wanted) return false',
        replace: 'if (each === PartnerRule.none) return false',
      },
    ],
  },
  {
    file: 'src/contracts/network-lock.ts',
    tests: ['lock-fills', 'golden'],
    slips: [
      {
        about: 'a lock forgets the premium',
        find: 'price + maxPremium;',
        replace: 'price;',
      },
      {
        about: 'a lock forgets how far below zero a price may be',
        find: 'Math.max(Math.abs(most), Math.abs(most - maxFee))',
        replace: 'Math.abs(most)',
      },
      {
        about: 'a lock counts the highest fee always',
        find: 'Math.max(Math.abs(most), Math.abs(most - maxFee))',
        replace: 'Math.abs(most) + maxFee',
      },
    ],
  },
  {
    file: 'src/contracts/network-trade.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'the grid fee is of the price',
        find: 'energyValue(product, gridFee, lots)',
        replace: 'energyValue(product, price, lots)',
      },
      {
        about: 'percent fees are taken of the grid fee too',
        find: 'const size = Math.abs(value)',
        replace: 'const size = Math.abs(value + carried)',
      },
    ],
  },
  {
    file: 'src/matching/network-match.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'the fee goes to the zone that the energy comes from',
        find: 'state.ledger.row(to.gridAccount',
        replace: 'state.ledger.row(from.gridAccount',
      },
      {
        about: 'a dry run takes more than may go from zone to zone',
        find: 'Math.min(lots, approach.capacity)',
        replace: 'lots',
      },
      {
        about: 'a market order locks the last sum and not the highest',
        find: 'Math.max(answer.peak, answer.cost)',
        replace: 'answer.cost',
        tests: ['networks'],
      },
    ],
  },
  {
    file: 'src/matching/network-orders.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'an amended order keeps its old fees',
        find: 'state.networked.set(slot, terms)',
        replace: 'state.networked.set(slot, oldTerms)',
      },
    ],
  },
  {
    file: 'src/matching/network-admission.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'one lane more than there may be',
        find: 'side.size - leaving >= MAX_LANES',
        replace: 'side.size - leaving > MAX_LANES',
      },
      {
        about: 'an order that leaves its lane has to find another place',
        find: 'side.size - leaving >=',
        replace: 'side.size >=',
      },
      {
        about: 'a buyer slides up',
        find: 'buys ? -1 : 1',
        replace: 'buys ? 1 : -1',
      },
    ],
  },
  {
    file: 'src/matching/network-take.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'a buyer that takes looks at the price without the fee',
        find: 'buys ? resting + gridFee : price',
        replace: 'buys ? resting : price',
      },
      {
        about: 'a take does not use capacity',
        find: 'member.capacity.set(pair, left - lots)',
        replace: 'member.capacity.set(pair, left)',
      },
      {
        about: 'a take passes filters by',
        find: '!suitEachOther(buyer, seller) || ',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/network-administration.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'a recall gives no capacity back',
        find: 'left + told.lots',
        replace: 'left',
      },
      {
        about: 'one zone more than there may be',
        find: 'network.zones.length === MAX_ZONES',
        replace: 'network.zones.length > MAX_ZONES',
      },
    ],
  },
  {
    file: 'src/market/networks.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'a buyer pays the fees that came after it',
        find: 'list[middle]!.version <= version',
        replace: 'list[middle]!.version <= version + 1',
      },
      {
        about: 'the highest fee never falls',
        find: 'let highest = 0;',
        replace: 'let highest = this.highestFee(to, version);',
        tests: ['networks'],
      },
    ],
  },
  {
    file: 'src/orderbook/lanes.ts',
    tests: ['golden', 'networks'],
    slips: [
      {
        about: 'an order of old fees stands with those of new ones',
        find: '...premiums, feeVersion].join()',
        replace: '...premiums].join()',
      },
    ],
  },
  {
    file: 'src/engine/network-obstacles.ts',
    tests: ['explain-networks'],
    slips: [
      {
        about: 'a fee is said to be a price',
        find: 'gapTicks <= gridFeeTicks',
        replace: 'gapTicks < gridFeeTicks',
      },
      {
        about: 'the order with the most obstacles is said to be the nearest',
        find: 'nearer < 0',
        replace: 'nearer > 0',
      },
    ],
  },
  {
    file: 'src/exchange/limits.ts',
    tests: ['exchange-limits'],
    slips: [
      {
        about: 'orders in a network may rest without end',
        find: "command === 'submit' || command === 'submitInNetwork'",
        replace: "command === 'submit'",
      },
    ],
  },
];
