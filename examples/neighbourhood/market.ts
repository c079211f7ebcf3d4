import { type ListProductRequest, slotProducts, type TradeView } from 'wattbook';
import { type Desk, EngineDesk } from './desk.ts';
import { type Neighbourhood, randomSource } from './homes.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The data names no dates; its first period is the first of this day. */
const FIRST_DAY = Date.UTC(2025, 5, 1);
const TIME_ZONE = 'Europe/Berlin';
/** From the closing of a gate to the delivery. */
const LEAD_MS = 5 * MINUTE_MS;
const UTILITY = 'utility';
/** Ends the name of the product in which what is left is traded with the utility. */
const REST = '/rest';
/** How often each home may improve its price before the gate closes. */
const ROUNDS = 4;

/** How the homes trade: as their orders come in, or in an auction at the gate of each period. */
export const MECHANISMS = ['continuous', 'uniform', 'pay-as-bid', 'mid-market'] as const;
export type Mechanism = (typeof MECHANISMS)[number];

/** Prices in micro-currency per kWh, which is also the tick: 0.30 EUR/kWh is 300,000. */
export interface Tariffs {
  readonly retail: number;
  readonly feedIn: number;
}

export interface HomeResult {
  readonly name: string;
  readonly loadWh: number;
  readonly pvWh: number;
  /** From and to other homes. */
  readonly boughtWh: number;
  readonly soldWh: number;
  /** What the home would have paid the utility without the market; negative if it earned. */
  readonly billWithoutNano: bigint;
  /** What left its account in the market, the utility's share included. */
  readonly billWithNano: bigint;
}

export interface MarketResult {
  /** Commands that were carried out, but for those that end blocks, and what came of them. */
  readonly commands: number;
  readonly marketHash: string;
  readonly mechanism: Mechanism;
  readonly homes: readonly HomeResult[];
  readonly ownUseWh: number;
  /** Trades between homes, and all trades. */
  readonly homeTrades: number;
  readonly allTrades: number;
  /** Energy and value of the trades between homes. */
  readonly tradedWh: number;
  readonly tradedNano: bigint;
  /** Lowest and highest price between homes, in ticks. */
  readonly lowestPrice: number;
  readonly highestPrice: number;
  readonly conserved: boolean;
  readonly seconds: number;
}

/**
 * Trades a neighbourhood period by period. Each period is a product of its own, which opens a period and five
 * minutes before its delivery and closes five minutes before, on energy that is an asset of its own: noon's surplus
 * cannot be sold at midnight. The utility stands in the book with its two tariffs as the last resort. Homes
 * with a surplus offer it, homes that lack energy bid for it, each at a price of its own between the tariffs;
 * round by round they come nearer to what they would get from the utility, and in the last round they are there.
 */
export function runMarket(
  homes: Neighbourhood,
  tariffs: Tariffs,
  mechanism: Mechanism,
  seed: number,
  progress: (done: number, of: number) => void = () => {},
): MarketResult {
  const desk = new EngineDesk();
  const market = new NeighbourhoodMarket(desk, homes, tariffs, mechanism, seed);
  const start = performance.now();
  market.begin();
  for (let period = 0; period < homes.periods; period++) {
    market.trade(period);
    for (const trade of desk.newTrades()) market.count(trade);
    progress(period + 1, homes.periods);
  }
  return market.result((performance.now() - start) / 1000);
}

type Product = Required<Pick<ListProductRequest, 'id' | 'energy' | 'delivery'>> &
  ListProductRequest;

/** What lists the products of the periods, day after day. */
function* productsOf(
  { minutes }: Neighbourhood,
  { retail, feedIn }: Tariffs,
  mechanism: Mechanism,
): Generator<Product, undefined> {
  const middle = ticksText(Math.floor((retail + feedIn) / 2));
  const how =
    mechanism === 'continuous'
      ? { mechanism }
      : mechanism === 'mid-market'
        ? ({ mechanism: 'call', pricing: mechanism, referencePrice: middle } as const)
        : ({ mechanism: 'call', pricing: mechanism } as const);
  for (let day = FIRST_DAY; ; day += DAY_MS) {
    yield* slotProducts({
      ...how,
      zone: 'neighbourhood',
      timeZone: TIME_ZONE,
      day: new Date(day).toISOString().slice(0, 10),
      period: `PT${minutes}M`,
      opensMs: -minutes * MINUTE_MS - LEAD_MS,
      gateMs: -LEAD_MS,
      money: 'EUR',
      tick: '0.000001',
      lot: '0.001',
    }) as Product[];
  }
}

/** Decimal text of a price. */
function ticksText(ticks: number): string {
  return (ticks / 1e6).toFixed(6);
}

interface Agent {
  readonly home: number;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  /** First price and the one that the utility would give, in ticks. */
  readonly first: number;
  readonly last: number;
  /** 0 where none is known to be open. */
  orderId: number;
}

