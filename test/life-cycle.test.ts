import { expect, it } from 'vitest';
import { Engine, Exchange, memoryStorage } from '../src/index.ts';
import { must } from './stage.ts';

const GRID = { id: 'noon', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.001' };
const DELIVERY = { start: 1_000, end: 2_000, opensMs: -900, gateMs: -100 };
const OFFER = { account: 'alice', product: 'noon', side: 'sell', quantity: '1' } as const;

function market(): Engine {
  const engine = new Engine();
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  must(engine.openAccount({ id: 'alice' }));
  must(engine.deposit({ account: 'alice', asset: 'kWh', amount: '5' }));
  must(engine.listProduct({ ...GRID, delivery: DELIVERY }));
  return engine;
}

const phaseOf = (engine: Engine): string => engine.product('noon')!.phase;

it('a product tells its plan, and its phase as time goes by', () => {
  const engine = market();
  expect(engine.product('noon')).toMatchObject({
    status: 'scheduled',
    delivery: { ...DELIVERY, opensAt: 100, gateAt: 900 },
  });
  const phases: [number, string][] = [];
  for (let at = 0; at <= 2_001; at++) {
    must(engine.advanceTime({ at }));
    const phase = phaseOf(engine);
    if (phase !== phases.at(-1)?.[1]) phases.push([at, phase]);
  }
  expect(phases).toEqual([
    [0, 'scheduled'],
    [100, 'open'],
    [900, 'closed'],
    [1_000, 'delivering'],
    [2_000, 'delivered'],
  ]);
  expect(engine.product('noon')!.status).toBe('gateClosed');
});

it('a product without a plan is open, halted or closed for good', () => {
  const engine = market();
  must(engine.listProduct({ ...GRID, id: 'ever' }));
  const told = (): unknown => {
    const { phase, delivery } = engine.product('ever')!;
    return [phase, delivery];
  };
  expect(told()).toEqual(['open', undefined]);
  must(engine.haltProduct({ product: 'ever' }));
  expect(told()).toEqual(['halted', undefined]);
  must(engine.closeProduct({ product: 'ever' }));
  must(engine.advanceTime({ at: 9_000 }));
  expect(told()).toEqual(['closed', undefined]);
});

it('an open product is so while it delivers, if its gate is later than the start', () => {
  const engine = market();
  must(engine.listProduct({ ...GRID, id: 'intraday', delivery: { ...DELIVERY, gateMs: 500 } }));
  must(engine.advanceTime({ at: 1_499 }));
  expect([phaseOf(engine), engine.product('intraday')!.phase]).toEqual(['delivering', 'open']);
  must(engine.haltProduct({ product: 'intraday' }));
  expect(engine.product('intraday')!.phase).toBe('halted');
});

it('a preview is refused as the order would be', () => {
  const engine = market();
  const order = { ...OFFER, price: '0.25' };
  const code = (): unknown => {
    const preview = engine.preview(order);
    return preview.ok ? 'ok' : preview.code;
  };
  expect(code()).toBe('NOT_YET_OPEN');
  must(engine.advanceTime({ at: 100 }));
  expect(code()).toBe('ok');
  must(engine.advanceTime({ at: 900 }));
  expect(code()).toBe('GATE_CLOSED');
});

it('every field of the plan is content of the request', () => {
  const engine = market();
  const request = { ...GRID, id: 'other', commandId: 'c', delivery: DELIVERY };
  must(engine.listProduct(request));
  expect(engine.listProduct({ ...request, delivery: { ...DELIVERY } }).repeated).toBe(true);
  for (const [field, value] of Object.entries(DELIVERY)) {
    const delivery = { ...DELIVERY, [field]: value + 1 };
    expect(engine.listProduct({ ...request, delivery })).toMatchObject({ code: 'ID_REUSED' });
  }
  const { delivery: _, ...unplanned } = request;
  expect(engine.listProduct(unplanned)).toMatchObject({ code: 'ID_REUSED' });
});

it('a restored market opens and closes what was planned', () => {
  const engine = market();
  const early = Engine.restore(engine.snapshot());
  must(early.advanceTime({ at: 100 }));
  must(early.submit({ ...OFFER, price: '0.25' }));
  const open = Engine.restore(early.snapshot());
  must(open.advanceTime({ at: 900 }));
  expect([phaseOf(open), open.openOrders()]).toEqual(['closed', []]);
  expect(open.balance('alice', 'kWh')).toMatchObject({ available: '5.000', locked: '0.000' });
});

it('a clock brings about what is planned, with whatever comes next', async () => {
  let now = 0;
  const exchange = await Exchange.open({ storage: memoryStorage(), clock: () => now });
  await exchange.listAsset({ id: 'EUR', decimals: 9 });
  await exchange.listAsset({ id: 'kWh', decimals: 3 });
  await exchange.openAccount({ id: 'alice' });
  await exchange.deposit({ account: 'alice', asset: 'kWh', amount: '5' });
  await exchange.listProduct({ ...GRID, delivery: DELIVERY });
  now = 899;
  expect(await exchange.submit({ ...OFFER, price: '0.25' })).toMatchObject({ ok: true });
  now = 900;
  expect(await exchange.submit({ ...OFFER, price: '0.25' })).toMatchObject({ code: 'GATE_CLOSED' });
  await exchange.close();
});
