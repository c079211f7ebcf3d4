import type { CancelRequest, Engine, OrderRequest } from '../src/index.ts';
import { OperationKind, requestsOf, type Workload } from '../src/testing/index.ts';
import type { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';
import { openedEngine } from './opening.ts';

/** `Engine.submit` and `Engine.cancel`, objects in and out; for flows whose products stay. */
export function submitPath(load: Workload): Path {
  const requests: (OrderRequest | CancelRequest)[] = [];
  for (const { command, request } of requestsOf(load)) {
    if (command !== 'submit' && command !== 'cancel') throw new Error(`${command} is not timed`);
    requests.push(request);
  }
  // With history 'drop' an engine tells the events of its latest command only.
  return { block: 1, open: (fills) => new EngineMarket(openedEngine(load), load, requests, fills) };
}

class EngineMarket implements Market {
  readonly #engine: Engine;
  readonly #load: Workload;
  readonly #requests: readonly (OrderRequest | CancelRequest)[];
  readonly #fills: Fills;
  #filledLots = 0;

  constructor(
    engine: Engine,
    load: Workload,
    requests: readonly (OrderRequest | CancelRequest)[],
    fills: Fills,
  ) {
    this.#engine = engine;
    this.#load = load;
    this.#requests = requests;
    this.#fills = fills;
  }

  run(from: number, to: number): void {
    const engine = this.#engine;
    const { kind } = this.#load;
    for (let row = from; row < to; row++) {
      const request = this.#requests[row]!;
      const outcome =
        kind[row] === OperationKind.cancel
          ? engine.cancel(request as CancelRequest)
          : engine.submit(request as OrderRequest);
      if (outcome.ok) this.#filledLots += outcome.filledLots;
    }
  }

  collect(): void {
    for (const trade of this.#engine.trades()) {
      const { makerOrder, takerOrder, priceTicks, quantityLots } = trade;
      this.#fills.add(makerOrder, takerOrder, priceTicks, quantityLots);
    }
  }

  proof(): string {
    return `${this.#filledLots} ${this.#engine.marketHash()}`;
  }
}
