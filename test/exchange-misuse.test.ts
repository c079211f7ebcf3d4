import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  Exchange,
  type ExchangeOptions,
  memoryStorage,
  type StorageAdapter,
} from '../src/index.ts';
import { KEY_FORMS } from './bad-input-keys.ts';
import { FORMS, SAMPLE_ORDER } from './bad-input-forms.ts';
import { type Bad, ID, names, NATURAL, NO_TEXT, WHOLE } from './bad-values.ts';
import {
  askExchange,
  type Ask,
  offer,
  rejection,
  SET_UP,
  staged,
  traceOf,
} from './exchange-stage.ts';

const typed = (...values: unknown[]): Bad[] => values.map((value) => [value, TypeError]);
const ranged = (...values: unknown[]): Bad[] => values.map((value) => [value, RangeError]);

const NO_OBJECT = typed(null, 1, 'x', true, 1n, Symbol('x'), [], () => 1);
const NO_FUNCTION = typed(null, 1, 'x', true, 1n, Symbol('x'), {}, []);
const NO_FLAG = typed(null, 0, 1, 'true', '', {}, Symbol('x'));
const UNKNOWN = ranged('nobody', '__proto__', 'toString');
const NO_SIGNAL = typed(
  null,
  1,
  'abort',
  true,
  {},
  new AbortController(),
  { aborted: false },
  { aborted: false, throwIfAborted() {} },
  { ...new EventTarget(), aborted: false, throwIfAborted() {}, addEventListener() {} },
);

/** Passes each bad value to `pass`; collects what did not go as it should. */
async function misses(
  exchange: Exchange,
  name: string,
  list: readonly Bad[],
  pass: (value: unknown) => unknown,
): Promise<string[]> {
  const found: string[] = [];
  const before = await traceOf(exchange);
  for (const [value, wrong] of list) {
    const what = `${name} = ${inspect(value, { maxStringLength: 20, depth: 0 })}`;
    try {
      await pass(value);
      found.push(`${what}: accepted`);
    } catch (error) {
      const { name: kind, message } = error as Error;
      const clear = message.includes(name) && message.length < 300;
      if (kind !== wrong.name || !clear) {
        found.push(`${what}: ${kind} '${message.slice(0, 99)}' is no clear ${wrong.name}`);
      }
    }
  }
  if (String(await traceOf(exchange)) !== String(before)) found.push(`${name}: left a trace`);
  if (!(await exchange.advanceTime()).ok) found.push(`${name}: does not go on`);
  return found;
}

/** The sample with one field set; 'band.low' is a field of a field. */
function withField(sample: object, field: string, value: unknown): Ask[1] {
  const [outer, inner] = field.split('.') as [string, string?];
  if (inner === undefined) return { ...sample, [outer]: value };
  const old = (sample as Record<string, object>)[outer] as object;
  return { ...sample, [outer]: { ...old, [inner]: value } };
}

/** Requests to an engine that an exchange knows too: it takes no `at`. */
const REQUESTS = [...KEY_FORMS, ...FORMS]
  .filter(({ method }) => method !== 'preview')
  .map((form) => {
    const { at: _at, ...sample } = form.sample as { at?: number };
    const { at: _bad, ...fields } = form.fields as Record<string, Bad[]>;
    return { command: form.method as Ask[0], sample: sample as Ask[1], fields };
  });

async function prepared(options: Partial<ExchangeOptions> = {}): Promise<Exchange> {
  const exchange = await staged(options);
  await exchange.submit({ ...offer, account: 'bob', quantityLots: 10, priceTicks: 300 });
  return exchange;
}

