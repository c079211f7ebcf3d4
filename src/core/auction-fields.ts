/** How a product is traded; of one that trades in auctions, how their price is found and when they are. */
export const CALL = [
  ['mechanism', 'mechanism'],
  ['pricing', 'pricing'],
  ['hasReference', 'flag'],
  ['referencePrice', 'price'],
  ['auctionEveryMs', 'distance'],
] as const;

/** What an auction came to: its price if there was one, lots that traded, and what accepted it and found nothing. */
export const AUCTION = [
  ['product', 'product'],
  ['hasPrice', 'flag'],
  ['price', 'price'],
  ['quantity', 'openQuantity'],
  ['bidsLeft', 'openQuantity'],
  ['asksLeft', 'openQuantity'],
] as const;
