/** A consumer's code for the type checker alone: strict, lib ES2022, neither DOM nor @types/node. */
import {
  type CommandRecord,
  Engine,
  type EngineOptions,
  type EventRecord,
  Exchange,
  memoryStorage,
  type OrderOutcome,
  type OrderReceipt,
  type OrderRequest,
  PRECEDENCE,
  RejectCode,
  type RejectName,
  WattbookError,
} from 'wattbook';

const options: EngineOptions = { history: 'drop', clock: () => 0 };
const market = new Engine(options);
const order: OrderRequest = {
  account: 'anna',
  product: 'energy',
  side: 'sell',
  priceTicks: 250_000,
  quantityLots: 1_000,
};

export const outcome: OrderOutcome = market.submit(order);
export const told: number | RejectName = outcome.ok ? outcome.orderId : outcome.code;
export const first: RejectName | undefined = PRECEDENCE[0];
export const code: 19 = RejectCode.PRODUCT_CLOSED;

export function tradedLots(events: Iterable<EventRecord>): number {
  let lots = 0;
  for (const event of events) if (event.type === 'trade') lots += event.quantity;
  return lots;
}

export function accountOf(command: CommandRecord): string | undefined {
  return command.type === 'submit' ? command.account : undefined;
}

export function isDamaged(error: unknown): boolean {
  return error instanceof WattbookError && error.code === 'BAD_SNAPSHOT';
}

export async function firstOrder(): Promise<OrderReceipt> {
  const exchange = await Exchange.open({ storage: memoryStorage() });
  const closing: AsyncDisposable = exchange;
  try {
    for await (const trade of exchange.subscribe('trades', { follow: false })) void trade.value;
    return await exchange.submit(order);
  } finally {
    await closing[Symbol.asyncDispose]();
  }
}

// @ts-expect-error: prices are decimal text, never floats
market.submit({ ...order, price: 0.25 });
// @ts-expect-error: the state is not part of the API
void market.state;
