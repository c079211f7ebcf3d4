import { describe } from 'vitest';
import type { Engine } from '../src/index.ts';
import type { Forward, ForwardTerms, Party } from '../src/market/forward.ts';
import type { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { must, read, settle, SLOT, slotMarket, trade } from './forward-stage.ts';

/** Two products: in `slot`, settled once, bob has sold 5 kWh to alice; `late` is traded yet. Carol owes the utility. */
function market(): Engine {
  const engine = slotMarket({
    min: '-0.10',
    max: '0.30',
    funds: { alice: '9', bob: '9', carol: '1' },
  });
  trade(engine, 'bob', 'alice', '5', '0.20');
  const delivery = { start: 8000, end: 9000, opensMs: -8000, gateMs: 0 };
  const bounds = { utility: 'grid', imbalanceMin: '-0.10', imbalanceMax: '0.30' };
  must(
    engine.listProduct({ ...SLOT, id: 'late', delivery, settlement: { mode: 'firm', ...bounds } }),
  );
  const early = { start: 9000, end: 9500, opensMs: -1000, gateMs: 0 };
  must(
    engine.listProduct({
      ...SLOT,
      id: 'early',
      delivery: early,
      settlement: { mode: 'firm', ...bounds },
    }),
  );
  must(
    engine.submit({ account: 'grid', product: 'late', side: 'buy', quantity: '1', price: '0.1' }),
  );
  must(engine.openAccount({ id: 'gone' }));
  must(engine.closeAccount({ account: 'gone' }));
  must(engine.setImbalancePrices({ product: 'slot', long: '0.05', short: '0.25' }));
  must(engine.advanceTime({ at: 2000 }));
  read(engine, 'carol', '10', '0');
  read(engine, 'bob', '0', '4');
  settle(engine);
  return engine;
}

const rowOf = (state: MarketState, id: string): number => state.accounts.find(id)!;
const forwardOf = (state: MarketState, id = 'slot'): Forward =>
  state.listings.products[state.listings.findProduct(id)!]!.forward!;
const partyOf = (state: MarketState, account: string, product = 'slot'): Party =>
  forwardOf(state, product).party(rowOf(state, account));

/** Other terms, whatever they say. */
const terms =
  (change: Partial<ForwardTerms>, id = 'late') =>
  (state: MarketState): void => {
    const forward = forwardOf(state, id) as { terms: ForwardTerms };
    forward.terms = { ...forward.terms, ...change };
  };
const prices =
  (change: object) =>
  (state: MarketState): void => {
    const forward = forwardOf(state);
    forward.prices = { ...forward.prices!, ...change };
  };

const LATE = 'late cannot be settled as it says';
const SLOT_FAULT = 'slot has a position or a settlement that cannot be';
const UNBALANCED = 'its books do not balance';

const FORGED: Forgeries = {
  'bounds upside down': [LATE, terms({ min: 31 })],
  'bounds that meet': [LATE, terms({ min: 30 })],
  'bounds within the band': [LATE, terms({ max: 29 })],
  'bounds above the band': [LATE, terms({ min: -9 })],
  'bounds beyond what is exact': [LATE, terms({ max: Number.MAX_SAFE_INTEGER })],
  'the world outside as the utility': [
    'early cannot be settled as it says',
    terms({ utility: 0 }, 'early'),
  ],
  'the fees as the utility': ['early cannot be settled as it says', terms({ utility: 1 }, 'early')],
  'a closed account as the utility': [
    'early cannot be settled as it says',
    (state) => terms({ utility: rowOf(state, 'gone') }, 'early')(state),
  ],
  'a utility that is not there': ['has a utility that is not there', terms({ utility: 99 })],
  'a limit below zero': [LATE, terms({ positionLimit: -1 })],
  'no delivery': [
    LATE,
    (state) => {
      const product = state.listings.products[1]! as { delivery: undefined };
      product.delivery = undefined;
    },
  ],
  'a gate after the delivery': [
    LATE,
    (state) => {
      const product = state.listings.products[1]! as { delivery: object };
      product.delivery = { ...product.delivery, gateMs: 1001 };
    },
  ],
  'no band': [
    LATE,
    (state) => {
      const each = state.listings.terms.find((some) => some?.product === 1)! as {
        band: undefined;
      };
      each.band = undefined;
    },
  ],
  'more bought than sold': [SLOT_FAULT, (state) => void (partyOf(state, 'grid').lots = 1)],
  'a sale without its collateral': [
    UNBALANCED,
    (state) => {
      partyOf(state, 'bob').lots -= 1;
      partyOf(state, 'alice').lots += 1;
    },
  ],
  'a position of someone who has no money at all': [
    UNBALANCED,
    (state) => {
      partyOf(state, 'operator').lots = -5;
      partyOf(state, 'alice').lots += 5;
    },
  ],
  'a reading of the world outside': [
    SLOT_FAULT,
    (state) => void (partyOf(state, 'outside').reading = { ...partyOf(state, 'bob').reading! }),
  ],
  'more energy than can be counted': [
    'late has a position or a settlement that cannot be',
    (state) => {
      forwardOf(state, 'late').isFinal = true;
      partyOf(state, 'grid', 'late').lots = 2 ** 53 - 2;
      partyOf(state, 'alice', 'late').lots = 2 - 2 ** 53;
    },
  ],
  'someone of whom there is nothing to say': [SLOT_FAULT, (state) => void partyOf(state, 'fees')],
  'a trade at no price that may be': [
    SLOT_FAULT,
    (state) => void forwardOf(state).tradesAt.set(31, 1),
  ],
  'fewer trades than none': [SLOT_FAULT, (state) => void forwardOf(state).tradesAt.set(5, -1)],
  'a trade before the opening': [
    'early has a position or a settlement that cannot be',
    (state) => void forwardOf(state, 'early').tradesAt.set(5, 1),
  ],
  'a reading of the utility': [
    SLOT_FAULT,
    (state) => void (partyOf(state, 'grid').reading = { ...partyOf(state, 'bob').reading! }),
  ],
  'a reading of a closed account': [
    SLOT_FAULT,
    (state) => void (partyOf(state, 'gone').reading = { ...partyOf(state, 'bob').reading! }),
  ],
  'a reading before the end of the delivery': [
    'late has a position or a settlement that cannot be',
    (state) => void (partyOf(state, 'bob', 'late').reading = { ...partyOf(state, 'bob').reading! }),
  ],
  'a reading beyond 2^52': [
    'has a reading that cannot be',
    (state) => {
      const { reading } = partyOf(state, 'bob');
      partyOf(state, 'bob').reading = { ...reading!, imported: 2 ** 52 };
    },
  ],
  'a reading below zero': [
    'has a reading that cannot be',
    (state) => {
      const { reading } = partyOf(state, 'bob');
      partyOf(state, 'bob').reading = { ...reading!, exported: -1 };
    },
  ],
  'a reading of an unknown kind': [
    'holds 3, which is in no table',
    (state) => {
      const { reading } = partyOf(state, 'bob');
      partyOf(state, 'bob').reading = { ...reading!, quality: 3 };
    },
  ],
  'something booked before there are prices': [
    SLOT_FAULT,
    (state) => void (forwardOf(state).prices = undefined),
  ],
  'something booked for the utility': [
    SLOT_FAULT,
    (state) => void (partyOf(state, 'grid').utilityCost = 1),
  ],
  'prices outside the bounds': [SLOT_FAULT, prices({ short: 31 })],
  'prices below the bounds': [SLOT_FAULT, prices({ long: -11 })],
  'prices upside down': [SLOT_FAULT, prices({ long: 26 })],
  'a tolerance at a price without one': [SLOT_FAULT, prices({ tolerancePrice: 6 })],
  'a tolerance at a price outside': [SLOT_FAULT, prices({ tolerancePpm: 1, tolerancePrice: 4 })],
  'a tolerance of more than all': [
    SLOT_FAULT,
    prices({ tolerancePpm: 1_000_001, tolerancePrice: 6 }),
  ],
  'settled for good before the end of the delivery': [
    'late has a position or a settlement that cannot be',
    (state) => void (forwardOf(state, 'late').isFinal = true),
  ],
  'settled for good, and collateral locked still': [
    UNBALANCED,
    (state) => void (forwardOf(state).isFinal = true),
  ],
  'a debt without a claim': [
    UNBALANCED,
    (state) => void (state.accounts.list[rowOf(state, 'carol')]!.debts = undefined),
  ],
  'a debt of nothing': [
    'bob owes what it cannot owe',
    (state) => {
      const [debt] = state.accounts.list[rowOf(state, 'carol')]!.debts!;
      state.accounts.list[rowOf(state, 'bob')]!.debts = [{ ...debt!, amount: 0 }];
    },
  ],
  'one debt in two parts': [
    'carol owes what it cannot owe',
    (state) => {
      const { debts } = state.accounts.list[rowOf(state, 'carol')]!;
      const [debt] = debts!;
      debt!.amount -= 1;
      debts!.push({ ...debt!, amount: 1 });
    },
  ],
  'a debt of the world outside': [
    'outside owes what it cannot owe',
    (state) => {
      const { debts } = state.accounts.list[rowOf(state, 'carol')]!;
      state.accounts.list[0]!.debts = debts;
    },
  ],
  'a debt of a closed account': [
    'gone owes what it cannot owe',
    (state) => {
      const { debts } = state.accounts.list[rowOf(state, 'carol')]!;
      state.accounts.list[rowOf(state, 'gone')]!.debts = debts;
    },
  ],
  'an order of an account in debt': [
    'order 3 is of an account in debt',
    (state) => {
      const { list } = state.accounts;
      list[rowOf(state, 'grid')]!.debts = list[rowOf(state, 'carol')]!.debts;
    },
  ],
  'a debt in an asset without claims': [
    'has a debt without an asset for the claim',
    (state) => {
      const [debt] = state.accounts.list[rowOf(state, 'carol')]!.debts!;
      state.accounts.list[rowOf(state, 'carol')]!.debts = [{ ...debt!, asset: 1 }];
    },
  ],
};

describe('a snapshot that says of a product that is sold forward', () => {
  refusesEach(FORGED, market);
});
