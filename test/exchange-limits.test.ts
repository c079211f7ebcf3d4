import { describe, expect, it } from 'vitest';
import { type AccountLimits, Exchange, memoryStorage } from '../src/index.ts';
import {
  type Ask,
  askExchange,
  AskSource,
  bid,
  offer,
  quiet,
  rejection,
  staged,
  TestClock,
  TRADERS,
  turnedAway,
} from './exchange-stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf } from './stage.ts';

async function limited(limits: AccountLimits) {
  const clock = new TestClock();
  const exchange = await staged({ clock: clock.tell, limits });
  /** Something that costs alice a command, and changes nothing else. */
  const send = (account = 'alice') => exchange.cancelAll({ account });
  /** How many pass until one is turned away. */
  const burst = async (account = 'alice'): Promise<number> => {
    for (let passed = 0; ; passed++) if (!(await send(account)).ok) return passed;
  };
  return { exchange, clock, send, burst };
}

const RATES = [1, 3, 7, 10, 30, 333, 999, 1_000, 1_001, 60_000, 1_000_000];

describe('commands per second', () => {
  it('may come at once as burst says, and are given back in time', async () => {
    const { clock, send, burst } = await limited({ commandsPerSecond: 3, burst: 5 });
    expect(await burst()).toBe(5);
    expect(await send()).toEqual({
      ok: false,
      code: 'RATE_LIMIT',
      level: 'none',
      retryAfterMs: 334,
    });
    clock.now += 1_000;
    expect(await burst()).toBe(3);
    clock.now += 500;
    expect(await burst()).toBe(1);
    clock.now += 500;
    expect(await burst()).toBe(2);
    clock.now += 1_000_000_000;
    expect(await burst()).toBe(5);
    expect(await burst('bob')).toBe(5);
  });

  it('are as many at once as in a second, if nothing else is said', async () => {
    const { clock, burst } = await limited({ commandsPerSecond: 40 });
    expect(await burst()).toBe(40);
    clock.now += 250;
    expect(await burst()).toBe(10);
  });

  it.each(RATES)('%i: retryAfterMs is exact', async (commandsPerSecond) => {
    const { clock, send } = await limited({ commandsPerSecond, burst: 3 });
    const draw = mulberry32(commandsPerSecond);
    let refusals = 0;
    for (let i = 0; i < 400; i++) {
      clock.now += draw(4) === 0 ? draw(Math.ceil(3_000 / commandsPerSecond)) : draw(2);
      const receipt = await send();
      if (receipt.ok) continue;
      refusals++;
      const { retryAfterMs = 0 } = turnedAway(receipt);
      expect(retryAfterMs).toBeGreaterThan(0);
      clock.now += retryAfterMs - 1;
      if (retryAfterMs > 1) expect(await send()).toMatchObject({ retryAfterMs: 1 });
      clock.now += 1;
      expect(await send()).toMatchObject({ ok: true });
    }
    expect(refusals).toBeGreaterThan(30);
  });

  it.each(RATES)('%i: no more pass than time allows, and no fewer', async (commandsPerSecond) => {
    const { clock, send } = await limited({ commandsPerSecond, burst: 2 });
    let passed = 0;
    const start = clock.now;
    for (let i = 0; i < 1_500; i++) {
      if ((await send()).ok) passed++;
      if (i < 1_499) clock.now++;
    }
    const allowed = 2 + ((clock.now - start) * commandsPerSecond) / 1_000;
    expect(passed).toBe(Math.min(1_500, Math.floor(allowed)));
  });

  it('do not come back while the clock stands still, nor twice if it steps back', async () => {
    const { clock, send, burst } = await limited({ commandsPerSecond: 10, burst: 2 });
    expect(await burst()).toBe(2);
    await quiet();
    expect(await burst()).toBe(0);
    for (let i = 0; i < 20; i++) {
      clock.now += 90;
      expect(await burst()).toBe(0);
      clock.now -= 90;
      // As long as it takes the clock to be where it was, and then what was missing.
      expect(await send()).toMatchObject({ retryAfterMs: 100 });
    }
    clock.now += 99;
    expect(await burst()).toBe(0);
    clock.now++;
    expect(await burst()).toBe(1);
  });

  it('are counted where the market refused, and where a stranger asked', async () => {
    const { exchange, burst } = await limited({ commandsPerSecond: 1, burst: 4 });
    const forbidden = { actor: 'bob', account: 'alice', asset: 'EUR', amount: '1' } as const;
    expect(codeOf(await exchange.withdraw(forbidden))).toBe('FORBIDDEN');
    expect(codeOf(await exchange.cancel({ actor: 'bob', orderId: 9 }))).toBe('UNKNOWN_ORDER');
    expect(await burst('bob')).toBe(2);
    expect(await burst('alice')).toBe(4);
  });

  it('are not counted where the request was malformed or a repetition', async () => {
    const { exchange, send, burst } = await limited({ commandsPerSecond: 1, burst: 2 });
    const order = { ...offer, priceTicks: 5, commandId: 'a' } as const;
    expect(await exchange.submit(order)).toMatchObject({ ok: true });
    for (let i = 0; i < 5; i++) {
      expect(await exchange.submit(order)).toMatchObject({ repeated: true });
      expect(codeOf(await exchange.submit({ ...order, priceTicks: 4 }))).toBe('ID_REUSED');
      const malformed = exchange.submit({ ...offer, price: '1e3' });
      expect(await rejection(malformed)).toMatchObject({ name: 'RangeError' });
    }
    expect(await send()).toMatchObject({ ok: true });
    expect(await burst()).toBe(0);
  });

  it('are shared by all whom nobody has registered', async () => {
    const { exchange, burst } = await limited({ commandsPerSecond: 1, burst: 6 });
    const codes = [];
    for (let i = 0; i < 8; i++) {
      codes.push(codeOf(await exchange.cancelAll({ account: `stranger${i}` })));
    }
    expect(codes).toEqual([...Array<string>(6).fill('UNKNOWN_ACTOR'), 'RATE_LIMIT', 'RATE_LIMIT']);
    // Whoever is registered then has an allowance of their own.
    await exchange.openAccount({ id: 'stranger7' });
    expect(await burst('stranger7')).toBe(6);
    expect(await burst('alice')).toBe(6);
  });

  it('are not counted for operators', async () => {
    const { exchange } = await limited({ commandsPerSecond: 1, burst: 1, openOrders: 1 });
    await exchange.openAccount({ id: 'chief', role: 'operator' });
    for (let i = 0; i < 10; i++) {
      for (const actor of ['operator', 'chief']) {
        const receipt = await exchange.submit({ ...offer, actor, priceTicks: 5 });
        expect(receipt).toMatchObject({ ok: true });
      }
      expect(await exchange.advanceTime()).toMatchObject({ ok: true });
    }
  });

  it('begin anew when the exchange is opened again', async () => {
    const storage = memoryStorage();
    const options = { storage, clock: () => 1_000, limits: { commandsPerSecond: 1, burst: 2 } };
    const exchange = await staged(options);
    const send = (it: Exchange) => it.cancelAll({ account: 'alice' }).then(codeOf);
    expect([await send(exchange), await send(exchange)]).toEqual(['ok', 'ok']);
    expect(await send(exchange)).toBe('RATE_LIMIT');
    await exchange.close();
    expect(await send(await Exchange.open(options))).toBe('ok');
  });
});

