import { expect, it } from 'vitest';
import { lockMarket } from './lock-fills.ts';
import { splitOrders } from './lock-splits.ts';

it('what an order in a network locks suffices for each of 300,000 fills, and is no more than what the worst one costs', () => {
  const { fills, negative, carried, raised, exact } = splitOrders(20_241_123, 300_000);
  for (const each of [negative, carried, raised, exact]) expect(each).toBeGreaterThan(fills / 50);
});

it('orders of accounts that have just the money that they lock are filled, in a market', () => {
  const total = { fills: 0, negative: 0, carried: 0, raised: 0, exact: 0 };
  for (let seed = 1; seed <= 3; seed++) {
    const tally = lockMarket(seed);
    for (const each of Object.keys(total) as (keyof typeof total)[]) total[each] += tally[each];
  }
  const { fills, negative, carried, raised, exact } = total;
  expect(fills).toBeGreaterThan(2_000);
  for (const each of [negative, carried, raised]) expect(each).toBeGreaterThan(fills / 50);
  expect(exact).toBeGreaterThan(10);
});
