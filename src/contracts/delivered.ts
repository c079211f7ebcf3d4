import type { SlotTrade } from './settlement-input.ts';

/** Shares out what a party delivered or used over its trades, oldest first. The trades are for more than that in all. */
type Share = (trades: readonly SlotTrade[], total: number, energy: number) => readonly number[];

/**
 * How much of each trade counts by what was delivered and used. Who is short has sold more than it had: of its sales count
 * what it had. Who is long has bought more than it used: of its purchases count what it used. A trade counts as far as
 * both sides of it do. What one side lacks is not passed on: who sold on what it never got stands in for it.
 * @param trades oldest first
 * @param imbalances of every party but the utility: above zero short, below zero long
 * @returns quanta of energy, trade by trade
 */
export function deliveredQuantities(
  trades: readonly SlotTrade[],
  imbalances: ReadonlyMap<string, number>,
  proRata: boolean,
): readonly number[] {
  const share: Share = proRata ? inProportion : oldestFirst;
  const counted = new Map(trades.map((trade) => [trade, trade.quantity]));
  const cut = (all: readonly SlotTrade[], missing: number): void => {
    const total = all.reduce((sum, { quantity }) => sum + quantity, 0);
    const parts = share(all, total, Math.max(0, total - missing));
    all.forEach((trade, i) => {
      counted.set(trade, Math.min(counted.get(trade)!, parts[i]!));
    });
  };
  const sales = tradesBy('seller', trades);
  const purchases = tradesBy('buyer', trades);
  for (const [party, imbalance] of imbalances) {
    if (imbalance > 0) cut(sales.get(party) ?? [], imbalance);
    if (imbalance < 0) cut(purchases.get(party) ?? [], -imbalance);
  }
  return trades.map((trade) => counted.get(trade)!);
}

/** The trades of each party on one side, without those with itself, in which no energy moves. */
function tradesBy(
  side: 'buyer' | 'seller',
  trades: readonly SlotTrade[],
): ReadonlyMap<string, readonly SlotTrade[]> {
  const lists = new Map<string, SlotTrade[]>();
  for (const trade of trades) {
    if (trade.buyer === trade.seller) continue;
    const list = lists.get(trade[side]);
    if (list === undefined) lists.set(trade[side], [trade]);
    else list.push(trade);
  }
  return lists;
}

function oldestFirst(trades: readonly SlotTrade[], _total: number, energy: number): number[] {
  let left = energy;
  return trades.map(({ quantity }) => {
    const part = Math.min(quantity, left);
    left -= part;
    return part;
  });
}

/** Each its share, rounded down; what is left over goes to the largest remainders, of equal ones to the oldest. */
function inProportion(trades: readonly SlotTrade[], total: number, energy: number): number[] {
  const exact = trades.map(({ quantity }) => BigInt(quantity) * BigInt(energy));
  const whole = BigInt(total);
  const parts = exact.map((share) => Number(share / whole));
  const rests = exact.map((share) => share % whole);
  let left = energy - parts.reduce((sum, part) => sum + part, 0);
  const order = rests.map((_, i) => i).sort((a, b) => compare(rests[b]!, rests[a]!) || a - b);
  for (const i of order) {
    if (left-- <= 0) break;
    parts[i]! += 1;
  }
  return parts;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
