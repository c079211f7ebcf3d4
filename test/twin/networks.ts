import { AccountStatus, ProductStatus, RejectCode } from '../../src/core/codes.ts';
import type { Bytes } from './bytes.ts';
import type { CommandOf, Reference } from './commands.ts';
import { tell } from './events.ts';
import {
  isOperator,
  type Market,
  mayActFor,
  OPERATOR,
  type Order,
  OUTSIDE,
  type Product,
  productRefusal,
  rowOf,
} from './market.ts';

/** The zones of a network, by row. */
export function zonesOf(market: Market, network: number): number[] {
  return [...market.zones.keys()].filter((row) => market.zones[row]!.network === network);
}

/** The number of a zone within its network. */
export function indexOf(market: Market, zone: number): number {
  return zonesOf(market, market.zones[zone]!.network).indexOf(zone);
}

export function feeVersionOf(market: Market, network: number): number {
  return market.networks[network]!.changes.at(-1)?.version ?? 1;
}

/** What a pair of zones cost at a version. */
export function feeAt(market: Market, from: number, to: number, version: number): number {
  const { changes } = market.networks[market.zones[from]!.network]!;
  const known = changes.filter((change) => change.version <= version);
  return known.filter((each) => each.from === from && each.to === to).at(-1)?.ticks ?? 0;
}

/** All fees that an order may meet if it buys, and none. */
export function feesInto(market: Market, order: Order): number[] {
  const { zone, feeVersion } = order.net!;
  const from = zonesOf(market, market.zones[zone]!.network);
  return [0, ...from.map((each) => feeAt(market, each, zone, feeVersion))];
}

export function listNetwork(market: Market, command: CommandOf<'listNetwork'>): number {
  const { id, tickMantissa: mantissa, tickDecimals: decimals } = command;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (market.networks.some((each) => each.id === id)) return RejectCode.DUPLICATE_NETWORK;
  market.networks.push({ id, tick: { mantissa, decimals }, oldest: 1, changes: [] });
  tell(market, 'networkListed', [market.networks.length - 1, mantissa, decimals], [id]);
  return 0;
}

