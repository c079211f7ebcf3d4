import type { MarketState } from '../../src/matching/state.ts';
import { lockOf } from './amounts.ts';
import { collateralOf } from './forward.ts';
import type { Market } from './market.ts';

/** Where what is locked is not the sum of what open orders, positions and claims lock, per account and asset; or undefined. */
export function lockAstray(state: MarketState, market: Market): string | undefined {
  const sums = new Map<number, bigint>();
  for (const order of market.orders.values()) {
    const { money, energy } = lockOf(market, order);
    const { moneyAsset, energyAsset } = market.products[order.product]!;
    for (const [asset, amount] of [
      [moneyAsset, money],
      [energyAsset, energy],
    ] as const) {
      const row = state.ledger.find(order.account, asset);
      sums.set(row, (sums.get(row) ?? 0n) + amount);
    }
  }
  const add = (account: number, asset: number, amount: bigint): void => {
    const row = state.ledger.find(account, asset);
    if (amount !== 0n) sums.set(row, (sums.get(row) ?? 0n) + amount);
  };
  for (const product of market.products) {
    if (product.forward === undefined || product.gone) continue;
    market.accounts.forEach((_, row) => add(row, product.moneyAsset, collateralOf(product, row)));
  }
  for (const { debts } of market.accounts) {
    for (const { creditor, asset, amount } of debts) {
      const claim = `${market.assets[asset]!.id}.due`;
      add(
        creditor,
        market.assets.findIndex(({ id, gone }) => !gone && id === claim),
        amount,
      );
    }
  }
  for (let row = 0; row < state.ledger.rows; row++) {
    const [locked, held] = [BigInt(state.ledger.locked(row)), sums.get(row) ?? 0n];
    if (locked !== held) return `ledger row ${row} has ${locked} locked, and ${held} is held`;
  }
  return undefined;
}
