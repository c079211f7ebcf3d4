import { describe, expect, it } from 'vitest';
import { Engine, slotProducts, type SlotProductsRequest, slotsOf } from '../src/index.ts';
import { must, thrownBy } from './stage.ts';

const DAYS = 86_400_000;
const REQUEST: SlotProductsRequest = {
  zone: 'DE',
  timeZone: 'Europe/Berlin',
  day: '2026-10-25',
  period: 'PT15M',
  opensMs: -2 * DAYS,
  gateMs: -300_000,
  money: 'EUR',
  tick: '0.00001',
  lot: '0.1',
};

describe('the products of a day', () => {
  it('are one for each slot, told by their start in UTC', () => {
    const products = slotProducts({ ...REQUEST, makerPpm: 5, band: { low: '-0.5', high: '4' } });
    expect(products.map(({ delivery }) => delivery)).toEqual(
      slotsOf('Europe/Berlin', '2026-10-25', 'PT15M').map(({ start, end }) => ({
        start,
        end,
        opensMs: -2 * DAYS,
        gateMs: -300_000,
      })),
    );
    expect(new Set(products.map(({ id }) => id)).size).toBe(100);
    expect(products[13]).toEqual({
      id: 'DE/PT15M/2026-10-25T01:15Z',
      energy: 'DE/PT15M/2026-10-25T01:15Z',
      money: 'EUR',
      tick: '0.00001',
      lot: '0.1',
      makerPpm: 5,
      band: { low: '-0.5', high: '4' },
      delivery: {
        start: Date.parse('2026-10-25T01:15Z'),
        end: Date.parse('2026-10-25T01:30Z'),
        opensMs: -2 * DAYS,
        gateMs: -300_000,
      },
    });
  });

  it('trade one asset where that is said', () => {
    const products = slotProducts({ ...REQUEST, period: 'PT1H', energy: 'kWh' });
    expect(products).toHaveLength(25);
    expect(products.every(({ energy }) => energy === 'kWh')).toBe(true);
    expect(products[2]!.id).toBe('DE/PT1H/2026-10-25T00:00Z');
  });

  it('can be listed as they are, and roll over by themselves', () => {
    const engine = new Engine();
    must(engine.listAsset({ id: 'EUR', decimals: 9 }));
    const midnight = Date.parse('2026-10-24T22:00Z');
    must(engine.advanceTime({ at: midnight - 2 * DAYS + 3_600_000 }));
    for (const product of slotProducts(REQUEST)) {
      must(engine.listAsset({ id: product.energy, decimals: 3 }));
      must(engine.listProduct(product));
    }
    const open = (): number => engine.products().filter(({ status }) => status === 'open').length;
    expect(open()).toBe(5);
    must(engine.advanceTime({ at: midnight - 300_000 }));
    expect(open()).toBe(99);
    must(engine.advanceTime({ at: midnight + DAYS }));
    expect(open()).toBe(3);
    must(engine.advanceTime({ at: midnight + 2 * DAYS }));
    expect(engine.products().every(({ phase }) => phase === 'delivered')).toBe(true);
  });

  it('tell the seconds that the clocks of old were off', () => {
    const old = { timeZone: 'Africa/Monrovia', day: '1971-06-15', period: 'PT12H' } as const;
    expect(slotProducts({ ...REQUEST, ...old }).map(({ id }) => id)).toEqual([
      'DE/PT12H/1971-06-15T00:44:30Z',
      'DE/PT12H/1971-06-15T12:44:30Z',
    ]);
  });

  it.each([
    [{ zone: 'D E' }, RangeError, 'zone must be'],
    [{ zone: 5 }, TypeError, 'zone must be'],
    [{ zone: 'D'.repeat(50) }, RangeError, 'zone with period and start must be'],
    [{ timeZone: 'Mars/Olympus' }, RangeError, 'timeZone'],
    [{ day: '2026-02-30' }, RangeError, 'day must be'],
    [{ period: 'PT7M' }, RangeError, 'period'],
    [{ opensMs: '0' }, TypeError, 'opensMs must be'],
    [{ gateMs: 0.5 }, RangeError, 'gateMs must be'],
  ])('%o is refused', (wrong, error, message) => {
    const thrown = thrownBy(() => slotProducts({ ...REQUEST, ...wrong } as SlotProductsRequest));
    expect(thrown).toBeInstanceOf(error);
    expect((thrown as Error).message).toContain(message);
  });

  it('is refused what is no object', () => {
    expect(thrownBy(() => slotProducts(null as never))).toBeInstanceOf(TypeError);
  });
});
