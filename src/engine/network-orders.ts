import { Attribute, PartnerRule, UNKNOWN } from '../core/codes.ts';
import { putI64 } from '../core/bytes.ts';
import { type Decimal, parseDecimal } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import type { Network } from '../market/networks.ts';
import type { Product } from '../market/products.ts';
import {
  choiceArgument,
  idArgument,
  integerArgument,
  nameArgument,
  objectArgument,
  requiredSteps,
  stepsArgument,
} from './arguments.ts';
import type { Encoding } from './encoding.ts';
import type { AttributeName, NetworkOrderFields } from './network-requests.ts';
import type { OrderRequest, Requests } from './requests.ts';

const AT = offsetsOf(COMMANDS.submitInNetwork);
const ATTRIBUTES = Object.keys(Attribute) as AttributeName[];

/** The fields of premiums. */
export const PREMIUM_FIELDS: readonly string[] = ATTRIBUTES.flatMap((name) => [
  name,
  `${name}Ticks`,
]);

/** Whether an order asks for something in a network: then it is a command of its own. */
export function isNetworked(request: OrderRequest): boolean {
  return (
    request.zone !== undefined ||
    request.attributes !== undefined ||
    request.only !== undefined ||
    request.onlyZones !== undefined ||
    request.premiums !== undefined
  );
}

/** Writes what an order asks for in a network behind what any order asks for. */
export function encodeNetworkOrder(
  to: Encoding,
  request: OrderRequest,
  product: Product | undefined,
): void {
  mustHaveZone(request);
  if (to.command !== 'submit') throw new TypeError('an order with a zone has no special terms');
  to.become('submitInNetwork');
  const { view } = to;
  to.length = AT.zone;
  const zone = to.zone(request.zone, 'zone');
  view.setUint8(AT.attributes, maskArgument(request.attributes, 'attributes', 0));
  view.setUint8(AT.only, maskArgument(request.only, 'only', 1));
  const network = product === undefined ? zone?.network : product.network?.network;
  const { mask, strange } = zonesArgument(to, request.onlyZones, network);
  view.setUint32(AT.onlyZones, mask);
  view.setUint8(AT.strangeZones, strange ? 1 : 0);
  encodePremiums(view, request.premiums, product?.grid.tick);
  to.length = AT.strings;
}

function mustHaveZone({ zone }: Pick<NetworkOrderFields, 'zone'>): void {
  if (zone === undefined) throw new TypeError('zone is missing: the other terms are for networks');
}

/** A set of attributes as bits. */
function maskArgument(value: unknown, argument: string, least: number): number {
  if (value === undefined) return 0;
  let mask = 0;
  for (const name of listArgument(value, argument, least)) {
    mask |= 1 << choiceArgument(ATTRIBUTES, name, argument);
  }
  return mask;
}

/** A set of zones as bits, and whether one of them is none of the network. */
function zonesArgument(
  to: Encoding,
  value: unknown,
  network: Network | undefined,
): { readonly mask: number; readonly strange: boolean } {
  let [mask, strange] = [0, false];
  if (value === undefined) return { mask, strange };
  for (const id of listArgument(value, 'onlyZones', 1)) {
    const zone = to.zoneNamed(idArgument(id, 'onlyZones'));
    if (zone === undefined || zone.network !== network) strange = true;
    else mask |= 1 << zone.index;
  }
  return { mask: mask >>> 0, strange };
}

function listArgument(value: unknown, argument: string, least: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${argument} must be a list`);
  if (value.length >= least) return value;
  throw new RangeError(`${argument} names nothing; leave it out for all`);
}

function encodePremiums(
  view: DataView,
  premiums: OrderRequest['premiums'],
  tick: Decimal | undefined,
): void {
  if (premiums !== undefined) objectArgument(premiums, 'premiums', PREMIUM_FIELDS);
  for (const name of ATTRIBUTES) {
    const names = [`premiums.${name}`, `premiums.${name}Ticks`] as const;
    const ticks = stepsArgument(premiums?.[name], premiums?.[`${name}Ticks`], ...names, 0, tick);
    putI64(view, AT[`${name}Premium`], ticks ?? 0);
  }
}

/** Makes a take in a network of a take that is written. */
export function encodeNetworkTake(to: Encoding, request: Requests['take']): void {
  const { zone, attributes } = request;
  if (zone === undefined && attributes === undefined) return;
  mustHaveZone(request);
  to.become('takeInNetwork');
  to.zone(zone, 'zone');
  to.u8(maskArgument(attributes, 'attributes', 0));
}

/** Makes a recall in a network of a recall that is written. */
export function encodeNetworkRecall(to: Encoding, request: Requests['recallTrade']): void {
  const { fromZone, toZone, gridFeeTicks, feeVersion } = request;
  const given = [fromZone, toZone, gridFeeTicks, feeVersion];
  if (given.every((value) => value === undefined)) return;
  to.become('recallInNetwork');
  to.zone(fromZone, 'fromZone');
  to.zone(toZone, 'toZone');
  to.i64(integerArgument(gridFeeTicks, 'gridFeeTicks', 0, MAX_INTEGER));
  to.u32(integerArgument(feeVersion, 'feeVersion', 1, UNKNOWN));
}

/** The encoders of the commands about networks. */
export const NETWORK_ENCODERS = {
  listNetwork(to: Encoding, request: Requests['listNetwork']): void {
    to.operator(request);
    const { mantissa, decimals } = stepArgument(request.tick, 'tick');
    to.i64(mantissa);
    to.u8(decimals);
    to.id(idArgument(request.id, 'id'));
  },
  addZone(to: Encoding, request: Requests['addZone']): void {
    to.operator(request);
    to.network(request.network);
    to.account(request.gridAccount, 'gridAccount');
    to.id(idArgument(request.id, 'id'));
  },
  setGridFee(to: Encoding, request: Requests['setGridFee']): void {
    to.operator(request);
    const tick = to.network(request.network)?.tick;
    to.zone(request.from, 'from');
    to.zone(request.to, 'to');
    to.i64(requiredSteps(request.fee, request.feeTicks, 'fee', 'feeTicks', 0, tick));
  },
  setCapacity(to: Encoding, request: Requests['setCapacity']): void {
    to.operator(request);
    const lot = to.product(request.product)?.grid.lot;
    to.zone(request.from, 'from');
    to.zone(request.to, 'to');
    const { quantity, quantityLots } = request;
    if (quantity === undefined && quantityLots === undefined) {
      throw new TypeError('quantity (or quantityLots) is missing; null takes the limit away');
    }
    const none = quantity === null;
    if (none && quantityLots !== undefined) {
      throw new TypeError('give either quantity or quantityLots, not both');
    }
    const names = ['quantity', 'quantityLots'] as const;
    const lots = none ? undefined : requiredSteps(quantity, quantityLots, ...names, 0, lot);
    to.optional(lots);
  },
  setPartner(to: Encoding, request: Requests['setPartner']): void {
    to.party(request);
    to.account(request.partner, 'partner');
    const { rule } = request;
    if (rule === undefined) throw new TypeError('rule is missing; null takes it back');
    const names = { wanted: PartnerRule.wanted, excluded: PartnerRule.excluded };
    to.u8(rule === null ? PartnerRule.none : nameArgument(names, rule, 'rule'));
  },
};

/** A step of prices or quantities. */
export function stepArgument(text: unknown, argument: string): Decimal {
  const step = parseDecimal(text, argument);
  if (step.mantissa <= 0) throw new RangeError(`${argument} must be more than zero`);
  return step;
}
