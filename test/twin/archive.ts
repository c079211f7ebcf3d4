import { ProductStatus, RejectCode } from '../../src/core/codes.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import { isOwed } from './forward.ts';
import { forgetFees } from './networks.ts';
import { isSettled } from './settle.ts';
import { balanceOf, isOperator, type Market, OUTSIDE, type Product, rowOf } from './market.ts';

export function archiveProduct(market: Market, command: CommandOf<'archiveProduct'>): number {
  const row = rowOf(market.products, command.product);
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const product = market.products[row]!;
  const { closed, gateClosed } = ProductStatus;
  if (product.status !== closed && product.status !== gateClosed) return RejectCode.NOT_CLOSED;
  if (product.plan !== undefined && product.plan.asked[1] > market.time) {
    return RejectCode.NOT_CLOSED;
  }
  if (product.forward !== undefined) {
    if (!product.forward.final || !isSettled(product)) return RejectCode.NOT_CLOSED;
  }
  product.gone = true;
  market.terms.forEach((terms, at) => {
    if (terms?.product === row) market.terms[at] = undefined;
  });
  if (product.network !== undefined) forgetFees(market, product.network.row);
  tell(market, 'productArchived', [row, delivered(market, product)]);
  return 0;
}

/** Takes the energy from all accounts, if it was delivered and is of no use to anything else; returns how much there was. */
function delivered(market: Market, { plan, energyAsset, forward }: Product): bigint {
  const used = market.products.some(
    (each) => !each.gone && (each.energyAsset === energyAsset || each.moneyAsset === energyAsset),
  );
  const limited = market.accounts.some(({ limits }) => limits?.exposure?.asset === energyAsset);
  if (plan === undefined || forward !== undefined || used || limited || isOwed(market, energyAsset))
    return 0n;
  const supply = -balanceOf(market, OUTSIDE, energyAsset).available;
  for (const account of market.accounts) delete account.balances[energyAsset];
  market.assets[energyAsset]!.gone = true;
  return supply;
}
