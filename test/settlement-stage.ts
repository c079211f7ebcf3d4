import {
  type MeterReading,
  type Settlement,
  settleSlot,
  type SettlementTerms,
  type SlotTrade,
  type Statement,
} from '../src/index.ts';

/** Energy in Wh, prices in nano-EUR per Wh: retail at 0.30 EUR/kWh, feed-in at 0.08. */
export const TERMS: SettlementTerms = {
  mode: 'firm',
  utility: 'grid',
  retail: 300_000,
  feedIn: 80_000,
};
export const DELIVERED: SettlementTerms = { ...TERMS, mode: 'delivered' };

/** Trades such as ['anna', 'ben', 5000, 200_000]: anna sells ben 5 kWh at 0.20, one after the other. */
export function trades(
  ...list: readonly (readonly [seller: string, buyer: string, quantity: number, price: number])[]
): SlotTrade[] {
  return list.map(([seller, buyer, quantity, price], i) => ({
    trade: i + 1,
    time: 1000 * (i + 1),
    buyer,
    seller,
    quantity,
    price,
  }));
}

/** Readings such as { anna: -5000, ben: 4000 }: anna gave 5 kWh, ben drew 4. */
export function meters(drawn: Readonly<Record<string, number>>, version = 1): MeterReading[] {
  return Object.entries(drawn).map(([party, energy]) => ({
    party,
    version,
    quality: 'measured',
    imported: Math.max(energy, 0),
    exported: Math.max(-energy, 0),
  }));
}

export function statementOf(settlement: Settlement, party: string): Statement {
  const found = settlement.statements.find((statement) => statement.party === party);
  if (found === undefined) throw new Error(`no statement of ${party}`);
  return found;
}

/** What a party pays in all. */
export function costOf(
  party: string,
  traded: readonly SlotTrade[],
  drawn: Readonly<Record<string, number>>,
  terms: SettlementTerms = TERMS,
): bigint {
  return statementOf(settleSlot(traded, meters(drawn), terms), party).total;
}

/** A list in another order, which depends on the seed. */
export function shuffled<T>(list: readonly T[], draw: (n: number) => number): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = draw(i + 1);
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
