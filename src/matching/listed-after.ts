import type { Writer } from './writer.ts';
import type { Reader } from './reader.ts';
import type { MarketState } from './state.ts';

// Which trades are older than a product: those of an archived one that had the same id cannot be recalled as its own.

/** Appends the products that were listed after a trade, by row. See docs/format.md. */
export function encodeListedAfter({ listings }: MarketState, to: Writer): void {
  const later = listings.living().filter(({ listedAfter }) => listedAfter > 0);
  to.u32(later.length);
  for (const { row, listedAfter } of later) {
    to.u32(row);
    to.i64(listedAfter);
  }
}

/** Reads what `encodeListedAfter` wrote. */
export function decodeListedAfter(from: Reader, { listings }: MarketState): void {
  for (let left = from.u32(); left > 0; left--) {
    listings.products[from.row(listings.products)]!.listedAfter = from.i64();
  }
}

/** What cannot be about it in a state from outside, or undefined: products come in the order of their rows. */
export function listedAfterFault({ listings, lastTrade }: MarketState): string | undefined {
  let least = 0;
  for (const { id, listedAfter } of listings.living()) {
    if (listedAfter < least || listedAfter > lastTrade)
      return `${id} was listed after trade ${listedAfter}, which cannot be`;
    least = listedAfter;
  }
  return undefined;
}
