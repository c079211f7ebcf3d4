/** The largest amount, price or quantity: above it a number is no longer exact. */
export const MAX_INTEGER: number = Number.MAX_SAFE_INTEGER;

/**
 * The most energy that an account may have bought less sold in a product that is settled, and that a meter may count, in
 * quanta: what is left when one is taken from the other is exact then.
 */
export const MAX_POSITION: number = 2 ** 52 - 1;

/** Parts per million that make the whole. */
export const PPM = 1_000_000;

/** The longest id, in characters. */
export const MAX_ID_LENGTH = 64;

/** The most decimals that an asset, a tick or a lot may have. */
export const MAX_DECIMALS = 15;

/** How many of the latest commands are remembered for the recognition of repeated command ids. */
export const COMMAND_WINDOW = 65_536;

/** In how many parts an iceberg may be shown at most: each is met, and told of, by itself. */
export const MAX_CLIPS = 1000;

/** The longest window within which a price may not move too far, in ms: an hour. */
export const MAX_HALT_WINDOW_MS = 3_600_000;

/** How many stop orders one command may trigger. */
export const MAX_CASCADE = 1000;

/** How many open orders of a product may follow a price: any command may move all of them. */
export const MAX_FOLLOWERS = 1000;

/**
 * How many rows of assets, of products and of terms a market may give out, since an empty place takes memory all the same.
 * Quarter hours of a zone take them up in 478 years.
 */
export const MAX_ROWS: number = 2 ** 24;

/** How many open orders an account may have in a product that is sold forward: each that comes looks at all of them. */
export const MAX_FORWARD_ORDERS = 1000;

/** The most zones of a network. */
export const MAX_ZONES = 32;

/** The most lanes of one side of a product in a network: every order that comes looks at all of them. */
export const MAX_LANES = 1000;

/** How far from zero a price in a network may lie, in ticks, with fee and premium: three of them add up exactly. */
export const MAX_NETWORK_PRICE: number = 2 ** 51;

/** How many auctions may be planned for a product: all that are due are held before a command, one by one. */
export const MAX_AUCTIONS = 10_000;

const ID = /^[A-Za-z0-9._:/@+|-]{1,64}$/;

/** Whether `text` may name an account, asset, product, command or client order. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** By byte, 1 for those that an id may be made of. */
const ID_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  isId(String.fromCharCode(byte)) ? 1 : 0,
);

/** The same of bytes. */
export function isIdAt(view: DataView, start: number, length: number): boolean {
  if (length === 0 || length > MAX_ID_LENGTH) return false;
  for (let at = start; at < start + length; at++) {
    if (ID_BYTES[view.getUint8(at)] === 0) return false;
  }
  return true;
}
