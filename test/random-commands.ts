import { ProductStatus, Side } from '../src/core/codes.ts';
import type { Draw } from './mulberry32.ts';
import type { Command, Reference } from './twin/commands.ts';
import { runAuction } from './twin/auction-makers.ts';
import * as forward from './twin/forward-makers.ts';
import * as limits from './twin/limit-makers.ts';
import * as networks from './twin/network-makers.ts';
import * as make from './twin/makers.ts';
import { setAccountKey, signedOf } from './twin/key-makers.ts';
import { sealBlock } from './twin/seal-makers.ts';
import { accountId, CENTRES, ODD_IDS, productId } from './twin/makers.ts';
import { type Market, OPERATOR, type Order } from './twin/market.ts';

/** What kind of market a stream of commands makes. Shares are in percent. */
export interface Profile {
  readonly traders: number;
  /** Prices lie within so many ticks of a product's centre. */
  readonly ticks: number;
  /** Orders that are priced to trade at once. */
  readonly aggressive: number;
  /** 'huge' brings the assets near the mint limit, 'scarce' lets funds run out. */
  readonly funds: 'ample' | 'scarce' | 'huge';
  /** Commands that carry a command id. */
  readonly withIds: number;
  /** Weights of the commands that are no trading, in thousandths of what they are by default. */
  readonly administration: number;
  /** After so many commands the book, filled until then, is drained; 0 for never. */
  readonly wave: number;
  /** Of so many orders that could be pegged one is. */
  readonly pegOneIn: number;
  /** Whether half of the first products are traded as planned. */
  readonly planned: boolean;
  /** Whether the other half of them trades in auctions. */
  readonly called: boolean;
  /** Whether the first two products are traded in networks. */
  readonly networks: boolean;
  /** Whether products are planned and sold forward, unless that is drawn otherwise. */
  readonly forward: boolean;
}

export const PLAIN: Profile = {
  traders: 6,
  ticks: 4,
  aggressive: 100,
  funds: 'ample',
  withIds: 30,
  administration: 1000,
  wave: 0,
  pegOneIn: 12,
  planned: false,
  called: false,
  networks: false,
  forward: false,
};

const MAX = Number.MAX_SAFE_INTEGER;
const FIRST_TRADER = OPERATOR + 1;

/** Some digest of a request: here it only has to differ where requests differ. */
function digestOf(command: Command, commandId: string): { digestHigh: number; digestLow: number } {
  let [digestHigh, digestLow] = [1, 2];
  for (const character of JSON.stringify({ ...command, time: 0, commandId })) {
    digestHigh = Math.imul(digestHigh ^ character.charCodeAt(0), 0x01000193) >>> 0;
    digestLow = Math.imul(digestLow + character.charCodeAt(0), 0x85ebca6b) >>> 0;
  }
  return { digestHigh, digestLow };
}

/** Makes commands that suit the market as it stands, most of them sensible, some of them not. */
export class CommandSource {
  readonly profile: Profile;
  readonly market: Market;
  /** Commands with an id, to be repeated. */
  #withId: Command[] = [];
  #ids = 0;
  #made = 0;
  readonly #table: readonly (readonly [number, make.Maker])[];
  readonly #weight: number;

