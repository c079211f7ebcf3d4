import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Engine, fromSteps, type RecallTradeRequest, type TradeView } from '../src/index.ts';
import { deliver, eur, must, read, settle, slotMarket, wealth } from './forward-stage.ts';

const HOMES = ['anna', 'ben', 'cleo', 'dan'];
const PARTIES = [...HOMES, 'grid'];
const SEED = 20_261_124;
const RUNS = Number(process.env['FORWARD_RUNS'] ?? 30);
const [MIN, MAX] = [-10, 40];
const cents = (ticks: number): string => fromSteps(ticks, '0.01');
const kWh = (lots: number): string => fromSteps(lots, '0.001');

const home = fc.constantFrom(...HOMES);
const cent = fc.integer({ min: MIN, max: MAX });
const metered = fc.record({ account: home, imported: fc.nat(30_000), exported: fc.nat(9000) });
const order = fc.record({
  account: fc.oneof({ arbitrary: home, weight: 8 }, fc.constant('grid')),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  quantity: fc.integer({ min: 1, max: 5000 }).map(kWh),
  price: cent.map(cents),
});
const slot = fc.record({
  funds: fc.tuple(...HOMES.map(() => fc.integer({ min: 1, max: 300 }))),
  feesPpm: fc.nat(5000),
  orders: fc.array(order, { minLength: 10, maxLength: 40 }),
  prices: fc.tuple(cent, cent).map((two) => two.sort((a, b) => a - b).map(cents)),
  readings: fc.array(metered, { minLength: 1, maxLength: 6 }),
  corrections: fc.array(metered, { maxLength: 6 }),
  recalled: fc.nat(),
  paidIn: fc.array(fc.tuple(home, fc.integer({ min: 1, max: 500 })), { maxLength: 4 }),
});

/** What an account has of an asset, available and locked. */
function held(engine: Engine, account: string, asset: string): number {
  const { availableQuanta, lockedQuanta } = engine.balance(account, asset);
  if (account !== 'outside') expect(Math.min(availableQuanta, lockedQuanta)).toBeGreaterThan(-1);
  return availableQuanta + lockedQuanta;
}

