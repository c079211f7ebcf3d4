import { AccountStatus, PartnerRule, Side, SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { MAX_LANES, MAX_ZONES } from '../core/limits.ts';
import { withinNetworkLimit } from '../contracts/network-lock.ts';
import { OUTSIDE } from '../ledger/ledger.ts';
import { isOver } from '../market/life-cycle.ts';
import { type Network, pairOf } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import {
  ALL_OR_NONE,
  BRACKET,
  LINKED,
  PARTLY_SEEN,
  PEGGED,
  sideOf,
  TRAILING,
} from '../orderbook/flags.ts';
import { type NetworkTerms, networkTerms } from '../orderbook/lanes.ts';
import { NONE } from '../orderbook/orders.ts';
import type { Reader } from './reader.ts';
import type { MarketState } from './state.ts';

/** Reads what `encodeNetworks` wrote. */
export function decodeNetworks(from: Reader, state: MarketState): void {
  const { accounts, networks, listings } = state;
  for (let left = from.u32(); left > 0; left--) {
    const id = from.id();
    if (networks.find(id) !== undefined) throw new RangeError(`has ${id} twice`);
    networks.add(id, from.step());
  }
  for (let left = from.u32(); left > 0; left--) {
    const id = from.id();
    if (networks.findZone(id) !== undefined) throw new RangeError(`has ${id} twice`);
    const network = networks.list[from.row(networks.list)]!;
    if (network.zones.length === MAX_ZONES) throw new RangeError('has too many zones');
    networks.addZone(network, id, from.row(accounts.list));
  }
  for (const network of networks.list) decodeFees(from, network);
  for (let left = from.u32(); left > 0; left--) {
    const product = listings.products[from.row(listings.products)]!;
    const network = networks.list[from.row(networks.list)]!;
    const { tick } = product.grid;
    const sameTick =
      tick.mantissa === network.tick.mantissa && tick.decimals === network.tick.decimals;
    if (!sameTick) throw new RangeError(`has ${product.id} in a network of another tick`);
    if (product.call !== undefined)
      throw new RangeError(`has ${product.id} in a network, and in auctions`);
    const capacity = new Map<number, number>();
    for (let pairs = from.u32(); pairs > 0; pairs--) {
      const pair = pairOf(zoneOf(from, network), zoneOf(from, network));
      capacity.set(pair, atLeastZero(from));
    }
    product.network = { network, capacity };
    state.addLanes(product);
  }
}

/** Reads the fees of a network: all changes since the oldest version, and of those before what was in force then. */
function decodeFees(from: Reader, network: Network): void {
  const oldest = from.u32();
  for (let left = from.u32(); left > 0; left--) {
    const version = from.u32();
    if (version <= network.feeVersion) throw new RangeError('has fees out of order');
    const [one, other] = [zoneOf(from, network), zoneOf(from, network)];
    network.setFee(one, other, atLeastZero(from), version);
  }
  const { changes, feeVersion } = network;
  network.forgetBefore(oldest);
  const since = changes.filter(({ version }) => version >= oldest).length;
  const whole = oldest <= feeVersion && since === feeVersion - oldest + (oldest > 1 ? 1 : 0);
  if (!whole || network.changes !== changes) throw new RangeError('has fees that cannot be');
}

function zoneOf(from: Reader, { zones }: Network): number {
  const zone = from.u8();
  if (zone >= zones.length) throw new RangeError(`names zone ${zone} of ${zones.length}`);
  return zone;
}

function atLeastZero(from: Reader): number {
  const value = from.i64();
  if (value < 0) throw new RangeError('holds less than nothing');
  return value;
}

/** What an order in a network never is. */
const STRANGE = BRACKET | LINKED | PEGGED | TRAILING | PARTLY_SEEN | ALL_OR_NONE;

/** Reads what an order asks for in the network of its product. */
export function decodeNetworkTerms(from: Reader, product: Product, flags: number): NetworkTerms {
  if (product.network === undefined) throw new RangeError('has an order in no network');
  const { network } = product.network;
  const zone = zoneOf(from, network);
  const [attributes, only, onlyZones] = [from.u8(), from.u8(), from.u32()];
  const premiums = Array.from({ length: 5 }, () => atLeastZero(from));
  const feeVersion = from.u32();
  const buys = sideOf(flags) === Side.buy;
  const foreign = network.zones.length < MAX_ZONES && onlyZones >>> network.zones.length !== 0;
  const fits = buys
    ? attributes === 0 &&
      only < 32 &&
      feeVersion >= network.oldestVersion &&
      feeVersion <= network.feeVersion
    : attributes < 32 && only === 0 && feeVersion === 0 && premiums.every((ticks) => ticks === 0);
  if (foreign || !fits || (flags & STRANGE) !== 0)
    throw new RangeError('has an order with terms that cannot be');
  const maxFee = buys ? network.highestFee(zone, feeVersion) : 0;
  return networkTerms({ zone, attributes, only, onlyZones, premiums, feeVersion, maxFee });
}

/** Reads what `encodePartners` wrote. */
export function decodePartners(from: Reader, { accounts, partners }: MarketState): void {
  for (let left = from.u32(); left > 0; left--) {
    const account = from.row(accounts.list);
    const rules = new Map<number, number>();
    for (let count = from.u32(); count > 0; count--) {
      const partner = from.row(accounts.list);
      rules.set(partner, from.oneOf([PartnerRule.wanted, PartnerRule.excluded]));
    }
    partners.set(account, rules);
  }
}

/** What cannot be about networks in a state from outside, or undefined. Lanes may look crossed. */
export function networkFault(state: MarketState): string | undefined {
  const { accounts, listings, networks, orders, partners, networked } = state;
  const isSound = (slot: number): boolean => {
    const product = listings.products[orders.product(slot)]!;
    const flags = orders.flags(slot);
    const terms = networked.get(slot);
    if (product.network === undefined || terms === undefined) {
      return product.network === undefined && terms === undefined;
    }
    const { lockPpm } = listings.terms[orders.terms(slot)]!;
    const [side, price, lots] = [sideOf(flags), orders.price(slot), orders.open(slot)];
    return withinNetworkLimit(product, lockPpm, side, price, lots, terms);
  };
  const [faulty] = orders.select((slot) => !isSound(slot));
  if (faulty !== undefined)
    return `order ${orders.id(faulty)} is in no network that it could be in`;
  for (const { row, id, status, network, circuit } of listings.living()) {
    if (network !== undefined && circuit !== undefined) return `${id} has a network and a circuit`;
    if (isOver(status) && (network?.capacity.size ?? 0) > 0)
      return `${id} has capacity and is over`;
    for (const side of [Side.buy, Side.sell]) {
      const lanes = state.lanes[row]?.side(side);
      if ((lanes?.size ?? 0) > MAX_LANES) return `${id} has more lanes than it may have`;
      for (const { book } of lanes?.values() ?? []) {
        if (!inTime(state, book.slots())) return 'it has a lane out of order';
      }
    }
  }
  const isClosed = (account: number): boolean =>
    accounts.list[account]!.status === AccountStatus.closed;
  if (networks.zones.some(({ gridAccount }) => gridAccount === OUTSIDE || isClosed(gridAccount))) {
    return 'it has grid fees that nobody can get';
  }
  for (const [account, rulesOf] of partners) {
    const none = rulesOf.size === 0 || rulesOf.has(account);
    if (none || account < SYSTEM_ACCOUNTS.length || isClosed(account))
      return 'it has partner rules that cannot be';
  }
  return undefined;
}

/** Whether of two orders at one price that follow each other the earlier one comes first. */
function inTime({ orders }: MarketState, slots: readonly number[]): boolean {
  let last = NONE;
  return slots.every((slot) => {
    const same = last !== NONE && orders.level(last) === orders.level(slot);
    const sound = !same || orders.priority(last) < orders.priority(slot);
    last = slot;
    return sound;
  });
}
