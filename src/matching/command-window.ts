import { COMMAND_WINDOW } from '../core/limits.ts';

/** What a command with an id came to; a repetition gets it again. */
export interface Remembered {
  readonly commandId: string;
  readonly sequence: number;
  /** The digest of the request that the command carried. */
  readonly digestHigh: number;
  readonly digestLow: number;
  readonly code: number;
  readonly order: number;
  readonly filled: number;
}

/** The command ids among the last 65,536 commands. */
export class CommandWindow {
  readonly #byId = new Map<string, Remembered>();
  readonly #bySequence = new Map<number, Remembered>();

  find(commandId: string): Remembered | undefined {
    return this.#byId.get(commandId);
  }

  /** Whether a command of this id and content was there before. */
  isRepetition(commandId: string, digestHigh: number, digestLow: number): boolean {
    const earlier = this.#byId.get(commandId);
    return earlier?.digestHigh === digestHigh && earlier.digestLow === digestLow;
  }

  /** Forgets the command that leaves the window now that `sequence` is taken. O(1). */
  advance(sequence: number): void {
    if (this.#byId.size === 0) return;
    const old = this.#bySequence.get(sequence - COMMAND_WINDOW);
    if (old === undefined) return;
    this.#byId.delete(old.commandId);
    this.#bySequence.delete(old.sequence);
  }

  remember(entry: Remembered): void {
    this.#byId.set(entry.commandId, entry);
    this.#bySequence.set(entry.sequence, entry);
  }

  /** What came of the command of a sequence, if it had an id and is in the window. */
  at(sequence: number): Remembered | undefined {
    return this.#bySequence.get(sequence);
  }

  /** What is remembered, oldest first. */
  entries(): Remembered[] {
    return [...this.#byId.values()];
  }
}
