import { describe, expect, it } from 'vitest';
import { Engine, type OrderRequest } from 'wattbook';
import {
  type Flow,
  openingRequests,
  OperationKind,
  requestsOf,
  workload,
  type Workload,
  WORKLOAD_SHA256,
  workloadBytes,
  workloadHash,
} from 'wattbook/testing';
import { mulberry32 } from './mulberry32.ts';

const FLOWS: readonly Flow[] = ['A', 'B', 'C', 'D', 'E', 'special'];
const FEES = { makerPpm: 1000, takerPpm: 1000 };

/**
 * Flow A once more, by the letter of its definition, or the flow `special`: rows of kind, side, price, lots,
 * account, order.
 */
function steady(prefill: number, commands: number, special = false): number[][] {
  const u = mulberry32(1);
  const rows: number[][] = [];
  const owners = [-1];
  const candidates: number[] = [];
  let mid = 100_000;
  let adds = 0;
  const order = (kind: number): void => {
    if (special && kind === 0 && ++adds % 5 === 0) kind = 4 + (((adds - 5) / 5) % 5);
    const side = u(2);
    let away = kind === 2 ? -25 : 1 + Math.min(u(250), u(250), u(250));
    if (kind === 5) away = -away - 25;
    const lots = 1 + u(kind === 2 ? 150 : 100);
    let account = u(1000);
    if (kind === 7) account = side === 0 ? 1000 : 1001;
    owners.push(account);
    const number = owners.length - 1;
    if (kind !== 2) candidates.push(number);
    rows.push([kind, side, mid + (side === 0 ? -away : away), lots, account, number]);
  };
  for (let i = 0; i < prefill; i++) order(0);
  for (let i = 0; i < commands; i++) {
    if (i > 0 && i % 1000 === 0) mid += 1 - 2 * u(2);
    const x = u(2 ** 32) / 2 ** 32;
    if (x < 0.46) order(0);
    else if (x >= 0.9) order(2);
    else {
      const place = u(candidates.length);
      const number = candidates[place] as number;
      const last = candidates.pop() as number;
      if (place < candidates.length) candidates[place] = last;
      rows.push([1, 0, 0, 0, owners[number] as number, number]);
    }
  }
  return rows;
}

function rowOf(load: Workload, row: number): (number | undefined)[] {
  const { kind, side, priceTicks, quantityLots, account, order } = load;
  return [kind, side, priceTicks, quantityLots, account, order].map((column) => column[row]);
}

const indices = (length: number): number[] => Array.from({ length }, (_, index) => index);

