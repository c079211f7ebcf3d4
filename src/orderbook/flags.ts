import { TimeInForce } from '../core/codes.ts';

// Layout of flags, low bits first: side 1, kind 2, time in force 2, post-only 2, self-trade 3, display 2,
// all-or-none 1, waiting 1; then one that is derived; bit 15 session, 16 trailing, 17 linked, 18 pegged, 19 bracket, 21 forward, 22 networked.
/** Whether the order has a client order id: no part of the state, which has the id. */
export const CLIENT_ID = 1 << 14;
/** A good-till-cancelled order that the end of its product's session ends too. */
export const SESSION = 1 << 15;
/** The bit of the side. */
export const SIDE = 1;
/** The bits of the kind; a limit order has none of them. */
export const KIND = 3 << 1;
/** The bits of how long it stands, SESSION aside. */
const DURATION = 3 << 3;
/** The bits of the post-only mode; an order that may trade on entry has none of them. */
export const POST_ONLY = 3 << 5;
/** The bits of the self-trade mode; an order that may trade with own ones has none of them. */
export const PREVENTS: number = 7 << 7;
/** Only a part of the order is shown at a time: `Display.clip`. */
export const ICEBERG = 1 << 10;
/** Nobody sees anything of the order: `Display.hidden`. */
export const HIDDEN = 1 << 11;
/** The order trades whole or not at all. */
export const ALL_OR_NONE = 1 << 12;
/** A stop order that no trade has triggered yet: it stands among the stops and in no book. */
export const WAITING = 1 << 13;
/** One of two orders of which a fill of one takes as much off the other, and the end of one ends the other. */
export const LINKED: number = 1 << 17;
/** A stop order that waits, and whose trigger follows the last price. */
export const TRAILING = 1 << 16;
/** The order follows the best price of a side, or the middle, and locks at a limit of its own. */
export const PEGGED = 1 << 18;
/** Once the order has ended, two linked orders that get rid of what it traded enter: `Bracket`. */
export const BRACKET: number = 1 << 19;
/** The order is traded in a network: what it asks for there stands beside it, and it rests in a lane. */
export const NETWORKED: number = 1 << 22;
/** The order is in a product that is sold forward. Follows from the product, and is no part of the state. */
export const FORWARD: number = 1 << 21;
/** The order does not lock what a limit order does at its price: a market order, or one with a lock of its own. */
export const LOCKS_OTHERWISE: number = KIND | LINKED | BRACKET | PEGGED | NETWORKED | FORWARD;
/** There is more about the order than its record holds. */
export const WITH_MORE: number = ICEBERG | TRAILING | PEGGED | BRACKET;
/** What a state holds of the flags. */
export const ORDER_FLAGS: number =
  0x3fff | SESSION | TRAILING | LINKED | PEGGED | BRACKET | NETWORKED;
/** The orders of its account are counted, and so is what they trade. Follows from the account, and is no part of the state. */
export const COUNTED = 1 << 20;
/** What may be flagged of an order that waits for an auction. */
export const FOR_AUCTION: number =
  SIDE | DURATION | (7 << 7) | SESSION | CLIENT_ID | COUNTED | FORWARD;
/** Nobody but its owner sees the order in the depth of the book. */
export const UNDISPLAYED: number = HIDDEN | ALL_OR_NONE | WAITING;
/** Not all of the order counts in the depth of the book. */
export const PARTLY_SEEN: number = ICEBERG | UNDISPLAYED;

export function packFlags(
  side: number,
  kind: number,
  timeInForce: number,
  postOnly: number,
  selfTrade: number,
): number {
  // `TimeInForce.session` is good-till-cancelled with a bit of its own: SESSION.
  const duration = ((timeInForce & 3) << 3) | ((timeInForce & 4) << 13);
  return side | (kind << 1) | duration | (postOnly << 5) | (selfTrade << 7);
}

/** The flags of an order as a limit order that is good for a session. */
export function limitForSession(flags: number): number {
  return (flags & ~(KIND | DURATION)) | SESSION;
}

/** The flags of how much of an order everyone sees, and of whether it trades in parts. */
export function showingFlags(display: number, allOrNone: number): number {
  return (display << 10) | (allOrNone << 12);
}

export function sideOf(flags: number): number {
  return flags & 1;
}
export function kindOf(flags: number): number {
  return (flags >> 1) & 3;
}
/** As the order is matched: that of a session order is gtc. */
export function timeInForceOf(flags: number): number {
  return (flags >> 3) & 3;
}
/** As it was asked for. */
export function durationOf(flags: number): number {
  return ((flags >> 3) & 3) | ((flags >> 13) & 4);
}
export function postOnlyOf(flags: number): number {
  return (flags >> 5) & 3;
}
export function selfTradeOf(flags: number): number {
  return (flags >> 7) & 7;
}
export function displayOf(flags: number): number {
  return (flags >> 10) & 3;
}
/** Whether an order trades whole or not at all on entry: all-or-none, and fill-or-kill. */
export function isWhole(flags: number): boolean {
  return (flags & ALL_OR_NONE) !== 0 || timeInForceOf(flags) === TimeInForce.fok;
}
