import {
  AccountStatus,
  EndReason,
  ProductStatus,
  RejectCode,
  TimeInForce,
} from '../../src/core/codes.ts';
import { auctionFields, auctionsOf } from './auction.ts';
import type { CommandOf, Reference } from './commands.ts';
import * as circuit from './circuit.ts';
import { tell } from './events.ts';
import {
  canSettle,
  forwardFields,
  forwardOf,
  isInvolved,
  isWithinBounds,
  listClaims,
  payDebts,
  utilityRefusal,
} from './forward.ts';
import {
  type Account,
  accountRefusal,
  balanceOf,
  type Decimal,
  isOperator,
  type Market,
  MAX,
  mayActFor,
  move,
  OPERATOR,
  OUTSIDE,
  type Product,
  productRefusal,
  rowOf,
  type Terms,
} from './market.ts';
import { triggerLeftStops } from './entering.ts';
import { endOrders, restingOrders } from './orders.ts';
import { endTrading, firstStatus, planFields, planOf } from './plan.ts';

export function openAccount(market: Market, command: CommandOf<'openAccount'>): number {
  const { id, role, salt0, salt1, salt2, salt3 } = command;
  const salt = [salt0, salt1, salt2, salt3];
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (market.accounts.some((account) => account.id === id)) return RejectCode.DUPLICATE_ACCOUNT;
  market.accounts.push({ id, role, status: AccountStatus.open, salt, balances: [], debts: [] });
  tell(market, 'accountOpened', [market.accounts.length - 1, role], [id]);
  return 0;
}

