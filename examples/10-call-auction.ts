// examples/10-call-auction.ts
import { clearAuction } from 'wattbook';

// Homes that bid and offer for one quarter hour: prices in ct/kWh, quantities in Wh.
const bids = [
  { home: 'anna', price: 30, quantity: 1000 },
  { home: 'ben', price: 20, quantity: 1000 },
  { home: 'cleo', price: 9, quantity: 500 },
];
const asks = [
  { home: 'dora', price: 10, quantity: 1200 },
  { home: 'emil', price: 25, quantity: 800 },
];

const { price, quantity, imbalance, fills } = clearAuction(bids, asks);
console.log(`${quantity} Wh at ${price} ct/kWh, ${imbalance} Wh wanted and not found`);
for (const fill of fills) {
  console.log(
    `${bids[fill.bid]!.home} buys ${fill.quantity} Wh from ${asks[fill.ask]!.home} at ${fill.price}`,
  );
}

const rate = clearAuction(bids, asks, { pricing: 'mid-market', reference: 19 });
console.log(`at the mid-market rate of 19: ${rate.quantity} Wh`);
