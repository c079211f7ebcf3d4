/** Client order ids of resting orders: by slot, and by account and id. */
export class ClientIds {
  readonly #bySlot = new Map<number, string>();
  readonly #slots = new Map<number, Map<string, number>>();

  /** The client order id of the order in a slot, '' if it has none. */
  of(slot: number): string {
    return this.#bySlot.get(slot) ?? '';
  }

  /** The slot of an account's order, or undefined. */
  slotOf(account: number, id: string): number | undefined {
    return this.#slots.get(account)?.get(id);
  }

  add(slot: number, account: number, id: string): void {
    this.#bySlot.set(slot, id);
    const ids = this.#slots.get(account);
    if (ids === undefined) this.#slots.set(account, new Map([[id, slot]]));
    else ids.set(id, slot);
  }

  drop(slot: number, account: number): void {
    const ids = this.#slots.get(account);
    ids?.delete(this.of(slot));
    if (ids?.size === 0) this.#slots.delete(account);
    this.#bySlot.delete(slot);
  }
}