export function addZone(market: Market, command: CommandOf<'addZone'>): number {
  const account = rowOf(market.accounts, command.gridAccount);
  const network = rowOf(market.networks, command.network);
  if (account === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (network === undefined) return RejectCode.UNKNOWN_NETWORK;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (account === OUTSIDE) return RejectCode.SYSTEM_ACCOUNT;
  if (market.accounts[account]!.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  const { id } = command;
  if (market.zones.some((zone) => zone.id === id)) return RejectCode.DUPLICATE_ZONE;
  if (zonesOf(market, network).length >= 32) return RejectCode.ZONE_LIMIT;
  market.zones.push({ id, network, gridAccount: account });
  tell(market, 'zoneAdded', [market.zones.length - 1, network, account], [id]);
  return 0;
}

/** Two zones of one network, which may have to be a certain one. */
export function pairIn(
  market: Market,
  network: number | undefined,
  one: Reference,
  other: Reference,
): readonly [number, number] | undefined {
  const [from, to] = [rowOf(market.zones, one), rowOf(market.zones, other)];
  if (from === undefined || to === undefined) return undefined;
  const wanted = network ?? market.zones[from]!.network;
  const both = market.zones[from]!.network === wanted && market.zones[to]!.network === wanted;
  return both ? [from, to] : undefined;
}

export function setGridFee(market: Market, command: CommandOf<'setGridFee'>): number {
  const network = rowOf(market.networks, command.network);
  if (network === undefined) return RejectCode.UNKNOWN_NETWORK;
  const pair = pairIn(market, network, command.from, command.to);
  if (pair === undefined) return RejectCode.UNKNOWN_ZONE;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  const [from, to] = pair;
  const version = feeVersionOf(market, network) + 1;
  market.networks[network]!.changes.push({ version, from, to, ticks: command.fee });
  tell(market, 'gridFeeSet', [network, from, to, command.fee, version]);
  return 0;
}

/** Forgets the fees that another one had taken the place of when the oldest open order came in. */
export function forgetFees(market: Market, network: number): void {
  const orders = [...market.orders.values()].filter(
    ({ product, net }) => net !== undefined && market.products[product]!.network!.row === network,
  );
  const versions = orders.map(({ net }) => net!.feeVersion).filter((version) => version > 0);
  const oldest = Math.min(feeVersionOf(market, network), ...versions);
  const { changes } = market.networks[network]!;
  market.networks[network]!.oldest = oldest;
  market.networks[network]!.changes = changes.filter(
    (one) =>
      !changes.some(
        (other) =>
          other.from === one.from &&
          other.to === one.to &&
          other.version > one.version &&
          other.version <= oldest,
      ),
  );
}

export function setCapacity(market: Market, command: CommandOf<'setCapacity'>): number {
  const row = rowOf(market.products, command.product);
  if (row === undefined) return RejectCode.UNKNOWN_PRODUCT;
  const product = market.products[row]!;
  const pair = pairIn(market, product.network?.row, command.from, command.to);
  if (pair === undefined) return RejectCode.UNKNOWN_ZONE;
  if (!isOperator(market, command.actor)) return RejectCode.FORBIDDEN;
  if (product.network === undefined) return RejectCode.NOT_IN_NETWORK;
  const { status } = product;
  const over = status === ProductStatus.closed || status === ProductStatus.gateClosed;
  if (over) return productRefusal(product);
  const [from, to] = pair;
  const others = product.network.capacity.filter((each) => each.from !== from || each.to !== to);
  const { hasQuantity, quantity } = command;
  product.network.capacity = hasQuantity === 1 ? [...others, { from, to, left: quantity }] : others;
  tell(market, 'capacitySet', [row, from, to, hasQuantity, quantity]);
  return 0;
}

/** The limit of what may go between two zones, if there is one. */
export function capacityOf(
  product: Product,
  from: number,
  to: number,
): { left: number } | undefined {
  return product.network!.capacity.find((each) => each.from === from && each.to === to);
}

export function setPartner(market: Market, command: CommandOf<'setPartner'>): number {
  const account = rowOf(market.accounts, command.account);
  const partner = rowOf(market.accounts, command.partner);
  if (account === undefined || partner === undefined) return RejectCode.UNKNOWN_ACCOUNT;
  if (!mayActFor(market, command.actor, account)) return RejectCode.FORBIDDEN;
  if (account <= OPERATOR) return RejectCode.SYSTEM_ACCOUNT;
  if (market.accounts[account]!.status === AccountStatus.closed) return RejectCode.ACCOUNT_CLOSED;
  const { rule } = command;
  market.partners = market.partners.filter(
    (each) => each.account !== account || each.partner !== partner,
  );
  if (rule > 0) market.partners.push({ account, partner, rule });
  tell(market, 'partnerSet', [account, partner, rule]);
  return 0;
}

/** Whether an account's own rules let it trade with another one. */
export function accepts(market: Market, account: number, other: number): boolean {
  if (account === other) return true;
  const rules = market.partners.filter((each) => each.account === account);
  const about = rules.find(({ partner }) => partner === other)?.rule;
  const hasWanted = rules.some(({ rule }) => rule === 1);
  return about === 1 || (about === undefined && !hasWanted);
}

export function networkBytes(market: Market, to: Bytes): void {
  to.u32(market.networks.length);
  for (const { id, tick } of market.networks) {
    to.id(id);
    to.i64(tick.mantissa);
    to.u8(tick.decimals);
  }
  to.u32(market.zones.length);
  for (const { id, network, gridAccount } of market.zones) {
    to.id(id);
    to.u32(network);
    to.u32(gridAccount);
  }
  for (const { oldest, changes } of market.networks) {
    to.u32(oldest);
    to.u32(changes.length);
    for (const { version, from, to: into, ticks } of changes) {
      to.u32(version);
      to.u8(indexOf(market, from));
      to.u8(indexOf(market, into));
      to.i64(ticks);
    }
  }
  const isMember = ({ network, gone }: Product): boolean => network !== undefined && !gone;
  to.u32(market.products.filter(isMember).length);
  market.products.forEach((product, row) => {
    if (!isMember(product)) return;
    const network = product.network!;
    to.u32(row);
    to.u32(network.row);
    to.u32(network.capacity.length);
    const sorted = [...network.capacity].sort((a, b) => a.from - b.from || a.to - b.to);
    for (const { from, to: into, left } of sorted) {
      to.u8(indexOf(market, from));
      to.u8(indexOf(market, into));
      to.i64(left);
    }
  });
}

export function netBytes(market: Market, order: Order, to: Bytes): void {
  if (order.net === undefined) return;
  const { zone, attributes, only, onlyZones, premiums, feeVersion } = order.net;
  to.u8(indexOf(market, zone));
  to.u8(attributes);
  to.u8(only);
  to.u32(onlyZones);
  for (const ticks of premiums) to.i64(ticks);
  to.u32(feeVersion);
}

export function partnerBytes(market: Market, to: Bytes): void {
  const accounts = [...new Set(market.partners.map(({ account }) => account))];
  accounts.sort((a, b) => a - b);
  to.u32(accounts.length);
  for (const account of accounts) {
    const rules = market.partners.filter((each) => each.account === account);
    to.u32(account);
    to.u32(rules.length);
    for (const { partner, rule } of rules.sort((a, b) => a.partner - b.partner)) {
      to.u32(partner);
      to.u8(rule);
    }
  }
}
