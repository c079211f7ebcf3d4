import { PartnerRule, RejectCode } from '../core/codes.ts';
import { readI64, readId } from '../core/bytes.ts';
import { MAX_INTEGER, MAX_ZONES } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { type RecalledTrade, reverseTrade } from '../contracts/recall-trade.ts';
import { isOver } from '../market/life-cycle.ts';
import { pairOf, type Zone } from '../market/networks.ts';
import { countRecall } from './account-limits.ts';
import { writeEvent } from './events.ts';
import { receiverRefusal } from './funds.ts';
import {
  isOperator,
  productRefusal,
  knownAccount,
  ownsOrOperates,
  statusRefusal,
} from './permission.ts';
import { readTold, recallRefusal, tellRecalled } from './recall-trade.ts';
import type { MarketState, Outbox } from './state.ts';

const LIST = offsetsOf(COMMANDS.listNetwork);
const ADD = offsetsOf(COMMANDS.addZone);
const FEE = offsetsOf(COMMANDS.setGridFee);
const CAPACITY = offsetsOf(COMMANDS.setCapacity);
const PARTNER = offsetsOf(COMMANDS.setPartner);
const RECALL = offsetsOf(COMMANDS.recallInNetwork);

/** Lists a network without zones. */
export function listNetwork(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  if (!isOperator(state, view.getUint32(at + LIST.actor))) return RejectCode.FORBIDDEN;
  const id = namedId(view, at + LIST.strings);
  if (state.networks.find(id) !== undefined) return RejectCode.DUPLICATE_NETWORK;
  const mantissa = readI64(view, at + LIST.tickMantissa);
  const decimals = view.getUint8(at + LIST.tickDecimals);
  const { row } = state.networks.add(id, { mantissa, decimals });
  writeEvent(state, outbox, 'networkListed', [row, mantissa, decimals], [id]);
  return 0;
}

/** Adds a zone to a network, and says who gets the grid fee of what is delivered there. */
export function addZone(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { networks } = state;
  const account = view.getUint32(at + ADD.gridAccount);
  const network = networks.list[view.getUint32(at + ADD.network)];
  if (!knownAccount(state, account)) return RejectCode.UNKNOWN_ACCOUNT;
  if (network === undefined) return RejectCode.UNKNOWN_NETWORK;
  if (!isOperator(state, view.getUint32(at + ADD.actor))) return RejectCode.FORBIDDEN;
  const refused = receiverRefusal(state, account);
  if (refused !== 0) return refused;
  const id = namedId(view, at + ADD.strings);
  if (networks.findZone(id) !== undefined) return RejectCode.DUPLICATE_ZONE;
  if (network.zones.length === MAX_ZONES) return RejectCode.ZONE_LIMIT;
  const { row } = networks.addZone(network, id, account);
  writeEvent(state, outbox, 'zoneAdded', [row, network.row, account], [id]);
  return 0;
}

/** Sets what buy orders that enter from now on pay for energy from one zone to another. */
export function setGridFee(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const network = state.networks.list[view.getUint32(at + FEE.network)];
  if (network === undefined) return RejectCode.UNKNOWN_NETWORK;
  const [from, to] = zonesAt(state, view, at + FEE.from, at + FEE.to);
  if (from?.network !== network || to?.network !== network) return RejectCode.UNKNOWN_ZONE;
  if (!isOperator(state, view.getUint32(at + FEE.actor))) return RejectCode.FORBIDDEN;
  const fee = readI64(view, at + FEE.fee);
  network.setFee(from.index, to.index, fee);
  const values = [network.row, from.row, to.row, fee, network.feeVersion];
  writeEvent(state, outbox, 'gridFeeSet', values);
  return 0;
}

/**
 * Sets how much of a product may still go from one zone to another. Nothing is matched: orders that more capacity brings
 * together are found by the next one that comes.
 */
