import { ProductStatus } from '../core/codes.ts';
import { type Decimal, inQuanta } from '../core/decimal.ts';
import { MAX_INTEGER, MAX_ROWS } from '../core/limits.ts';
import type { Call } from './call.ts';
import type { Circuit } from './circuit.ts';
import type { Forward } from './forward.ts';
import type { Delivery } from './life-cycle.ts';
import type { Membership } from './networks.ts';

/** Something that can be owned: money or energy, counted in quanta of 10^-decimals. */
export interface Asset {
  readonly id: string;
  readonly decimals: number;
}

/** Fees and price band of a product at one time; an order keeps those it entered with. */
export interface Terms {
  readonly product: number;
  /** Counts up from 1 per product. */
  readonly version: number;
  /** Parts per million of the energy value. */
  readonly makerPpm: number;
  readonly takerPpm: number;
  /** The larger of the two, which a lock covers. */
  readonly lockPpm: number;
  /** Lowest and highest price in ticks, both allowed. */
  readonly band: { readonly low: number; readonly high: number } | undefined;
}

/** Which prices and quantities a product knows. */
export interface Grid {
  /** Price step in money per whole unit of energy, such as 0.000001 EUR/kWh. */
  readonly tick: Decimal;
  /** Quantity step in units of energy, such as 0.001 kWh. */
  readonly lot: Decimal;
  /** Money quanta that one lot costs at one tick. */
  readonly tickQuanta: number;
  /** Energy quanta in one lot. */
  readonly lotQuanta: number;
}

/** Energy of one zone for one delivery period, and how it is traded. */
export interface Product {
  readonly id: string;
  readonly row: number;
  readonly energyAsset: number;
  readonly moneyAsset: number;
  readonly grid: Grid;
  /** Of a product that is traded as planned; the others are open until they are closed. */
  readonly delivery: Delivery | undefined;
  /** Of a product that trades in auctions; the others are traded continuously. */
  readonly call: Call | undefined;
  /** Of a product whose energy is sold before it is there; the others are prepaid: who sells has the energy. */
  readonly forward: Forward | undefined;
  /** Energy quanta that change hands with a lot: none of a forward product. */
  readonly movedQuanta: number;
  /** Number of the latest trade before it was listed: that one and those before are not its own. */
  listedAfter: number;
  status: number;
  /** Row of the terms in force. */
  terms: number;
  /** Price of the last trade in ticks, NaN before there was one; a take does not set it. */
  lastPrice: number;
  /** How far the price may move, if that was said. */
  circuit: Circuit | undefined;
  /** The network that it is traded in, if it is. */
  network: Membership | undefined;
}

/**
 * Assets, products and their terms, by row. Those of an archived product are gone: of its row and that of its asset,
 * which are never given out twice, an empty place stays; rows of terms are used again.
 */
export class Listings {
  readonly assets: (Asset | undefined)[] = [];
  readonly products: (Product | undefined)[] = [];
  readonly terms: (Terms | undefined)[] = [];
  /** In the order of the rows, as all that are listed come behind. */
  readonly #assetRows = new Map<string, number>();
  readonly #productRows = new Map<string, number>();
  /** Rows of terms by product row. */
  readonly #termsOf = new Map<number, number[]>();
  /** By asset row, in how many products it is energy or money. */
  readonly #uses = new Map<number, number>();
  /** No row of terms before this one is free. */
  #lowestFree = 0;
  readonly #maxRows: number;

  constructor(maxRows = MAX_ROWS) {
    this.#maxRows = maxRows;
  }

  /** Whether there is a row for another asset. */
  get hasAssetRoom(): boolean {
    return this.assets.length < this.#maxRows;
  }

  /** Whether there are rows for another product and its terms, and for an asset that it may bring along. */
  hasProductRoom(bringsAsset: boolean): boolean {
    const room = this.products.length < this.#maxRows && this.hasTermsRoom;
    return room && (!bringsAsset || this.hasAssetRoom);
  }

  /** Whether there is a row for other terms. */
  get hasTermsRoom(): boolean {
    return this.#freeTerms() < this.#maxRows;
  }