/** Adds the books up, by what the accounts say that they have, and not by what the engine says of it. */
function addUp(engine: Engine, paidIn: number): void {
  const accounts = engine.accounts().map(({ id }) => id);
  const sum = (of: (account: string) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  expect(held(engine, 'outside', 'EUR')).toBe(-paidIn);
  expect(sum((account) => (account === 'outside' ? 0 : held(engine, account, 'EUR')))).toBe(paidIn);
  for (const account of accounts) expect(held(engine, account, 'kWh')).toBe(0);
  const owed = sum((account) =>
    engine.debts(account).reduce((total, { amountQuanta }) => total + amountQuanta, 0),
  );
  expect(engine.balance('grid', 'EUR.due')).toMatchObject({
    availableQuanta: 0,
    lockedQuanta: owed,
  });
  const { parties } = engine.settlement('slot')!;
  // What one has bought another has sold, and what meters drew beyond that the utility stands in for.
  expect(parties.reduce((lots, { quantityLots }) => lots + quantityLots, 0)).toBe(0);
  const byUtility = parties.find(({ account }) => account === 'grid')?.quantityLots ?? 0;
  const metered = parties.reduce((total, { reading }) => {
    return total + (reading?.importedQuanta ?? 0) - (reading?.exportedQuanta ?? 0);
  }, 0);
  const outOfBalance = parties.reduce((total, each) => total + (each.imbalanceQuanta ?? 0), 0);
  if (engine.settlement('slot')!.prices !== undefined)
    expect(outOfBalance).toBe(metered + byUtility);
}

/** After the gate nothing is locked but collateral. */
function onlyCollateral(engine: Engine): void {
  for (const account of PARTIES) {
    const [position] = engine.positions(account);
    const { lockedQuanta } = engine.balance(account, 'EUR');
    expect(lockedQuanta).toBe(position?.collateralQuanta ?? 0);
    expect(engine.openOrders({ account })).toEqual([]);
  }
}

/** What takes a trade back says all of it again. */
function recallOf(each: TradeView): RecallTradeRequest {
  const { trade, product, buyer, seller, quantityLots, priceTicks } = each;
  const { buyerFeeQuanta, sellerFeeQuanta } = each;
  const fees = { buyerFeeQuanta, sellerFeeQuanta };
  return { trade, product, buyer, seller, quantityLots, priceTicks, ...fees };
}

/** What an account has paid for imbalance so far, or owes for it, in quanta. */
function booked(engine: Engine, account: string): number {
  const { parties } = engine.settlement('slot')!;
  const found = parties.find((party) => party.account === account);
  return Number((found?.booked ?? '0').replace('.', ''));
}

type Slot = typeof slot extends fc.Arbitrary<infer T> ? T : never;

/** The life of a product that is sold forward, added up after each of its steps. */
function live({ funds, feesPpm, orders, prices, ...later }: Slot, seen: Set<string>): void {
  const terms = { makerPpm: feesPpm, takerPpm: feesPpm };
  const each = Object.fromEntries(HOMES.map((id, at) => [id, cents(funds[at]!)]));
  const engine = slotMarket({ min: cents(MIN), max: cents(MAX), terms, funds: each });
  let paidIn = eur(1_000_000) + funds.reduce((sum, hundredths) => sum + hundredths * 1e7, 0);
  const step = (name: string, act: () => void): void => {
    act();
    addUp(engine, paidIn);
    seen.add(name);
  };
  step('opened', () => undefined);
  for (const each of orders)
    step('traded', () => void engine.submit({ product: 'slot', selfTrade: 'allow', ...each }));
  step('gate closed', () => must(engine.advanceTime({ at: 900 })));
  onlyCollateral(engine);
  step('delivered', () => deliver(engine, prices[0]!, prices[1]!));
  const settled = (name: string): void => {
    const before = HOMES.map((id) => wealth(engine, [id]) + booked(engine, id));
    step(name, () => settle(engine));
    if (HOMES.some((id) => engine.debts(id).length > 0)) seen.add('in debt');
    // Who has less has been booked for it, to the last quantum.
    expect(HOMES.map((id) => wealth(engine, [id]) + booked(engine, id))).toEqual(before);
  };
  for (const [name, readings] of [
    ['settled', later.readings],
    ['corrected', later.corrections],
  ] as const) {
    for (const { account, imported, exported } of readings)
      step('read', () => read(engine, account, kWh(imported), kWh(exported)));
    settled(name);
  }
  const trades = [...engine.trades()];
  const trade = trades[later.recalled % Math.max(trades.length, 1)];
  if (trade !== undefined) step('recalled', () => void engine.recallTrade(recallOf(trade)));
  for (const [account, hundredths] of later.paidIn) {
    paidIn += hundredths * 1e7;
    step('paid in', () =>
      must(engine.deposit({ account, asset: 'EUR', amount: cents(hundredths) })),
    );
  }
  for (const { account, reading } of engine.settlement('slot')!.parties) {
    if (reading === undefined && account !== 'grid')
      step('read', () => read(engine, account, '0', '0'));
  }
  step('final', () => settle(engine, true));
  onlyCollateral(engine);
  for (const account of PARTIES) expect(engine.balance(account, 'EUR').lockedQuanta).toBe(0);
}

test('nothing comes of nothing: trade, gate, delivery, shortfall, correction, recall, debts paid', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(slot, (each) => live(each, seen)),
    { numRuns: RUNS, seed: SEED },
  );
  for (const name of ['traded', 'corrected', 'in debt', 'recalled', 'paid in', 'final'])
    expect(seen).toContain(name);
});
