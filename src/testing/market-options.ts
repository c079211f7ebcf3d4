import { SYSTEM_ACCOUNTS } from '../core/codes.ts';
import { type Decimal, parseDecimal, shown } from '../core/decimal.ts';
import { MAX_DECIMALS } from '../core/limits.ts';
import { idArgument, integerArgument, known, objectArgument } from '../engine/arguments.ts';
import { Listings } from '../market/products.ts';
import {
  type FastCheck,
  type MarketOptions,
  type ProductOption,
  SHARED,
  SMALL_MARKET,
} from './small-market.ts';

export const MARKET_FIELDS: readonly string[] = Object.keys(SMALL_MARKET);

const MAX_ENTRIES = 1000;
/** Up to here prices and quantities are written as text too. */
const MAX_STEPS = 1_000_000_000;
/** So little that deposits for all accounts stay below 2^53. */
const MAX_QUANTA = 1_000_000_000_000;
/** Ids of what is not there when a stream begins. */
const STRANGERS = ['guest', 'nobody', 'extra', 'too-fine', 'nowhere', 'gold', 'silver', SHARED];

/** What arbitraries are made with. */
const PARTS = [
  'array',
  'boolean',
  'constant',
  'constantFrom',
  'integer',
  'nat',
  'oneof',
  'option',
  'record',
  'tuple',
  'uniqueArray',
] as const satisfies readonly (keyof FastCheck)[];

/** Checks an argument that must be fast-check. @throws TypeError */
export function fastCheckArgument(fc: FastCheck): void {
  const parts = typeof fc === 'object' && fc !== null ? fc : ({} as Partial<FastCheck>);
  if (PARTS.every((part) => typeof parts[part] === 'function')) return;
  throw new TypeError(`fc must be fast-check (import fc from 'fast-check'), got ${shown(fc)}`);
}

/** Checks an argument that must be an array of so many entries. @throws TypeError, RangeError */
export function listArgument(value: readonly unknown[], argument: string, min: number): void {
  if (!Array.isArray(value)) {
    throw new TypeError(`${argument} must be an array, got ${shown(value)}`);
  }
  integerArgument(value.length, `${argument}.length`, min, MAX_ENTRIES);
}

/** Checks the options of a market and completes them. @throws TypeError, RangeError */
export function marketOf({
  accounts = SMALL_MARKET.accounts,
  assets = SMALL_MARKET.assets,
  products = SMALL_MARKET.products,
  minPriceTicks = SMALL_MARKET.minPriceTicks,
  maxPriceTicks = SMALL_MARKET.maxPriceTicks,
  maxQuantityLots = SMALL_MARKET.maxQuantityLots,
  maxAmountQuanta = SMALL_MARKET.maxAmountQuanta,
}: MarketOptions): Required<MarketOptions> {
  integerArgument(minPriceTicks, 'minPriceTicks', -MAX_STEPS, MAX_STEPS);
  integerArgument(maxPriceTicks, 'maxPriceTicks', -MAX_STEPS, MAX_STEPS);
  if (maxPriceTicks < minPriceTicks) {
    const bound = `minPriceTicks (${minPriceTicks})`;
    throw new RangeError(`maxPriceTicks must not be below ${bound}, got ${maxPriceTicks}`);
  }
  integerArgument(maxQuantityLots, 'maxQuantityLots', 1, MAX_STEPS);
  integerArgument(maxAmountQuanta, 'maxAmountQuanta', 1, MAX_QUANTA);
  listArgument(accounts, 'accounts', 2);
  listArgument(assets, 'assets', 1);
  listArgument(products, 'products', 1);
  const ids = new Set<string>([...STRANGERS, ...SYSTEM_ACCOUNTS]);
  for (const [i, id] of accounts.entries()) addId(ids, id, `accounts[${i}]`);
  const listings = listed(assets);
  const farthestTicks = Math.max(Math.abs(minPriceTicks), Math.abs(maxPriceTicks));
  checkProducts(products, listings, farthestTicks, maxQuantityLots);
  return {
    accounts,
    assets,
    products,
    minPriceTicks,
    maxPriceTicks,
    maxQuantityLots,
    maxAmountQuanta,
  };
}

/** Adds an id that must be new to those that are taken. @throws TypeError, RangeError */
function addId(taken: Set<string>, id: string, argument: string): void {
  idArgument(id, argument);
  if (taken.has(id)) throw new RangeError(`${argument} ${shown(id)} is reserved, or given twice`);
  taken.add(id);
}

/** Listings with just these assets. @throws TypeError, RangeError */
function listed(assets: Required<MarketOptions>['assets']): Listings {
  const ids = new Set(STRANGERS);
  const listings = new Listings();
  for (const [i, asset] of assets.entries()) {
    const name = `assets[${i}]`;
    objectArgument(asset, name, ['id', 'decimals']);
    addId(ids, asset.id, `${name}.id`);
    integerArgument(asset.decimals, `${name}.decimals`, 0, MAX_DECIMALS);
    listings.addAsset(asset.id, asset.decimals);
  }
  return listings;
}

/** Checks that a market lists the products, and that their prices and quantities can be written. */
function checkProducts(
  products: readonly ProductOption[],
  listings: Listings,
  farthestTicks: number,
  maxQuantityLots: number,
): void {
  const ids = new Set(STRANGERS);
  for (const [i, product] of products.entries()) {
    const name = `products[${i}]`;
    objectArgument(product, name, ['id', 'energy', 'money', 'tick', 'lot']);
    addId(ids, product.id, `${name}.id`);
    const rows = (['energy', 'money'] as const).map((side) => {
      const id = idArgument(product[side], `${name}.${side}`);
      return known(listings.findAsset(id), `${name}.${side}`, id);
    });
    const tick = stepArgument(product.tick, `${name}.tick`, farthestTicks);
    const lot = stepArgument(product.lot, `${name}.lot`, maxQuantityLots);
    if (listings.grid(rows[0]!, rows[1]!, tick, lot) !== undefined) continue;
    throw new RangeError(
      `${name}: a lot, or one at one tick, is no whole number of quanta below 2^53`,
    );
  }
}

/** Reads a step of which so many must be exact as decimal text. @throws TypeError, RangeError */
function stepArgument(text: string, argument: string, count: number): Decimal {
  const step = parseDecimal(text, argument);
  if (step.mantissa > 0 && Number.isSafeInteger(step.mantissa * count)) return step;
  const rule = `more than zero, and exact ${count} times over`;
  throw new RangeError(`${argument} must be ${rule}, got ${shown(text)}`);
}
