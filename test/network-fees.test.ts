import { describe, expect, test } from 'vitest';
import { stateOf } from '../src/engine/queries.ts';
import { Engine } from '../src/index.ts';
import { must } from './stage.ts';
import { networkStage, wired } from './stage-network.ts';

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1', network: 'grid' } as const;

/** A day on which a product is listed, the fees between two zones change, and the product is archived. */
function day(engine: Engine, number: number): void {
  must(engine.listProduct({ ...GRID, id: 'today' }));
  for (const [from, to] of [
    ['north', 'south'],
    ['south', 'north'],
  ] as const) {
    must(engine.setGridFee({ network: 'grid', from, to, feeTicks: 1 + (number % 3) }));
  }
  must(engine.closeProduct({ product: 'today' }));
  must(engine.archiveProduct({ product: 'today' }));
}

const changesOf = (engine: Engine): readonly unknown[] => stateOf(engine).networks.list[0]!.changes;
const fees = (engine: Engine): readonly number[] =>
  [...engine.events()].flatMap((event) => (event.type === 'gridFeePaid' ? [event.fee] : []));

describe('the fees of a network that change every day', () => {
  test('are kept as far as an open order may ask for them, and no longer', () => {
    const engine = networkStage();
    for (let number = 1; number <= 10; number++) day(engine, number);
    expect(changesOf(engine)).toHaveLength(2);
    const { length } = engine.snapshot();
    for (let number = 11; number <= 400; number++) day(engine, number);
    expect(changesOf(engine)).toHaveLength(2);
    expect(engine.snapshot()).toHaveLength(length);
    expect(engine.network('grid')!.feeVersion).toBe(801);
  });

  test('are those of its own day for an order that has stood since, in a restored market too', () => {
    const engine = networkStage();
    for (let number = 1; number <= 10; number++) day(engine, number);
    // Version 21, in which the way from north to south costs 2 ticks.
    const order = wired(engine, 'alice', 'buy', 3, 20);
    for (let number = 11; number <= 15; number++) day(engine, number);
    expect(changesOf(engine)).toHaveLength(2 + 10);
    const restored = Engine.restore(engine.snapshot());
    for (const market of [engine, restored]) {
      wired(market, 'bob', 'sell', 1, 20 - 2);
      expect(fees(market)).toEqual([2]);
      must(market.cancel({ orderId: order, actor: 'alice' }));
      day(market, 16);
      expect(changesOf(market)).toHaveLength(2);
      wired(market, 'alice', 'buy', 1, 20);
      wired(market, 'bob', 'sell', 1, 20 - 2);
      expect(fees(market)).toEqual([2, 2]);
    }
    expect(restored.stateHash()).toBe(engine.stateHash());
    expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
  });

  test('stay for the order of one network while those of another are forgotten', () => {
    const engine = networkStage();
    must(engine.listNetwork({ id: 'island', tick: '0.001' }));
    for (const id of ['harbour', 'beach']) {
      must(engine.addZone({ network: 'island', id, gridAccount: 'wires' }));
    }
    must(engine.listProduct({ ...GRID, id: 'boat', network: 'island' }));
    wired(engine, 'alice', 'buy', 3, 20, { product: 'boat', zone: 'harbour' });
    const way = { network: 'island', from: 'beach', to: 'harbour' };
    for (let feeTicks = 1; feeTicks <= 5; feeTicks++) must(engine.setGridFee({ ...way, feeTicks }));
    for (let number = 1; number <= 5; number++) day(engine, number);
    expect(changesOf(engine)).toHaveLength(2);
    expect(stateOf(engine).networks.list[1]!.changes).toHaveLength(5);
    must(engine.listProduct({ ...GRID, id: 'ferry', network: 'island' }));
    must(engine.closeProduct({ product: 'ferry' }));
    must(engine.archiveProduct({ product: 'ferry' }));
    expect(stateOf(engine).networks.list[1]!.changes).toHaveLength(5);
    wired(engine, 'bob', 'sell', 1, 20, { product: 'boat', zone: 'beach' });
    expect(fees(engine)).toEqual([0]);
  });
});