describe('every field of every request', () => {
  const every = REQUESTS.flatMap(({ command, sample, fields }) =>
    Object.entries(fields).map(([field, bad]) => ({ command, field, sample, bad })),
  );

  it.each(every)('$command: $field', async ({ command, field, sample, bad }) => {
    const exchange = await prepared();
    const pass = (value: unknown) =>
      askExchange(exchange, [command, withField(sample, field, value)]);
    expect(await misses(exchange, field, bad, pass)).toEqual([]);
  });

  const commands = [...new Map(REQUESTS.map((each) => [each.command, each])).values()];

  it.each(commands)(
    '$command needs an object, and neither at nor junk for options',
    async (each) => {
      const { command, sample } = each;
      const exchange = await prepared();
      const call = (request: unknown, options?: unknown) =>
        (exchange[command] as (request: unknown, options: unknown) => unknown).call(
          exchange,
          request,
          options,
        );
      const nothing = ['advanceTime', 'sealBlock'].includes(command) ? [] : typed(undefined);
      const objects = [...NO_OBJECT, ...nothing];
      expect(await misses(exchange, `${command} needs an object`, objects, call)).toEqual([]);
      const times = typed(0, 1_000, null, 'now', NaN);
      const stamped = (at: unknown) => call({ ...sample, at });
      expect(await misses(exchange, 'at is not taken', times, stamped)).toEqual([]);
      const wrong = (options: unknown) => call(sample, options);
      expect(await misses(exchange, 'options', NO_OBJECT, wrong)).toEqual([]);
    },
  );
});

const untyped = (exchange: Exchange) =>
  exchange as unknown as Record<'read' | 'subscribe', (...values: unknown[]) => Promise<unknown>>;

describe('read', () => {
  const query = (): number => 1;
  const table: readonly [string, Bad[], (exchange: Exchange, value: unknown) => unknown][] = [
    ['query', [...NO_FUNCTION, ...typed(undefined)], (it, value) => untyped(it).read(value)],
    ['options', NO_OBJECT, (it, value) => untyped(it).read(query, value)],
    [
      'at',
      names('sealed', 'Durable').filter(([value]) => value !== undefined),
      (it, at) => untyped(it).read(query, { at }),
    ],
  ];

  it.each(table)('%s', async (name, bad, ask) => {
    const exchange = await prepared();
    expect(await misses(exchange, name, bad, (value) => ask(exchange, value))).toEqual([]);
  });
});

describe('subscribe', () => {
  const product = 'noon';
  const subscribe = (exchange: Exchange, channel: unknown, options: unknown) =>
    untyped(exchange).subscribe(channel, options);
  const beyond = ranged(SET_UP.length + 500);
  const table: readonly [string, Bad[], string | undefined, object][] = [
    ['after', [...NATURAL, ...beyond], 'events', {}],
    ['after', [...NATURAL, ...beyond], 'depth', { product }],
    ['product', [...ID, ...UNKNOWN], 'trades', {}],
    ['product', [...ID, ...UNKNOWN], 'orders', {}],
    ['product', [...ID, ...UNKNOWN, ...typed(undefined)], 'depth', {}],
    ['product', [...ID, ...UNKNOWN, ...typed(undefined)], 'best', {}],
    ['product', [...ID, ...UNKNOWN, ...typed(undefined)], 'book', {}],
    ['product', typed('noon', 'never', null, 5), 'events', {}],
    ['account', [...ID, ...UNKNOWN], 'trades', {}],
    ['account', [...ID, ...UNKNOWN], 'orders', {}],
    ['account', typed('bob', 'nobody', null, 5), 'events', {}],
    ['account', typed('bob', 'nobody', null, 5), 'depth', { product }],
    ['account', typed('bob', 'nobody', null, 5), 'best', { product }],
    ['account', typed('bob', 'nobody', null, 5), 'book', { product }],
    ['follow', NO_FLAG, 'trades', {}],
    ['signal', NO_SIGNAL, 'trades', {}],
    ['signal', NO_SIGNAL, 'depth', { product }],
  ];

  it.each(table)('%s %#', async (name, bad, channel, options) => {
    const exchange = await prepared();
    const pass = (value: unknown) => subscribe(exchange, channel, { ...options, [name]: value });
    expect(await misses(exchange, name, bad, pass)).toEqual([]);
  });

  it('channel and options', async () => {
    const exchange = await prepared();
    const channels = [...names('blocks', 'Trades'), ...typed(undefined)];
    const found = await misses(exchange, 'channel', channels, (it) => subscribe(exchange, it, {}));
    expect(found).toEqual([]);
    const wrong = (options: unknown) => subscribe(exchange, 'events', options);
    expect(await misses(exchange, 'options', NO_OBJECT, wrong)).toEqual([]);
  });

  it('throws at once and not when the first item is asked for', async () => {
    const exchange = await prepared();
    expect(() => subscribe(exchange, 'depth', {})).toThrow('depth needs a product');
    expect(() => subscribe(exchange, 'trades', { follow: 1 })).toThrow(TypeError);
    expect(() => subscribe(exchange, 'trades', { signal: {} })).toThrow(TypeError);
  });
});

