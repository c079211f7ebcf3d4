import type { Decimal } from '../core/decimal.ts';
import { MAX_ZONES } from '../core/limits.ts';

/** A part of a network: energy goes from the zone of its seller to that of its buyer. */
export interface Zone {
  readonly id: string;
  readonly row: number;
  readonly network: Network;
  /** Its number within the network, 0 to 31. */
  readonly index: number;
  /** Account that gets the grid fee of energy that is delivered here. */
  readonly gridAccount: number;
}

/** What a pair of zones costs from a version on. */
export interface FeeChange {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly ticks: number;
}

/** A value, and the version from which on it holds. */
interface Since {
  readonly version: number;
  readonly ticks: number;
}

/** Zones that products can be traded between, and what each pair of them costs. */
export class Network {
  readonly id: string;
  readonly row: number;
  readonly tick: Decimal;
  readonly zones: Zone[] = [];
  /** By the numbers of their zones, oldest first. The first of them made version 2. */
  changes: FeeChange[] = [];
  /** What a pair cost, oldest first, by its number. */
  readonly #fees = new Map<number, Since[]>();
  /** The highest fee into a zone, the same way. */
  readonly #highest = new Map<number, Since[]>();
  /** The first version that an open order may have; what cost what before is forgotten. */
  oldestVersion = 1;

  constructor(id: string, row: number, tick: Decimal) {
    this.id = id;
    this.row = row;
    this.tick = tick;
  }

  /** Of the fees of now; counts up from 1. */
  get feeVersion(): number {
    return this.changes.at(-1)?.version ?? 1;
  }

  /** What a unit of energy costs on its way, in ticks: 0 until it was set. O(log changes). */
  fee(from: number, to: number, version: number): number {
    return at(this.#fees.get(pairOf(from, to)), version);
  }

  /** The highest fee into a zone. O(log changes). */
  highestFee(to: number, version: number): number {
    return at(this.#highest.get(to), version);
  }

  /**
   * Puts a fee in force.
   * @param version that it makes: the next one, or a later one where changes in between are forgotten
   */
  setFee(from: number, to: number, ticks: number, version: number = this.feeVersion + 1): void {
    this.changes.push({ version, from, to, ticks });
    append(this.#fees, pairOf(from, to), { version, ticks });
    let highest = 0;
    for (const { index } of this.zones) highest = Math.max(highest, this.fee(index, to, version));
    if (highest !== this.highestFee(to, version)) {
      append(this.#highest, to, { version, ticks: highest });
    }
  }

  /** Forgets the fees that another one had taken the place of when a version came. O(changes x zones) if there are any. */
  forgetBefore(version: number): void {
    this.oldestVersion = version;
    const inForce = new Map<number, number>();
    for (const { version: since, from, to } of this.changes) {
      if (since <= version) inForce.set(pairOf(from, to), since);
    }
    const kept = this.changes.filter(
      ({ version: since, from, to }) => since > version || inForce.get(pairOf(from, to)) === since,
    );
    if (kept.length === this.changes.length) return;
    this.changes = [];
    this.#fees.clear();
    this.#highest.clear();
    for (const { version: since, from, to, ticks } of kept) this.setFee(from, to, ticks, since);
  }
}

/** The number of an ordered pair of zones of one network. */
export function pairOf(from: number, to: number): number {
  return from * MAX_ZONES + to;
}

function append(lists: Map<number, Since[]>, key: number, entry: Since): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}

/** The latest value not after a version; 0 if there is none. */
function at(list: readonly Since[] | undefined, version: number): number {
  if (list === undefined) return 0;
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.version <= version) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : list[low - 1]!.ticks;
}

/** All networks and their zones, by row. Rows and ids are never given out twice. */
export class Networks {
  readonly list: Network[] = [];
  readonly zones: Zone[] = [];
  readonly #rows = new Map<string, number>();
  readonly #zoneRows = new Map<string, number>();
  /** Accounts that grid fees go to. */
  readonly #collectors = new Set<number>();

  find(id: string): number | undefined {
    return this.#rows.get(id);
  }

  findZone(id: string): number | undefined {
    return this.#zoneRows.get(id);
  }

  /** Whether grid fees go to an account: then it cannot be closed. */
  collects(account: number): boolean {
    return this.#collectors.has(account);
  }

  add(id: string, tick: Decimal): Network {
    const network = new Network(id, this.list.length, tick);
    this.list.push(network);
    this.#rows.set(id, network.row);
    return network;
  }

  addZone(network: Network, id: string, gridAccount: number): Zone {
    const index = network.zones.length;
    const zone = { id, row: this.zones.length, network, index, gridAccount };
    this.zones.push(zone);
    network.zones.push(zone);
    this.#zoneRows.set(id, zone.row);
    this.#collectors.add(gridAccount);
    return zone;
  }
}

/** How a product belongs to a network. */
export interface Membership {
  readonly network: Network;
  /** Lots that may still go between two zones, by the number of the pair; a pair without an entry has no limit. */
  readonly capacity: Map<number, number>;
}
