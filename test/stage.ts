import { Engine, type EngineOptions, type OrderOutcome, WattbookError } from '../src/index.ts';

/**
 * A small market that many tests begin with. One kWh is 1,000 quanta, one EUR 1,000,000; a tick is
 * 0.001 EUR/kWh and a lot 0.1 kWh, so that one lot at one tick costs 100 quanta.
 */
export function list(engine: Engine): Engine {
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  must(engine.listAsset({ id: 'EUR', decimals: 6 }));
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  must(engine.listProduct({ id: 'noon', ...grid }));
  return engine;
}

/** The same with alice and bob, each with 1,000 kWh and 1,000 EUR. */
export function stage(options: EngineOptions = {}): Engine {
  const engine = list(new Engine(options));
  for (const id of ['alice', 'bob']) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset: 'kWh', amount: '1000' }));
    must(engine.deposit({ account: id, asset: 'EUR', amount: '1000' }));
  }
  return engine;
}

/** An order of alice's that rests on this stage. */
export const buy = {
  account: 'alice',
  product: 'noon',
  side: 'buy',
  quantityLots: 3,
  priceTicks: 5,
} as const;

/** The outcome, which must be an acceptance. */
export function must<T extends { readonly ok: boolean }>(outcome: T): Extract<T, { ok: true }> {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome as Extract<T, { ok: true }>;
}

/** Enters a limit order; returns its id. */
export function limit(
  engine: Engine,
  account: string,
  side: 'buy' | 'sell',
  quantityLots: number,
  priceTicks: number,
  more: object = {},
): number {
  const order = { account, product: 'noon', side, quantityLots, priceTicks, ...more } as const;
  return must<OrderOutcome>(engine.submit(order)).orderId;
}

/** The code of a refusal, 'ok' for an acceptance. */
export function codeOf(outcome: { readonly ok: boolean; readonly code?: string }): string {
  return outcome.ok ? 'ok' : (outcome.code as string);
}

/** What a call throws; fails if it throws nothing. */
export function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('threw something that is no Error', { cause: error });
  }
  throw new Error('nothing was thrown');
}

/** The code of the WattbookError that a call throws; fails if it throws anything else, or nothing. */
export function faultOf(call: () => unknown): string {
  const error = thrownBy(call);
  if (error instanceof WattbookError) return error.code;
  throw new Error(`threw ${error.name}: ${error.message}`, { cause: error });
}

/** All that a request without effect must leave as it was. */
export function trace(engine: Engine): readonly unknown[] {
  return [engine.marketHash(), engine.stateHash(), engine.sequence, engine.time];
}