/** A storage with something of it replaced; counts how often it was opened. */
function storageWith(changes: object): { readonly storage: StorageAdapter; opened: number } {
  const inner = memoryStorage();
  const counted = {
    opened: 0,
    storage: {
      ...inner,
      open: (options: { readonly takeOver: boolean }) => {
        counted.opened++;
        return inner.open(options);
      },
      ...changes,
    },
  };
  return counted;
}

describe('open', () => {
  const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes);
  const LIMIT = [...NATURAL, ...ranged(1_000_001)].filter(([value]) => value !== undefined);
  const RATE = [...LIMIT, ...ranged(0)];
  const options: readonly [string, Bad[], object?][] = [
    ['clock', NO_FUNCTION],
    ['observe', NO_FUNCTION],
    ['takeOver', NO_FLAG],
    ['maxWaiting', [...WHOLE, ...ranged(2 ** 31 + 1)]],
    ['keepBytes', [...NATURAL, ...ranged(2 ** 40 + 1)]],
    ['storageTimeoutMs', [...WHOLE, ...ranged(3_600_001)]],
    ['limits', NO_OBJECT.filter(([value]) => typeof value !== 'function')],
    ['sha256', NO_FUNCTION],
    [
      'sha256',
      typed(
        () => undefined,
        () => new Uint8Array(32),
        () => new Uint8Array(0),
        async (bytes: Uint8Array) => sha(bytes).digest(),
        (bytes: Uint8Array) => sha(bytes).digest('hex'),
        (bytes: Uint8Array) => createHash('sha512').update(bytes).digest(),
      ),
    ],
  ];

  it.each(options)('%s %#', async (name, bad) => {
    const counted = storageWith({});
    const list = bad.filter(([value]) => value !== undefined);
    const pass = (value: unknown) =>
      Exchange.open({ storage: counted.storage, [name]: value } as ExchangeOptions);
    expect(await misses(await prepared(), name, list, pass)).toEqual([]);
    expect(counted.opened).toBe(0);
  });

  const limits: readonly [string, Bad[], object][] = [
    ['limits.commandsPerSecond', RATE, {}],
    ['limits.burst', RATE, { commandsPerSecond: 1 }],
    ['limits.burst', typed(1, 5), {}],
    ['limits.openOrders', LIMIT, {}],
  ];

  it.each(limits)('%s %#', async (name, bad, others) => {
    const counted = storageWith({});
    const field = name.slice('limits.'.length);
    const pass = (value: unknown) =>
      Exchange.open({ storage: counted.storage, limits: { ...others, [field]: value } });
    expect(await misses(await prepared(), name, bad, pass)).toEqual([]);
    expect(counted.opened).toBe(0);
  });

  const storages: readonly [string, Bad[], (value: unknown) => unknown][] = [
    ['storage', [...NO_OBJECT, ...typed(undefined, {}, [])], (value) => value],
    ...(['open', 'read', 'latestSnapshot'] as const).map(
      (call): [string, Bad[], (value: unknown) => unknown] => [
        `storage.${call}`,
        [...NO_FUNCTION, ...typed(undefined)],
        (value) => storageWith({ [call]: value }).storage,
      ],
    ),
    [
      'storage.supports',
      [...NO_OBJECT.filter(([it]) => typeof it !== 'function'), ...typed(undefined, {})],
      (supports) => storageWith({ supports }).storage,
    ],
    [
      'storage.supports.level',
      [...NO_TEXT, ...ranged('none', 'Durable', '')],
      (level) => storageWith({ supports: { level } }).storage,
    ],
  ];

  it.each(storages)('%s', async (name, bad, made) => {
    const pass = (value: unknown) => Exchange.open({ storage: made(value) as StorageAdapter });
    expect(await misses(await prepared(), name, bad, pass)).toEqual([]);
  });

  it('needs options', async () => {
    const open = (value: unknown) => Exchange.open(value as ExchangeOptions);
    const list = [...NO_OBJECT, ...typed(undefined)];
    expect(await misses(await prepared(), 'options', list, open)).toEqual([]);
  });

  it('takes the hash of another library', async () => {
    const storage = memoryStorage();
    const sha256 = (bytes: Uint8Array): Uint8Array => sha(bytes).digest();
    const exchange = await prepared({ storage, sha256 });
    await exchange.close();
    const again = await Exchange.open({ storage, clock: () => 1_000 });
    expect(await traceOf(again)).toEqual(await traceOf(exchange));
  });
});

