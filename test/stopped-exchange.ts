import { afterEach, beforeEach, expect } from 'vitest';
import type { WattbookError } from '../src/core/errors.ts';
import { type EventRecord, type Exchange, memoryStorage, type Receipt } from '../src/index.ts';
import { rejectionOf, STAGED, stagedOn } from './journals.ts';
import { MisbehavingStorage, turn } from './misbehaving-storage.ts';
import { must } from './stage.ts';

/** How long the storage may take in these tests; what hangs is waited for so long. */
export const TIMEOUT_MS = 15;

/** Lets every test of the file fail that leaves a rejection to nobody. */
export function failsOnUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const note = (cause: unknown): void => void unhandled.push(cause);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(async () => {
    await turn();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });
}

export interface Stand {
  readonly inner: ReturnType<typeof memoryStorage>;
  readonly storage: MisbehavingStorage;
  readonly exchange: Exchange;
  /** What the subscriber was told since, in the end with the fault. */
  readonly told: EventRecord[];
  readonly ending: Promise<unknown>;
}

/** A market with a subscriber, and one deposit after the stage, which is stored. */
export async function stand(): Promise<Stand> {
  const inner = memoryStorage();
  const storage = new MisbehavingStorage(inner);
  const exchange = await stagedOn(storage, { storageTimeoutMs: TIMEOUT_MS });
  const told: EventRecord[] = [];
  const ending = (async () => {
    for await (const event of exchange.subscribe('events', { after: STAGED })) told.push(event);
  })().then(
    () => 'the end',
    (fault: unknown) => fault,
  );
  must(await deposit(exchange));
  return { inner, storage, exchange, told, ending };
}

export const deposit = (exchange: Exchange, amountQuanta = 7): Promise<Receipt> =>
  exchange.deposit({ account: 'alice', asset: 'EUR', amountQuanta });

/** It takes nothing any more, says why, and can still be read. */
export async function expectStopped({ exchange, told, ending }: Stand, fault: WattbookError) {
  const status = exchange.status();
  expect(status).toMatchObject({ state: 'stopped', storedSequence: STAGED + 1 });
  expect(status.fault).toBe(fault);
  const later = [
    () => deposit(exchange),
    () => exchange.submit({} as never),
    () => exchange.advanceTime(),
    () => exchange.saveSnapshot(),
  ];
  for (const request of later) {
    const refused = await rejectionOf(request());
    expect(refused.code).toBe('EXCHANGE_STOPPED');
    expect(refused.cause).toBe(fault);
  }
  const sequence = await exchange.read((market) => market.sequence, { at: 'executed' });
  expect(sequence).toBe(status.sequence);
  const durable = exchange.read((market) => market.sequence);
  if (sequence === STAGED + 1) expect(await durable).toBe(sequence);
  else expect(await rejectionOf(durable)).toBe(fault);
  expect(await ending).toBe(fault);
  expect(told.map((event) => event.sequence)).toEqual([STAGED + 1]);
}
