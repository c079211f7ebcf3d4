/**
 * A neighbourhood that trades: homes with load and PV, a product for each quarter of an hour, agents that bid
 * between the feed-in tariff and the retail tariff. `npm start -- --help` lists the options.
 */
import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readHomes } from './csv.ts';
import {
  CASES,
  firstPeriods,
  inPeriodsOf,
  makeNeighbourhood,
  type Neighbourhood,
  withCase,
} from './homes.ts';
import { MECHANISMS, type Tariffs } from './market.ts';
import { allFigures, report } from './report.ts';
import { runStored } from './stored.ts';

const HELP = `A local energy market whose commands are kept in files.

  npm start -- [options]

  --homes N      homes of the made-up neighbourhood (default 20)
  --days N       days of it (default 7)
  --seed N       seed of the neighbourhood and of the agents (default 1)
  --data FILE    real homes instead (no --homes, --days): CSV with NAME_load_wh and NAME_pv_wh
                 columns in whole Wh, a row per hour
  --case NAME    all-pv, or odd-double-pv: odd homes with twice their PV, even ones without
  --period P     delivery periods: PT15M (default), PT30M or PT60M (default for --data)
  --mechanism M  how they trade: continuous (default), or one auction at the gate of each period, in which
                 all trade at its price (uniform), each pair at its buyer's limit (pay-as-bid), or
                 all halfway between the tariffs (mid-market)
  --limit N      the first N periods only
  --retail P     what the utility asks, EUR/kWh (default 0.30)
  --feed-in P    what the utility pays, EUR/kWh (default 0.08)
  --store DIR    keeps the market there (default a new directory in the system's temporary one, which is
                 named on stderr). Killed and run again with the same options, it goes on where it stopped.
                 Its blocks go there too, and are verified in the end
  --json         print one JSON object instead of tables; trades and tradedWh count what homes
                 trade with each other, commands are those of everyone, but for those that end blocks
  --help         print this
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      homes: { type: 'string' },
      days: { type: 'string' },
      seed: { type: 'string', default: '1' },
      data: { type: 'string' },
      case: { type: 'string', default: 'all-pv' },
      period: { type: 'string' },
      mechanism: { type: 'string', default: 'continuous' },
      limit: { type: 'string' },
      retail: { type: 'string', default: '0.30' },
      'feed-in': { type: 'string', default: '0.08' },
      store: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const seed = whole(values.seed, '--seed', 0, 4_294_967_295);
  const mechanism = oneOf(MECHANISMS, values.mechanism, '--mechanism');
  const source = neighbourhood(values, seed);
  const limit = values.limit === undefined ? Infinity : whole(values.limit, '--limit', 1, 1e9);
  const chosen = firstPeriods(withCase(source, oneOf(CASES, values.case, '--case')), limit);
  const tariffs = readTariffs(values.retail, values['feed-in']);
  const store = values.store ?? mkdtempSync(join(tmpdir(), 'wattbook-'));
  process.stderr.write(`the market is kept in ${store}\n`);
  const progress = progressOnStderr();
  const result = await runStored(store, chosen, tariffs, mechanism, seed, progress);
  if (values.json) console.log(JSON.stringify(allFigures(result, chosen)));
  else console.log(report(result, chosen));
  if (!result.conserved) throw new Error('the books do not balance');
  if (!result.chain.verified) throw new Error('the chain has not all commands of the journal');
}

function neighbourhood(
  { data, homes, days, period }: { data?: string; homes?: string; days?: string; period?: string },
  seed: number,
): Neighbourhood {
  const length = oneOf(PERIODS, period ?? (data === undefined ? 'PT15M' : 'PT60M'), '--period');
  const minutes = Number(length.slice(2, 4));
  if (data === undefined) {
    const count = whole(homes ?? '20', '--homes', 1, 10_000);
    return makeNeighbourhood(count, whole(days ?? '7', '--days', 1, 3_660), seed, minutes);
  }
  if (homes !== undefined || days !== undefined) {
    throw new Error('--homes and --days are for the made-up neighbourhood, not for --data');
  }
  if (!existsSync(data) || !statSync(data).isFile()) throw new Error(`--data ${data} is no file`);
  return inPeriodsOf(readHomes(data), minutes);
}

const PERIODS = ['PT15M', 'PT30M', 'PT60M'] as const;

function oneOf<T extends string>(names: readonly T[], text: string, option: string): T {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new Error(
    `${option} must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}, got '${text}'`,
  );
}

function whole(text: string, option: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${option} must be a whole number from ${min} to ${max}, got '${text}'`);
}

function readTariffs(retailText: string, feedInText: string): Tariffs {
  const retail = micro(retailText, '--retail');
  const feedIn = micro(feedInText, '--feed-in');
  if (feedIn + 1 < retail) return { retail, feedIn };
  const gap = 'at least 0.000002 below';
  throw new Error(`--feed-in ${feedInText} must be ${gap} --retail ${retailText}`);
}

/** '0.30' EUR/kWh as 300,000 micro-EUR/kWh. */
function micro(text: string, option: string): number {
  const found = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(text);
  if (found === null) {
    throw new Error(
      `${option} must be a price such as 0.30 with up to six decimals, got '${text}'`,
    );
  }
  return Number(found[1]) * 1_000_000 + Number((found[2] ?? '').padEnd(6, '0'));
}

/** A line every two seconds, so that a long run shows that it lives and a short one stays quiet. */
function progressOnStderr(): (done: number, of: number) => void {
  let next = Date.now() + 2_000;
  return (done, of) => {
    if (Date.now() < next || done === of) return;
    next += 2_000;
    process.stderr.write(`${done} of ${of} periods (${Math.floor((100 * done) / of)}%)\n`);
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