describe('a storage that keeps no promise is told which', () => {
  const opening = (open: () => unknown) =>
    rejection(Exchange.open({ storage: storageWith({ open }).storage }));
  const reading = (read: () => unknown) =>
    rejection(Exchange.open({ storage: storageWith({ read }).storage }));

  it('a writer, by what it lacks', async () => {
    const whole = await memoryStorage().open({ takeOver: false });
    const { append: _append, ...noAppend } = whole;
    const { end: _end, close: _close, ...less } = whole;
    const table: [unknown, string][] = [
      [noAppend, 'gave an object without append'],
      [less, 'gave an object without close, an end'],
      [{ ...whole, epoch: 0 }, 'without an epoch from 1 upward'],
      [
        undefined,
        'gave undefined without append, saveSnapshot, close, an epoch from 1 upward, an end',
      ],
    ];
    for (const [writer, lacks] of table) {
      const fault = await opening(async () => writer);
      expect(fault).toMatchObject({ code: 'STORAGE_MISMATCH' });
      expect((fault as Error).message).toContain(lacks);
    }
  });

  it.each([
    [undefined, 'undefined'],
    [[], 'an array'],
    [Promise.resolve([]), 'an object'],
    [{ [Symbol.asyncIterator]: 5 }, 'an object'],
  ])('read: %j', async (given, what) => {
    expect(await reading(() => given)).toMatchObject({
      code: 'STORAGE_MISMATCH',
      message: `storage: read() must give an async iterable, gave ${what}`,
    });
  });
});

it("constructors that are nobody's say where to go", async () => {
  const exchange = await prepared();
  type Constructor = new () => unknown;
  const make = (of: unknown) => () => new (of as Constructor)();
  expect(make(Exchange)).toThrow(new TypeError('use Exchange.open, not new Exchange'));
  const { constructor } = exchange.subscribe('trades');
  expect(make(constructor)).toThrow(new TypeError('subscriptions come from exchange.subscribe'));
});

it('what was closed says so, whatever it is asked', async () => {
  const exchange = await prepared();
  const before = await exchange.read((market) => market.stateHash());
  await exchange.close();
  await exchange.close();
  await exchange[Symbol.asyncDispose]();
  const closed = { code: 'EXCHANGE_CLOSED' };
  expect(await rejection(exchange.submit(SAMPLE_ORDER as never))).toMatchObject(closed);
  expect(await rejection(exchange.saveSnapshot())).toMatchObject(closed);
  expect(await exchange.read((market) => market.stateHash())).toBe(before);
  expect(exchange.status()).toMatchObject({ state: 'closed', fault: undefined, waiting: 0 });
});
