import { Role } from '../../src/core/codes.ts';
import { auctioned, CONTINUOUS } from './auction-makers.ts';
import type { Profile } from '../random-commands.ts';
import type { Command } from './commands.ts';
import { CENTRES, command } from './makers.ts';
import { forwardPlan, settlement } from './forward-makers.ts';
import { delivery, NO_DELIVERY } from './special-makers.ts';
import { OPERATOR } from './market.ts';
import { memberFields, networkSetUp } from './network-makers.ts';
import type { Draw } from '../mulberry32.ts';

interface Listing {
  readonly id: string;
  readonly assets: readonly [energy: number, money: number];
  readonly tick: readonly [mantissa: number, decimals: number];
  readonly lot: readonly [mantissa: number, decimals: number];
  readonly ppm: readonly [maker: number, taker: number];
  readonly banded: boolean;
}

const FIRST_TRADER = OPERATOR + 1;
const START_TIME = 1_000_000;
/** Decimals of the assets: two kinds of money, two of energy. */
const ASSETS: readonly (readonly [id: string, decimals: number])[] = [
  ['EUR', 9],
  ['KWH', 3],
  ['USD', 2],
  ['MWH', 0],
];
const PRODUCTS: readonly Listing[] = [
  { id: 'slot', assets: [1, 0], tick: [1, 6], lot: [1, 3], ppm: [0, 0], banded: false },
  { id: 'half', assets: [1, 0], tick: [25, 4], lot: [5, 1], ppm: [1000, 500], banded: true },
  {
    id: 'block',
    assets: [3, 2],
    tick: [1, 0],
    lot: [1, 0],
    ppm: [400_000, 1_000_000],
    banded: true,
  },
  { id: 'swap', assets: [2, 1], tick: [1, 1], lot: [1, 2], ppm: [250, 999_999], banded: false },
];

/** What is traded and delivered within most streams, and has an asset of its own. */
const QUARTER_ASSET = ['QUARTER', 3] as const;
const QUARTER: Listing = {
  id: 'quarter',
  assets: [4, 0],
  tick: [1, 6],
  lot: [1, 3],
  ppm: [0, 700],
  banded: false,
};

function soon(draw: Draw) {
  const opensMs = -20 - draw(80);
  const deliveryStart = START_TIME + 10 + draw(90);
  const deliveryEnd = deliveryStart + 1 + draw(20);
  return { hasDelivery: 1, deliveryStart, deliveryEnd, opensMs, gateMs: 0 - draw(10) };
}

/** The commands that begin most streams: accounts, assets, products, funds. */
export function setUp(profile: Profile, draw: Draw): Command[] {
  const { traders, ticks, funds, planned, networks, called } = profile;
  const commands: Command[] = [];
  const salt = { salt0: 1, salt1: 2, salt2: 3, salt3: 0xffff_ffff };
  const add = (made: Command): void => {
    commands.push({ ...made, time: START_TIME, commandId: `s${commands.length}` });
  };
  for (let i = 0; i < traders; i++) {
    add(command('openAccount', OPERATOR, { id: `trader${i}`, role: Role.trader, ...salt }));
  }
  add(command('openAccount', OPERATOR, { id: 'second-operator', role: Role.operator, ...salt }));
  const assets = planned ? [...ASSETS, QUARTER_ASSET] : ASSETS;
  for (const [id, decimals] of assets) add(command('listAsset', OPERATOR, { id, decimals }));
  if (networks) for (const made of networkSetUp(draw)) add(made);
  const products = planned ? [...PRODUCTS, QUARTER] : PRODUCTS;
  products.forEach(({ id, assets, tick, lot, ppm, banded }, row) => {
    const centre = CENTRES[row % CENTRES.length]!;
    const later = row === 1 || (called && row === 3);
    const plan = planned && later ? delivery(START_TIME, draw) : NO_DELIVERY;
    const usual = products[row] === QUARTER ? soon(draw) : plan;
    const traded = profile.forward ? forwardPlan(START_TIME, draw) : usual;
    add(
      command('listProduct', OPERATOR, {
        id,
        energyAsset: assets[0],
        moneyAsset: assets[1],
        tickMantissa: tick[0],
        tickDecimals: tick[1],
        lotMantissa: lot[0],
        lotDecimals: lot[1],
        makerPpm: ppm[0],
        takerPpm: ppm[1],
        hasBand: banded ? 1 : 0,
        bandLow: banded ? centre - ticks - 2 : 0,
        bandHigh: banded ? centre + ticks + 1 : 0,
        ...traded,
        ...(called && row > 1 && row < 4 ? auctioned(plan, centre, draw) : CONTINUOUS),
        ...memberFields(row, networks),
        ...(called && row > 1 && row < 4 ? auctioned(traded, centre, draw) : CONTINUOUS),
        ...settlement(traded, row, ticks, FIRST_TRADER, profile.forward, draw),
      }),
    );
  });
  for (let trader = 0; trader < traders; trader++) {
    assets.forEach(([, decimals], asset) => {
      const scarce = 20 + draw(200) * (decimals === 9 ? 100_000 : 10);
      const ample = (50_000 + draw(50_000)) * (decimals === 9 ? 10_000 * ticks : ticks);
      const huge = Math.floor(Number.MAX_SAFE_INTEGER / traders) - draw(3);
      const given = { scarce, ample, huge }[funds];
      add(command('deposit', OPERATOR, { account: FIRST_TRADER + trader, asset, amount: given }));
    });
  }
  return commands;
}
