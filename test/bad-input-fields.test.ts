import { describe, expect, it } from 'vitest';
import { Engine, Exchange, memoryStorage, type Requests } from '../src/index.ts';
import { requestsOf, workload } from '../src/testing/index.ts';
import { stage, thrownBy, trace } from './stage.ts';

/** Well-formed requests, so that the one wrong name is all that can be refused. */
const REQUESTS: Readonly<Record<keyof Requests, object>> = {
  openAccount: { id: 'carol' },
  freezeAccount: { account: 'bob' },
  closeAccount: { account: 'bob' },
  deposit: { account: 'bob', asset: 'EUR', amount: '1' },
  withdraw: { account: 'bob', asset: 'EUR', amount: '1' },
  transfer: { account: 'bob', to: 'alice', asset: 'EUR', amount: '1' },
  listAsset: { id: 'GBP', decimals: 2 },
  listProduct: { id: 'p', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '1' },
  setFees: { product: 'energy', makerPpm: 0, takerPpm: 0 },
  setBand: { product: 'energy', band: null },
  haltProduct: { product: 'energy' },
  resumeProduct: { product: 'energy' },
  closeProduct: { product: 'energy' },
  endSession: { product: 'energy' },
  archiveProduct: { product: 'energy' },
  runAuction: { product: 'energy' },
  submit: { account: 'bob', product: 'energy', side: 'buy', price: '1', quantity: '1' },
  amend: { actor: 'bob', orderId: 1, quantity: '1' },
  cancel: { actor: 'bob', orderId: 1 },
  cancelAll: { account: 'bob' },
  take: { account: 'bob', orderId: 1, quantity: '1', limitPrice: '1' },
  advanceTime: { at: 5 },
  sealBlock: {},
  setAccountKey: { account: 'bob', key: null },
  setCircuit: { product: 'noon', collar: '1', halt: null },
  setAccountLimits: { account: 'bob', maxOpenOrders: 5, maxExposure: null },
  kill: { account: 'bob' },
  recordReading: {
    product: 'energy',
    account: 'bob',
    version: 1,
    quality: 'measured',
    imported: '1',
    exported: '0',
  },
  setImbalancePrices: { product: 'energy', long: '0', short: '1' },
  settleProduct: { product: 'energy' },
  recallTrade: {
    trade: 1,
    product: 'energy',
    buyer: 'bob',
    seller: 'alice',
    price: '1',
    quantity: '1',
    buyerFeeQuanta: 0,
    sellerFeeQuanta: 0,
  },
  listNetwork: { id: 'grid', tick: '0.01' },
  addZone: { network: 'grid', id: 'north', gridAccount: 'bob' },
  setGridFee: { network: 'grid', from: 'north', to: 'south', fee: '0.01' },
  setCapacity: { product: 'energy', from: 'north', to: 'south', quantity: '1' },
  setPartner: { account: 'bob', partner: 'alice', rule: 'excluded' },
};
const COMMAND_NAMES = Object.keys(REQUESTS) as (keyof Requests)[];

type Call = (request: object) => unknown;

