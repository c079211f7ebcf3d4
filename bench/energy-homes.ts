import { readI64 } from '../src/core/bytes.ts';
import { EventType } from '../src/core/codes.ts';
import { recordLength, recordType } from '../src/core/records.ts';
import { EVENTS, offsetsOf } from '../src/core/registry.ts';
import type { RequestName, Requests } from '../src/engine/requests.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { slotProducts } from '../src/index.ts';
import { isConserved } from '../src/matching/audit.ts';
import { stateHash } from '../src/matching/snapshot.ts';
import { MarketState } from '../src/matching/state.ts';
import { randomSource } from '../examples/neighbourhood/homes.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case } from './suite.ts';

const HOMES = 1000;
const QUARTERS = 96;
const QUARTER = 900_000;
const DAY = QUARTERS * QUARTER;
/** UTC, so that every day has 96 quarter hours and the year 35,040. */
const FIRST = Date.UTC(2026, 0, 1);
/** A quarter hour opens two hours before it is delivered, is traded one hour before, and its gate closes half an hour before. */
const TRADED_QUARTERS = 4;
const OPENS_MS = -8 * QUARTER;
const GATE_MS = -2 * QUARTER;
/** One that was traded so many quarter hours ago is delivered. */
const KEPT_QUARTERS = TRADED_QUARTERS + 2;
/** EUR/kWh x 10^-5. */
const FEED_IN = 8_000;
const RETAIL = 30_000;
const SEED = 1;

/**
 * A thousand made-up homes that trade what they have too much or too little of, quarter hour by quarter hour, each of which is a
 * product with an energy asset of its own: about one order per home and quarter hour, and a deposit for each that sells. Trades are read
 * off the events of each command and not kept; what is delivered is archived.
 * @param days how many; 365 are 35,040 quarter hours
 * @param name of the case, which says how many
 */
export function homesCase(name: string, days: number, rounds?: number): Case {
  return {
    name,
    async measure(plan, note) {
      const planned = plan.size(days);
      const netWh = homes(planned);
      const [seconds, turns] = [[] as number[], Math.min(plan.rounds, rounds ?? plan.rounds)];
      let year = new Year(netWh, planned);
      let peak = 0;
      for (let round = 1; round <= turns; round++) {
        year = new Year(netWh, planned);
        collectGarbage();
        const before = performance.now();
        for (let day = 0; day < planned; day++) {
          note(`round ${round} of ${turns}: day ${day + 1} of ${planned}`);
          year.trade(day);
          peak = Math.max(peak, process.memoryUsage.rss());
        }
        year.finish();
        seconds.push((performance.now() - before) / 1000);
        if (!isConserved(year.state)) throw new Error('the books do not balance');
      }
      const { orders, trades, soldWh, refused } = year;
      const products = planned * QUARTERS;
      const peakMB = Math.round(peak / 1e6);
      return {
        unit: 's',
        median: median(seconds),
        details: { days: planned, products, orders, trades, soldWh, refused, peakMB },
        checksum: stateHash(year.state).slice(0, 16),
      };
    },
  };
}

const TRADE = offsetsOf(EVENTS.trade);

/** One run through the year. */
class Year {
  readonly state = new MarketState();
  orders = 0;
  trades = 0;
  soldWh = 0;
  refused = 0;
  readonly #netWh: Int32Array;
  readonly #sequencer = new Sequencer(this.state, undefined, false);
  readonly #accounts = Array.from({ length: HOMES }, (_, home) => `home-${home}`);
  readonly #random = randomSource(SEED);
  readonly #days: number;
  /** Ids of the products by quarter hour, as long as there are any. */
  readonly #ids: (string | undefined)[] = [];

  constructor(netWh: Int32Array, days: number) {
    this.#netWh = netWh;
    this.#days = days;
    this.#ask('listAsset', { id: 'EUR', decimals: 9, at: FIRST - 2 * DAY });
    for (const account of this.#accounts) {
      this.#ask('openAccount', { id: account });
      this.#ask('deposit', { account, asset: 'EUR', amount: '5000' });
    }
    this.#list(0);
  }

