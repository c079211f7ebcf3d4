import { command, event } from './layouts.ts';
import { NETWORK_TERMS, ENTRY, ORDER, RECALLED } from './order-fields.ts';

/** How a trade in a network went from zone to zone. */
const DELIVERED = [
  ['from', 'zone'],
  ['to', 'zone'],
  ['fee', 'distance'],
  ['feeVersion', 'number'],
] as const;
const CAPACITY = [
  ['product', 'product'],
  ['from', 'zone'],
  ['to', 'zone'],
  ['hasQuantity', 'flag'],
  ['quantity', 'openQuantity'],
] as const;
const PARTNER = [
  ['account', 'account'],
  ['partner', 'account'],
  ['rule', 'partnerRule'],
] as const;

/** Commands about networks, and about orders that are traded in one. */
export const NETWORK_COMMANDS = {
  listNetwork: command(
    'listNetwork',
    [
      ['tickMantissa', 'amount'],
      ['tickDecimals', 'decimals'],
    ],
    ['id'],
  ),
  addZone: command(
    'addZone',
    [
      ['network', 'network'],
      ['gridAccount', 'account'],
    ],
    ['id'],
  ),
  setGridFee: command('setGridFee', [
    ['network', 'network'],
    ['from', 'zone'],
    ['to', 'zone'],
    ['fee', 'distance'],
  ]),
  setCapacity: command('setCapacity', CAPACITY),
  setPartner: command('setPartner', PARTNER),
  submitInNetwork: command(
    'submitInNetwork',
    [...ENTRY, ...NETWORK_TERMS, ['strangeZones', 'flag']],
    ['clientOrderId'],
  ),
  takeInNetwork: command('takeInNetwork', [
    ['account', 'account'],
    ['order', 'order'],
    ['quantity', 'quantity'],
    ['limitPrice', 'price'],
    ['zone', 'zone'],
    ['attributes', 'attributes'],
  ]),
  recallInNetwork: command('recallInNetwork', [...RECALLED, ...DELIVERED]),
} as const;

export const NETWORK_EVENTS = {
  networkListed: event(
    'networkListed',
    [
      ['network', 'network'],
      ['tickMantissa', 'amount'],
      ['tickDecimals', 'decimals'],
    ],
    ['id'],
  ),
  zoneAdded: event(
    'zoneAdded',
    [
      ['zone', 'zone'],
      ['network', 'network'],
      ['gridAccount', 'account'],
    ],
    ['id'],
  ),
  gridFeeSet: event('gridFeeSet', [
    ['network', 'network'],
    ['from', 'zone'],
    ['to', 'zone'],
    ['fee', 'distance'],
    ['feeVersion', 'number'],
  ]),
  capacitySet: event('capacitySet', CAPACITY),
  partnerSet: event('partnerSet', PARTNER),
  /** The order is the one that buys. */
  gridFeePaid: event('gridFeePaid', [
    ...ORDER,
    ['trade', 'trade'],
    ['makerPrice', 'price'],
    ...DELIVERED,
    ['amount', 'amountOrZero'],
  ]),
  networkTerms: event('networkTerms', [...ORDER, ...NETWORK_TERMS, ['feeVersion', 'number']]),
  gridFeeReturned: event('gridFeeReturned', [
    ['trade', 'trade'],
    ['product', 'product'],
    ...DELIVERED,
    ['amount', 'amountOrZero'],
  ]),
} as const;
