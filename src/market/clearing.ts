/** What a side wants at each of its prices: best price first, each price once. */
export interface Curve {
  /** In ticks. */
  readonly prices: number[];
  /** Lots at that price. Their sum has no limit: a bid at a price of zero or below may cost nothing. */
  readonly lots: bigint[];
}

/** What an auction comes to at its price. */
export interface Clearing {
  /** In ticks. */
  readonly price: number;
  /** Lots that trade. */
  readonly volume: bigint;
  /** Lots that are left at the price: above zero those of buyers, below zero those of sellers. */
  readonly imbalance: bigint;
}

export function emptyCurve(): Curve {
  return { prices: [], lots: [] };
}

/** The last price of a side and how much is wanted there, put behind the others. */
export function addTo({ prices, lots }: Curve, price: number, quantity: bigint): void {
  const last = prices.length - 1;
  if (prices[last] === price) lots[last]! += quantity;
  else {
    prices.push(price);
    lots.push(quantity);
  }
}

/**
 * The price of a call auction: of all prices those at which most trades, of them those that leave the smallest
 * imbalance, of them those that what is left presses toward, the upper end where buyers are left and the lower
 * end where sellers are, of them the one nearest the reference, or without one the middle, rounded down.
 *
 * At the price that comes out nobody is left who would gain: who bids more than it buys all, who asks less sells all.
 * O(prices between the best bid and the best ask).
 * @param reference in ticks, NaN for none
 * @returns undefined where no bid reaches an ask
 */
export function clear(bids: Curve, asks: Curve, reference: number): Clearing | undefined {
  const [top, bottom] = [bids.prices[0], asks.prices[0]];
  if (top === undefined || bottom === undefined || top < bottom) return undefined;
  let bid = -1;
  let demand = 0n;
  while (bid + 1 < bids.prices.length && bids.prices[bid + 1]! >= bottom) {
    demand += bids.lots[++bid]!;
  }
  let ask = 0;
  let supply = 0n;
  let volume = -1n;
  // The prices that are left, and the imbalance at either end.
  let [low, high] = [bottom, bottom];
  let [atLow, atHigh] = [0n, 0n];
  // From one price at which something changes to the next: each such stretch leaves less than the one before.
  for (let start = bottom, end = bottom; start <= top; start = end + 1) {
    while (bids.prices[bid]! < start) demand -= bids.lots[bid--]!;
    while (ask < asks.prices.length && asks.prices[ask]! <= start) supply += asks.lots[ask++]!;
    end = bids.prices[bid]!;
    if (ask < asks.prices.length) end = Math.min(end, asks.prices[ask]! - 1);
    const trades = demand < supply ? demand : supply;
    const left = demand - supply;
    const better = compare(trades, volume) || compare(size(atLow), size(left));
    if (better > 0) {
      volume = trades;
      [atLow, atHigh] = [left, left];
      low = left > 0n ? end : start;
      high = left < 0n ? start : end;
    } else if (better === 0) {
      // As much is left of sellers as a tick below of buyers.
      [high, atHigh] = [start, left];
    }
  }
  const nearest = Number.isNaN(reference) ? middle(low, high) : reference;
  const price = Math.max(low, Math.min(high, nearest));
  return { price, volume, imbalance: price === low ? atLow : atHigh };
}

/** What trades at a price that is given, at which whoever accepts it takes part. */
export function clearAt(bids: Curve, asks: Curve, price: number): Clearing {
  const demand = wanted(bids, (bid) => bid >= price);
  const supply = wanted(asks, (ask) => ask <= price);
  return { price, volume: demand < supply ? demand : supply, imbalance: demand - supply };
}

function wanted({ prices, lots }: Curve, accepts: (price: number) => boolean): bigint {
  let sum = 0n;
  for (let i = 0; i < prices.length && accepts(prices[i]!); i++) sum += lots[i]!;
  return sum;
}

function compare(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? 1 : -1;
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** The middle of two whole numbers, rounded down, also where their sum would not be exact. */
function middle(low: number, high: number): number {
  const halves = Math.floor(low / 2) + Math.floor(high / 2);
  return low % 2 !== 0 && high % 2 !== 0 ? halves + 1 : halves;
}
