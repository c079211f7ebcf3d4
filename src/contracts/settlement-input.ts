import { choiceArgument, idArgument, integerArgument, objectArgument } from '../core/arguments.ts';
import { shown } from '../core/decimal.ts';
import { isId, MAX_INTEGER, PPM } from '../core/limits.ts';

/** A trade of the energy of one delivery period. */
export interface SlotTrade {
  /** Its number, of which no two are alike; of two trades at one time the one with the smaller number came first. */
  readonly trade: number;
  /** Epoch ms. */
  readonly time: number;
  readonly buyer: string;
  readonly seller: string;
  /** In quanta of energy, more than 0. */
  readonly quantity: number;
  /** Money quanta per quantum of energy, of either sign. */
  readonly price: number;
  /** What the buyer paid beside the price, in money quanta; 0 unless told. */
  readonly buyerFee?: number;
  /** What the seller paid, in money quanta; 0 unless told. */
  readonly sellerFee?: number;
}

const QUALITIES = ['measured', 'substituted', 'estimated'] as const;

/** How a reading came about: read off the meter, put in its place, or guessed. */
export type ReadingQuality = (typeof QUALITIES)[number];

/** What the meter of a party counted in one delivery period. */
export interface MeterReading {
  readonly party: string;
  /** From 1. Of several readings of a party the highest version counts, whatever its quality. */
  readonly version: number;
  readonly quality: ReadingQuality;
  /** Energy that the party drew from the grid, in quanta. */
  readonly imported: number;
  /** Energy that it gave to the grid, in quanta. */
  readonly exported: number;
}

const MODES = ['firm', 'delivered'] as const;
const SHARINGS = ['fifo', 'proRata'] as const;

/** How a delivery period is settled. Prices are money quanta per quantum of energy, of either sign. */
export interface SettlementTerms {
  /**
   * `firm`: every trade stands, and what the meter counted differently is settled with the utility.
   * `delivered`: of each trade counts what the seller delivered and the buyer used; the rest is paid back.
   */
  readonly mode: (typeof MODES)[number];
  /** In `delivered` mode, which of a party's trades are short: the latest (`fifo`, the default), or each in proportion. */
  readonly sharing?: (typeof SHARINGS)[number];
  /** The party on the other side of every imbalance. It has no meter, and its trades are never short. */
  readonly utility: string;
  /** The party that has got the fees; 'fees' unless told. */
  readonly fees?: string;
  /** What the utility asks for energy from the grid. */
  readonly retail: number;
  /** What it pays for energy that is given to the grid. */
  readonly feedIn: number;
  /**
   * The prices of imbalance in this period: who is long gets `long`, who is short pays `short`; one price if they are
   * alike. Unless told `feedIn` and `retail`.
   */
  readonly imbalance?: { readonly long: number; readonly short: number };
  /** Imbalance of up to `ppm` parts per million of what a party has contracted is settled at `price` instead. */
  readonly tolerance?: { readonly ppm: number; readonly price: number };
}

/** The same with nothing left out. */
export interface CheckedTerms {
  readonly delivered: boolean;
  readonly proRata: boolean;
  readonly utility: string;
  readonly fees: string;
  readonly retail: number;
  readonly feedIn: number;
  readonly long: number;
  readonly short: number;
  readonly tolerancePpm: number;
  readonly tolerancePrice: number;
}

const TERMS = [
  'mode',
  'sharing',
  'utility',
  'fees',
  'retail',
  'feedIn',
  'imbalance',
  'tolerance',
] as const satisfies readonly (keyof SettlementTerms)[];

/** @throws TypeError, RangeError */
export function checkedTerms(terms: SettlementTerms): CheckedTerms {
  objectArgument(terms, 'terms', TERMS);
  const utility = idArgument(terms.utility, 'terms.utility');
  const fees = idArgument(terms.fees ?? 'fees', 'terms.fees');
  if (fees === utility) throw new RangeError('terms.fees must be another party than terms.utility');
  const retail = price(terms.retail, 'terms.retail');
  const feedIn = price(terms.feedIn, 'terms.feedIn');
  const { imbalance = { long: feedIn, short: retail } } = terms;
  objectArgument(imbalance, 'terms.imbalance', ['long', 'short']);
  const long = price(imbalance.long, 'terms.imbalance.long');
  const short = price(imbalance.short, 'terms.imbalance.short');
  if (long > short) {
    throw new RangeError(`what is paid for imbalance, ${long}, must not exceed its cost, ${short}`);
  }
  const { tolerance = { ppm: 0, price: long } } = terms;
  objectArgument(tolerance, 'terms.tolerance', ['ppm', 'price']);
  const tolerancePrice = price(tolerance.price, 'terms.tolerance.price');
  if (tolerancePrice < long || tolerancePrice > short) {
    const range = `between ${long} and ${short}, the prices of imbalance`;
    throw new RangeError(`terms.tolerance.price must be ${range}, got ${tolerancePrice}`);
  }
  return {
    delivered: choiceArgument(MODES, terms.mode, 'terms.mode') === 1,
    proRata: choiceArgument(SHARINGS, terms.sharing ?? 'fifo', 'terms.sharing') === 1,
    utility,
    fees,
    retail,
    feedIn,
    long,
    short,
    tolerancePpm: integerArgument(tolerance.ppm, 'terms.tolerance.ppm', 0, PPM),
    tolerancePrice,
  };
}

