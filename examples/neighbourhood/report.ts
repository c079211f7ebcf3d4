import type { ChainResult } from './chain.ts';
import type { Neighbourhood } from './homes.ts';
import type { MarketResult } from './market.ts';
import type { StoredResult } from './stored.ts';

/** Shares of PV and of load, before and with the market. */
interface Figures {
  readonly homes: number;
  readonly periods: number;
  /** Length of a period. */
  readonly minutes: number;
  readonly mechanism: string;
  /** Commands that the engine carried out, but for those that end blocks. */
  readonly commands: number;
  /** Trades between homes, and their energy. */
  readonly trades: number;
  readonly tradedWh: number;
  readonly selfConsumption: { readonly without: number; readonly with: number };
  readonly selfSufficiency: { readonly without: number; readonly with: number };
  /** Decimal text, nano-EUR. */
  readonly communitySavingNano: string;
  readonly conserved: boolean;
  readonly marketHash: string;
  readonly seconds: number;
}

export function figures(result: MarketResult, { periods, minutes }: Neighbourhood): Figures {
  const { homes, ownUseWh, tradedWh, commands, marketHash } = result;
  const load = homes.reduce((sum, home) => sum + home.loadWh, 0);
  const pv = homes.reduce((sum, home) => sum + home.pvWh, 0);
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const saving = homes.reduce((sum, home) => sum + home.billWithoutNano - home.billWithNano, 0n);
  return {
    homes: homes.length,
    periods,
    minutes,
    mechanism: result.mechanism,
    commands,
    trades: result.homeTrades,
    tradedWh,
    selfConsumption: { without: share(ownUseWh, pv), with: share(ownUseWh + tradedWh, pv) },
    selfSufficiency: { without: share(ownUseWh, load), with: share(ownUseWh + tradedWh, load) },
    communitySavingNano: saving.toString(),
    conserved: result.conserved,
    marketHash,
    seconds: Math.round(result.seconds * 1000) / 1000,
  };
}

type ChainFigures = Pick<ChainResult, 'blocks' | 'events' | 'head' | 'key' | 'verified'>;

/** The same, and what the verifier says of the chain. */
export function allFigures(
  result: StoredResult,
  neighbourhood: Neighbourhood,
): Figures & { readonly chain: ChainFigures } {
  const { blocks, events, head, key, verified } = result.chain;
  return { ...figures(result, neighbourhood), chain: { blocks, events, head, key, verified } };
}

const SHOWN_HOMES = 24;

/** What a person wants to see. */
export function report(result: StoredResult, neighbourhood: Neighbourhood): string {
  const all = figures(result, neighbourhood);
  const rows = result.homes
    .slice(0, SHOWN_HOMES)
    .map((home) => [
      home.name,
      kWh(home.loadWh),
      kWh(home.pvWh),
      kWh(home.boughtWh),
      kWh(home.soldWh),
      euro(home.billWithoutNano),
      euro(home.billWithNano),
      euro(home.billWithoutNano - home.billWithNano),
    ]);
  const head = ['home', 'load', 'PV', 'bought *', 'sold *', 'utility bill', 'bill now', 'saved'];
  const units = ['', 'kWh', 'kWh', 'kWh', 'kWh', 'EUR', 'EUR', 'EUR'];
  const more = result.homes.length - rows.length;
  const mean = result.tradedWh === 0 ? 0n : result.tradedNano / BigInt(result.tradedWh);
  const percent = ({ without, with: now }: Figures['selfConsumption']): string =>
    `${(100 * without).toFixed(1)}% -> ${(100 * now).toFixed(1)}%`;
  const lines = [
    ['homes, periods', `${all.homes}, ${all.periods} of ${all.minutes} minutes`],
    ['mechanism', all.mechanism],
    ['traded between homes', `${kWh(all.tradedWh)} kWh in ${all.trades} trades`],
    ['price, lowest / mean / highest', prices(result, mean)],
    ['self-consumption', percent(all.selfConsumption)],
    ['self-sufficiency', percent(all.selfSufficiency)],
    ['saved by all together', `${euro(BigInt(all.communitySavingNano))} EUR`],
    ['commands', `${all.commands}, ${perSecond(all.commands, all.seconds)}`],
    [
      'trades, utility included',
      `${result.allTrades}, ${perSecond(result.allTrades, all.seconds)}`,
    ],
    ['books balance to zero', all.conserved ? 'yes' : 'NO'],
    ['market hash', all.marketHash],
    ['chain', chainText(result.chain)],
  ];
  return [
    table([head, units, ...rows]),
    ...(more > 0 ? [`... and ${more} more homes`] : []),
    '* from and to other homes; the rest is traded with the utility and is part of the bill',
    '',
    ...lines.map(([name, value]) => `${(name as string).padEnd(32)}${value}`),
    '',
    `verify it yourself: npx tsx src/cli/main.ts verify --replay --key ${result.chain.key} ${result.chain.folder}`,
  ].join('\n');
}

function chainText({ name, chainId, blocks, events, verified }: ChainResult): string {
  const counts = `${blocks} blocks with ${events.toLocaleString('en')} events`;
  return `${name}/${chainId.slice(0, 12)}, ${counts}: ${verified ? 'verified' : 'NOT VERIFIED'}`;
}

function prices({ lowestPrice, highestPrice, homeTrades }: MarketResult, mean: bigint): string {
  if (homeTrades === 0) return 'no trade between homes';
  const text = [lowestPrice, Number(mean), highestPrice].map((ticks) => (ticks / 1e6).toFixed(4));
  return `${text.join(' / ')} EUR/kWh`;
}

function perSecond(count: number, seconds: number): string {
  return `${Math.round(count / seconds).toLocaleString('en')} per second`;
}

function kWh(wh: number): string {
  return (wh / 1000).toFixed(1);
}

/** Cents, rounded half away from zero; for the eye only. */
function euro(nano: bigint): string {
  const size = nano < 0n ? -nano : nano;
  const cents = ((size + 5_000_000n) / 10_000_000n).toString().padStart(3, '0');
  return `${nano < 0n ? '-' : ''}${cents.slice(0, -2)}.${cents.slice(-2)}`;
}

/** Columns under each other: the first to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) =>
        i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
      )
      .join('  ');
  return rows.map(line).join('\n');
}