/** The neighbourhood at a desk. All that a call does it does in one go. */
export class NeighbourhoodMarket {
  readonly #desk: Desk;
  readonly #products: Generator<Product, undefined>;
  readonly #random: () => number;
  readonly #homes: Neighbourhood;
  readonly #tariffs: Tariffs;
  readonly #mechanism: Mechanism;
  readonly #index: Map<string, number>;
  readonly #bought: number[];
  readonly #sold: number[];
  readonly #fundsNano: number[];
  readonly #surplusNano: number;
  #homeTrades = 0;
  #allTrades = 0;
  #tradedNano = 0n;
  #lowest = Infinity;
  #highest = -Infinity;

  constructor(
    desk: Desk,
    homes: Neighbourhood,
    tariffs: Tariffs,
    mechanism: Mechanism,
    seed: number,
  ) {
    this.#desk = desk;
    this.#products = productsOf(homes, tariffs, mechanism);
    this.#homes = homes;
    this.#tariffs = tariffs;
    this.#mechanism = mechanism;
    this.#random = randomSource(seed);
    this.#index = new Map(homes.names.map((name, home) => [name, home]));
    this.#bought = homes.names.map(() => 0);
    this.#sold = homes.names.map(() => 0);
    // Enough for everyone to buy all they lack from the utility, and for it to buy all surplus.
    this.#fundsNano = homes.names.map((_, home) => this.#sum(home, deficit) * tariffs.retail);
    const surplusNano = homes.names.reduce((sum, _, home) => sum + this.#sum(home, surplus), 0);
    this.#surplusNano = surplusNano * tariffs.feedIn;
    const fundsNano = this.#fundsNano.reduce((sum, nano) => sum + nano, this.#surplusNano);
    if (fundsNano > Number.MAX_SAFE_INTEGER) {
      throw new Error(
        'so much energy at such prices costs more than 9 million EUR, which nano-EUR cannot count',
      );
    }
  }

  /** Opens the accounts. */
  begin(): void {
    this.#desk.send('listAsset', { id: 'EUR', decimals: 9 });
    this.#open(UTILITY, this.#surplusNano);
    this.#homes.names.forEach((name, home) => this.#open(name, this.#fundsNano[home] as number));
  }

  /** How many periods were traded before, in an earlier run. */
  get traded(): number {
    return this.#desk.look(
      (market) => market.products().filter(({ id }) => !id.endsWith(REST)).length,
    );
  }

  /** Whether the accounts were opened before. */
  get hasBegun(): boolean {
    return this.#desk.look((market) => market.account(UTILITY) !== undefined);
  }

