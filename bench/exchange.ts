import {
  type CancelRequest,
  Exchange,
  memoryStorage,
  type OrderReceipt,
  type OrderRequest,
  type Receipt,
  type RequestTo,
} from '../src/index.ts';
import {
  openingRequests,
  OperationKind,
  perform,
  requestsOf,
  type Workload,
} from '../src/testing/index.ts';
import type { Fills } from './fills.ts';
import type { Market, Path } from './market.ts';
import { FEES } from './opening.ts';

/** Requests that are made before the first of them is answered. */
const IN_FLIGHT = 512;

/** `await exchange.submit` and `cancel` on memory storage, for flows whose products stay. */
export function exchangePath(load: Workload): Path {
  const requests: (OrderRequest | CancelRequest)[] = [];
  for (const { command, request } of requestsOf(load)) {
    if (command !== 'submit' && command !== 'cancel') throw new Error(`${command} is not timed`);
    requests.push(request);
  }
  return {
    isAsync: true,
    // What so many operations lead to is still kept when it is collected.
    block: 50_000,
    open: async (fills) => new ExchangeMarket(await openedExchange(load), load, requests, fills),
  };
}

async function openedExchange(load: Workload): Promise<Exchange> {
  const exchange = await Exchange.open({ storage: memoryStorage() });
  for (const each of openingRequests(load, FEES)) {
    const { ok } = await perform<Promise<Receipt | OrderReceipt>>(exchange, each);
    if (!ok) throw new Error(`${each.command} was refused`);
  }
  return exchange;
}

class ExchangeMarket implements Market {
  readonly #exchange: Exchange;
  readonly #load: Workload;
  readonly #requests: readonly (OrderRequest | CancelRequest)[];
  readonly #fills: Fills;
  #collected: number;
  #filledLots = 0;

  constructor(
    exchange: Exchange,
    load: Workload,
    requests: readonly (OrderRequest | CancelRequest)[],
    fills: Fills,
  ) {
    this.#exchange = exchange;
    this.#load = load;
    this.#requests = requests;
    this.#fills = fills;
    this.#collected = exchange.status().sequence;
  }

  async run(from: number, to: number): Promise<void> {
    const exchange = this.#exchange;
    const { kind } = this.#load;
    let row = from;
    // Rows are taken and sent in one go, so that commands keep their order whoever sends them.
    const client = async (): Promise<void> => {
      while (row < to) {
        const isCancel = kind[row] === OperationKind.cancel;
        const request = this.#requests[row++]!;
        const receipt = isCancel
          ? await exchange.cancel(request as RequestTo<'cancel'>)
          : await exchange.submit(request as RequestTo<'submit'>);
        if (receipt.ok) this.#filledLots += receipt.filledLots;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, client));
  }

  async collect(): Promise<void> {
    const trades = this.#exchange.subscribe('trades', { after: this.#collected, follow: false });
    for await (const { makerOrder, takerOrder, priceTicks, quantityLots } of trades) {
      this.#fills.add(makerOrder, takerOrder, priceTicks, quantityLots);
    }
    this.#collected = trades.sequence;
  }

  async proof(): Promise<string> {
    const hash = await this.#exchange.read((market) => market.marketHash());
    return `${this.#filledLots} ${hash}`;
  }
}