describe('workload', () => {
  it.each(FLOWS)('flow %s is the one whose hash is published', (flow) => {
    expect(workloadHash(workload(flow))).toBe(WORKLOAD_SHA256[flow]);
  });

  it.each(['A', 'special'] as const)('draws flow %s as the definition says', (flow) => {
    const expected = steady(300, 12_000, flow === 'special');
    const load = workload(flow, { prefill: 300, commands: 12_000 });
    for (let row = 0; row < expected.length; row++) {
      expect(rowOf(load, row), `row ${row}`).toEqual(expected[row]);
    }
    expect(load.length).toBe(expected.length);
  });

  it('mixes adds, cancels and immediate orders as the definition says', () => {
    const shares = { A: [0.46, 0.44], B: [0.46, 0.44], C: [0.46, 0.44], E: [0.49, 0.47] } as const;
    for (const [flow, [adds, cancels]] of Object.entries(shares)) {
      const load = workload(flow as Flow, { commands: 100_000, prefill: 10_000 });
      const counts = [0, 0, 0, 0];
      for (const kind of load.kind.subarray(load.prefill)) counts[kind]! += 1;
      expect(counts[OperationKind.add]! / 1e5, flow).toBeCloseTo(adds, 2);
      expect(counts[OperationKind.cancel]! / 1e5, flow).toBeCloseTo(cancels, 2);
      expect(counts[OperationKind.roll], flow).toBe(flow === 'C' ? 10 : 0);
    }
  });

  it('spreads the distances of D, sweeps in B, rolls in C', () => {
    const [a, b, c, d] = (['A', 'B', 'C', 'D'] as const).map((flow) =>
      workload(flow, { commands: 100_000 }),
    );
    for (const row of [0, 1, 49_999, 50_001]) {
      expect(d!.priceTicks[row]! - 100_000).toBe((a!.priceTicks[row]! - 100_000) * 997);
    }
    const sweeps = indices(b!.length).filter((row) => b!.quantityLots[row] === 101_000);
    expect(sweeps).toEqual([99_999, 149_999]);
    const rolls = indices(c!.length).filter((row) => c!.kind[row] === OperationKind.roll);
    expect(rolls).toEqual(indices(10).map((n) => 59_999 + n * 10_000));
    expect(rolls.map((row) => c!.product[row])).toEqual(indices(10));
    // Between one roll and the next, orders go to 96 products, the oldest closed ones no more.
    const between = (n: number) =>
      indices(9998).flatMap((row) => {
        const at = 60_000 + n * 10_000 + row;
        return c!.kind[at] === OperationKind.cancel ? [] : [c!.product[at]!];
      });
    expect(new Set(between(3))).toEqual(new Set(indices(96).map((product) => product + 4)));
  });

  it('follows its seed, and cancels nothing twice', () => {
    const options = { commands: 5000, prefill: 10 };
    const load = workload('E', options);
    expect(workloadBytes(workload('E', { ...options, seed: 1 }))).toEqual(workloadBytes(load));
    expect(workloadHash(workload('E', { ...options, seed: 2 }))).not.toBe(workloadHash(load));
    const cancelled = load.order.filter((_, row) => load.kind[row] === OperationKind.cancel);
    expect(new Set(cancelled).size).toBe(cancelled.length);
    expect(cancelled.length).toBeGreaterThan(2000);
  });

  it('starts from nothing, where there is nothing to cancel', () => {
    const load = workload('A', { commands: 300, prefill: 0 });
    expect(load.order[0]).toBe(1);
    let candidates = 0;
    for (const kind of load.kind) {
      if (kind === OperationKind.add) candidates++;
      else if (kind === OperationKind.cancel) expect(--candidates).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses what it cannot make', () => {
    expect(() => workload('F' as Flow)).toThrow(/^flow must be one of A, B, C, D, E/);
    expect(() => workload('A', { commands: -1 })).toThrow(/^commands must be/);
    expect(() => workload('A', { prefill: 0.5 })).toThrow(/^prefill must be/);
    expect(() => workload('A', { seed: 2 ** 32 })).toThrow(/^seed must be/);
    expect(() => workload('A', null as never)).toThrow(TypeError);
  });

  it('has bytes of a fixed layout', () => {
    const load = workload('C', { commands: 10_000, prefill: 1, seed: 7 });
    const bytes = workloadBytes(load);
    const view = new DataView(bytes.buffer);
    expect(bytes).toHaveLength(12 + 22 * load.length);
    expect([view.getUint32(0), view.getUint32(4), view.getUint32(8)]).toEqual([1, 10_000, 96]);
    const at = 12 + 22 * 10_000;
    expect([bytes[at], view.getInt32(at + 2), view.getUint32(at + 14)]).toEqual([3, 0, 0]);
    expect(view.getUint32(12 + 18)).toBe(1);
  });
});

interface Tally {
  readonly answers: Record<string, number>;
  readonly resting: number[];
  readonly engine: Engine;
}

/** Sends a workload to an engine; counts answers, and open orders every 200,000 operations. */
function trade(load: Workload): Tally {
  const engine = new Engine({ history: 'drop' });
  type Call = (request: unknown) => { ok: boolean; code?: string; orderId?: number };
  const methods = engine as unknown as Record<string, Call>;
  for (const { command, request } of openingRequests(load, FEES)) {
    expect(methods[command]!(request).ok, command).toBe(true);
  }
  const answers: Record<string, number> = {};
  const resting: number[] = [];
  let [orders, done] = [0, 0];
  for (const { command, request } of requestsOf(load, FEES)) {
    const outcome = methods[command]!(request);
    const answer = `${command} ${outcome.ok ? 'ok' : outcome.code}`;
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (command === 'submit' && outcome.orderId !== ++orders) throw new Error(`order ${orders}`);
    if (++done % 200_000 === 0) resting.push(engine.openOrders().length);
  }
  return { answers, resting, engine };
}

describe('requestsOf', () => {
  it('keeps some 45,000 orders open in flow A, and every order is accepted', () => {
    const load = workload('A', { commands: 350_000 });
    const { answers, resting, engine } = trade(load);
    expect(answers['submit ok']).toBe(load.orders);
    const cancels = answers['cancel ok']! + answers['cancel UNKNOWN_ORDER']!;
    expect(Object.keys(answers)).toHaveLength(3);
    expect(cancels + load.orders).toBe(load.length);
    expect(resting).toHaveLength(2);
    expect(resting.filter((count) => count < 38_000 || count > 52_000)).toEqual([]);
    expect(engine.isConserved()).toBe(true);
  });

  it.each(['B', 'C', 'D', 'E', 'special'] as const)(
    'has every order of flow %s accepted',
    (flow) => {
      const load = workload(flow, { commands: 60_000, prefill: 20_000 });
      const { answers, engine } = trade(load);
      expect(answers['submit ok']).toBe(load.orders);
      if (flow === 'C')
        expect([answers['closeProduct ok'], answers['listProduct ok']]).toEqual([6, 6]);
      const refused = Object.keys(answers).filter((answer) => !answer.endsWith(' ok'));
      expect(refused).toEqual(['cancel UNKNOWN_ORDER']);
      expect(engine.isConserved()).toBe(true);
    },
  );

  it('asks for the other kinds as the definition says', () => {
    const load = workload('special', { commands: 0, prefill: 25 });
    const submits = [...requestsOf(load)].map(({ request }) => request as OrderRequest);
    const [iceberg, stop, whole, sliding, until] = [4, 9, 14, 19, 24].map((row) => submits[row]!);
    const distance = (request: OrderRequest, ticks: number): number =>
      request.side === 'buy' ? ticks - 100_000 : 100_000 - ticks;
    expect(iceberg!.displayQuantityLots).toBe(Math.ceil(iceberg!.quantityLots! / 5));
    expect(distance(stop!, stop!.stopPriceTicks!)).toBeGreaterThan(0);
    expect(distance(stop!, stop!.priceTicks! - stop!.stopPriceTicks! + 100_000)).toBe(25);
    expect(whole!.allOrNone).toBe(true);
    expect(sliding).toMatchObject({
      postOnly: 'slide',
      account: sliding!.side === 'buy' ? 'home-1000' : 'home-1001',
    });
    const begin = Date.UTC(2026, 0, 1);
    expect(until).toMatchObject({
      timeInForce: 'gtd',
      at: begin + 24,
      expiresAt: begin + 24 + 1000 * until!.quantityLots!,
    });
    const special = ['displayQuantityLots', 'stopPriceTicks', 'allOrNone', 'postOnly', 'expiresAt'];
    const plain = submits.filter((_, row) => row % 5 !== 4);
    expect(plain.filter((request) => special.some((name) => name in request))).toEqual([]);
  });

  it('lets each of the other kinds do what it is for', () => {
    const load = workload('special', { commands: 60_000, prefill: 5000 });
    const engine = new Engine();
    for (const { command, request } of [...openingRequests(load), ...requestsOf(load)]) {
      engine[command](request as never);
    }
    const counts: Record<string, number> = {};
    for (const event of engine.events()) {
      const name = event.type === 'orderEnded' ? event.reason : event.type;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    for (const name of ['orderRefreshed', 'stopPlaced', 'stopTriggered', 'expired']) {
      expect(counts[name], name).toBeGreaterThan(100);
    }
    expect(engine.isConserved()).toBe(true);
  });

  it('can be taken in parts', () => {
    const load = workload('C', { commands: 20_000, prefill: 10 });
    const parts = [...requestsOf(load, { to: 12_345 }), ...requestsOf(load, { from: 12_345 })];
    expect(parts).toEqual([...requestsOf(load)]);
    expect(parts).toHaveLength(load.length + 2);
    expect(() => requestsOf(load, { from: -1 })).toThrow(/^from must be/);
    expect(() => requestsOf(load, { from: 5, to: 4 })).toThrow(/^to must not be below from/);
    expect(() => requestsOf(load, { to: load.length + 1 })).toThrow(RangeError);
  });
});
