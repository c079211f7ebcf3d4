import type { Asset, Product, Terms } from './products.ts';

interface Entry {
  readonly product: Product;
  readonly asset: Asset | undefined;
  /** Those in force at the end. */
  readonly terms: Terms;
  /** Of the command that archived it: what came up to there is about this product. */
  readonly sequence: number;
}

/**
 * Archived products and their assets, for whoever reads events that are about them. No part of a market's
 * state: nothing that happens depends on it.
 */
export class Archived {
  /** Whether those of more than one command are kept. */
  keepsAll = false;
  /** By product row, oldest first. */
  readonly #entries = new Map<number, Entry>();
  /** The same by id, oldest first: an id may be used again. */
  readonly #named = new Map<string, Entry[]>();
  readonly #assets = new Map<number, Asset>();

  add(sequence: number, product: Product, terms: Terms, asset: Asset | undefined): void {
    if (!this.keepsAll) this.forget(sequence - 1);
    const entry = { product, asset, terms, sequence };
    this.#entries.set(product.row, entry);
    const named = this.#named.get(product.id);
    if (named === undefined) this.#named.set(product.id, [entry]);
    else named.push(entry);
    if (asset !== undefined) this.#assets.set(product.energyAsset, asset);
  }

  /** Forgets what was archived up to a sequence. O(1) for each that is forgotten. */
  forget(upTo: number): void {
    for (const [row, { product, asset, sequence }] of this.#entries) {
      if (sequence > upTo) return;
      this.#entries.delete(row);
      const named = this.#named.get(product.id)!;
      named.shift();
      if (named.length === 0) this.#named.delete(product.id);
      if (asset !== undefined) this.#assets.delete(product.energyAsset);
    }
  }

  product(row: number): Product | undefined {
    return this.#entries.get(row)?.product;
  }

  terms(row: number): Terms | undefined {
    return this.#entries.get(row)?.terms;
  }

  asset(row: number): Asset | undefined {
    return this.#assets.get(row);
  }

  /** The product that an id stood for when a command had a sequence, if it is archived. O(those of the id). */
  named(id: string, sequence: number): Product | undefined {
    return this.#named.get(id)?.find((entry) => entry.sequence >= sequence)?.product;
  }
}
