/**
 * A simulated year of markets that roll on: 35,040 quarter hours in each zone, listed two days ahead, opened and closed
 * by plan, traded by a few homes with orders of every kind, archived an hour after their delivery:
 *
 *   npx tsx scripts/year.ts                  one zone
 *   npx tsx scripts/year.ts --zones 3        three of them, with clocks that change on different days
 *   npx tsx scripts/year.ts --days 30        a share of it
 *
 * After each month it prints what memory the market takes. It exits with 1 if that grows, if energy or money is not
 * conserved, or if a snapshot does not go on as the market does.
 */
import { parseArgs } from 'node:util';
import { memoryBytes, RollingMarket, type Zone } from '../test/rolling-market.ts';
import { Engine } from '../src/index.ts';

const DAY = 86_400_000;
const MONTH = 30;
/** Products are listed two days ahead, and the days of a zone end up to a day after those of UTC. */
const TAIL = 3;
const ZONES: readonly Zone[] = [
  { zone: 'DE', timeZone: 'Europe/Berlin' },
  { zone: 'NY', timeZone: 'America/New_York' },
  { zone: 'NZ', timeZone: 'Pacific/Auckland' },
];
/**
 * Bytes that a product may leave behind: an empty place in five lists takes 40, and lists have room for half as
 * many again.
 */
const BYTES_LEFT = 60;
/** What else memory may grow by after the first two months; garbage is never quite gone. */
const SLACK_BYTES = 1_000_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      zones: { type: 'string', default: '1' },
      days: { type: 'string', default: '365' },
      from: { type: 'string', default: '2026-01-01' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [zones, days, seed] = [Number(values.zones), Number(values.days), Number(values.seed)];
  const from = Date.parse(values.from);
  if (!(zones >= 1 && zones <= ZONES.length))
    throw new Error(`--zones must be 1 to ${ZONES.length}`);
  if (!(days >= 1) || Number.isNaN(from))
    throw new Error('--days or --from is not what it must be');
  const started = performance.now();
  const options = { zones: ZONES.slice(0, zones), from, seed };
  const market = new RollingMarket(options, { history: 'drop' });
  const faults: string[] = [];
  let first: { bytes: number; archived: number } | undefined;
  console.log('  day  products  orders  archived    trades      memory    snapshot');
  for (let day = 0; day < days;) {
    day = Math.min(day + MONTH, days);
    market.goOn(from + day * DAY, from + days * DAY);
    const bytes = await memoryBytes();
    const { archived, trades } = market.tally;
    const snapshot = market.engine.snapshot();
    const cells = [market.living, market.engine.openOrders().length, archived, trades];
    const widths = [8, 6, 8, 8];
    console.log(
      `${String(day).padStart(5)}  ${cells.map((cell, i) => String(cell).padStart(widths[i]!)).join('  ')}` +
        `  ${(bytes / 1e6).toFixed(2).padStart(7)} MB  ${(snapshot.length / 1e3).toFixed(0).padStart(6)} kB`,
    );
    faults.push(...faultsOf(market, snapshot).map((fault) => `day ${day}: ${fault}`));
    if (day >= 2 * MONTH) first ??= { bytes, archived };
    const grown = first === undefined ? 0 : bytes - first.bytes;
    const allowed = SLACK_BYTES + BYTES_LEFT * (archived - (first?.archived ?? 0));
    if (grown > allowed) faults.push(`day ${day}: ${grown} bytes more than after two months`);
  }
  market.goOn(from + (days + TAIL) * DAY, from + days * DAY);
  faults.push(...faultsOf(market, market.engine.snapshot()));
  const { tally } = market;
  if (market.living > 0) faults.push(`${market.living} products are left`);
  if (tally.archived !== tally.listed)
    faults.push(`${tally.listed - tally.archived} are not archived`);
  for (const [name, count] of Object.entries(tally)) console.log(`${name.padEnd(10)} ${count}`);
  console.log(`stateHash  ${market.engine.stateHash()}`);
  console.log(`seconds    ${((performance.now() - started) / 1000).toFixed(1)}`);
  for (const fault of faults) console.log(`FAULT  ${fault}`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

/** What does not hold of a market, in words. */
function faultsOf({ engine, money }: RollingMarket, snapshot: Uint8Array): string[] {
  const faults: string[] = [];
  if (!engine.isConserved()) faults.push('an asset does not add up to zero');
  if (money !== RollingMarket.MONEY) faults.push(`there are ${money} quanta of money`);
  if (Engine.restore(snapshot).stateHash() !== engine.stateHash()) {
    faults.push('what a snapshot restores is another state');
  }
  return faults;
}

await main();
