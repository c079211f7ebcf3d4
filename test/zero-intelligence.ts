import { Engine } from '../src/index.ts';
import { mulberry32 } from './mulberry32.ts';
import { must } from './stage.ts';

/** Traders on each side, and kWh that each may trade, one after the other. */
const TRADERS = 10;
const UNITS = 3;
/** What a kWh is worth to a buyer, or costs a seller, lies between 1 and this, in ticks. */
const HIGHEST = 200;

interface Trader {
  readonly account: string;
  readonly side: 'buy' | 'sell';
  /** Of its kWh, the one to trade first in front. */
  readonly values: number[];
  order: number | undefined;
}

/** How a session came out. */
export interface Session {
  /** Gains from trade: what the buyers' kWh were worth to them less what they cost the sellers, in ticks. */
  readonly surplus: number;
  /** The most that there was to gain. */
  readonly optimum: number;
  readonly trades: number;
}

/**
 * One session of a continuous double auction among traders of zero intelligence who make no losses (Gode and Sunder,
 * Journal of Political Economy 101, 1993): each in turn, drawn at random, asks for a random price between what its next kWh is
 * worth to it and the end of the scale, in place of what it asked for before.
 * @param offers how many are made
 */
export function session(seed: number, offers: number): Session {
  const below = mulberry32(seed);
  const draw = (low: number, high: number): number => low + below(high - low + 1);
  const market = open();
  const traders = [...Array(2 * TRADERS).keys()].map((i): Trader => enter(market, i, draw));
  const optimum = gains(traders);
  const byAccount = new Map(traders.map((trader) => [trader.account, trader]));
  let surplus = 0;
  let trades = 0;
  for (let i = 0; i < offers; i++) {
    const active = traders.filter(({ values }) => values.length > 0);
    const trader = active[draw(0, active.length - 1)];
    if (trader === undefined) break;
    const { account, side, values } = trader;
    if (trader.order !== undefined) must(market.cancel({ actor: account, orderId: trader.order }));
    const priceTicks = side === 'buy' ? draw(1, values[0]!) : draw(values[0]!, HIGHEST);
    const after = market.sequence;
    const order = { account, product: 'energy', side, quantityLots: 1, priceTicks };
    const { orderId, filledLots } = must(market.submit(order));
    trader.order = filledLots === 0 ? orderId : undefined;
    for (const { buyer, seller } of market.trades({ after })) {
      const [buys, sells] = [byAccount.get(buyer)!, byAccount.get(seller)!];
      surplus += buys.values.shift()! - sells.values.shift()!;
      trades++;
      [buys.order, sells.order] = [undefined, undefined];
    }
  }
  return { surplus, optimum, trades };
}

function open(): Engine {
  const market = new Engine({ history: 'drop' });
  must(market.listAsset({ id: 'kWh', decimals: 0 }));
  must(market.listAsset({ id: 'ct', decimals: 0 }));
  const grid = { energy: 'kWh', money: 'ct', tick: '1', lot: '1' };
  must(market.listProduct({ id: 'energy', ...grid }));
  return market;
}

function enter(market: Engine, i: number, draw: (low: number, high: number) => number): Trader {
  const side = i % 2 === 0 ? 'buy' : 'sell';
  const account = `${side}er-${i}`;
  must(market.openAccount({ id: account }));
  const amount = String(side === 'buy' ? UNITS * HIGHEST : UNITS);
  must(market.deposit({ account, asset: side === 'buy' ? 'ct' : 'kWh', amount }));
  const values = [...Array(UNITS)].map(() => draw(1, HIGHEST)).sort((a, b) => a - b);
  return { account, side, values: side === 'buy' ? values.reverse() : values, order: undefined };
}

/** The gains if the dearest kWh of the buyers meet the cheapest of the sellers. */
function gains(traders: readonly Trader[]): number {
  const all = (side: string): number[] =>
    traders.filter((trader) => trader.side === side).flatMap(({ values }) => values);
  const worth = all('buy').sort((a, b) => b - a);
  const costs = all('sell').sort((a, b) => a - b);
  return worth.reduce((sum, value, i) => sum + Math.max(0, value - costs[i]!), 0);
}

/** The part of the gains that sessions should reach on average: some ten offers of each trader, and some fifty. */
export const GOALS = [
  { name: 'short', offers: 200, least: 0.87 },
  { name: 'long', offers: 1000, least: 0.94 },
] as const;
