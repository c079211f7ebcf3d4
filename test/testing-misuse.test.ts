import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from 'wattbook';
import {
  arbitraryMarket,
  arbitraryRequests,
  type NamedRequest,
  openingRequests,
  OperationKind,
  perform,
  ReferenceBook,
  requestsOf,
  type RequestTaker,
  SMALL_MARKET,
  workload,
  WORKLOAD_SHA256,
  workloadBytes,
  workloadHash,
} from 'wattbook/testing';
import { list, thrownBy, trace } from './stage.ts';

/** Arguments of a call, the error they bring about, and how its message begins. */
type Case = readonly [
  call: (...args: never[]) => unknown,
  args: readonly unknown[],
  error: typeof TypeError | typeof RangeError,
  start: string,
];
const TYPE = TypeError;
const RANGE = RangeError;

/** Cases of one call with one wrong argument after another. */
function each(
  call: Case[0],
  wrong: readonly unknown[],
  error: Case[2],
  start: string,
  ...before: readonly unknown[]
): Case[] {
  return wrong.map((value) => [call, [...before, value], error, start]);
}

function expectRefused([call, args, error, start]: Case): void {
  const thrown = thrownBy(() => call(...(args as never[])));
  expect(thrown, thrown.message).toBeInstanceOf(error);
  expect(thrown.message.slice(0, start.length)).toBe(start);
}

/** A title that tells cases apart. */
function titled(cases: readonly Case[]): (readonly [string, Case])[] {
  const text = (_: string, value: unknown): unknown =>
    typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  return cases.map((one) => [
    `${one[3]}, of ${String(JSON.stringify(one[1].at(-1), text)).slice(0, 60)}`,
    one,
  ]);
}

const ORDER = { id: 1, side: 'buy', price: 1, quantity: 2 } as const;

describe('ReferenceBook', () => {
  const book = new ReferenceBook();
  const submit = book.submit.bind(book);
  const other = (fields: object): object => ({ ...ORDER, id: 2, ...fields });
  const cases: Case[] = [
    ...each(submit, [undefined, null, 5, 'x'], TYPE, 'order needs an object'),
    ...each(submit, [other({ timeInforce: 'ioc' })], TYPE, 'order has no field "timeInforce"'),
    ...each(submit, [{}, other({ id: '2' }), other({ id: null })], TYPE, 'id must be a number'),
    ...each(submit, [other({ id: 0.5 }), other({ id: 2 ** 53 })], RANGE, 'id must be a whole'),
    ...each(submit, [ORDER], RANGE, 'id 1 is used already'),
    ...each(submit, [other({ side: 'BUY' }), other({ side: 'toString' })], RANGE, 'side must be'),
    ...each(submit, [other({ side: undefined }), other({ side: 0 })], TYPE, 'side must be'),
    ...each(submit, [other({ price: NaN }), other({ price: 2 ** 53 })], RANGE, 'price must be'),
    ...each(submit, [other({ price: '1' }), other({ price: 1n })], TYPE, 'price must be'),
    ...each(submit, [other({ quantity: 0 }), other({ quantity: 1.5 })], RANGE, 'quantity must be'),
    ...each(submit, [other({ quantity: undefined })], TYPE, 'quantity must be'),
    ...each(submit, [other({ timeInForce: 'x' })], RANGE, 'timeInForce must be one of gtc'),
    ...each(submit, [other({ timeInForce: 'gtd' })], RANGE, 'timeInForce must be one of gtc'),
    ...each(submit, [other({ timeInForce: null })], TYPE, 'timeInForce must be text'),
    ...each(submit, [other({ postOnly: 'reject' })], TYPE, 'postOnly must be true or false'),
    ...each(submit, [other({ postOnly: null })], TYPE, 'postOnly must be true or false'),
    ...each(book.queue.bind(book), ['BUY', 'both'], RANGE, 'side must be one of buy, sell'),
    ...each(book.queue.bind(book), [undefined, 0], TYPE, 'side must be text'),
    ...each(book.cancel.bind(book), ['1', undefined, null], TYPE, 'id must be a number'),
    ...each(book.cancel.bind(book), [NaN, 0.5], RANGE, 'id must be a whole number'),
    ...each(book.reduce.bind(book), [undefined, '1'], TYPE, 'open must be a number', 1),
    ...each(book.reduce.bind(book), [3, -1, 0.5], RANGE, 'open must be a whole number', 1),
    [book.reduce.bind(book), ['1', 1], TYPE, 'id must be a number'],
  ];
  book.submit(ORDER);
  it.each(titled(cases))('refuses %s', (_, one) => {
    expectRefused(one);
    expect(book.queue('buy')).toEqual([{ id: 1, side: 'buy', price: 1, open: 2 }]);
    expect(book.queue('sell')).toEqual([]);
  });
});

