import type { Reader } from './commands.ts';

type Value = (option: string) => string | undefined;

const NETWORK = 'grid';

/** Lines of the operator about networks. */
export const NETWORK_LINES: Readonly<Record<string, Reader>> = {
  'list network': ([, , id], value) => ['listNetwork', { id, tick: value('tick') }],
  'add zone': ([, , id], value) => [
    'addZone',
    { id, network: value('to') ?? NETWORK, gridAccount: value('for') },
  ],
  'grid fee': ([, , fee], value) => [
    'setGridFee',
    { network: value('in') ?? NETWORK, fee, ...wayOf(value) },
  ],
  capacity: ([, quantity], value) => [
    'setCapacity',
    {
      product: value('in') ?? 'energy',
      quantity: quantity === 'any' ? null : quantity,
      ...wayOf(value),
    },
  ],
};

/** Lines of traders about each other. */
export const PARTNER_LINES: Readonly<Record<string, Reader>> = {
  wants: ([account, , partner]) => ['setPartner', { account, partner, rule: 'wanted' }],
  excludes: ([account, , partner]) => ['setPartner', { account, partner, rule: 'excluded' }],
  forgets: ([account, , partner]) => ['setPartner', { account, partner, rule: null }],
};

function wayOf(value: Value): Record<string, unknown> {
  return { from: value('from'), to: value('to') };
}

/** What an order or a take asks for in a network. */
export function networkFields(value: Value): Record<string, unknown> {
  return {
    zone: value('zone'),
    attributes: value('is')?.split('+'),
    only: value('only')?.split('+'),
    onlyZones: value('zones')?.split('+'),
    premiums: premiumsOf(value('pays')),
  };
}

/** `solar:0.02+wind:0.01` is 0.02 more for what is solar, 0.01 for what is wind. */
function premiumsOf(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  return Object.fromEntries(text.split('+').map((each) => each.split(':') as [string, string]));
}

/** How a trade that is recalled went: from which zone to which, at what fee in ticks and of what version. */
export function recallFields(way: readonly string[] | undefined): Record<string, unknown> {
  if (way === undefined) return {};
  const [fromZone, toZone, gridFeeTicks, feeVersion] = way;
  return { fromZone, toZone, gridFeeTicks: Number(gridFeeTicks), feeVersion: Number(feeVersion) };
}
