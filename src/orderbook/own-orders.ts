/** The resting orders of each account in a product: those in products where an account's orders count together. */
export class OwnOrders {
  /** Slots, by product and by account. */
  readonly #slots = new Map<number, Map<number, Set<number>>>();

  add(product: number, account: number, slot: number): void {
    let accounts = this.#slots.get(product);
    if (accounts === undefined) this.#slots.set(product, (accounts = new Map()));
    const slots = accounts.get(account);
    if (slots === undefined) accounts.set(account, new Set([slot]));
    else slots.add(slot);
  }

  drop(product: number, account: number, slot: number): void {
    const accounts = this.#slots.get(product);
    const slots = accounts?.get(account);
    slots?.delete(slot);
    if (slots?.size !== 0) return;
    accounts?.delete(account);
    if (accounts?.size === 0) this.#slots.delete(product);
  }

  count(product: number, account: number): number {
    return this.#slots.get(product)?.get(account)?.size ?? 0;
  }

  /** In no order that means anything. */
  of(product: number, account: number): Iterable<number> {
    return this.#slots.get(product)?.get(account) ?? [];
  }
}
