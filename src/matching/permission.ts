import { AccountStatus, ProductStatus, RejectCode, Role, SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { isOver } from '../market/life-cycle.ts';
import type { Product } from '../market/products.ts';
import type { MarketState } from './state.ts';

/** Where the fields stand that all commands about a product have. */
const STATUS = offsetsOf(COMMANDS.haltProduct);

/** Whether an actor may do what is reserved to operators. A frozen or closed operator may not. */
export function isOperator(state: MarketState, actor: number): boolean {
  const account = state.accounts.list[actor];
  return account?.role === Role.operator && account.status === AccountStatus.open;
}

export function ownsOrOperates(state: MarketState, actor: number, account: number): boolean {
  return actor === account || isOperator(state, actor);
}

export function knownAccount(state: MarketState, account: number): boolean {
  return account < state.accounts.list.length;
}

export function knownAsset(state: MarketState, asset: number): boolean {
  const { assets } = state.listings;
  return asset < assets.length && assets[asset] !== undefined;
}

export function knownProduct(state: MarketState, product: number): boolean {
  const { products } = state.listings;
  return product < products.length && products[product] !== undefined;
}

/** Why an account cannot act in the market or pay out, or 0. */
export function accountRefusal(state: MarketState, account: number): number {
  if (account === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  const { status, debts } = state.accounts.list[account]!;
  if (status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  if (status === AccountStatus.frozen) return RejectCode.ACCOUNT_FROZEN;
  return debts === undefined ? 0 : RejectCode.IN_DEBT;
}

/** Why an account cannot be frozen, closed or limited, or 0. */
export function statusRefusal(state: MarketState, account: number): number {
  if (account < SYSTEM_ACCOUNTS.length) return RejectCode.SYSTEM_ACCOUNT;
  const closed = state.accounts.list[account]!.status === AccountStatus.closed;
  return closed ? RejectCode.ACCOUNT_CLOSED : 0;
}

/** Why a product takes no orders, or 0. */
export function productRefusal(state: MarketState, product: number): number {
  const { status } = state.listings.products[product]!;
  return status === ProductStatus.open ? 0 : REFUSAL_BY_STATUS[status]!;
}

const REFUSAL_BY_STATUS: readonly number[] = statusTable({
  open: 0,
  halted: RejectCode.PRODUCT_HALTED,
  closed: RejectCode.PRODUCT_CLOSED,
  scheduled: RejectCode.NOT_YET_OPEN,
  gateClosed: RejectCode.GATE_CLOSED,
});

function statusTable(codes: Readonly<Record<keyof typeof ProductStatus, number>>): number[] {
  const table: number[] = [];
  for (const [name, status] of Object.entries(ProductStatus)) {
    table[status] = codes[name as keyof typeof ProductStatus];
  }
  return table;
}

/**
 * The product that a command of an operator changes, or the code of its refusal.
 * @param outsideNetworks whether the command is for no product that is traded in a network
 */
export function changeable(
  state: MarketState,
  view: DataView,
  at: number,
  outsideNetworks = false,
): Product | number {
  const row = view.getUint32(at + STATUS.product);
  if (!knownProduct(state, row)) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(state, view.getUint32(at + STATUS.actor))) return RejectCode.FORBIDDEN;
  const product = state.listings.products[row]!;
  if (outsideNetworks && product.network !== undefined) return RejectCode.NOT_IN_NETWORK;
  return isOver(product.status) ? productRefusal(state, row) : product;
}

/** The same of what has a meaning from the opening of the product on. */
export function tradable(state: MarketState, view: DataView, at: number): Product | number {
  const product = changeable(state, view, at);
  if (typeof product === 'number' || product.status !== ProductStatus.scheduled) return product;
  return RejectCode.NOT_YET_OPEN;
}