  /** The rows of all assets that there are, from the first one up. */
  assetRows(): number[] {
    return [...this.#assetRows.values()];
  }

  /** All products that there are, by row. */
  living(): Product[] {
    return Array.from(this.#productRows.values(), (row) => this.products[row]!);
  }

  /** In how many products an asset is energy or money. */
  usesOf(asset: number): number {
    return this.#uses.get(asset) ?? 0;
  }

  findAsset(id: string): number | undefined {
    return this.#assetRows.get(id);
  }

  findProduct(id: string): number | undefined {
    return this.#productRows.get(id);
  }

  addAsset(id: string, decimals: number): number {
    const row = this.assets.push({ id, decimals }) - 1;
    this.#assetRows.set(id, row);
    return row;
  }

  addProduct(
    id: string,
    energyAsset: number,
    moneyAsset: number,
    grid: Grid,
    delivery: Delivery | undefined,
    call: Call | undefined,
    forward: Forward | undefined,
  ): Product {
    const row = this.products.length;
    const status = ProductStatus.open;
    const product: Product = {
      id,
      row,
      energyAsset,
      moneyAsset,
      grid,
      delivery,
      call,
      forward,
      movedQuanta: forward === undefined ? grid.lotQuanta : 0,
      listedAfter: 0,
      status,
      terms: 0,
      lastPrice: NaN,
      circuit: undefined,
      network: undefined,
    };
    this.products.push(product);
    this.#productRows.set(id, row);
    this.#use(energyAsset, 1);
    this.#use(moneyAsset, 1);
    return product;
  }

  /** Forgets a product and its terms. */
  removeProduct({ id, row, energyAsset, moneyAsset }: Product): void {
    this.products[row] = undefined;
    this.#productRows.delete(id);
    this.#use(energyAsset, -1);
    this.#use(moneyAsset, -1);
    for (const terms of this.#termsOf.get(row)!) {
      this.terms[terms] = undefined;
      this.#lowestFree = Math.min(this.#lowestFree, terms);
    }
    this.#termsOf.delete(row);
  }

  /** Forgets an asset that no product uses. */
  removeAsset(row: number): void {
    this.#assetRows.delete(this.assets[row]!.id);
    this.assets[row] = undefined;
  }

  #use(asset: number, more: number): void {
    const uses = this.usesOf(asset) + more;
    if (uses === 0) this.#uses.delete(asset);
    else this.#uses.set(asset, uses);
  }

  /** Puts new terms in force for a product, in the first row that is free. O(1) amortised, but O(terms) behind an archived product. */
  setTerms(
    product: Product,
    makerPpm: number,
    takerPpm: number,
    band: Terms['band'],
    version: number,
  ): void {
    product.terms = this.#freeTerms();
    this.addTerms(product.terms, product.row, version, makerPpm, takerPpm, band);
  }

  #freeTerms(): number {
    while (this.terms[this.#lowestFree] !== undefined) this.#lowestFree++;
    return this.#lowestFree;
  }

  /** Puts terms into a row that is free. */
  addTerms(
    row: number,
    product: number,
    version: number,
    makerPpm: number,
    takerPpm: number,
    band: Terms['band'],
  ): void {
    const lockPpm = Math.max(makerPpm, takerPpm);
    while (this.terms.length < row) this.terms.push(undefined);
    this.terms[row] = { product, version, makerPpm, takerPpm, lockPpm, band };
    const rows = this.#termsOf.get(product);
    if (rows === undefined) this.#termsOf.set(product, [row]);
    else rows.push(row);
  }

  /**
   * The grid of a product, or undefined if a lot is no whole number of energy quanta, or a lot at
   * one tick no whole number of money quanta, or either is larger than 2^53-1.
   */
  grid(energyAsset: number, moneyAsset: number, tick: Decimal, lot: Decimal): Grid | undefined {
    const energy = this.assets[energyAsset] as Asset;
    const money = this.assets[moneyAsset] as Asset;
    const lotQuanta = inQuanta(BigInt(lot.mantissa), lot.decimals, energy.decimals);
    const cost = BigInt(tick.mantissa) * BigInt(lot.mantissa);
    const tickQuanta = inQuanta(cost, tick.decimals + lot.decimals, money.decimals);
    if (lotQuanta === undefined || tickQuanta === undefined) return undefined;
    if (lotQuanta > MAX_INTEGER || tickQuanta > MAX_INTEGER) return undefined;
    return { tick, lot, tickQuanta: Number(tickQuanta), lotQuanta: Number(lotQuanta) };
  }
}