export function freezeAccount(market: Market, command: CommandOf<'freezeAccount'>): number {
  const row = rowOf(market.accounts, command.account);
  if (row === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (row <= OPERATOR) return RejectCode.SYSTEM_ACCOUNT;
  const account = market.accounts[row]!;
  if (account.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  account.status = command.frozen === 1 ? AccountStatus.frozen : AccountStatus.open;
  tell(market, 'accountFrozen', [row, command.frozen]);
  return 0;
}

export function kill(market: Market, command: CommandOf<'kill'>): number {
  const row = rowOf(market.accounts, command.account);
  if (row === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (!mayActFor(market, command.actor, row)) return RejectCode.FORBIDDEN;
  if (row <= OPERATOR) return RejectCode.SYSTEM_ACCOUNT;
  if (isClosed(market, row)) return RejectCode.ACCOUNT_CLOSED;
  market.accounts[row]!.status = AccountStatus.frozen;
  const orders = restingOrders(market, (order) => order.account === row);
  endOrders(market, orders, EndReason.killed);
  tell(market, 'accountKilled', [row, orders.length]);
  return 0;
}

export function closeAccount(market: Market, command: CommandOf<'closeAccount'>): number {
  const row = rowOf(market.accounts, command.account);
  if (row === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (!mayActFor(market, command.actor, row)) return RejectCode.FORBIDDEN;
  if (row <= OPERATOR) return RejectCode.SYSTEM_ACCOUNT;
  const account = market.accounts[row]!;
  if (account.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  if (!isEmpty(market, account, row)) return RejectCode.ACCOUNT_NOT_EMPTY;
  account.status = AccountStatus.closed;
  account.keys = undefined;
  market.partners = market.partners.filter((each) => each.account !== row);
  account.limits = undefined;
  tell(market, 'accountClosed', [row]);
  return 0;
}

function isEmpty(market: Market, account: Account, row: number): boolean {
  const nothing = account.balances.every(
    ({ available, locked }) => available === 0n && locked === 0n,
  );
  const collects = market.zones.some(({ gridAccount }) => gridAccount === row);
  return (
    nothing &&
    !collects &&
    !isInvolved(market, row) &&
    restingOrders(market, (order) => order.account === row).length === 0
  );
}

export function deposit(market: Market, command: CommandOf<'deposit'>): number {
  const account = rowOf(market.accounts, command.account);
  const asset = rowOf(market.assets, command.asset);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (asset === undefined) return RejectCode.UNKNOWN_ASSET;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (account === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  if (isClosed(market, account)) return RejectCode.ACCOUNT_CLOSED;
  const amount = BigInt(command.amount);
  const supply = -balanceOf(market, OUTSIDE, asset).available;
  if (supply + amount > MAX) return RejectCode.MINT_LIMIT;
  move(market, OUTSIDE, account, asset, amount);
  tell(market, 'deposited', [account, asset, amount]);
  payDebts(market, account, asset);
  return 0;
}

function isClosed(market: Market, account: number): boolean {
  return market.accounts[account]!.status === AccountStatus.closed;
}

export function withdraw(market: Market, command: CommandOf<'withdraw'>): number {
  const account = rowOf(market.accounts, command.account);
  const asset = rowOf(market.assets, command.asset);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (asset === undefined) return RejectCode.UNKNOWN_ASSET;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  const refused = accountRefusal(market, account);
  if (refused !== 0) return refused;
  const amount = BigInt(command.amount);
  if (balanceOf(market, account, asset).available < amount) return RejectCode.INSUFFICIENT_FUNDS;
  move(market, account, OUTSIDE, asset, amount);
  tell(market, 'withdrawn', [account, asset, amount]);
  return 0;
}

export function transfer(market: Market, command: CommandOf<'transfer'>): number {
  const from = rowOf(market.accounts, command.account);
  const to = rowOf(market.accounts, command.to);
  const asset = rowOf(market.assets, command.asset);
  if (from === undefined || to === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (asset === undefined) return RejectCode.UNKNOWN_ASSET;
  if (!mayActFor(market, command.actor, from)) return RejectCode.FORBIDDEN;
  if (from === OUTSIDE || to === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  if (isClosed(market, to)) return RejectCode.ACCOUNT_CLOSED;
  const refused = accountRefusal(market, from);
  if (refused !== 0) return refused;
  const amount = BigInt(command.amount);
  if (balanceOf(market, from, asset).available < amount) return RejectCode.INSUFFICIENT_FUNDS;
  move(market, from, to, asset, amount);
  tell(market, 'transferred', [from, to, asset, amount]);
  payDebts(market, to, asset);
  return 0;
}

export function listAsset(market: Market, command: CommandOf<'listAsset'>): number {
  const { id, decimals } = command;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (market.assets.some((asset) => !asset.gone && asset.id === id))
    return RejectCode.DUPLICATE_ASSET;
  market.assets.push({ id, decimals, gone: false });
  tell(market, 'assetListed', [market.assets.length - 1, decimals], [id]);
  return 0;
}

export function listProduct(market: Market, command: CommandOf<'listProduct'>): number {
  const { id } = command;
  const energyAsset = rowOf(market.assets, command.energyAsset);
  const moneyAsset = rowOf(market.assets, command.moneyAsset);
  const settled = command.hasSettlement === 1;
  const utility = settled ? rowOf(market.accounts, command.utility) : 0;
  if (utility === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (energyAsset === undefined || moneyAsset === undefined) return RejectCode.UNKNOWN_ASSET;
  const joins = command.hasNetwork === 1;
  const network = joins ? rowOf(market.networks, command.network) : undefined;
  if (joins && network === undefined) return RejectCode.UNKNOWN_NETWORK;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const unfit = (settled ? utilityRefusal(market, utility) : 0) || idRefusal(market, id);
  if (unfit !== 0) return unfit;
  const tick = { mantissa: command.tickMantissa, decimals: command.tickDecimals };
  const lot = { mantissa: command.lotMantissa, decimals: command.lotDecimals };
  const lotQuanta = quanta([lot], market.assets[energyAsset]!.decimals);
  const tickQuanta = quanta([tick, lot], market.assets[moneyAsset]!.decimals);
  if (energyAsset === moneyAsset || lotQuanta === undefined || tickQuanta === undefined) {
    return RejectCode.INVALID_PRODUCT;
  }
  const known = network === undefined ? tick : market.networks[network]!.tick;
  const alike = known.mantissa === tick.mantissa && known.decimals === tick.decimals;
  const auctions = auctionsOf(command);
  const other = auctions !== undefined || settled;
  const possible = !settled || canSettle(market, command, moneyAsset, tickQuanta, lotQuanta);
  if (!alike || !possible || (network !== undefined && other)) return RejectCode.INVALID_PRODUCT;
  const plan = planOf(command);
  const status = firstStatus(plan, market.time);
  if (status === ProductStatus.gateClosed) return RejectCode.GATE_CLOSED;
  const row = market.products.length;
  const forward = forwardOf(command, utility);
  if (settled) listClaims(market, moneyAsset);
  market.products.push({
    id,
    energyAsset,
    moneyAsset,
    tick,
    lot,
    tickQuanta,
    lotQuanta,
    plan,
    gone: false,
    listedAfter: market.lastTrade,
    auctions,
    forward,
    status,
    terms: 0,
    lastPrice: undefined,
    queues: [[], []],
    stops: [],
    pegs: [],
    network: network === undefined ? undefined : { row: network, capacity: [] },
  });
  const values = [
    row,
    energyAsset,
    moneyAsset,
    ...stepFields(tick, lot),
    ...planFields(plan),
    ...auctionFields(auctions),
    joins ? 1 : 0,
    network ?? 0,
    ...forwardFields(forward),
  ];
  tell(market, 'productListed', values, [id]);
  const { makerPpm, takerPpm } = command;
  putInForce(market, { product: row, version: 1, makerPpm, takerPpm, band: firstBand(command) });
  return 0;
}

/** Two steps as an event tells them. */
function stepFields(...steps: readonly Decimal[]): number[] {
  return steps.flatMap(({ mantissa, decimals }) => [mantissa, decimals]);
}

function idRefusal(market: Market, id: string): number {
  const taken = market.products.some((product) => !product.gone && product.id === id);
  return taken ? RejectCode.DUPLICATE_PRODUCT : 0;
}

/** The band of a listing, or the bounds of imbalance in its place. */
function firstBand(command: CommandOf<'listProduct'>): Terms['band'] {
  const { hasSettlement, imbalanceMin: low, imbalanceMax: high } = command;
  return bandOf(command) ?? (hasSettlement === 1 ? { low, high } : undefined);
}

/** The product of decimals in quanta of 10^-decimals, if that is a whole number in range. */
function quanta(factors: readonly Decimal[], decimals: number): bigint | undefined {
  let numerator = 10n ** BigInt(decimals);
  let denominator = 1n;
  for (const factor of factors) {
    numerator *= BigInt(factor.mantissa);
    denominator *= 10n ** BigInt(factor.decimals);
  }
  if (numerator % denominator !== 0n) return undefined;
  const whole = numerator / denominator;
  return whole <= MAX ? whole : undefined;
}

interface BandFields {
  readonly hasBand: number;
  readonly bandLow: number;
  readonly bandHigh: number;
}

function bandOf({ hasBand, bandLow, bandHigh }: BandFields): Terms['band'] {
  return hasBand === 1 ? { low: bandLow, high: bandHigh } : undefined;
}

function putInForce(market: Market, terms: Terms): void {
  const free = market.terms.indexOf(undefined);
  const row = free < 0 ? market.terms.length : free;
  market.terms[row] = terms;
  market.products[terms.product]!.terms = row;
  const { product, version, makerPpm, takerPpm, band } = terms;
  const edges = band === undefined ? [0, 0, 0] : [1, band.low, band.high];
  tell(market, 'termsSet', [product, version, makerPpm, takerPpm, ...edges]);
}

/** The row of a product that an operator may change, or why not. */
function changeable(
  market: Market,
  command: { readonly actor: Reference; readonly product: Reference },
): { row: number; product: Product } | number {
  const row = rowOf(market.products, command.product);
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const product = market.products[row]!;
  const { closed, gateClosed } = ProductStatus;
  const over = product.status === closed || product.status === gateClosed;
  return over ? productRefusal(product) : { row, product };
}

/** The same, and one that has opened. */
function opened(
  market: Market,
  command: { readonly actor: Reference; readonly product: Reference },
): { row: number; product: Product } | number {
  const found = changeable(market, command);
  const early = typeof found === 'object' && found.product.status === ProductStatus.scheduled;
  return early ? RejectCode.NOT_YET_OPEN : found;
}

export function setFees(market: Market, command: CommandOf<'setFees'>): number {
  const found = changeable(market, command);
  if (typeof found === 'number') return found;
  const old = market.terms[found.product.terms]!;
  const { makerPpm, takerPpm } = command;
  putInForce(market, { ...old, version: old.version + 1, makerPpm, takerPpm });
  return 0;
}

export function setBand(market: Market, command: CommandOf<'setBand'>): number {
  const found = changeable(market, command);
  if (typeof found === 'number') return found;
  const old = market.terms[found.product.terms]!;
  const { product } = found;
  const [, low, high] = product.forward?.asked ?? [];
  const band = bandOf(command) ?? (low === undefined ? undefined : { low, high: high! });
  const beyond = band !== undefined && !isWithinBounds(product, band.low, band.high);
  if (beyond) return RejectCode.PRICE_OUTSIDE_BAND;
  putInForce(market, { ...old, version: old.version + 1, band });
  return 0;
}

export function haltProduct(market: Market, command: CommandOf<'haltProduct'>): number {
  const found = opened(market, command);
  if (typeof found === 'number') return found;
  found.product.status = ProductStatus.halted;
  tell(market, 'productHalted', [found.row]);
  return 0;
}

export function resumeProduct(market: Market, command: CommandOf<'resumeProduct'>): number {
  const found = opened(market, command);
  if (typeof found === 'number') return found;
  const { product } = found;
  const wasHalted = product.status === ProductStatus.halted;
  product.status = ProductStatus.open;
  tell(market, 'productResumed', [found.row]);
  if (!wasHalted) return 0;
  circuit.restart(market, product);
  triggerLeftStops(market, product);
  return 0;
}

export function setCircuit(market: Market, command: CommandOf<'setCircuit'>): number {
  const networked = rowOf(market.products, command.product);
  const inNetwork = networked !== undefined && market.products[networked]!.network !== undefined;
  if (inNetwork && isOperator(market, command.actor)) return RejectCode.NOT_IN_NETWORK;
  const found = changeable(market, command);
  if (typeof found === 'number') return found;
  if (found.product.auctions !== undefined) return RejectCode.NOT_IN_CALL;
  circuit.setCircuit(market, found.product, command);
  return 0;
}

export function endSession(market: Market, command: CommandOf<'endSession'>): number {
  const found = opened(market, command);
  if (typeof found === 'number') return found;
  const ending = restingOrders(market, ({ product, timeInForce }) => {
    return product === found.row && timeInForce === TimeInForce.session;
  });
  endOrders(market, ending, EndReason.sessionEnded);
  tell(market, 'sessionEnded', [found.row, ending.length]);
  return 0;
}

export function sealBlock(market: Market, command: CommandOf<'sealBlock'>): number {
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  market.height++;
  tell(market, 'blockSealed', [market.height, market.sealedSequence + 1]);
  market.sealedSequence = market.sequence;
  return 0;
}

export function closeProduct(market: Market, command: CommandOf<'closeProduct'>): number {
  const found = changeable(market, command);
  if (typeof found === 'number') return found;
  const orders = restingOrders(market, (each) => each.product === found.row);
  endOrders(market, orders, EndReason.productClosed);
  endTrading(market, found.product, found.row, ProductStatus.closed);
  tell(market, 'productClosed', [found.row]);
  return 0;
}
