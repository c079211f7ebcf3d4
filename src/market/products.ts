import { ProductStatus } from '../core/codes.ts';
import { type Decimal, inQuanta } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import type { Call } from './call.ts';
import type { Circuit } from './circuit.ts';
import type { Delivery } from './life-cycle.ts';

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
  status: number;
  /** Row of the terms in force. */
  terms: number;
  /** Price of the last trade in ticks, NaN before there was one; a take does not set it. */
  lastPrice: number;
  /** How far the price may move, if that was said. */
  circuit: Circuit | undefined;
}

/** Assets, products and their terms, by row. Rows and ids are never given out twice. */
export class Listings {
  readonly assets: Asset[] = [];
  readonly products: Product[] = [];
  readonly terms: Terms[] = [];
  readonly #assetRows = new Map<string, number>();
  readonly #productRows = new Map<string, number>();

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
      status,
      terms: 0,
      lastPrice: NaN,
      circuit: undefined,
    };
    this.products.push(product);
    this.#productRows.set(id, row);
    return product;
  }

  /** Puts new terms in force for a product. */
  setTerms(
    product: Product,
    makerPpm: number,
    takerPpm: number,
    band: Terms['band'],
    version: number,
  ): void {
    product.terms = this.terms.length;
    this.addTerms(product.row, version, makerPpm, takerPpm, band);
  }

  addTerms(
    product: number,
    version: number,
    makerPpm: number,
    takerPpm: number,
    band: Terms['band'],
  ): void {
    const lockPpm = Math.max(makerPpm, takerPpm);
    this.terms.push({ product, version, makerPpm, takerPpm, lockPpm, band });
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
