/** The largest amount, price or quantity: above it a number is no longer exact. */
export const MAX_INTEGER: number = Number.MAX_SAFE_INTEGER;

/** Parts per million that make the whole. */
export const PPM = 1_000_000;

/** The longest id, in characters. */
export const MAX_ID_LENGTH = 64;

/** The most decimals that an asset, a tick or a lot may have. */
export const MAX_DECIMALS = 15;

/** How many of the latest commands are remembered for the recognition of repeated command ids. */
export const COMMAND_WINDOW = 65_536;

const ID = /^[A-Za-z0-9._:/@+|-]{1,64}$/;

/** Whether `text` may name an account, asset, product, command or client order. */
export function isId(text: string): boolean {
  return ID.test(text);
}
