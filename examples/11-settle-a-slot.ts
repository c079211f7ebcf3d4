// examples/11-settle-a-slot.ts
import { invoiceOf, type MeterReading, settleSlot, settlementDifference } from 'wattbook';

// One quarter of an hour: energy in Wh, prices in nano-EUR per Wh (200,000 are 0.20 EUR/kWh).
const terms = { mode: 'firm', utility: 'grid', retail: 300_000, feedIn: 80_000 } as const;
const trades = [
  { trade: 1, time: 100, seller: 'anna', buyer: 'ben', quantity: 4000, price: 200_000 },
  { trade: 2, time: 101, seller: 'anna', buyer: 'cleo', quantity: 1000, price: 150_000 },
];
const readings: MeterReading[] = [
  { party: 'anna', version: 1, quality: 'measured', imported: 0, exported: 5500 },
  { party: 'ben', version: 1, quality: 'estimated', imported: 4000, exported: 0 },
  { party: 'cleo', version: 1, quality: 'measured', imported: 900, exported: 0 },
];

const eur = (nano: bigint): string => (Number(nano) / 1e9).toFixed(3);
const early = settleSlot(trades, readings, terms);
for (const { party, imbalance, total, costAlone } of early.statements) {
  const short = imbalance < 0 ? `${-imbalance} Wh long` : `${imbalance} Wh short`;
  console.log(`${party}: ${short}, costs ${eur(total)} EUR instead of ${eur(costAlone)}`);
}

console.log('the meter is read: ben has used 4.2 kWh');
const read = { ...readings[1]!, version: 2, quality: 'measured', imported: 4200 } as const;
const late = settleSlot(trades, [...readings, read], terms);
for (const { from, to, amount, reason } of settlementDifference(early.postings, late.postings)) {
  console.log(`${from} pays ${to} ${eur(amount)} EUR more for ${reason}`);
}

const ben = late.statements.filter(({ party }) => party === 'ben');
const invoice = invoiceOf(ben, { centQuanta: 10_000_000 });
console.log(`ben's invoice: ${invoice.cents} ct, saved ${eur(invoice.saved)} EUR;`);
console.log(`of ${invoice.imported} Wh ${invoice.fromNeighbours} came from neighbours`);
