import { EventType } from '../../src/core/codes.ts';
import type { Market } from './market.ts';

const HEADER = 24;
const WIDTHS = { u8: 1, u16: 2, u32: 4, i64: 8 } as const;
type Width = keyof typeof WIDTHS;

/** The fixed fields of each event, copied from docs/format.md. */
const TABLE: Record<keyof typeof EventType, string> = {
  rejected: 'u32 u16 u16',
  accountOpened: 'u32 u8',
  accountFrozen: 'u32 u8',
  accountClosed: 'u32',
  deposited: 'u32 u32 i64',
  withdrawn: 'u32 u32 i64',
  transferred: 'u32 u32 u32 i64',
  assetListed: 'u32 u8',
  productListed:
    'u32 u32 u32 i64 u8 i64 u8 u8 i64 i64 i64 i64 u8 u8 u8 i64 i64 u8 u32 u8 u32 i64 i64 i64',
  termsSet: 'u32 u32 u32 u32 u8 i64 i64',
  productHalted: 'u32',
  productResumed: 'u32',
  productClosed: 'u32',
  orderAccepted: 'i64 u32 u32 u8 u8 u8 i64 i64 i64',
  orderRested: 'i64 u32 u32 u8 i64 i64 i64 i64',
  trade: 'i64 u32 i64 i64 u32 u32 i64 i64 i64 i64 u8 u8',
  orderReduced: 'i64 u32 u32 u8 i64 i64 i64 u8',
  orderAmended: 'i64 u32 u32 u8 i64 i64 u32 i64 i64 i64 u8 i64 i64',
  orderEnded: 'i64 u32 u32 u8 i64 u8 i64 u8 i64 i64 i64',
  allCancelled: 'u32',
  timeAdvanced: '',
  orderRefreshed: 'i64 u32 u32 u8 i64 i64 i64 i64',
  stopPlaced: 'i64 u32 u32 u8 i64 i64 i64 i64',
  stopTriggered: 'i64 u32 u32 u8 i64 i64 i64',
  sessionEnded: 'u32 u32',
  blockSealed: 'i64 i64',
  accountKeySet: 'u32 u8 u32 u32 u32 u32 u32 u32 u32 u32',
  circuitSet: 'u32 i64 u32 i64 u32 u32',
  accountLimitsSet: 'u32 u8 u32 u8 u32 i64',
  accountKilled: 'u32 u32',
  tradeRecalled: 'i64 u32 u32 u32 i64 i64 i64 i64',
  stopMoved: 'i64 u32 u32 u8 i64 i64 i64 i64 i64',
  orderMoved: 'i64 u32 u32 u8 i64 i64 i64 i64',
  volatilityHalt: 'u32 i64 i64',
  orderTerms:
    'i64 u32 u32 u8 u8 i64 i64 u8 u8 i64 u8 i64 u8 u8 i64 u8 i64 u8 i64 i64 i64 u8 i64 u8 i64',
  bracketPlaced: 'i64 u32 u32 u8 i64 i64',
  bracketDropped: 'i64 u32 u32 u8 i64 i64',
  productOpened: 'u32',
  gateClosed: 'u32 u32',
  productArchived: 'u32 i64',
  auctionHeld: 'u32 u8 i64 i64 i64 i64',
  orderRemains: 'i64 u32 u32 u8 i64 i64 i64',
  readingRecorded: 'u32 u32 u32 u8 i64 i64',
  imbalancePricesSet: 'u32 i64 i64 u32 i64',
  slotSettled: 'u32 u8 u32',
  settlementPosted: 'u32 u32 i64 i64 i64 i64 i64',
  debtPaid: 'u32 u32 u32 i64 i64',
  ordersLinked: 'i64 u32 u32 u8 i64 u8',
  networkListed: 'u32 i64 u8',
  zoneAdded: 'u32 u32 u32',
  gridFeeSet: 'u32 u32 u32 i64 u32',
  capacitySet: 'u32 u32 u32 u8 i64',
  partnerSet: 'u32 u32 u8',
  gridFeePaid: 'i64 u32 u32 u8 i64 i64 u32 u32 i64 u32 i64',
  networkTerms: 'i64 u32 u32 u8 u32 u8 u8 u32 i64 i64 i64 i64 i64 u32',
  gridFeeReturned: 'i64 u32 u32 u32 i64 u32 i64',
};

const LAYOUTS = new Map(
  Object.entries(TABLE).map(([name, text]) => [
    name,
    text.split(' ').filter((width) => width !== '') as Width[],
  ]),
);

/** Writes an event of the command under way. */
export function tell(
  market: Market,
  name: keyof typeof EventType,
  values: readonly (number | bigint)[],
  ids: readonly string[] = [],
): void {
  const { events } = market;
  const widths = LAYOUTS.get(name)!;
  if (widths.length !== values.length) throw new Error(`${name} has ${widths.length} fields`);
  let length = HEADER;
  for (const width of widths) length += WIDTHS[width];
  for (const id of ids) length += 1 + id.length;
  events.u32(length);
  events.u16(EventType[name]);
  events.u16(0);
  events.i64(market.sequence);
  events.i64(market.time);
  widths.forEach((width, i) => {
    if (width === 'i64') events.i64(values[i]!);
    else events[width](Number(values[i]));
  });
  for (const id of ids) events.id(id);
}