/** How many orders could rest, by how they are asked for. */
function mayRest([command, request]: Ask): number {
  if (command !== 'submit') return 0;
  if (request['oco'] !== undefined || request['bracket'] !== undefined) return 2;
  if (request['stopPriceTicks'] !== undefined) return 1;
  if (request['kind'] === 'market') return request['timeInForce'] === 'session' ? 1 : 0;
  return request['timeInForce'] !== 'ioc' && request['timeInForce'] !== 'fok' ? 1 : 0;
}

describe('open orders', () => {
  it.each([41, 42, 43, 44])('are counted exactly, seed %i', async (seed) => {
    const openOrders = 3;
    const clock = new TestClock();
    const storage = memoryStorage();
    const options = { storage, clock: clock.tell, limits: { openOrders } };
    let exchange = await staged(options);
    const source = new AskSource(seed, clock);
    let [refused, entered] = [0, 0];
    for (let i = 0; i < 600; i++) {
      const made = await exchange.read((market) => source.next(market), { at: 'executed' });
      // Without its id each is a request of its own.
      const { commandId: _id, ...request } = made[1];
      const ask: Ask = [made[0], request];
      const account = ask[1]['account'] as string;
      const known = (TRADERS as readonly string[]).includes(account);
      const open = known && exchange.read((market) => market.openOrders({ account }).length);
      const more = mayRest(ask);
      const isFull = more > 0 && known && Number(await open) + more > openOrders;
      const code = codeOf(await askExchange(exchange, ask));
      expect([i, code === 'OPEN_ORDER_LIMIT']).toEqual([i, isFull]);
      if (isFull) refused++;
      if (more > 0 && code === 'ok') entered++;
      if (i % 50 !== 49) continue;
      if (i % 100 === 99) await exchange.saveSnapshot();
      await exchange.close();
      exchange = await Exchange.open(options);
    }
    expect(refused).toBeGreaterThan(15);
    expect(entered).toBeGreaterThan(50);
    expect(await exchange.read((market) => market.isConserved())).toBe(true);
  });

  it('keep off what could rest, and nothing else', async () => {
    const { exchange, clock } = await limited({ openOrders: 2 });
    const submit = (more: object): Promise<string> =>
      exchange.submit({ ...bid, priceTicks: 3, ...more }).then(codeOf);
    expect(await submit({})).toBe('ok');
    expect(await submit({ timeInForce: 'gtd', expiresAt: 2_000 })).toBe('ok');
    const gtd = { timeInForce: 'gtd', expiresAt: 3_000 };
    const session = { timeInForce: 'session' };
    for (const more of [{}, gtd, session, { postOnly: 'slide' }, { priceTicks: 9 }]) {
      expect(await submit(more)).toBe('OPEN_ORDER_LIMIT');
    }
    expect(await submit({ timeInForce: 'ioc' })).toBe('ok');
    expect(await submit({ timeInForce: 'fok' })).toBe('FOK_UNFILLABLE');
    expect(await submit({ kind: 'market' })).toBe('ok');
    const sale = await exchange.submit({ ...offer, priceTicks: 9 });
    const orderId = sale.ok ? sale.orderId : 0;
    expect(
      codeOf(await exchange.take({ account: 'bob', orderId, quantityLots: 1, limitPriceTicks: 9 })),
    ).toBe('ok');
    expect(codeOf(await exchange.amend({ actor: 'bob', orderId: 1, priceTicks: 4 }))).toBe('ok');
    expect(await submit({})).toBe('OPEN_ORDER_LIMIT');
    // An operator may go beyond; what expires counts until the market has seen the time.
    expect(await submit({ actor: 'operator' })).toBe('ok');
    clock.now = 2_000;
    expect(await submit({})).toBe('OPEN_ORDER_LIMIT');
    await exchange.advanceTime();
    expect(await submit({})).toBe('OPEN_ORDER_LIMIT');
    expect(codeOf(await exchange.cancel({ actor: 'bob', orderId: 1 }))).toBe('ok');
    expect(await submit({})).toBe('ok');
    expect(await submit({})).toBe('OPEN_ORDER_LIMIT');
    await exchange.closeProduct({ product: 'noon' });
    expect(await submit({ product: 'night' })).toBe('ok');
  });

  it('may be none', async () => {
    const { exchange } = await limited({ openOrders: 0 });
    const order = { ...offer, priceTicks: 5 } as const;
    expect(codeOf(await exchange.submit(order))).toBe('OPEN_ORDER_LIMIT');
    expect(codeOf(await exchange.submit({ ...order, timeInForce: 'ioc' }))).toBe('ok');
  });
});

it('a request that was turned away costs nothing', async () => {
  const { exchange, burst } = await limited({ commandsPerSecond: 1, burst: 5, openOrders: 0 });
  for (let i = 0; i < 10; i++) {
    expect(codeOf(await exchange.submit({ ...offer, priceTicks: 5 }))).toBe('OPEN_ORDER_LIMIT');
  }
  expect(await burst()).toBe(5);
  expect(exchange.status()).toMatchObject({ turnedAway: 11 });
});

it('limits are those of the options as they were', async () => {
  const limits = { commandsPerSecond: 1, burst: 2 };
  const exchange = await staged({ limits });
  limits.burst = 100;
  const sent = Array.from({ length: 4 }, () => exchange.cancelAll({ account: 'bob' }));
  expect((await Promise.all(sent)).map(codeOf)).toEqual(['ok', 'ok', 'RATE_LIMIT', 'RATE_LIMIT']);
});