function price(value: unknown, argument: string): number {
  return integerArgument(value, argument, -MAX_INTEGER, MAX_INTEGER);
}

/**
 * The trades in the order in which they were made.
 * @throws TypeError, RangeError naming one of them
 */
export function checkedTrades(trades: readonly SlotTrade[], fees: string): readonly SlotTrade[] {
  checkList(trades, 'trades');
  const numbers = new Set<number>();
  for (let i = 0; i < trades.length; i++) {
    const trade = trades[i] as SlotTrade;
    checkObject(trade, 'trades', i);
    checkWhole(trade.trade, 0, 'trades', i, 'trade');
    checkWhole(trade.time, 0, 'trades', i, 'time');
    checkParty(trade.buyer, 'trades', i, 'buyer');
    checkParty(trade.seller, 'trades', i, 'seller');
    checkWhole(trade.quantity, 1, 'trades', i, 'quantity');
    checkWhole(trade.price, -MAX_INTEGER, 'trades', i, 'price');
    if (trade.buyerFee !== undefined) checkWhole(trade.buyerFee, 0, 'trades', i, 'buyerFee');
    if (trade.sellerFee !== undefined) checkWhole(trade.sellerFee, 0, 'trades', i, 'sellerFee');
    if (trade.buyer === fees || trade.seller === fees) {
      throw new RangeError(`trades[${i}] is with ${shown(fees)}, which only collects fees`);
    }
    if (numbers.has(trade.trade)) {
      throw new RangeError(`trades[${i}].trade is ${trade.trade}, which is there twice`);
    }
    numbers.add(trade.trade);
  }
  return [...trades].sort((a, b) => a.time - b.time || a.trade - b.trade);
}

/**
 * The reading with the highest version of each party.
 * @throws TypeError, RangeError naming one of them; also for two different readings of one version
 */
export function latestReadings(
  readings: readonly MeterReading[],
  { utility, fees }: CheckedTerms,
): ReadonlyMap<string, MeterReading> {
  checkList(readings, 'readings');
  const latest = new Map<string, MeterReading>();
  const versions = new Map<string, MeterReading>();
  for (let i = 0; i < readings.length; i++) {
    const reading = readings[i] as MeterReading;
    checkReading(reading, i);
    if (reading.party === utility || reading.party === fees) {
      throw new RangeError(`readings[${i}].party is ${shown(reading.party)}, which has no meter`);
    }
    const before = latest.get(reading.party);
    if (before === undefined || before.version < reading.version) {
      latest.set(reading.party, reading);
    }
    if (before === undefined) continue;
    // Only who has several readings pays for the comparison of versions.
    versions.set(versionKey(before), before);
    const same = versions.get(versionKey(reading));
    if (same !== undefined && !isSame(same, reading)) {
      const what = `another reading of ${shown(reading.party)} in version ${reading.version}`;
      throw new RangeError(`readings[${i}] is ${what}: a correction needs a higher one`);
    }
    versions.set(versionKey(reading), reading);
  }
  return latest;
}

function checkReading(reading: MeterReading, i: number): void {
  checkObject(reading, 'readings', i);
  checkParty(reading.party, 'readings', i, 'party');
  checkWhole(reading.version, 1, 'readings', i, 'version');
  if (!QUALITIES.includes(reading.quality)) {
    choiceArgument(QUALITIES, reading.quality, `readings[${i}].quality`);
  }
  checkWhole(reading.imported, 0, 'readings', i, 'imported');
  checkWhole(reading.exported, 0, 'readings', i, 'exported');
}

function versionKey({ party: id, version }: MeterReading): string {
  return `${version} ${id}`;
}

function isSame(a: MeterReading, b: MeterReading): boolean {
  return a.quality === b.quality && a.imported === b.imported && a.exported === b.exported;
}

function checkList(value: unknown, argument: string): void {
  if (!Array.isArray(value)) {
    throw new TypeError(`${argument} must be an array, got ${shown(value)}`);
  }
}

// Names are put together only where something is wrong: a year of homes has millions of readings.

function checkObject(value: unknown, list: string, i: number): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  objectArgument(value, `${list}[${i}]`);
}

function checkWhole(value: number, min: number, list: string, i: number, field: string): void {
  if (Number.isSafeInteger(value) && value >= min && !Object.is(value, -0)) return;
  integerArgument(value, `${list}[${i}].${field}`, min, MAX_INTEGER);
}

function checkParty(id: string, list: string, i: number, field: string): void {
  if (typeof id !== 'string' || !isId(id)) idArgument(id, `${list}[${i}].${field}`);
}