export function setCapacity(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const [from, to] = zonesAt(state, view, at + CAPACITY.from, at + CAPACITY.to);
  const product = state.listings.products[view.getUint32(at + CAPACITY.product)];
  if (product === undefined) return RejectCode.UNKNOWN_PRODUCT;
  const network = product.network?.network ?? from?.network;
  if (from === undefined || from.network !== network || to?.network !== network) {
    return RejectCode.UNKNOWN_ZONE;
  }
  if (!isOperator(state, view.getUint32(at + CAPACITY.actor))) return RejectCode.FORBIDDEN;
  if (product.network === undefined) return RejectCode.NOT_IN_NETWORK;
  if (isOver(product.status)) return productRefusal(state, product.row);
  const { capacity } = product.network;
  const limited = view.getUint8(at + CAPACITY.hasQuantity);
  const lots = readI64(view, at + CAPACITY.quantity);
  const pair = pairOf(from.index, to!.index);
  if (limited === 1) capacity.set(pair, lots);
  else capacity.delete(pair);
  const values = [product.row, from.row, to!.row, limited, lots];
  writeEvent(state, outbox, 'capacitySet', values);
  return 0;
}

/** Says whether an account wants to trade with another one in networks, or does not, or takes that back. */
export function setPartner(state: MarketState, view: DataView, at: number, outbox: Outbox): number {
  const { partners } = state;
  const account = view.getUint32(at + PARTNER.account);
  const partner = view.getUint32(at + PARTNER.partner);
  if (!knownAccount(state, account) || !knownAccount(state, partner)) {
    return RejectCode.UNKNOWN_ACCOUNT;
  }
  const actor = view.getUint32(at + PARTNER.actor);
  if (!ownsOrOperates(state, actor, account)) return RejectCode.FORBIDDEN;
  const refused = statusRefusal(state, account);
  if (refused !== 0) return refused;
  const rule = view.getUint8(at + PARTNER.rule);
  const rules = partners.get(account) ?? new Map<number, number>();
  if (rule === PartnerRule.none) rules.delete(partner);
  else rules.set(partner, rule);
  if (rules.size === 0) partners.delete(account);
  else partners.set(account, rules);
  writeEvent(state, outbox, 'partnerSet', [account, partner, rule]);
  return 0;
}

/** The recall command for a trade in a network: the grid fee goes back too, and its zones may exchange as much again. */
export function recallInNetwork(
  state: MarketState,
  view: DataView,
  at: number,
  outbox: Outbox,
): number {
  const told = readTold(view, at);
  const { trade, row } = told;
  const [from, to] = zonesAt(state, view, at + RECALL.from, at + RECALL.to);
  const known = state.listings.products[row];
  const network = known === undefined ? from?.network : (known.network?.network ?? from?.network);
  const strange = from === undefined || from.network !== network || to?.network !== network;
  const refused = recallRefusal(state, view, at, told, strange ? RejectCode.UNKNOWN_ZONE : 0, true);
  if (refused !== 0) return refused;
  const product = known!;
  const ticks = readI64(view, at + RECALL.fee);
  const grid: RecalledTrade['grid'] = { account: to!.gridAccount, ticks };
  if (!reverseTrade(state.ledger, product, { ...told, grid })) return RejectCode.RECALL_SHORT;
  state.recalled.add(trade);
  countRecall(state, product, told, trade);
  const { capacity } = product.network!;
  const pair = pairOf(from!.index, to!.index);
  const left = capacity.get(pair);
  if (left !== undefined) capacity.set(pair, Math.min(MAX_INTEGER, left + told.lots));
  tellRecalled(state, outbox, told);
  const amount = ticks * told.lots * product.grid.tickQuanta;
  const way = [from!.row, to!.row, ticks, view.getUint32(at + RECALL.feeVersion), amount];
  writeEvent(state, outbox, 'gridFeeReturned', [trade, row, ...way]);
  return 0;
}

/** Two zones by the places of their rows; undefined where there is none. */
function zonesAt(
  { networks }: MarketState,
  view: DataView,
  from: number,
  to: number,
): readonly [Zone | undefined, Zone | undefined] {
  return [networks.zones[view.getUint32(from)], networks.zones[view.getUint32(to)]];
}

/** The string behind the command id. */
function namedId(view: DataView, strings: number): string {
  return readId(view, strings + 1 + view.getUint8(strings));
}
