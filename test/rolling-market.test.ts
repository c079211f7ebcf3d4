import { describe, expect, it } from 'vitest';
import { Engine } from '../src/index.ts';
import { memoryBytes, RollingMarket, type Zone } from './rolling-market.ts';

const DAY = 86_400_000;
/** The clocks of these two change on different days, and in different directions from their offsets. */
const BERLIN: Zone = { zone: 'DE', timeZone: 'Europe/Berlin' };
const LORD_HOWE: Zone = { zone: 'LH', timeZone: 'Australia/Lord_Howe' };
const from = Date.parse('2026-03-25');
const SEED = 20_260_325;
/** Compiled code, and room that lists have beyond what is in them; books that stayed would be 1.7 MB more. */
const SLACK_BYTES = 1_000_000;

/** Goes to the end of the last day, wherever in the world it is, and of all that follows. */
function finish(market: RollingMarket, days: number): void {
  market.goOn(from + (days + 3) * DAY, from + days * DAY);
}

describe(`a market that rolls on, seed ${SEED}`, () => {
  it('lists, trades, closes and archives eighteen days, and takes no more memory for them', async () => {
    const options = { zones: [BERLIN], from, seed: SEED, commandIds: false };
    const market = new RollingMarket(options, { history: 'drop' });
    const [bytes, archived]: number[][] = [[], []];
    for (const days of [5, 10, 15]) {
      market.goOn(from + days * DAY);
      bytes!.push(await memoryBytes());
      archived!.push(market.tally.archived);
    }
    // As many are listed, and trade, in both: what others in this process take, they take but once.
    const grown = [1, 2].map((i) => bytes![i]! - bytes![i - 1]!);
    expect(Math.min(...grown)).toBeLessThan(SLACK_BYTES);
    expect(archived![2]! - archived![0]!).toBe(10 * 96);
    expect(market.engine.isConserved()).toBe(true);
    finish(market, 18);
    const { tally, engine } = market;
    // The clocks are put forward on the 29th.
    expect([tally.listed, tally.archived, market.living]).toEqual([18 * 96 - 4, 18 * 96 - 4, 0]);
    expect(tally.most).toBeLessThan(3 * 96 + 8);
    expect(tally.delivered).toBe(tally.deposited);
    expect(tally.refused / tally.commands).toBeLessThan(0.1);
    expect(tally.trades / tally.listed).toBeGreaterThan(10);
    expect(market.money).toBe(RollingMarket.MONEY);
    expect(engine.isConserved()).toBe(true);
    expect(engine.products()).toEqual([]);
    expect(engine.openOrders()).toEqual([]);
  });

  it('is the same in two zones at once, replayed, and restored every few hours', () => {
    const options = { zones: [BERLIN, LORD_HOWE], from, seed: SEED };
    const market = new RollingMarket(options);
    finish(market, 3);
    const restored = new RollingMarket(options, { history: 'drop' });
    const until = from + 5 * DAY;
    for (let time = from - 2 * DAY; time < until; time += DAY / 4) {
      restored.goOn(time, from + 3 * DAY);
      restored.restore();
    }
    finish(restored, 3);
    expect(market.tally.listed).toBe(2 * 3 * 96);
    expect(restored.tally).toEqual(market.tally);
    const { engine } = market;
    expect(restored.engine.stateHash()).toBe(engine.stateHash());
    expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
    const delivered = new Map<string, number>();
    for (const event of engine.events()) {
      if (event.type === 'productArchived') delivered.set(event.product, event.delivered);
    }
    expect(delivered.size).toBe(2 * 3 * 96);
    const sum = [...delivered.values()].reduce((total, each) => total + each, 0);
    expect(sum).toBe(market.tally.delivered);
  });
});