describe('a field of another name', () => {
  it.each(COMMAND_NAMES)('%s: is named and refused, and leaves no trace', (command) => {
    const engine = stage();
    const before = trace(engine);
    const call = (engine[command] as Call).bind(engine);
    for (const name of ['quantitty', 'timeInForse', '__proto', 'x'.repeat(1_000)]) {
      for (const value of [1, undefined]) {
        const thrown = thrownBy(() => call({ ...REQUESTS[command], [name]: value }));
        expect(thrown).toBeInstanceOf(TypeError);
        expect((thrown as Error).message).toContain(
          `${command} has no field "${name.slice(0, 40)}`,
        );
      }
    }
    expect(trace(engine)).toEqual(before);
    call(REQUESTS[command]);
    expect(trace(engine)).not.toEqual(before);
  });

  it('is refused where another command has it', () => {
    const engine = stage();
    const cancel = (engine.cancel as Call).bind(engine);
    const thrown = thrownBy(() => cancel({ actor: 'bob', orderId: 1, quantity: '1' }));
    expect(thrown).toMatchObject({ message: 'cancel has no field "quantity"' });
  });

  it('is refused in a repetition, in a preview, and where it is inherited', () => {
    const engine = stage();
    const order = { ...REQUESTS.submit, commandId: 'c' };
    const submit = (engine.submit as Call).bind(engine);
    const preview = (engine.preview as Call).bind(engine);
    submit(order);
    const wrong = { ...order, post_only: 'reject' };
    for (const call of [
      () => submit(wrong),
      () => preview(wrong),
      () => submit(Object.create(wrong) as object),
    ]) {
      expect(thrownBy(call)).toMatchObject({ message: 'submit has no field "post_only"' });
    }
  });

  it('is no question of an array: it has no fields', async () => {
    const engine = stage();
    const exchange = await Exchange.open({ storage: memoryStorage() });
    const list = [] as never;
    const calls: readonly (readonly [string, () => unknown])[] = [
      ['submit', () => engine.submit(list)],
      ['submit', () => exchange.submit(list)],
      ['options', () => exchange.submit(REQUESTS.submit as never, list)],
      ['options', () => new Engine(list)],
      ['filter', () => engine.openOrders(list)],
      ['preview', () => engine.preview(list)],
    ];
    for (const [argument, call] of calls) {
      const message = `${argument} needs an object with fields, got an array`;
      await expect((async () => call())()).rejects.toThrow(new TypeError(message));
    }
  });

  const wrong = { tpyo: 1 } as never;
  const cases: readonly (readonly [string, (engine: Engine, exchange: Exchange) => unknown])[] = [
    ['options', () => new Engine(wrong)],
    ['options', () => Engine.restore(stage().snapshot(), wrong)],
    ['options', () => Engine.replay(new Uint8Array(0), wrong)],
    ['filter', (engine) => engine.openOrders(wrong)],
    ['filter', (engine) => [...engine.events(wrong)]],
    ['filter', (engine) => [...engine.trades(wrong)]],
    ['options', () => Exchange.open({ storage: memoryStorage(), ...(wrong as object) })],
    ['limits', () => Exchange.open({ storage: memoryStorage(), limits: wrong })],
    ['options', (_, exchange) => exchange.advanceTime({}, wrong)],
    ['options', (_, exchange) => exchange.read(() => 1, wrong)],
    ['options', (_, exchange) => exchange.subscribe('trades', wrong)],
    ['options', () => workload('A', wrong)],
    ['options', () => requestsOf(workload('A', { commands: 0, prefill: 0 }), wrong)],
  ];
  it.each(cases)('of %s is refused: %s', async (argument, call) => {
    const exchange = await Exchange.open({ storage: memoryStorage() });
    const engine = stage();
    const answer = (async () => call(engine, exchange))();
    await expect(answer).rejects.toThrow(new TypeError(`${argument} has no field "tpyo"`));
  });

  it('of a band or a limit is refused', () => {
    const band = { low: '1', high: '2', middle: '1.5' };
    const request = { product: 'energy', band };
    const maxExposure = { asset: 'EUR', amount: '1', amountt: '2' };
    const limits = { account: 'bob', maxOpenOrders: null, maxExposure };
    expect(thrownBy(() => stage().setAccountLimits(limits))).toMatchObject({
      message: 'maxExposure has no field "amountt"',
    });
    expect(thrownBy(() => stage().setBand(request))).toMatchObject({
      message: 'band has no field "middle"',
    });
  });
});

describe('a preview', () => {
  it.each([
    ['at', 'x', TypeError],
    ['at', null, TypeError],
    ['at', -1, RangeError],
    ['at', 1.5, RangeError],
    ['commandId', 5, TypeError],
    ['commandId', '', RangeError],
  ])('checks %s = %j as submit does', (field, value, kind) => {
    const engine = stage();
    const request = { ...REQUESTS.submit, [field]: value } as never;
    const [submitted, previewed] = [
      thrownBy(() => engine.submit(request)),
      thrownBy(() => engine.preview(request)),
    ];
    expect(previewed).toBeInstanceOf(kind);
    expect(previewed).toEqual(submitted);
  });
});

it('bytes whose buffer was given away are refused, and empty ones are not', () => {
  const bytes = stage().snapshot();
  structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  expect(bytes.length).toBe(0);
  for (const call of [() => Engine.restore(bytes), () => Engine.replay(bytes)]) {
    const thrown = thrownBy(call);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown.message).toMatch(/(bytes|commands) must be .*, got one whose buffer is detached/);
  }
  expect(Engine.replay(new Uint8Array(0)).sequence).toBe(0);
});
