import { pairOf } from '../market/networks.ts';
import type { NetworkTerms } from '../orderbook/lanes.ts';

import type { Writer } from './writer.ts';
import type { MarketState } from './state.ts';

/** Appends the networks, their zones and fees, and the products that are traded in one. See docs/format.md. */
export function encodeNetworks({ networks, listings }: MarketState, to: Writer): void {
  to.u32(networks.list.length);
  for (const { id, tick } of networks.list) {
    to.id(id);
    to.decimal(tick);
  }
  to.u32(networks.zones.length);
  for (const { id, network, gridAccount } of networks.zones) {
    to.id(id);
    to.u32(network.row);
    to.u32(gridAccount);
  }
  for (const { oldestVersion, changes } of networks.list) {
    to.u32(oldestVersion);
    to.u32(changes.length);
    for (const { version, from, to: into, ticks } of changes) {
      to.u32(version);
      to.u8(from);
      to.u8(into);
      to.i64(ticks);
    }
  }
  const members = listings.living().filter(({ network }) => network !== undefined);
  to.u32(members.length);
  for (const { row, network: member } of members) {
    const { network, capacity } = member!;
    to.u32(row);
    to.u32(network.row);
    to.u32(capacity.size);
    for (const { index: from } of network.zones) {
      for (const { index: into } of network.zones) {
        const lots = capacity.get(pairOf(from, into));
        if (lots === undefined) continue;
        to.u8(from);
        to.u8(into);
        to.i64(lots);
      }
    }
  }
}

/** Appends what an order asks for in its network, behind what any order has. */
export function encodeNetworkTerms(terms: NetworkTerms, to: Writer): void {
  to.u8(terms.zone);
  to.u8(terms.attributes);
  to.u8(terms.only);
  to.u32(terms.onlyZones);
  for (const ticks of terms.premiums) to.i64(ticks);
  to.u32(terms.feeVersion);
}

/** Appends what accounts say about each other, by row. */
export function encodePartners({ partners }: MarketState, to: Writer): void {
  to.u32(partners.size);
  for (const [account, rules] of [...partners].sort(([a], [b]) => a - b)) {
    to.u32(account);
    to.u32(rules.size);
    for (const [partner, rule] of [...rules].sort(([a], [b]) => a - b)) {
      to.u32(partner);
      to.u8(rule);
    }
  }
}
