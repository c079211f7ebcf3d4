/** The fields of records about limits and about what is undone. */

/** How far the price of a product may move. */
export const CIRCUIT = [
  ['product', 'product'],
  ['collar', 'distance'],
  ['collarPpm', 'ppm'],
  ['haltMove', 'distance'],
  ['haltMovePpm', 'ppm'],
  ['haltWindowMs', 'haltWindow'],
] as const;
/** What an account may do at most. */
export const LIMITS = [
  ['account', 'account'],
  ['hasOpenOrders', 'flag'],
  ['openOrders', 'number'],
  ['hasExposure', 'flag'],
  ['asset', 'asset'],
  ['exposure', 'amountOrZero'],
] as const;
