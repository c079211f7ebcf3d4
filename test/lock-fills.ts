import { Engine, type OrderRequest } from '../src/index.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import type { SplitTally } from './lock-splits.ts';
import { must } from './stage.ts';

const ZONES = ['north', 'south', 'east'] as const;
const SELLERS = ['s0', 's1', 's2'] as const;
const ATTRIBUTES = ['solar', 'wind', 'battery', 'grid', 'local'] as const;
const PPM = [0, 1, 999, 25_000, 333_333, 1_000_000];
const ROUNDS = 400;
/** Money quanta, more than any order here locks. */
const AMPLE = 1e12;

const pick = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)]!;

/**
 * Rounds of orders of which everyone has the money in its account that the preview said and not a quantum more. A ledger row below
 * zero throws, so that a lock that did not suffice for a fill does.
 */
export function lockMarket(seed: number): Readonly<SplitTally> {
  return new LockMarket(seed).play();
}

class LockMarket {
  readonly #draw: Draw;
  readonly #engine = new Engine({ history: 'drop' });
  readonly #scale: number;
  readonly #tally = { fills: 0, negative: 0, carried: 0, raised: 0, exact: 0 };

  constructor(seed: number) {
    this.#draw = mulberry32(seed);
    this.#scale = pick(this.#draw, [1, 1, 7, 1_000]);
    this.#setUp();
  }

  play(): Readonly<SplitTally> {
    for (let round = 0; round < ROUNDS; round++) {
      if (round % 10 === 0) this.#change();
      this.#round();
    }
    return this.#tally;
  }

  #setUp(): void {
    const engine = this.#engine;
    must(engine.listAsset({ id: 'kWh', decimals: 3 }));
    must(engine.listAsset({ id: 'EUR', decimals: 6 }));
    must(engine.listNetwork({ id: 'grid', tick: '0.001' }));
    for (const id of ['buyer', 'wires', ...SELLERS]) must(engine.openAccount({ id }));
    for (const id of ZONES) must(engine.addZone({ network: 'grid', id, gridAccount: 'wires' }));
    const lot = `0.00${1 + this.#draw(9)}`;
    const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot, network: 'grid' };
    must(engine.listProduct({ id: 'wired', ...grid }));
    for (const account of SELLERS) {
      must(engine.deposit({ account, asset: 'kWh', amountQuanta: 1e12 }));
    }
  }

  /** Other fees, and another grid fee. */
  #change(): void {
    const draw = this.#draw;
    const [makerPpm, takerPpm] = [pick(draw, PPM), pick(draw, PPM)];
    must(this.#engine.setFees({ product: 'wired', makerPpm, takerPpm }));
    const [from, to] = [pick(draw, ZONES), pick(draw, ZONES)];
    const feeTicks = draw(3) === 0 ? 0 : draw(30 * this.#scale);
    must(this.#engine.setGridFee({ network: 'grid', from, to, feeTicks }));
  }

  /** A buyer and some sellers; one or the others first. */
  #round(): void {
    const draw = this.#draw;
    const centre = draw(81) - 40;
    const first = draw(2) === 0;
    const before = first ? this.#buy(centre, false) : 0;
    const sellers = 1 + draw(7);
    for (let i = 0; i < sellers; i++) this.#sell(centre);
    const locked = first ? before : this.#buy(centre, true);
    const { availableQuanta, lockedQuanta } = this.#engine.balance('buyer', 'EUR');
    if (locked > 0 && availableQuanta + lockedQuanta === 0) this.#tally.exact++;
    for (const account of ['buyer', ...SELLERS]) this.#empty(account);
  }

  #buy(centre: number, comes: boolean): number {
    const draw = this.#draw;
    const premiums = Object.fromEntries(
      ATTRIBUTES.filter(() => draw(3) === 0).map((name) => [
        `${name}Ticks`,
        draw(20) * this.#scale,
      ]),
    );
    return this.#enter({
      account: 'buyer',
      side: 'buy',
      ...(comes && draw(4) === 0 ? { kind: 'market' } : {}),
      priceTicks: (centre + draw(30)) * this.#scale,
      quantityLots: (1 + draw(60)) * this.#scale - draw(this.#scale),
      premiums,
    });
  }

  #sell(centre: number): void {
    const draw = this.#draw;
    this.#enter({
      account: pick(draw, SELLERS),
      side: 'sell',
      attributes: ATTRIBUTES.filter(() => draw(4) === 0),
      priceTicks: (centre - 15 - draw(40)) * this.#scale - draw(this.#scale),
      quantityLots: (1 + draw(15)) * this.#scale - draw(this.#scale),
    });
  }

  /** Enters an order with just the money that it locks. @returns what that is, in quanta */
  #enter(
    fields: Partial<OrderRequest> & { readonly account: string; readonly side: 'buy' | 'sell' },
  ) {
    const engine = this.#engine;
    const { account } = fields;
    const order = {
      ...fields,
      product: 'wired',
      zone: pick(this.#draw, ZONES),
      selfTrade: 'allow',
    };
    // A preview wants to see the money; then all is taken out again that is not locked.
    must(engine.deposit({ account, asset: 'EUR', amountQuanta: AMPLE }));
    const { locksMoneyQuanta } = must(engine.preview(order as OrderRequest));
    const { availableQuanta } = engine.balance(account, 'EUR');
    must(
      engine.withdraw({ account, asset: 'EUR', amountQuanta: availableQuanta - locksMoneyQuanta }),
    );
    must(engine.submit(order as OrderRequest));
    this.#count();
    return locksMoneyQuanta;
  }

  #count(): void {
    const tally = this.#tally;
    let price = 0;
    for (const event of this.#engine.events()) {
      if (event.type === 'trade') {
        tally.fills++;
        ({ price } = event);
        if (price < 0) tally.negative++;
      } else if (event.type === 'gridFeePaid') {
        if (event.amount > 0) tally.carried++;
        // Of an order that is filled the limit is not known any more.
        const limit = this.#engine.order(event.order)?.priceTicks ?? Infinity;
        if (price + event.fee > limit) tally.raised++;
      }
    }
  }

  /** Ends all that an account has, and takes its money out. */
  #empty(account: string): void {
    const engine = this.#engine;
    must(engine.cancelAll({ account }));
    const { availableQuanta, lockedQuanta } = engine.balance(account, 'EUR');
    if (lockedQuanta !== 0) throw new Error(`${account} has ${lockedQuanta} locked for nothing`);
    if (availableQuanta > 0) {
      must(engine.withdraw({ account, asset: 'EUR', amountQuanta: availableQuanta }));
    }
  }
}
