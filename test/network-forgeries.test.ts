import { describe } from 'vitest';
import type { Engine } from '../src/index.ts';
import { Circuit } from '../src/market/circuit.ts';
import type { FeeChange } from '../src/market/networks.ts';
import type { MarketState } from '../src/matching/state.ts';
import { HIDDEN, NETWORKED } from '../src/orderbook/flags.ts';
import type { NetworkTerms } from '../src/orderbook/lanes.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { must } from './stage.ts';
import { networkStage, wired } from './stage-network.ts';

/**
 * Two networks, of which one has a product with a limited pair of zones. Orders 1 and 2 of alice buy, in one lane, and lock nothing; 3 of
 * bob sells. Product 2 is closed.
 */
function market(): Engine {
  const engine = networkStage();
  must(engine.listNetwork({ id: 'island', tick: '0.01' }));
  must(engine.addZone({ network: 'island', id: 'harbour', gridAccount: 'bob' }));
  must(engine.setGridFee({ network: 'grid', from: 'north', to: 'south', feeTicks: 3 }));
  must(engine.setCapacity({ product: 'wired', from: 'north', to: 'south', quantityLots: 9 }));
  must(engine.setPartner({ account: 'alice', partner: 'bob', rule: 'excluded' }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1', network: 'grid' };
  must(engine.listProduct({ id: 'over', ...grid }));
  must(engine.closeProduct({ product: 'over' }));
  wired(engine, 'alice', 'buy', 3, -5, { only: ['solar'] });
  wired(engine, 'alice', 'buy', 3, -5, { only: ['solar'] });
  wired(engine, 'bob', 'sell', 3, 5, { attributes: ['wind'], onlyZones: ['south'] });
  must(engine.openAccount({ id: 'gone' }));
  must(engine.closeAccount({ account: 'gone' }));
  return engine;
}

type Loose = Record<string, unknown>;
const loose = (value: unknown): Loose => value as Loose;
const slotOf = (state: MarketState, id: number): number => state.orders.slotOf(id);
const productOf = (state: MarketState, id: string) =>
  state.listings.products[state.listings.findProduct(id)!]!;

/** Writes other terms of an order. */
const terms =
  (id: number, change: Partial<NetworkTerms>) =>
  (state: MarketState): void => {
    const slot = slotOf(state, id);
    (state.networked as Map<number, NetworkTerms>).set(slot, {
      ...state.networked.get(slot)!,
      ...change,
    });
  };
const account =
  (zone: number, row: (state: MarketState) => number) =>
  (state: MarketState): void => {
    loose(state.networks.zones[zone])['gridAccount'] = row(state);
  };
const flag =
  (id: number, change: (flags: number) => number) =>
  (state: MarketState): void => {
    const slot = slotOf(state, id);
    state.orders.setFlags(slot, change(state.orders.flags(slot)));
  };

/** Of the fee from north to a zone. */
const change = (version: number, to: number, ticks: number): FeeChange => ({
  version,
  from: 0,
  to,
  ticks,
});

const FEES = 'has fees that cannot be';
const CANNOT_BE = 'has an order with terms that cannot be';
const NOBODY = 'it has grid fees that nobody can get';
const PARTNERS = 'it has partner rules that cannot be';

const FORGED: Forgeries = {
  'one id for two networks': [
    'has grid twice',
    ({ networks }) => void (loose(networks.list[1])['id'] = 'grid'),
  ],
  'one id for two zones': [
    'has north twice',
    ({ networks }) => void (loose(networks.zones[2])['id'] = 'north'),
  ],
  'a network without a step': [
    'holds a step of 0 / 10^3',
    ({ networks }) => void (loose(networks.list[0])['tick'] = { mantissa: 0, decimals: 3 }),
  ],
  'more zones than a network may have': [
    'has too many zones',
    ({ networks }) => {
      for (let i = 0; i < 31; i++) networks.addZone(networks.list[0]!, `zone-${i}`, 3);
    },
  ],
  'a zone of no network': [
    'names row 9 of 2',
    ({ networks }) => void (loose(networks.zones[2])['network'] = { row: 9 }),
  ],
  'grid fees of no account': ['names row 99 of 8', account(0, () => 99)],
  'grid fees for outside': [NOBODY, account(0, ({ accounts }) => accounts.find('outside')!)],
  'grid fees for a closed account': [NOBODY, account(2, ({ accounts }) => accounts.find('gone')!)],
  'a fee below zero': [
    'holds less than nothing',
    ({ networks }) => void networks.list[0]!.changes.push(change(9, 1, -1)),
  ],
  'a fee of a zone that there is not': [
    'names zone 2 of 2',
    ({ networks }) => void networks.list[0]!.changes.push(change(9, 2, 1)),
  ],
  'two fees of one version': [
    'has fees out of order',
    ({ networks }) => void networks.list[0]!.changes.push(change(2, 1, 1)),
  ],
  'fees of a version that was left out': [
    FEES,
    ({ networks }) => void networks.list[0]!.changes.push(change(4, 1, 1)),
  ],
  'fees that are known from no version on': [
    FEES,
    ({ networks }) => void (networks.list[0]!.oldestVersion = 0),
  ],
  'fees that are known from a version on that is yet to come': [
    FEES,
    ({ networks }) => void (networks.list[0]!.oldestVersion = 3),
  ],
  'a fee that ought to be forgotten': [
    FEES,
    ({ networks }) => {
      networks.list[0]!.setFee(0, 1, 4);
      networks.list[0]!.oldestVersion = 3;
    },
  ],
  'an order from before the fees that are known': [
    CANNOT_BE,
    (state) => {
      state.networks.list[0]!.forgetBefore(2);
      terms(1, { feeVersion: 1 })(state);
    },
  ],
  'a product of another step than its network': [
    'has wired in a network of another tick',
    (state) => void (loose(productOf(state, 'wired').network)['network'] = state.networks.list[1]),
  ],
  'a product that is traded in auctions too': [
    'has wired in a network, and in auctions',
    (state) =>
      void (loose(productOf(state, 'wired'))['call'] = { pricing: 0, reference: NaN, everyMs: 0 }),
  ],
  'a product with a circuit too': [
    'wired has a network and a circuit',
    (state) => {
      const distance = { ticks: 1, ppm: 0 };
      productOf(state, 'wired').circuit = new Circuit(distance, { ticks: 0, ppm: 0 }, 0, NaN);
    },
  ],
  'less than no capacity': [
    'holds less than nothing',
    (state) => void productOf(state, 'wired').network!.capacity.set(0, -1),
  ],
  'capacity where trade is over': [
    'over has capacity and is over',
    (state) => void productOf(state, 'over').network!.capacity.set(0, 5),
  ],
  'an order out of no zone': ['names zone 7 of 2', terms(1, { zone: 7 })],
  'an order that buys and says what it is': [CANNOT_BE, terms(1, { attributes: 1 })],
  'an order that buys what there is not': [CANNOT_BE, terms(1, { only: 32 })],
  'an order from before the first fees': [CANNOT_BE, terms(1, { feeVersion: 0 })],
  'an order under fees that are yet to come': [CANNOT_BE, terms(1, { feeVersion: 3 })],
  'an order that sells what there is not': [CANNOT_BE, terms(3, { attributes: 32 })],
  'an order that sells and chooses': [CANNOT_BE, terms(3, { only: 1 })],
  'an order that sells under fees': [CANNOT_BE, terms(3, { feeVersion: 1 })],
  'an order that sells and pays more': [CANNOT_BE, terms(3, { premiums: [0, 1, 0, 0, 0] })],
  'an order for a zone that there is not': [CANNOT_BE, terms(3, { onlyZones: 4 })],
  'a premium below zero': ['holds less than nothing', terms(1, { premiums: [-1, 0, 0, 0, 0] })],
  'a hidden order in a network': [CANNOT_BE, flag(1, (flags) => flags | HIDDEN)],
  'a price that cannot be added to a fee': [
    'order 1 is in no network that it could be in',
    ({ orders }) => orders.setPrice(orders.slotOf(1), 0 - 2 ** 51),
  ],
  'a lane out of order': [
    'it has a lane out of order',
    (state) => {
      state.walkSide = (row, side, visit) => {
        state.lanes[row]?.slots(side).reverse().every(visit);
      };
    },
  ],
  'a rule about oneself': [
    PARTNERS,
    ({ partners, accounts }) => {
      const alice = accounts.find('alice')!;
      partners.get(alice)!.set(alice, 1);
    },
  ],
  'an account with rules, but none': [
    PARTNERS,
    ({ partners, accounts }) => void partners.set(accounts.find('bob')!, new Map()),
  ],
  'rules of a system account': [
    PARTNERS,
    ({ partners, accounts }) => void partners.set(0, new Map([[accounts.find('bob')!, 1]])),
  ],
  'rules of a closed account': [
    PARTNERS,
    ({ partners, accounts }) =>
      void partners.set(accounts.find('gone')!, new Map([[accounts.find('bob')!, 1]])),
  ],
  'a rule that there is not': [
    'holds 3, which is in no table',
    ({ partners, accounts }) =>
      void partners.get(accounts.find('alice')!)!.set(accounts.find('bob')!, 3),
  ],
  'a rule that was taken back': [
    'holds 0, which is in no table',
    ({ partners, accounts }) =>
      void partners.get(accounts.find('alice')!)!.set(accounts.find('bob')!, 0),
  ],
  'an order without the mark of its network': [
    'order 3 is in no network that it could be in',
    flag(3, (flags) => flags & ~NETWORKED),
  ],
};

describe('a snapshot that says of networks', () => refusesEach(FORGED, market));
