import { Engine, type Outcome } from '../src/index.ts';
import { makeNeighbourhood, randomSource } from '../examples/neighbourhood/homes.ts';
import { runMarket } from '../examples/neighbourhood/market.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case } from './suite.ts';

const TARIFFS = { retail: 300_000, feedIn: 80_000 };
const SEED = 1;

/** A year of 17 made-up homes, hour by hour, as `npm start` trades it. */
export function yearCase(): Case {
  return {
    name: 'year17',
    async measure(plan, note) {
      const homes = makeNeighbourhood(17, plan.size(365), SEED, 60);
      const seconds: number[] = [];
      let [commands, trades, hash] = [0, 0, ''];
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        collectGarbage();
        const result = runMarket(homes, TARIFFS, 'continuous', SEED);
        seconds.push(result.seconds);
        const { commands: carriedOut, allTrades, conserved, marketHash: found } = result;
        if (!conserved) throw new Error('the books do not balance');
        if (round > 0 && found !== hash) throw new Error('the same year came out otherwise');
        [commands, trades, hash] = [carriedOut, allTrades, found];
      }
      return {
        unit: 's',
        // The first one warms up.
        median: median(seconds.slice(1)),
        details: { periods: homes.periods, commands, trades },
        checksum: hash.slice(0, 16),
      };
    },
  };
}

const ACCOUNTS = 1000;
const PRICES = 1001;

/** One call auction over a million orders, half of them on each side, at 1,001 prices. */
export function auctionCase(): Case {
  return {
    name: 'auction1M',
    async measure(plan, note) {
      const seconds: number[] = [];
      const withOwn: number[] = [];
      const orders = plan.size(1_000_000);
      let [trades, hash] = [0, ''];
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        withOwn.push(heldIn(filledBook(orders, 'cancelTaker')));
        const engine = filledBook(orders, 'allow');
        seconds.push(heldIn(engine));
        trades = countOf(engine.trades());
        const found = engine.marketHash();
        if (!engine.isConserved()) throw new Error('the books do not balance');
        if (round > 0 && found !== hash) throw new Error('the same auction came out otherwise');
        hash = found;
      }
      return {
        unit: 's',
        median: median(seconds.slice(1)),
        details: { orders, trades, ownOrdersMeet: median(withOwn.slice(1)) },
        checksum: hash.slice(0, 16),
      };
    },
  };
}

/** Seconds that an auction takes. */
function heldIn(engine: Engine): number {
  collectGarbage();
  const before = performance.now();
  must(engine.runAuction({ product: 'energy' }));
  return (performance.now() - before) / 1000;
}

/** Orders that wait for an auction: none trades before. */
function filledBook(orders: number, selfTrade: 'allow' | 'cancelTaker'): Engine {
  const engine = new Engine({ history: 'drop' });
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.00001', lot: '0.001' };
  must(engine.listProduct({ id: 'energy', ...grid, mechanism: 'call' }));
  for (let i = 0; i < ACCOUNTS; i++) {
    const account = `home-${i}`;
    must(engine.openAccount({ id: account }));
    must(engine.deposit({ account, asset: 'kWh', amount: '10000' }));
    must(engine.deposit({ account, asset: 'EUR', amount: '1000' }));
  }
  const random = randomSource(SEED);
  const below = (n: number): number => Math.floor(random() * n);
  for (let i = 0; i < orders; i++) {
    const order = {
      account: `home-${below(ACCOUNTS)}`,
      product: 'energy',
      side: i % 2 === 0 ? 'buy' : 'sell',
      priceTicks: below(PRICES),
      quantityLots: 1 + below(1000),
      selfTrade,
    } as const;
    must(engine.submit(order));
  }
  return engine;
}

function countOf(all: Iterable<unknown>): number {
  let count = 0;
  for (const _ of all) count++;
  return count;
}

function must(outcome: Outcome): void {
  if (!outcome.ok) throw new Error(`refused with ${outcome.code} at ${outcome.sequence}`);
}