  /** Draws what a period draws, and trades nothing: it was traded before. */
  skip(period: number): void {
    this.#products.next();
    const agents = this.#agents(period);
    for (let round = 0; round < ROUNDS; round++) shuffled(agents, this.#random);
  }

  trade(period: number): void {
    const desk = this.#desk;
    const product = this.#products.next().value!;
    const { start, opensMs, gateMs } = product.delivery;
    const [opens, gate] = [start + opensMs, start + gateMs];
    desk.send('listAsset', { id: product.energy, decimals: 3 }, opens);
    desk.send('listProduct', product);
    const agents = this.#agents(period);
    const inBook = this.#mechanism !== 'mid-market';
    if (inBook) this.#quoteTariffs(product.id, product.energy, agents);
    for (let round = 0; round < ROUNDS; round++) {
      const at = opens + ((gate - opens) / ROUNDS) * round;
      for (const agent of shuffled(agents, this.#random)) this.#act(agent, round, product, at);
    }
    desk.advance(gate);
    if (!inBook) this.#tradeRest(product, agents);
  }

  result(seconds: number): MarketResult {
    const { names } = this.#homes;
    const { retail, feedIn } = this.#tariffs;
    const homes = names.map((name, home): HomeResult => {
      const paid = BigInt(this.#sum(home, deficit)) * BigInt(retail);
      const earned = BigInt(this.#sum(home, surplus)) * BigInt(feedIn);
      const { availableQuanta } = this.#desk.look((market) => market.balance(name, 'EUR'));
      return {
        name,
        loadWh: this.#sum(home, (load) => load),
        pvWh: this.#sum(home, (_, pv) => pv),
        boughtWh: this.#bought[home] as number,
        soldWh: this.#sold[home] as number,
        billWithoutNano: paid - earned,
        billWithNano: BigInt(this.#fundsNano[home] as number) - BigInt(availableQuanta),
      };
    });
    return {
      commands: this.#desk.look((market) => market.sequence - market.height),
      marketHash: this.#desk.look((market) => market.marketHash()),
      mechanism: this.#mechanism,
      homes,
      ownUseWh: names.reduce((sum, _, home) => sum + this.#sum(home, Math.min), 0),
      homeTrades: this.#homeTrades,
      allTrades: this.#allTrades,
      tradedWh: this.#sold.reduce((sum, wh) => sum + wh, 0),
      tradedNano: this.#tradedNano,
      lowestPrice: this.#lowest,
      highestPrice: this.#highest,
      conserved: this.#desk.look((market) => market.isConserved()),
      seconds,
    };
  }

  #open(account: string, amountQuanta: number): void {
    this.#desk.send('openAccount', { id: account });
    if (amountQuanta > 0) this.#desk.send('deposit', { account, asset: 'EUR', amountQuanta });
  }

  #agents(period: number): Agent[] {
    const { retail, feedIn } = this.#tariffs;
    return this.#homes.names.flatMap((_, home): Agent[] => {
      const load = this.#homes.load[home]?.[period] as number;
      const pv = this.#homes.pv[home]?.[period] as number;
      if (load === pv) return [];
      const inside = 1 + Math.floor(this.#random() * (retail - feedIn - 1));
      const selling = pv > load;
      return [
        {
          home,
          side: selling ? 'sell' : 'buy',
          quantity: Math.abs(load - pv),
          first: feedIn + inside,
          last: selling ? feedIn : retail,
          orderId: 0,
        },
      ];
    });
  }

  /** The utility sells what all lack together, and buys what all have left. */
  #quoteTariffs(product: string, energy: string, agents: readonly Agent[]): void {
    const wanted = total(agents, 'buy');
    const offered = total(agents, 'sell');
    const quote = { account: UTILITY, product } as const;
    if (wanted > 0) {
      this.#desk.send('deposit', { account: UTILITY, asset: energy, amountQuanta: wanted });
      const priceTicks = this.#tariffs.retail;
      this.#desk.send('submit', { ...quote, side: 'sell', priceTicks, quantityLots: wanted });
    }
    if (offered > 0) {
      const priceTicks = this.#tariffs.feedIn;
      this.#desk.send('submit', { ...quote, side: 'buy', priceTicks, quantityLots: offered });
    }
  }

  #act(agent: Agent, round: number, { id, energy }: Product, at: number): void {
    const desk = this.#desk;
    const account = this.#homes.names[agent.home] as string;
    const priceTicks =
      agent.first + Math.trunc(((agent.last - agent.first) * round) / (ROUNDS - 1));
    if (round > 0) {
      const { orderId } = agent;
      // Otherwise all of it has traded.
      if (orderId !== 0 && desk.look((market) => market.isOpen(orderId))) {
        desk.send('amend', { actor: account, orderId, priceTicks }, at);
      }
      return;
    }
    const { side, quantity } = agent;
    if (side === 'sell') {
      desk.send('deposit', { account, asset: energy, amountQuanta: quantity }, at);
    }
    const order = { account, product: id, side, priceTicks, quantityLots: quantity } as const;
    agent.orderId = desk.submit(order, id, at);
  }

  /** What no neighbour took at the middle of the tariffs is traded with the utility at its own. */
  #tradeRest({ energy, ...product }: Product, agents: readonly Agent[]): void {
    const desk = this.#desk;
    const rest = agents
      .map((agent) => {
        const account = this.#homes.names[agent.home] as string;
        const { availableQuanta } = desk.look((market) => market.balance(account, energy));
        const isSelling = agent.side === 'sell';
        return {
          ...agent,
          quantity: isSelling ? availableQuanta : agent.quantity - availableQuanta,
        };
      })
      .filter(({ quantity }) => quantity > 0);
    const id = `${product.id}${REST}`;
    const { money, tick, lot } = product;
    desk.send('listProduct', { id, energy, money, tick, lot });
    this.#quoteTariffs(id, energy, rest);
    for (const { home, side, quantity, last } of rest) {
      const account = this.#homes.names[home] as string;
      const order = { account, product: id, side, priceTicks: last, quantityLots: quantity };
      desk.send('submit', { ...order, timeInForce: 'ioc' });
    }
    desk.send('closeProduct', { product: id });
  }

  /** Takes a trade into account; each must be told once. */
  count(trade: TradeView): void {
    this.#allTrades++;
    const buyer = this.#index.get(trade.buyer);
    const seller = this.#index.get(trade.seller);
    if (buyer === undefined || seller === undefined) return;
    this.#homeTrades++;
    this.#bought[buyer] = (this.#bought[buyer] as number) + trade.quantityLots;
    this.#sold[seller] = (this.#sold[seller] as number) + trade.quantityLots;
    this.#tradedNano += BigInt(trade.valueQuanta);
    this.#lowest = Math.min(this.#lowest, trade.priceTicks);
    this.#highest = Math.max(this.#highest, trade.priceTicks);
  }

  #sum(home: number, of: (load: number, pv: number) => number): number {
    const { load, pv, periods } = this.#homes;
    let sum = 0;
    for (let t = 0; t < periods; t++) {
      sum += of(load[home]?.[t] as number, pv[home]?.[t] as number);
    }
    return sum;
  }
}

const deficit = (load: number, pv: number): number => Math.max(0, load - pv);
const surplus = (load: number, pv: number): number => Math.max(0, pv - load);

function total(agents: readonly Agent[], side: Agent['side']): number {
  return agents.reduce((sum, agent) => sum + (agent.side === side ? agent.quantity : 0), 0);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}
