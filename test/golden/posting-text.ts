import type { Engine, EventRecord, ProductView } from '../../src/index.ts';
import { stepText, trimmed } from './render.ts';

/** What was booked for an account, as a script tells it. */
export function postingText(
  event: Extract<EventRecord, { type: 'settlementPosted' }>,
  { energy, money }: ProductView,
  amount: (asset: string, quanta: number) => string,
): string {
  const { product, account, imbalance, cost, paid, owed, released } = event;
  const size = amount(energy, Math.abs(imbalance));
  const what = imbalance === 0 ? 'balanced' : `${size} ${imbalance > 0 ? 'short' : 'long'}`;
  const parts = [
    `${account} is ${what} in ${product}`,
    `${cost < 0 ? 'brings' : 'costs'} ${amount(money, Math.abs(cost))}`,
  ];
  if (paid !== 0) {
    parts.push(`${paid < 0 ? 'gets' : 'pays'} ${amount(money, Math.abs(paid))} now`);
  }
  if (owed > 0) parts.push(`owes ${amount(money, owed)}`);
  const freed = `${amount(money, Math.abs(released))} ${released < 0 ? 'more locked' : 'released'}`;
  if (released !== 0) parts.push(freed);
  return parts.join(', ');
}

/** What a meter counted, as a script tells it. */
export function readingText(
  event: Extract<EventRecord, { type: 'readingRecorded' }>,
  { energy }: ProductView,
  amount: (asset: string, quanta: number) => string,
): string {
  const { product, account, readingVersion, quality, imported, exported } = event;
  const head = `${account} in ${product}, reading ${readingVersion}, ${quality}`;
  return `${head}: ${amount(energy, imported)} imported, ${amount(energy, exported)} exported`;
}

/** What imbalance costs, as a script tells it. */
export function pricesText(
  event: Extract<EventRecord, { type: 'imbalancePricesSet' }>,
  { tick }: ProductView,
): string {
  const { product, long, short, tolerancePpm, tolerancePrice } = event;
  const prices = `${stepText(long, tick)} if long, ${stepText(short, tick)} if short`;
  const within = `, up to ${tolerancePpm} ppm at ${stepText(tolerancePrice, tick)}`;
  return `${product} imbalance: ${prices}${tolerancePpm === 0 ? '' : within}`;
}

/** What was paid of a debt, as a script tells it. */
export function debtText(
  event: Extract<EventRecord, { type: 'debtPaid' }>,
  amount: (asset: string, quanta: number) => string,
): string {
  const { account, creditor, asset, amount: paid, left } = event;
  const rest = left === 0 ? 'nothing' : amount(asset, left);
  return `${account} pays ${creditor} ${amount(asset, paid)} that it owed, ${rest} is left`;
}

/** What an account has bought or sold forward, and what it owes. */
export function positionsText(engine: Engine, account: string): string {
  const positions = engine.positions(account).map(({ product, quantity, quantityLots }) => {
    const size = trimmed(quantity.replace('-', ''));
    return `, ${quantityLots > 0 ? 'bought' : 'sold'} ${size} in ${product}`;
  });
  const debts = engine
    .debts(account)
    .map(({ creditor, asset, amount }) => `, owes ${creditor} ${trimmed(amount)} ${asset}`);
  return [...positions, ...debts].join('');
}

/** How far a price may move, as a script tells it. */
export function circuitText(
  event: Extract<EventRecord, { type: 'circuitSet' }>,
  { tick }: ProductView,
): string {
  const { product, collar, collarPpm, haltMove, haltMovePpm, haltWindowMs } = event;
  const distance = (ticks: number, ppm: number): string => {
    const both = [ticks > 0 ? stepText(ticks, tick) : '', ppm > 0 ? `${ppm} ppm` : ''];
    return both.filter((each) => each !== '').join(' or ');
  };
  const [near, far] = [distance(collar, collarPpm), distance(haltMove, haltMovePpm)];
  const parts: string[] = [];
  if (near !== '') parts.push(`collar ${near}`);
  if (far !== '') parts.push(`halts beyond ${far} in ${haltWindowMs} ms`);
  return `${product} circuit: ${parts.length === 0 ? 'none' : parts.join(', ')}`;
}

/** What an account may do at most, as a script tells it. */
export function limitsText(
  event: Extract<EventRecord, { type: 'accountLimitsSet' }>,
  amount: (asset: string, quanta: number) => string,
): string {
  const { account, hasOpenOrders, openOrders, hasExposure, asset, exposure } = event;
  const limits: string[] = [];
  if (hasOpenOrders) limits.push(`${openOrders} open orders`);
  if (hasExposure) limits.push(`${amount(asset, exposure)} at stake`);
  return `${account} limits: ${limits.length === 0 ? 'none' : limits.join(', ')}`;
}