const LOAD = workload('C', { commands: 10, prefill: 5 });
const JUNK = [null, 5, 'x'];

describe('what takes a workload', () => {
  const takers = [workloadBytes, workloadHash, openingRequests, requestsOf];
  const altered = (fields: object): object => ({ ...LOAD, ...fields });
  const cases: Case[] = takers.flatMap((call) => [
    ...each(call, [undefined, ...JUNK], TYPE, 'load needs an object'),
    ...each(call, [{}, altered({ flow: 5 })], TYPE, 'load.flow must be text'),
    ...each(call, [altered({ flow: 'F' })], RANGE, 'load.flow must be one of'),
    ...each(call, [altered({ length: '15' })], TYPE, 'load.length must be a number'),
    ...each(
      call,
      [7, 16, -1, 2 ** 53].map((length) => altered({ length })),
      RANGE,
      'load.',
    ),
    ...each(call, [altered({ length: 16 })], RANGE, 'load.length must be 15'),
    ...each(call, [altered({ prefill: 16 })], RANGE, 'load.prefill must be'),
    ...each(call, [altered({ accounts: 0 })], RANGE, 'load.accounts must be'),
    ...each(call, [altered({ accounts: 1 })], RANGE, 'load.account['),
    ...each(call, [altered({ products: 0.5 })], RANGE, 'load.products must be'),
    ...each(call, [altered({ orders: 16 })], RANGE, 'load.orders must be'),
    ...each(
      call,
      [altered({ side: [...LOAD.side] })],
      TYPE,
      'load.side must be of type Uint8Array',
    ),
    ...each(call, [altered({ order: undefined })], TYPE, 'load.order must be of type Int32Array'),
  ]);
  for (const [call, name] of [
    [openingRequests, 'fees'],
    [requestsOf, 'options'],
  ] as const) {
    const fees = (ppm: unknown): object[] => [{ makerPpm: ppm }, { takerPpm: ppm }];
    cases.push(
      ...each(call, JUNK, TYPE, `${name} needs an object`, LOAD),
      ...each(call, [{ feePpm: 5 }], TYPE, `${name} has no field "feePpm"`, LOAD),
      ...[NaN, -1, 2e6, 0.5].flatMap((ppm) => [
        ...each(call, fees(ppm).slice(0, 1), RANGE, 'makerPpm must be a whole number', LOAD),
        ...each(call, fees(ppm).slice(1), RANGE, 'takerPpm must be a whole number', LOAD),
      ]),
      ...each(call, [{ makerPpm: 'x' }, { makerPpm: null }], TYPE, 'makerPpm must be', LOAD),
    );
  }
  cases.push(
    ...each(requestsOf, [{ from: 'x' }], TYPE, 'from must be a number', LOAD),
    ...each(requestsOf, [{ from: -1 }, { from: 16 }], RANGE, 'from must be a whole number', LOAD),
    ...each(requestsOf, [{ to: 16 }, { to: NaN }], RANGE, 'to must be a whole number', LOAD),
    ...each(requestsOf, [{ from: 5, to: 1 }], RANGE, 'to must not be below from (5), got 1', LOAD),
  );
  it.each(titled(cases))('refuses %s', (_, one) => expectRefused(one));

  it('takes what is right', () => {
    const copy = { ...LOAD };
    expect(workloadHash(copy)).toBe(workloadHash(LOAD));
    const fees = { makerPpm: 0, takerPpm: 1_000_000 };
    const engine = new Engine();
    const opening = [...openingRequests(copy, fees)];
    const requests = [...requestsOf(copy, { ...fees, from: 0, to: 15 })];
    const outcomes = [...opening, ...requests].map((one) => perform(engine, one));
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect([...requestsOf(copy, { from: 15 })]).toEqual([]);
    expect([...requestsOf(copy, { from: 3, to: 3 })]).toEqual([]);
    const empty = workload('A', { commands: 0, prefill: 0 });
    expect(workloadBytes(empty)).toHaveLength(12);
  });
});