  constructor(profile: Profile, market: Market) {
    this.profile = profile;
    this.market = market;
    const weights = profile.networks ? [...WEIGHTS, ...NETWORK_WEIGHTS] : WEIGHTS;
    this.#table = weights.map(([weight, kind, maker]) => {
      const shares = {
        trade: 1000,
        rare: profile.administration,
        settle: profile.forward ? 4000 : 1000,
      };
      const share = shares[kind];
      return [weight * share, maker] as const;
    });
    this.#weight = this.#table.reduce((sum, [weight]) => sum + weight, 0);
  }

  /** At the end of a wave the book is drained. */
  get draining(): boolean {
    const { wave } = this.profile;
    return wave > 0 && this.#made % wave > wave * 0.75;
  }

  next(draw: Draw): Command {
    this.#made++;
    if (draw(40) === 0 && this.#withId.length > 0) return this.#repetition(draw);
    let left = draw(this.#weight);
    for (const [weight, maker] of this.#table) {
      left -= weight;
      if (left < 0) return this.#stamped(maker(this, draw), draw);
    }
    throw new Error('the weights do not add up');
  }

  #stamped(made: Command, draw: Draw): Command {
    const { market, profile } = this;
    let time = Math.max(made.time, market.time + (draw(4) === 0 ? draw(4) : 0));
    if (draw(120) === 0) time = Math.max(0, market.time - 1 - draw(5));
    const signed = signedOf(this, { ...made, time }, draw);
    const command = signed === undefined ? made : { ...made, signed };
    if (draw(100) >= profile.withIds) return { ...command, time };
    const commandId = draw(50) === 0 ? ODD_IDS[draw(ODD_IDS.length)]! : `k${++this.#ids}`;
    const stamped = { ...command, time, commandId, ...digestOf(command, commandId) };
    this.#withId.push(stamped);
    if (this.#withId.length > 64) this.#withId.shift();
    return stamped;
  }

  /** A command id for the second time, mostly with the same content. */
  #repetition(draw: Draw): Command {
    const old = this.#withId[draw(this.#withId.length)]!;
    const time = this.market.time + draw(2);
    if (draw(3) === 0) {
      const other = this.next(draw);
      const { commandId, digestHigh, digestLow } = old;
      // Either lane of the digest alone tells contents apart.
      const lane =
        draw(2) === 0
          ? { digestHigh: (digestHigh ^ 1) >>> 0 }
          : { digestLow: (digestLow ^ 1) >>> 0 };
      return { ...other, time, commandId, digestHigh, digestLow, ...lane };
    }
    const account = 'account' in old && this.#known(old.account);
    return typeof account === 'number' ? ({ ...old, time, account } as Command) : { ...old, time };
  }

  /** The row that an id has by now. */
  #known(reference: Reference): number | false {
    if (typeof reference === 'number') return false;
    const row = this.market.accounts.findIndex(({ id }) => id === reference.unknown);
    return row >= 0 && row;
  }

  trader(draw: Draw): number {
    return FIRST_TRADER + draw(this.profile.traders);
  }

  account(draw: Draw): Reference {
    const chance = draw(100);
    if (chance < 90) return this.trader(draw);
    return chance < 98 ? draw(this.market.accounts.length) : { unknown: accountId(draw) };
  }

  /** Whoever acts for an account: mostly itself. */
  actorFor(account: Reference, draw: Draw): Reference {
    const chance = draw(100);
    if (chance < 88) return account;
    if (chance < 96) return OPERATOR;
    return chance < 99 || draw(2) === 0 ? this.trader(draw) : { unknown: accountId(draw) };
  }

  operator(draw: Draw): Reference {
    const chance = draw(100);
    if (chance < 85) return OPERATOR;
    if (chance < 93) return FIRST_TRADER + this.profile.traders;
    return chance < 99 || draw(2) === 0 ? this.trader(draw) : { unknown: accountId(draw) };
  }

  asset(draw: Draw): Reference {
    return draw(60) === 0 ? { unknown: `asset${draw(9)}` } : draw(this.market.assets.length);
  }

  /** A product: mostly one of the first that are open. */
  product(draw: Draw): Reference {
    const { products } = this.market;
    if (products.length === 0 || draw(80) === 0) return { unknown: productId(draw) };
    const open = [...products.keys()].filter((row) => products[row]!.status === ProductStatus.open);
    if (open.length === 0 || draw(16) === 0) return draw(products.length);
    return open[Math.min(draw(open.length), draw(open.length), draw(open.length))]!;
  }

  /** An open order, now and then a stop order that waits, or undefined. */
  resting(draw: Draw): Order | undefined {
    const { products } = this.market;
    for (let tries = 0; tries < 6; tries++) {
      const product = products[draw(products.length)];
      const which = draw(5);
      const queue = (which === 4 ? product?.stops : product?.queues[which < 2 ? 0 : 1]) ?? [];
      if (queue.length === 0) continue;
      const near = draw(3) === 0 ? queue.length : Math.min(queue.length, 8);
      return queue[draw(near)];
    }
    return undefined;
  }

  /** A price for a side; the buyer's lie lower unless the order is to trade at once. */
  price(product: Reference, side: number, draw: Draw): number {
    const { ticks, aggressive } = this.profile;
    const centre = CENTRES[(typeof product === 'number' ? product : 0) % CENTRES.length]!;
    if (this.draining) return centre + (side === Side.buy ? ticks : 0 - ticks);
    const off = draw(ticks + 1);
    const passive = side === Side.buy ? -off : off;
    if (draw(600) === 0) return (draw(2) === 0 ? 1 : -1) * (MAX - draw(3));
    const lean = Math.floor(ticks / 3) * (side === Side.buy ? 1 : -1);
    if (draw(100) < aggressive) return centre + lean + draw(2 * ticks + 1) - ticks;
    return centre + passive + (side === Side.buy ? -1 : 1);
  }

  quantity(draw: Draw): number {
    const chance = draw(100);
    if (this.draining) return 1 + draw(200);
    if (chance < 96 || this.profile.wave > 0) return 1 + draw(16);
    if (chance < 98) return 1 + draw(2000);
    return chance < 99 ? MAX - draw(3) : 1 + draw(2 ** (20 + draw(33)));
  }
}

type Weights = readonly (readonly [
  weight: number,
  kind: 'trade' | 'rare' | 'settle',
  make.Maker,
])[];

const WEIGHTS: Weights = [
  [740, 'trade', make.submit],
  [80, 'trade', make.amend],
  [55, 'trade', make.cancel],
  [60, 'trade', make.take],
  [12, 'rare', make.cancelAll],
  [35, 'trade', make.deposit],
  [18, 'trade', make.withdraw],
  [14, 'trade', make.transfer],
  [8, 'rare', make.openAccount],
  [8, 'rare', make.freezeAccount],
  [6, 'rare', make.closeAccount],
  [3, 'rare', limits.kill],
  [6, 'rare', limits.setCircuit],
  [14, 'rare', limits.setAccountLimits],
  [12, 'trade', limits.recallTrade],
  [24, 'settle', forward.recordReading],
  [8, 'settle', forward.setImbalancePrices],
  [14, 'settle', forward.settleProduct],
  [4, 'rare', make.listAsset],
  [8, 'rare', make.listProduct],
  [9, 'rare', make.setFees],
  [7, 'rare', make.setBand],
  [4, 'rare', make.haltProduct],
  [18, 'rare', make.resumeProduct],
  [6, 'rare', make.endSession],
  [10, 'rare', sealBlock],
  [6, 'rare', setAccountKey],
  [6, 'rare', make.archiveProduct],
  [14, 'trade', runAuction],
  [2, 'rare', make.closeProduct],
  [30, 'trade', make.advanceTime],
];

/** Beside the others, where some products are traded in networks. */
const NETWORK_WEIGHTS: Weights = [
  [1500, 'trade', networks.submitInNetwork],
  [120, 'trade', networks.takeInNetwork],
  [60, 'rare', networks.setGridFee],
  [60, 'rare', networks.setCapacity],
  [50, 'rare', networks.setPartner],
  [3, 'rare', networks.addZone],
  [2, 'rare', networks.listNetwork],
  [30, 'trade', networks.recallInNetwork],
];
