import { describe, expect, it } from 'vitest';
import { steadyClock } from '../src/exchange/clock.ts';
import { memoryStorage } from '../src/index.ts';
import { codeOfRejection, hashOf, opened } from './journals.ts';
import { must } from './stage.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

describe('a clock', () => {
  /** Told times at times that have passed; what is refused is `jump`. */
  function told(...readings: readonly (readonly [time: number, passed: number])[]): unknown[] {
    let [time, passed] = [0, 0];
    const clock = steadyClock(
      () => time,
      HOUR,
      () => passed,
    );
    return readings.map((reading) => {
      [time, passed] = reading;
      try {
        return clock();
      } catch (fault) {
        return (fault as { readonly code: string }).code;
      }
    });
  }

  it('may begin anywhere, go on with the time, stand still and step back', () => {
    const fine = [
      [YEAR, 7],
      [YEAR + 5, 8],
      [YEAR + 2 * HOUR, 2 * HOUR],
      [YEAR + 2 * HOUR, 3 * HOUR],
      [YEAR, 3 * HOUR],
      [YEAR + 3 * HOUR, 3 * HOUR + 5],
      [3 * YEAR, 2 * YEAR],
    ] as const;
    expect(told(...fine)).toEqual(fine.map(([time]) => time));
  });

  it('may not jump ahead, and is asked again until it is right', () => {
    const readings = [
      [YEAR, 0],
      [2 * YEAR, 10],
      [YEAR + 30, 20],
      [YEAR + 2 * HOUR, HOUR - 100],
      [YEAR + 2 * HOUR, HOUR],
      [2 * YEAR, 2 * HOUR],
    ] as const;
    const [a, , b, , c] = readings.map(([time]) => time);
    expect(told(...readings)).toEqual([a, 'CLOCK_JUMP', b, 'CLOCK_JUMP', c, 'CLOCK_JUMP']);
  });
});

describe('an exchange', () => {
  it('refuses a request at a time far ahead, and no order expires', async () => {
    let time = 1_000;
    const storage = memoryStorage();
    const options = { clock: () => time, maxClockJumpMs: HOUR };
    const exchange = await opened(storage, options);
    must(await exchange.openAccount({ id: 'anna' }));
    const hash = await hashOf(exchange);
    time = YEAR;
    expect(await codeOfRejection(exchange.openAccount({ id: 'ben' }))).toBe('CLOCK_JUMP');
    expect(await hashOf(exchange)).toBe(hash);
    time = 2_000;
    must(await exchange.openAccount({ id: 'ben' }));
    await exchange.close();
    time = YEAR;
    const again = await opened(storage, options);
    must(await again.openAccount({ id: 'carla' }));
    expect(await again.read((market) => market.time)).toBe(YEAR);
  });

  it('takes any jump of a clock that is given, unless told otherwise', async () => {
    let time = 1_000;
    const exchange = await opened(memoryStorage(), { clock: () => time });
    must(await exchange.openAccount({ id: 'anna' }));
    time = YEAR;
    must(await exchange.openAccount({ id: 'ben' }));
  });

  it.each([59_999, -1, 0.5, NaN, '60000', 2 ** 53, null])('cannot be told %s', async (value) => {
    const refusal = opened(memoryStorage(), { maxClockJumpMs: value as number });
    const message = await refusal.then(String, String);
    expect(message).toMatch(/^(Range|Type)Error: maxClockJumpMs must be/);
  });
});