describe('perform', () => {
  const engine = list(new Engine());
  const listing = { command: 'listAsset', request: { id: 'pts', decimals: 0 } } as const;
  const methods = ['snapshot', 'forgetHistory', 'constructor', 'preview', '__proto__', ''];
  const cases: Case[] = [
    ...[undefined, ...JUNK].map((market): Case => [
      perform,
      [market, listing],
      TYPE,
      'market needs an object',
    ]),
    [perform, [{}, listing], TYPE, 'market.listAsset must be a function'],
    ...each(perform, [undefined, ...JUNK], TYPE, 'request needs an object', engine),
    ...each(perform, [{}, { command: 5 }], TYPE, 'command must be text', engine),
    ...methods.map((command): Case => [
      perform,
      [engine, { command, request: {} }],
      RANGE,
      'command must be one of',
    ]),
    ...each(perform, [{ command: 'submit' }], TYPE, 'submit needs an object', engine),
  ];
  it.each(titled(cases))('refuses %s', (_, one) => {
    const before = trace(engine);
    expectRefused(one);
    expect(trace(engine)).toEqual(before);
  });

  it('carries out each of the commands', () => {
    const named = (_: object, command: string | symbol) => (request: unknown) => [command, request];
    const market = new Proxy({}, { get: named }) as RequestTaker<unknown>;
    const commands = new Set<string>();
    for (const requests of fc.sample(arbitraryRequests(fc), { seed: 1, numRuns: 200 })) {
      for (const one of requests) {
        commands.add(one.command);
        expect(perform(market, one)).toEqual([one.command, one.request]);
      }
    }
    expect(commands.size).toBe(36);
  });
});

const [ASSET] = SMALL_MARKET.assets;
const [PRODUCT] = SMALL_MARKET.products;

