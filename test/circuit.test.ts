import { describe, expect, it } from 'vitest';
import { Side } from '../src/core/codes.ts';
import { stateOf } from '../src/engine/queries.ts';
import { Engine } from '../src/index.ts';
import { Circuit } from '../src/market/circuit.ts';
import type { Product } from '../src/market/products.ts';
import { collarEdge, isTooFar } from '../src/matching/circuit.ts';
import { snapshot } from '../src/matching/snapshot.ts';
import type { MarketState } from '../src/matching/state.ts';
import { type Forgeries, refusesEach } from './forgeries.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf, limit, must, stage } from './stage.ts';

const NOT_SET = { ticks: 0, ppm: 0 };
const halt = { move: '0.010', windowMs: 100 };

/** A market with a circuit and prices 5, 7 and 9, of which the first is too old to be looked at. */
function market(): Engine {
  const engine = stage();
  must(engine.listProduct({ id: 'old', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' }));
  must(engine.closeProduct({ product: 'old' }));
  must(engine.setCircuit({ product: 'noon', collar: '0.020', halt }));
  trade(engine, 5, 10);
  trade(engine, 7, 50);
  trade(engine, 9, 60);
  must(engine.advanceTime({ at: 110 }));
  return engine;
}

function trade(engine: Engine, priceTicks: number, at: number): void {
  limit(engine, 'alice', 'sell', 1, priceTicks, { at });
  limit(engine, 'bob', 'buy', 1, priceTicks, { at });
}

describe('a circuit', () => {
  it('is told of a product, and null takes it away', () => {
    const engine = market();
    expect(engine.product('noon')).toMatchObject({ collar: '0.020', halt });
    must(engine.setCircuit({ product: 'noon', collar: null, halt }));
    expect(engine.product('noon')).toMatchObject({ collar: undefined, halt });
    must(engine.setCircuit({ product: 'noon', collar: null, halt: null }));
    expect(engine.product('noon')).toMatchObject({ collar: undefined, halt: undefined });
  });

  it('is told with its parts of a price, alone and beside distances', () => {
    const engine = market();
    const told = (): object => {
      const { collar, collarPpm, halt: how } = engine.product('noon')!;
      return { collar, collarPpm, halt: how };
    };
    must(engine.setCircuit({ product: 'noon', collarPpm: 5, halt: { movePpm: 6, windowMs: 7 } }));
    const parts = { collarPpm: 5, halt: { move: undefined, movePpm: 6, windowMs: 7 } };
    expect(told()).toEqual({ collar: undefined, ...parts });
    const both = { collar: '0.020', collarPpm: 1_000_000, halt: { ...halt, movePpm: 1 } };
    must(engine.setCircuit({ product: 'noon', ...both }));
    expect(told()).toEqual(both);
    must(engine.setCircuit({ product: 'noon', collar: null, collarPpm: 8, halt: null }));
    expect(told()).toEqual({ collar: undefined, collarPpm: 8, halt: undefined });
    must(engine.setCircuit({ product: 'noon', collar: '0.020', halt }));
    const distances = { collar: '0.020', collarPpm: undefined };
    expect(told()).toEqual({ ...distances, halt: { ...halt, movePpm: undefined } });
  });

  it('needs a collar, or null for none, and a move of one sort at least', () => {
    const engine = market();
    const before = engine.stateHash();
    const call = (request: object) => () => engine.setCircuit(request as never);
    const product = 'noon';
    expect(call({ product, halt })).toThrow(new TypeError('collar is missing; null takes it away'));
    const empty = { windowMs: 5 };
    expect(call({ product, collar: null, halt: empty })).toThrow(/^halt\.move must be/);
    expect(call({ product, collar: null, halt: { ...empty, move: null } })).toThrow(TypeError);
    expect(call({ product, collar: null, halt: { ...empty, movePpm: 0 } })).toThrow(RangeError);
    expect(call({ product, collarPpm: 1_000_001, halt: null })).toThrow(RangeError);
    expect(engine.stateHash()).toBe(before);
  });

  it('goes on after a restore as if nothing had been, with parts of a price', () => {
    const engine = market();
    const some = { collarPpm: 900_000, halt: { movePpm: 600_000, windowMs: 100 } };
    must(engine.setCircuit({ product: 'noon', ...some }));
    trade(engine, 14, 120);
    const back = Engine.restore(engine.snapshot());
    const order = { account: 'bob', product: 'noon', side: 'buy', quantityLots: 1 } as const;
    for (const each of [engine, back]) {
      expect(each.product('noon')!.status).toBe('open');
      expect(codeOf(each.submit({ ...order, priceTicks: 27 }))).toBe('PRICE_OUTSIDE_COLLAR');
      trade(each, 15, 219);
      expect(each.product('noon')!.status).toBe('halted');
    }
    expect(back.stateHash()).toBe(engine.stateHash());
    expect(Engine.restore(back.snapshot()).snapshot()).toEqual(engine.snapshot());
  });

  it('goes on after a restore as if nothing had been', () => {
    const [there, back] = [market(), Engine.restore(market().snapshot())];
    for (const engine of [there, back]) {
      trade(engine, 15, 149);
      expect(engine.product('noon')!.status).toBe('open');
      trade(engine, 18, 155);
      expect(engine.product('noon')!.status).toBe('halted');
    }
    expect(back.stateHash()).toBe(there.stateHash());
    expect(Engine.restore(there.snapshot()).snapshot()).toEqual(back.snapshot());
  });

  it('leaves stop orders that it kept from being triggered to a restored market too', () => {
    const engine = market();
    limit(engine, 'bob', 'buy', 2, 25, { stopPriceTicks: 16 });
    trade(engine, 18, 115);
    expect(engine.product('noon')!.status).toBe('halted');
    const back = Engine.restore(engine.snapshot());
    for (const each of [engine, back]) must(each.resumeProduct({ product: 'noon' }));
    expect(back.openOrders().map(({ stopPrice }) => stopPrice)).toEqual([undefined]);
    expect(back.stateHash()).toBe(engine.stateHash());
  });

  it('is seen by a preview: the collar, and where the halt would end an order', () => {
    const engine = market();
    const order = { account: 'bob', product: 'noon', side: 'buy', quantityLots: 5 } as const;
    expect(engine.preview({ ...order, priceTicks: 30 })).toEqual({
      ok: false,
      code: 'PRICE_OUTSIDE_COLLAR',
    });
    for (const price of [10, 16, 17, 18]) limit(engine, 'alice', 'sell', 1, price);
    const seen = must(engine.preview({ ...order, priceTicks: 20 }));
    expect(seen).toMatchObject({ filledLots: 2, restingLots: 0 });
    const before = engine.stateHash();
    const done = must(engine.submit({ ...order, priceTicks: 20 }));
    expect(done.filledLots).toBe(2);
    expect(engine.stateHash()).not.toBe(before);
    expect(engine.product('noon')!.status).toBe('halted');
  });

  it('keeps distances exact at the ends of what a price may be', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const circuit = new Circuit(NOT_SET, { ticks: most, ppm: 0 }, 10, most);
    expect(isTooFar(circuit, 0, most)).toBe(false);
    expect(isTooFar(circuit, -1, most)).toBe(true);
    const engine = stage();
    must(engine.listProduct({ id: 'big', energy: 'kWh', money: 'EUR', tick: '0.01', lot: '0.01' }));
    const collar = '90071992547409.91';
    must(engine.setCircuit({ product: 'big', collar, halt: null }));
    const order = { product: 'big', quantityLots: 1 } as const;
    must(engine.submit({ ...order, account: 'alice', side: 'sell', priceTicks: 5 }));
    must(engine.submit({ ...order, account: 'bob', side: 'buy', priceTicks: 5 }));
    const market = { ...order, account: 'bob', side: 'buy', kind: 'market' } as const;
    expect(codeOf(engine.submit(market))).not.toBe('PRICE_OUTSIDE_COLLAR');
  });
});

describe('a distance that is a part of a price', () => {
  const most = Number.MAX_SAFE_INTEGER;

  it.each([1, 2, 3])('is exact however large both are, seed %i', (seed) => {
    const draw = mulberry32(seed);
    for (let i = 0; i < 5_000; i++) {
      const price = (draw(2) === 0 ? 1 : -1) * (draw(2 ** 32) * 2 ** draw(21) + draw(1000));
      const ppm = draw(4) === 0 ? 1_000_000 - draw(3) : 1 + draw(1_000_000);
      const size = BigInt(Math.abs(price));
      const away = Number((size * BigInt(ppm)) / 1_000_000n);
      const collar = { ticks: draw(3) === 0 ? draw(5) : 0, ppm };
      const far = Math.max(away, collar.ticks);
      const told = `seed ${seed}: ${ppm} ppm of ${price}`;
      const circuit = new Circuit(collar, collar, 10, price);
      const product = { circuit, lastPrice: price } as unknown as Product;
      const clamped = (edge: bigint): number =>
        Number(edge > most ? BigInt(most) : edge < -most ? BigInt(-most) : edge);
      const [high, low] = [BigInt(price) + BigInt(far), BigInt(price) - BigInt(far)];
      expect(collarEdge(product, Side.buy), told).toBe(clamped(high));
      expect(collarEdge(product, Side.sell), told).toBe(clamped(low));
      if (high < most) {
        expect(isTooFar(circuit, Number(high), price), told).toBe(false);
        expect(isTooFar(circuit, Number(high) + 1, price), told).toBe(true);
      }
      if (low > -most) {
        expect(isTooFar(circuit, Number(low), price), told).toBe(false);
        expect(isTooFar(circuit, Number(low) - 1, price), told).toBe(true);
      }
    }
  });

  it('reaches from the one end of what a price may be to 0, and no further', () => {
    const whole = { ticks: 0, ppm: 1_000_000 };
    for (const price of [most, -most]) {
      const circuit = new Circuit(whole, whole, 10, price);
      expect(isTooFar(circuit, 0, price)).toBe(false);
      expect(isTooFar(circuit, -Math.sign(price), price)).toBe(true);
    }
  });
});

describe('what a circuit remembers', () => {
  it.each([1, 2, 3, 4])('is what all prices would tell, seed %i', (seed) => {
    const draw = mulberry32(seed);
    const windowMs = 1 + draw(60);
    const circuit = new Circuit(NOT_SET, { ticks: 5, ppm: 0 }, windowMs, NaN);
    const prices: { time: number; price: number }[] = [];
    let now = 0;
    for (let i = 0; i < 6_000; i++) {
      now += draw(3) === 0 ? draw(seed * 8) : 0;
      const old = prices.filter(({ time }) => time <= now - windowMs);
      const expected = (old.at(-1) ?? prices[0])?.price ?? NaN;
      expect(circuit.reference(now), `step ${i}`).toBe(expected);
      if (prices.length > 300) prices.splice(0, prices.indexOf(old.at(-1) ?? prices[0]!));
      if (draw(4) === 0) continue;
      const price = draw(4);
      circuit.add(now, price);
      prices.push({ time: now, price });
      const changes = circuit.changes(now);
      expect(changes.length).toBeLessThanOrEqual(windowMs);
      expect((changes.at(-1) ?? { price: circuit.reference(now) }).price).toBe(price);
    }
  });
});

type Loose = Record<string, unknown>;
const circuitOf = (state: MarketState): Circuit => state.listings.products[0]!.circuit!;
const IMPOSSIBLE = 'has a circuit of noon that cannot be';
const NO_DISTANCE = 'limits a price to a distance that cannot be';
const NO_CHANGE = 'has a change of price that is none';
const HALT = { move: { ticks: 10, ppm: 0 }, windowMs: 100 };

/** What would be remembered of the past within no time at all. */
const AT_ONCE = { windowMs: 0, reference: () => 9, changes: () => [] };
const NOTHING_SET = { collar: NOT_SET, move: NOT_SET };

/** The same circuit with other words in it. */
function reworded(words: object) {
  return (state: MarketState) => {
    const circuit = circuitOf(state);
    const { collar, move, windowMs } = circuit;
    const forged = { collar, move, windowMs, ...words };
    const [base, changes] = [circuit.reference(state.time), circuit.changes(state.time)];
    const told = { reference: () => base, changes: () => changes, ...forged };
    (state.listings.products[0] as unknown as Loose)['circuit'] = told;
  };
}

const FORGERIES: Forgeries = {
  'a collar below nothing': [NO_DISTANCE, reworded({ collar: { ticks: -1, ppm: 0 } })],
  'a collar below nothing beside a share': [
    NO_DISTANCE,
    reworded({ collar: { ticks: -1, ppm: 5 } }),
  ],
  'a collar of more than the price': [
    NO_DISTANCE,
    reworded({ collar: { ticks: 20, ppm: 1_000_001 } }),
  ],
  'a move below nothing': [NO_DISTANCE, reworded({ move: { ticks: -10, ppm: 0 } })],
  'a move of more than the price': [NO_DISTANCE, reworded({ move: { ticks: 0, ppm: 1_000_001 } })],
  'a circuit that limits nothing': [
    IMPOSSIBLE,
    reworded({ ...NOTHING_SET, windowMs: 0, reference: () => NaN, changes: () => [] }),
  ],
  'a move without a window': [IMPOSSIBLE, reworded({ ...HALT, ...AT_ONCE })],
  'a window without a move': [
    IMPOSSIBLE,
    reworded({ move: NOT_SET, reference: () => NaN, changes: () => [] }),
  ],
  'a share of a move without a window': [
    IMPOSSIBLE,
    reworded({ move: { ticks: 0, ppm: 5 }, ...AT_ONCE }),
  ],
  'a window of more than an hour': [IMPOSSIBLE, reworded({ windowMs: 3_600_001 })],
  'a history without a move': [
    IMPOSSIBLE,
    reworded({ move: NOT_SET, windowMs: 0, changes: () => [] }),
  ],
  'a history that ends elsewhere': [
    IMPOSSIBLE,
    (state) => void (state.listings.products[0]!.lastPrice = 8),
  ],
  'no history of a product that has traded': [
    IMPOSSIBLE,
    reworded({ reference: () => NaN, changes: () => [] }),
  ],
  'changes from nothing': [NO_CHANGE, reworded({ reference: () => NaN })],
  'a change to the same price': [NO_CHANGE, reworded({ reference: () => 7 })],
  'a change that is too old to count': [
    NO_CHANGE,
    reworded({ changes: () => [{ time: 10, price: 9 }] }),
  ],
  'a change that is yet to come': [
    NO_CHANGE,
    reworded({ changes: () => [{ time: 111, price: 9 }] }),
  ],
  'two changes at one time': [
    NO_CHANGE,
    reworded({
      changes: () => [
        { time: 60, price: 7 },
        { time: 60, price: 9 },
      ],
    }),
  ],
  'a circuit of a closed product': [
    'has a circuit of old, which is closed',
    (state) => {
      const [noon, old] = state.listings.products;
      old!.circuit = noon!.circuit;
      old!.lastPrice = noon!.lastPrice;
      noon!.circuit = undefined;
    },
  ],
};

describe('a snapshot with a right checksum is refused with', () => {
  it('nothing, where nothing was forged', () => {
    const state = stateOf(market());
    reworded({})(state);
    expect(Engine.restore(snapshot(state)).stateHash()).toBe(market().stateHash());
  });

  refusesEach(FORGERIES, market);
});
