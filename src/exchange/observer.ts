import type { Notice } from './options.ts';

/** Tells the user's function what goes on, and lets nothing come back from it but a count. */
export class Observer {
  /** How often it threw or rejected. */
  faults = 0;
  readonly #observe: (notice: Notice) => unknown;
  readonly #countFault = (): void => void this.faults++;

  constructor(observe: (notice: Notice) => unknown) {
    this.#observe = observe;
  }

  tell(notice: Notice): void {
    const observe = this.#observe;
    try {
      Promise.resolve(observe(notice)).catch(this.#countFault);
    } catch {
      this.#countFault();
    }
  }
}
