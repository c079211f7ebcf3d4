/** The fields of records about energy that is sold before it is there. */

/** How a product is settled whose energy is not there yet. */
export const SETTLEMENT = [
  ['hasSettlement', 'flag'],
  ['utility', 'account'],
  ['imbalanceMin', 'price'],
  ['imbalanceMax', 'price'],
  ['positionLimit', 'openQuantity'],
] as const;
/** What a meter counted. */
export const READING = [
  ['product', 'product'],
  ['account', 'account'],
  ['readingVersion', 'readingVersion'],
  ['quality', 'readingQuality'],
  ['imported', 'metered'],
  ['exported', 'metered'],
] as const;
/** What imbalance costs. */
export const IMBALANCE = [
  ['product', 'product'],
  ['long', 'price'],
  ['short', 'price'],
  ['tolerancePpm', 'ppm'],
  ['tolerancePrice', 'price'],
] as const;
/** A product to settle. */
export const SETTLE = [
  ['product', 'product'],
  ['final', 'flag'],
] as const;
/** A product that was settled, and how many accounts that was booked for. */
export const SETTLED = [
  ['product', 'product'],
  ['final', 'flag'],
  ['count', 'number'],
] as const;
/** What was booked for an account; above zero it pays. */
export const POSTED = [
  ['product', 'product'],
  ['account', 'account'],
  ['imbalance', 'signedAmount'],
  ['cost', 'signedAmount'],
  ['paid', 'signedAmount'],
  ['owed', 'amountOrZero'],
  ['released', 'signedAmount'],
] as const;
/** A debt that was paid, or a part of it. */
export const DEBT = [
  ['account', 'account'],
  ['creditor', 'account'],
  ['asset', 'asset'],
  ['amount', 'amount'],
  ['left', 'amountOrZero'],
] as const;