  /** Goes through the quarter hours that are traded on a day: an hour before each is delivered. */
  trade(day: number): void {
    if (day + 1 < this.#days) this.#list(day + 1);
    for (let slot = day * QUARTERS; slot < (day + 1) * QUARTERS; slot++) {
      const at = FIRST + (slot - TRADED_QUARTERS) * QUARTER;
      this.#ask('advanceTime', { at });
      this.#tradeSlot(slot);
      if (slot >= KEPT_QUARTERS) this.#archive(slot - KEPT_QUARTERS);
    }
  }

  /** Archives what is left. */
  finish(): void {
    const slots = this.#days * QUARTERS;
    this.#ask('advanceTime', { at: FIRST + slots * QUARTER });
    for (let slot = Math.max(0, slots - KEPT_QUARTERS); slot < slots; slot++) this.#archive(slot);
  }

  #list(day: number): void {
    const requests = slotProducts({
      zone: 'DE',
      timeZone: 'UTC',
      day: new Date(FIRST + day * DAY).toISOString().slice(0, 10),
      period: 'PT15M',
      opensMs: OPENS_MS,
      gateMs: GATE_MS,
      money: 'EUR',
      tick: '0.00001',
      lot: '0.001',
    });
    for (const [i, request] of requests.entries()) {
      this.#ask('listAsset', { id: request.id, decimals: 3 });
      this.#ask('listProduct', request);
      this.#ids[day * QUARTERS + i] = request.id;
    }
  }

  /** Every home asks once, in an order that is another one each time. */
  #tradeSlot(slot: number): void {
    const product = this.#ids[slot]!;
    const first = slot * HOMES;
    const begin = Math.floor(this.#random() * HOMES);
    for (let i = 0; i < HOMES; i++) {
      // 617 and 1,000 have no divisor in common: all homes have their turn.
      const home = (begin + i * 617) % HOMES;
      const net = this.#netWh[first + home]!;
      if (net === 0) continue;
      const account = this.#accounts[home]!;
      const priceTicks = FEED_IN + Math.floor(this.#random() * (RETAIL - FEED_IN));
      if (net < 0) this.#ask('deposit', { account, asset: product, amountQuanta: -net });
      const side = net < 0 ? 'sell' : 'buy';
      const quantityLots = Math.abs(net);
      this.#ask('submit', { account, product, side, priceTicks, quantityLots });
      this.orders++;
      this.#readTrades();
    }
  }

  #archive(slot: number): void {
    this.#ask('archiveProduct', { product: this.#ids[slot]! });
    this.#ids[slot] = undefined;
  }

  /** Reads the trades of the latest command. */
  #readTrades(): void {
    const { view, length } = this.#sequencer.events;
    for (let at = 0; at < length; at += recordLength(view, at)) {
      if (recordType(view, at) !== EventType.trade) continue;
      this.trades++;
      this.soldWh += readI64(view, at + TRADE.quantity);
    }
  }

  #ask<C extends RequestName>(command: C, request: Requests[C]): void {
    const { code } = this.#sequencer.perform(command, request);
    if (code === 0) return;
    if (command !== 'submit') throw new Error(`${command} is refused with ${code}`);
    this.refused++;
  }
}

/** What homes use more than their roofs give, in Wh, by quarter hour and then by home; below zero they have some to sell. */
function homes(days: number): Int32Array {
  const random = randomSource(SEED);
  const net = new Int32Array(days * QUARTERS * HOMES);
  const meanWh = Float64Array.from({ length: HOMES }, () => 60 + 90 * random());
  const peakWh = Float64Array.from({ length: HOMES }, () => 400 + 1_100 * random());
  for (let day = 0; day < days; day++) {
    const sky = 0.3 + 0.7 * random();
    for (let quarter = 0; quarter < QUARTERS; quarter++) {
      const fromNoon = (quarter + 0.5 - QUARTERS / 2) / 30;
      const sun = sky * Math.max(0, 1 - fromNoon * fromNoon);
      const evening = quarter > 68 && quarter < 88 ? 1.7 : 0.9;
      const first = (day * QUARTERS + quarter) * HOMES;
      for (let home = 0; home < HOMES; home++) {
        const load = meanWh[home]! * evening * (0.5 + random());
        // Three homes in four have a roof; the fourth has a battery that gives in the evening.
        const roof = home % 4 === 3 ? 0 : peakWh[home]! * sun * (0.8 + 0.2 * random());
        const battery = home % 4 === 3 && (quarter < 24 || evening > 1) ? 3 * meanWh[home]! : 0;
        net[first + home] = Math.round(load - roof - battery);
      }
    }
  }
  return net;
}
