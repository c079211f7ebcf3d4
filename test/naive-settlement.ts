import type { MeterReading, SettlementTerms, SlotTrade } from '../src/index.ts';

/**
 * A second settlement of a delivery period, quantum by quantum of energy and without any cleverness. It shares no code
 * with the library, and is for small quantities.
 */
export interface NaiveSettlement {
  /** What counts of each trade, by its number. */
  readonly counted: ReadonlyMap<number, number>;
  /** What each account has got. */
  readonly books: ReadonlyMap<string, bigint>;
}

type Books = Map<string, bigint>;

export function naiveSettlement(
  trades: readonly SlotTrade[],
  readings: readonly MeterReading[],
  terms: SettlementTerms,
): NaiveSettlement {
  const { utility, fees = 'fees' } = terms;
  const parties = new Set(readings.map(({ party }) => party));
  for (const { buyer, seller } of trades) parties.add(buyer).add(seller);
  parties.delete(utility);
  const drawn = (party: string): number => {
    const own = readings.filter((reading) => reading.party === party);
    own.sort((a, b) => b.version - a.version);
    return own.length === 0 ? 0 : own[0]!.imported - own[0]!.exported;
  };
  const counted = countedTrades(trades, parties, drawn, terms);
  const books: Books = new Map();
  for (const trade of trades) payTrade(books, trade, counted.get(trade.trade)!, fees);
  const prices = trades
    .filter(({ trade, buyer, seller }) => counted.get(trade)! > 0 && buyer !== seller)
    .map(({ price }) => price);
  for (const party of parties) {
    const contracted = netOf(trades, party, (trade) => counted.get(trade.trade)!);
    const imbalance = drawn(party) - contracted;
    for (let unit = 0; unit < Math.abs(imbalance); unit++) {
      const price = unitPrice(unit, imbalance, contracted, prices, terms);
      pay(books, party, utility, BigInt(imbalance > 0 ? price : -price));
    }
  }
  return { counted, books };
}

/** What the unit of a party's imbalance is worth that comes at a place, those of contracts first. */
function unitPrice(
  unit: number,
  imbalance: number,
  contracted: number,
  prices: readonly number[],
  { retail, feedIn, imbalance: given, tolerance }: SettlementTerms,
): number {
  const inTolerance =
    tolerance !== undefined && unit < Math.floor((Math.abs(contracted) * tolerance.ppm) / 1e6);
  // Of a seller that is short, as much as it has sold; of a buyer that is long, as much as it has bought.
  const sameWay = imbalance > 0 ? contracted < 0 : contracted > 0;
  const ofContract = sameWay && unit < Math.abs(contracted);
  if (imbalance > 0) {
    const short = given?.short ?? retail;
    const price = Math.max(short, ...(ofContract ? prices : []));
    return inTolerance ? Math.min(price, Math.max(tolerance.price, ...prices)) : price;
  }
  const long = given?.long ?? feedIn;
  const price = Math.min(long, ...(ofContract ? prices : []));
  return inTolerance ? Math.max(price, Math.min(tolerance.price, ...prices)) : price;
}

function countedTrades(
  trades: readonly SlotTrade[],
  parties: ReadonlySet<string>,
  drawn: (party: string) => number,
  { mode, sharing }: SettlementTerms,
): ReadonlyMap<number, number> {
  const counted = new Map(trades.map(({ trade, quantity }) => [trade, quantity]));
  if (mode === 'firm') return counted;
  const oldest = [...trades].sort((a, b) => a.time - b.time || a.trade - b.trade);
  for (const party of parties) {
    const imbalance = drawn(party) - netOf(trades, party, ({ quantity }) => quantity);
    const side = imbalance > 0 ? 'seller' : 'buyer';
    const own = oldest.filter((trade) => trade[side] === party && trade.buyer !== trade.seller);
    const shares = sharing === 'proRata' ? proportional(own, imbalance) : latestCut(own, imbalance);
    own.forEach(({ trade }, i) => {
      counted.set(trade, Math.min(counted.get(trade)!, shares[i]!));
    });
  }
  return counted;
}

/** One unit after the other is taken off the latest trade that still has one. */
function latestCut(own: readonly SlotTrade[], imbalance: number): number[] {
  const left = own.map(({ quantity }) => quantity);
  for (let unit = 0; unit < Math.abs(imbalance); unit++) {
    let last = left.length - 1;
    while (last >= 0 && left[last] === 0) last--;
    if (last >= 0) left[last]! -= 1;
  }
  return left;
}

/** Units are given out one by one, each to the trade that is furthest below its share. */
function proportional(own: readonly SlotTrade[], imbalance: number): number[] {
  const total = own.reduce((sum, { quantity }) => sum + quantity, 0);
  const energy = Math.max(0, total - Math.abs(imbalance));
  const due = own.map(({ quantity }) => quantity * energy);
  const parts = own.map(() => 0);
  // All whole units of a share before any part of one, as the rule of the largest remainder has it.
  for (const least of [total, 1]) {
    for (;;) {
      const given = parts.reduce((sum, part) => sum + part, 0);
      const lacking = due.map((share, i) => share - parts[i]! * total);
      const most = Math.max(...lacking);
      if (given === energy || most < least) break;
      parts[lacking.indexOf(most)]! += 1;
    }
  }
  return parts;
}

function netOf(
  trades: readonly SlotTrade[],
  party: string,
  quantityOf: (trade: SlotTrade) => number,
): number {
  let net = 0;
  for (const trade of trades) {
    if (trade.buyer === party) net += quantityOf(trade);
    if (trade.seller === party) net -= quantityOf(trade);
  }
  return net;
}

function payTrade(books: Books, trade: SlotTrade, counted: number, fees: string): void {
  const { buyer, seller, quantity, price, buyerFee = 0, sellerFee = 0 } = trade;
  for (let unit = 0; unit < counted; unit++) pay(books, buyer, seller, BigInt(price));
  pay(books, buyer, fees, BigInt(Math.floor((buyerFee * counted) / quantity)));
  pay(books, seller, fees, BigInt(Math.floor((sellerFee * counted) / quantity)));
}

function pay(books: Books, from: string, to: string, amount: bigint): void {
  books.set(from, (books.get(from) ?? 0n) - amount);
  books.set(to, (books.get(to) ?? 0n) + amount);
}
