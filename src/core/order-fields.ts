/** Whose order an event is about, and where it belongs. */
export const ORDER = [
  ['order', 'order'],
  ['account', 'account'],
  ['product', 'product'],
  ['side', 'side'],
] as const;
/** A trade that is undone. */
export const RECALLED = [
  ['trade', 'trade'],
  ['product', 'product'],
  ['buyer', 'account'],
  ['seller', 'account'],
  ['price', 'price'],
  ['quantity', 'quantity'],
  ['buyerFee', 'amountOrZero'],
  ['sellerFee', 'amountOrZero'],
] as const;

/** What any order asks for. */
export const ENTRY = [
  ['account', 'account'],
  ['product', 'product'],
  ['side', 'side'],
  ['kind', 'submitKind'],
  ['timeInForce', 'timeInForce'],
  ['postOnly', 'postOnly'],
  ['selfTrade', 'selfTrade'],
  ['hasPrice', 'flag'],
  ['price', 'price'],
  ['quantity', 'quantity'],
  ['minQuantity', 'openQuantity'],
  ['expiresAt', 'time'],
] as const;

/** What few orders ask for: how much everyone sees, if they trade in parts, what they wait for, what they may cost. */
export const SPECIAL = [
  ['display', 'display'],
  ['displayQuantity', 'openQuantity'],
  ['refreshBelow', 'openQuantity'],
  ['allOrNone', 'flag'],
  ['hasStop', 'flag'],
  ['stopPrice', 'price'],
  ['hasMaxMoney', 'flag'],
  ['maxMoney', 'amountOrZero'],
  ['hasOco', 'flag'],
  ['ocoSide', 'side'],
  ['ocoPrice', 'price'],
  ['ocoHasStop', 'flag'],
  ['ocoStopPrice', 'price'],
  ['hasBracket', 'flag'],
  ['takeProfit', 'price'],
  ['exitStopPrice', 'price'],
  ['exitStopLimit', 'price'],
  ['trailBy', 'trailBy'],
  ['trailDistance', 'openQuantity'],
  ['pegTo', 'pegTo'],
  ['pegOffset', 'price'],
] as const;

/** What an order in a network asks for beyond any other. */
export const NETWORK_TERMS = [
  ['zone', 'zone'],
  ['attributes', 'attributes'],
  ['only', 'attributes'],
  ['onlyZones', 'number'],
  ['solarPremium', 'distance'],
  ['windPremium', 'distance'],
  ['batteryPremium', 'distance'],
  ['gridPremium', 'distance'],
  ['localPremium', 'distance'],
] as const;
