import { Pricing } from '../../src/core/codes.ts';
import type { CommandSource } from '../random-commands.ts';
import type { Draw } from '../mulberry32.ts';
import type { Command } from './commands.ts';
import { command } from './makers.ts';
import { pick } from './order-terms.ts';

export const CONTINUOUS = {
  mechanism: 0,
  pricing: 0,
  hasReference: 0,
  referencePrice: 0,
  auctionEveryMs: 0,
} as const;

interface Traded {
  readonly hasDelivery: number;
  readonly opensMs: number;
  readonly gateMs: number;
}

/** How a product is auctioned. @param centre around which it trades, in ticks */
export function auctioned({ hasDelivery, opensMs, gateMs }: Traded, centre: number, draw: Draw) {
  const pricing = draw(3);
  const hasReference = pricing === Pricing['mid-market'] || draw(3) === 0 ? 1 : 0;
  const often = Math.ceil((gateMs - opensMs) / 10_000);
  const auctionEveryMs = pick(draw, [
    [2, 0],
    [3, often + 1 + draw(20)],
    [1, often + draw(200)],
  ]);
  return {
    mechanism: 1,
    pricing,
    hasReference,
    referencePrice: hasReference === 1 ? centre + draw(7) - 3 : 0,
    auctionEveryMs: hasDelivery === 1 ? auctionEveryMs : 0,
  };
}

export function runAuction(source: CommandSource, draw: Draw): Command {
  const { products } = source.market;
  const calls = [...products.keys()].filter((row) => products[row]!.auctions !== undefined);
  const some = calls.length > 0 && draw(12) > 0;
  const product = some ? calls[draw(calls.length)]! : source.product(draw);
  return command('runAuction', source.operator(draw), { product });
}
