import type { Notice } from './options.ts';

/** Tells the user's function what goes on, and lets nothing come back from it but a count. */
export class Observer<T = Notice> {
  /** How often it threw or rejected. */
  faults = 0;
  readonly #observe: (notice: T) => unknown;
  readonly #countFault = (): void => void this.faults++;

  constructor(observe: (notice: T) => unknown) {
    this.#observe = observe;
  }

  tell(notice: T): void {
    const observe = this.#observe;
    try {
      Promise.resolve(observe(notice)).catch(this.#countFault);
    } catch {
      this.#countFault();
    }
  }
}
