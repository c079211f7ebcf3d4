import { type ChildProcess, fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What is asked of the process of a lane. */
export interface Asked {
  /** A file of `test`, without its ending. */
  readonly test: string;
  /** Paths of files that are not as they were the last time. */
  readonly changed: readonly string[];
}

/** What a test file came to. Without `failed` and `fault` all of it has passed. */
export interface Found {
  /** How many tests have passed. */
  readonly passed: number;
  /** The first test that failed: nothing runs after it. */
  readonly failed?: string;
  /** What went wrong, in that test or outside of tests. */
  readonly fault?: string;
}

const TESTS = fileURLToPath(new URL('lane-tests.ts', import.meta.url));

/** A copy of the tree and a process of its own that runs its tests, one file after another. */
export class Lane {
  readonly folder: string;
  #child: ChildProcess | undefined;
  readonly #changed = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Gives a file of the copy another text. */
  write(path: string, text: string): void {
    writeFileSync(path, text);
    this.#changed.add(path);
  }

  /**
   * Runs a test file until a test fails. One that takes longer than it may is ended with its process; the next run
   * has another one.
   * @returns 'hangs' if it took too long
   * @throws Error if the process ends by itself
   */
  run(test: string, limitSeconds: number): Promise<Found | 'hangs'> {
    this.#child ??= fork(TESTS, [this.folder], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle();
        this.end();
        resolve('hangs');
      }, limitSeconds * 1_000);
      const found = (answer: Found): void => {
        settle();
        resolve(answer);
      };
      const gone = (status: number | null, signal: string | null): void => {
        settle();
        this.#child = undefined;
        reject(new Error(`${test} ended its process: ${status ?? signal}`));
      };
      const settle = (): void => {
        clearTimeout(timer);
        child.off('message', found).off('exit', gone).off('error', reject);
      };
      child.on('message', found).on('exit', gone).on('error', reject);
      child.send({ test, changed: [...this.#changed] } satisfies Asked);
      this.#changed.clear();
    });
  }

  /** Ends the process, whatever it is at. */
  end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}