describe('arbitraries', () => {
  const both = [arbitraryMarket, arbitraryRequests];
  const values = (name: string, ...wrong: unknown[]): object[] =>
    wrong.map((value) => ({ [name]: value }));
  const product = (fields: object): object => ({ products: [{ ...PRODUCT, ...fields }] });
  const names = 'outside fees operator guest nobody extra too-fine nowhere gold silver'.split(' ');
  const reserved = names.map((id) => ({ accounts: ['anna', id] }));
  const lists = ['accounts', 'assets', 'products', 'commands'];
  const wrong: readonly (readonly [readonly unknown[], Case[2], string])[] = [
    [[...JUNK, true], TYPE, 'options needs an object'],
    [[{ account: ['a', 'b'] }], TYPE, 'options has no field "account"'],
    ...lists.flatMap((name) => [
      [values(name, null, {}, 'ab', 5), TYPE, `${name} must be an array`] as const,
      [values(name, []), RANGE, `${name}.length must be`] as const,
      [
        values(
          name,
          Array.from({ length: 1001 }, () => 'a'),
        ),
        RANGE,
        `${name}.length must be`,
      ] as const,
    ]),
    [values('accounts', ['a']), RANGE, 'accounts.length must be'],
    [values('accounts', ['a', 'b', 'a']), RANGE, 'accounts[2] "a" is reserved, or given twice'],
    [
      values('accounts', ['a', 5], ['a', null], ['a', undefined]),
      TYPE,
      'accounts[1] must be an id',
    ],
    [values('accounts', ['a', ''], ['a', 'b c'], ['a', 'x'.repeat(65)]), RANGE, 'accounts[1] must'],
    [reserved, RANGE, 'accounts[1] "'],
    [values('assets', [null], ['kWh']), TYPE, 'assets[0] needs an object'],
    [values('assets', [{ ...ASSET, x: 1 }]), TYPE, 'assets[0] has no field "x"'],
    [values('assets', [{ id: 'kWh' }]), TYPE, 'assets[0].decimals must be'],
    [values('assets', [{ id: 'kWh', decimals: 16 }]), RANGE, 'assets[0].decimals must be'],
    [values('assets', [{ decimals: 3 }]), TYPE, 'assets[0].id must be'],
    [values('assets', [{ id: 'gold', decimals: 3 }]), RANGE, 'assets[0].id "gold" is reserved'],
    [values('assets', [ASSET, ASSET]), RANGE, 'assets[1].id "kWh" is reserved, or given twice'],
    [values('products', [null], [5]), TYPE, 'products[0] needs an object'],
    [values('products', [PRODUCT, PRODUCT]), RANGE, 'products[1].id "noon" is reserved, or'],
    [[product({ makerPpm: 5 })], TYPE, 'products[0] has no field "makerPpm"'],
    [[product({ id: 'extra' })], RANGE, 'products[0].id "extra" is reserved'],
    [[product({ energy: 'MWh' })], RANGE, 'products[0].energy "MWh" is unknown'],
    [[product({ money: 'JPY' })], RANGE, 'products[0].money "JPY" is unknown'],
    [[product({ money: undefined })], TYPE, 'products[0].money must be an id'],
    [[product({ tick: 0.001 })], TYPE, 'products[0].tick must be decimal text'],
    [
      ['x', '0', '-1', '900719925474099'].map((tick) => product({ tick })),
      RANGE,
      'products[0].tick',
    ],
    [[product({ lot: '0' }), product({ lot: '' })], RANGE, 'products[0].lot must be'],
    [[product({ lot: '0.0001' }), product({ tick: '0.000001' })], RANGE, 'products[0]: a lot'],
    [[{ minPriceTicks: 5, maxPriceTicks: 4 }], RANGE, 'maxPriceTicks must not be below minPri'],
    [[{ minPriceTicks: 21 }], RANGE, 'maxPriceTicks must not be below minPriceTicks (21), got 20'],
    ...[
      'minPriceTicks',
      'maxPriceTicks',
      'maxQuantityLots',
      'maxAmountQuanta',
      'maxLength',
    ].flatMap((name) => [
      [values(name, null, '5', {}, 5n), TYPE, `${name} must be a number`] as const,
      [values(name, NaN, 0.5, Infinity, 2 ** 53), RANGE, `${name} must be a whole`] as const,
    ]),
    [values('maxQuantityLots', 0, 1_000_000_001), RANGE, 'maxQuantityLots must be'],
    [values('maxAmountQuanta', 0, 1e12 + 1), RANGE, 'maxAmountQuanta must be'],
    [values('maxLength', -1, 10_001), RANGE, 'maxLength must be'],
    [values('startAt', 'x', null), TYPE, 'startAt must be a number'],
    [values('startAt', NaN, -1, 1.5, 2 ** 53), RANGE, 'startAt must be a whole number'],
    [values('stamped', null, 0, 'false'), TYPE, 'stamped must be true or false'],
    [values('commands', ['nix'], ['constructor']), RANGE, 'commands[0] must be one of submit'],
    [values('commands', ['submit', 5]), TYPE, 'commands[1] must be text'],
  ];
  const notFastCheck = [undefined, null, 5, 'fc', {}, { default: fc }, { ...fc, tuple: 1 }];
  const cases = both.flatMap((call) => [
    ...each(call, notFastCheck, TYPE, 'fc must be fast-check'),
    ...wrong.flatMap(([options, error, start]) => each(call, options, error, start, fc)),
  ]);
  it.each(titled(cases))('refuse %s', (_, one) => expectRefused(one));

  it('take what is just possible, and keep their word: nothing malformed, an opening accepted', () => {
    const far = { minPriceTicks: -1e9, maxPriceTicks: 1e9, maxQuantityLots: 1e9 };
    const extremes = [
      { ...far, maxAmountQuanta: 1e12, startAt: 8.64e15, stamped: true, maxLength: 200 },
      { minPriceTicks: 1e9, maxPriceTicks: 1e9, maxQuantityLots: 1, maxAmountQuanta: 1 },
      { accounts: Array.from({ length: 1000 }, (_, i) => `home-${i}`), maxAmountQuanta: 1e12 },
      { ...far, ...product({ tick: '9007199', lot: '1' }) },
      { ...far, ...product({ tick: '0.001', lot: '9007199' }) },
    ];
    for (const options of extremes) {
      const drawn = fc.tuple(arbitraryMarket(fc, options), arbitraryRequests(fc, options));
      for (const [opening, requests] of fc.sample(drawn, { seed: 1, numRuns: 20 })) {
        const engine = new Engine();
        expect(opening.map((one) => perform(engine, one)).filter(({ ok }) => !ok)).toEqual([]);
        for (const one of requests) perform(engine, one);
        expect(engine.isConserved()).toBe(true);
      }
    }
    const [none] = fc.sample(arbitraryRequests(fc, { maxLength: 0 }), 1) as [NamedRequest[]];
    expect(none).toEqual([]);
  });

  it('take an option that is undefined as left out', () => {
    const options = { accounts: undefined, maxLength: undefined, stamped: undefined } as never;
    const draw = (...args: never[]): unknown =>
      fc.sample(arbitraryRequests(fc, ...args), { seed: 1, numRuns: 5 });
    expect(draw(options)).toEqual(draw());
  });
});

describe('what everybody shares', () => {
  const shared = { OperationKind, WORKLOAD_SHA256, SMALL_MARKET };
  it.each(Object.entries(shared))('is frozen throughout: %s', (_, value) => {
    const before = JSON.stringify(value);
    const pending: unknown[] = [value];
    for (const one of pending) {
      if (typeof one !== 'object' || one === null) continue;
      expect(Object.isFrozen(one)).toBe(true);
      pending.push(...Object.values(one));
    }
    expect(thrownBy(() => Object.assign(value, { A: 'x' }))).toBeInstanceOf(TypeError);
    expect(JSON.stringify(value)).toBe(before);
  });

  it('is not handed out in requests', () => {
    const [opening] = fc.sample(arbitraryMarket(fc), { seed: 1, numRuns: 1 });
    expect(opening!.filter(({ request }) => Object.isFrozen(request))).toEqual([]);
  });
});
