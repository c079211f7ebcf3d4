import {
  AccountStatus,
  OrderKind,
  PostOnly,
  ProductStatus,
  SelfTrade,
  Side,
  TimeInForce,
} from '../../src/core/codes.ts';
import { auctioned, CONTINUOUS } from './auction-makers.ts';
import type { CommandSource } from '../random-commands.ts';
import type { Command, CommandOf, CommandType, Reference } from './commands.ts';
import { FEES, OPERATOR, type Order } from './market.ts';
import type { Draw } from '../mulberry32.ts';
import { forwardPlan, settlement } from './forward-makers.ts';
import { pegged, pick, stop } from './order-terms.ts';
import { saltOf } from './seal-makers.ts';
import {
  bracket,
  budget,
  delivery,
  NO_BRACKET,
  NO_OCO,
  second,
  showing,
} from './special-makers.ts';

export type Maker = (source: CommandSource, draw: Draw) => Command;

const MAX = Number.MAX_SAFE_INTEGER;
const { gtc, gtd, ioc, fok, session } = TimeInForce;
/** Ids that look like something else; all of them legal. */
export const ODD_IDS = ['__proto__', 'constructor', '../..', 'toString', 'a@b:c|d+e/f'];
/** Ticks around which the products trade, by product row. */
export const CENTRES = [3, 0, -2, 5];

export function centreOf(row: number): number {
  return CENTRES[row % CENTRES.length]!;
}

export function accountId(draw: Draw): string {
  return draw(8) === 0 ? ODD_IDS[draw(ODD_IDS.length)]! : `account${draw(16)}`;
}

export function productId(draw: Draw): string {
  if (draw(8) === 0) return 'slot';
  return draw(10) === 0 ? ODD_IDS[draw(ODD_IDS.length)]! : `product${draw(40)}`;
}

/** A command without its stamp. */
export type Asked<T extends CommandType> = Omit<
  CommandOf<T>,
  'type' | 'time' | 'commandId' | 'digestHigh' | 'digestLow' | 'actor'
>;

/** Completes a command; time, command id and digest come with the stamp. */
export function command<T extends CommandType>(
  type: T,
  actor: Reference,
  asked: Asked<T>,
  time = 0,
): Command {
  const stamp = { time, commandId: '', digestHigh: 0, digestLow: 0, actor };
  return { type, ...stamp, ...asked } as unknown as Command;
}

export const LIMIT_TIMES = [
  [54, gtc],
  [8, session],
  [16, gtd],
  [14, ioc],
  [5, fok],
] as const;
const MARKET_TIMES = [
  [70, ioc],
  [15, fok],
  [7, gtc],
  [3, session],
  [5, gtd],
] as const;
const POST_ONLY = [
  [88, PostOnly.off],
  [4, PostOnly.reject],
  [8, PostOnly.slide],
] as const;

export function submit(source: CommandSource, draw: Draw): Command {
  const { market } = source;
  const account = source.account(draw);
  const product = source.product(draw);
  const side = draw(2);
  const isMarket = draw(100) < (source.draining ? 50 : 12);
  const timeInForce = pick(draw, isMarket ? MARKET_TIMES : LIMIT_TIMES);
  const quantity = source.quantity(draw);
  const immediate = timeInForce === ioc || timeInForce === fok;
  const postOnly = immediate || isMarket ? PostOnly.off : pick(draw, POST_ONLY);
  const least = timeInForce !== fok && postOnly === PostOnly.off && draw(20) === 0;
  const unpegged = isMarket || immediate || least || postOnly !== PostOnly.off;
  const peg = pegged(unpegged, source.profile.pegOneIn, draw);
  const life = source.profile.wave > 0 ? 1 + draw(4 * source.profile.wave) : draw(40);
  const price = source.price(product, side, draw);
  const alone =
    peg.pegTo > 0 || isMarket || immediate || postOnly !== PostOnly.off || least || draw(8) > 0;
  const paired = alone ? NO_OCO : second(source, product, side, price, draw);
  const exits =
    peg.pegTo > 0 || paired.hasOco === 1 || draw(9) > 0
      ? NO_BRACKET
      : bracket(source, product, side, draw);
  const stopping = stop(
    peg.pegTo > 0 ||
      least ||
      postOnly !== PostOnly.off ||
      (isMarket && !immediate) ||
      exits.hasBracket === 1,
    paired.hasOco === 0,
    source.price(product, draw(2), draw),
    draw,
  );
  const boundable =
    isMarket &&
    immediate &&
    side === Side.buy &&
    stopping.hasStop + stopping.trailBy + exits.hasBracket === 0;
  return command('submit', source.actorFor(account, draw), {
    account,
    product,
    side,
    kind: isMarket ? OrderKind.market : OrderKind.limit,
    timeInForce,
    postOnly,
    selfTrade: draw(Object.keys(SelfTrade).length),
    hasPrice: isMarket ? (draw(5) < 4 ? 1 : 0) : 1,
    price,
    quantity,
    minQuantity: least ? 1 + draw(Math.min(quantity, 12)) : 0,
    expiresAt: timeInForce === gtd ? market.time + life : 0,
    ...peg,
    ...showing(
      isMarket || immediate || quantity > 2 ** 50 || paired.hasOco + exits.hasBracket > 0,
      quantity,
      least || peg.pegTo > 0,
      draw,
    ),
    ...paired,
    ...exits,
    ...stopping,
    ...budget(source, boundable ? product : undefined, quantity, draw),
    clientOrderId:
      draw(6) === 0
        ? draw(9) === 0
          ? '__proto__'
          : `c${draw(source.profile.wave > 0 ? 5000 : 12)}`
        : '',
  });
}

function someOrderId(source: CommandSource, order: Order | undefined, draw: Draw): number {
  if (order !== undefined && draw(10) > 0) return order.id;
  return Math.max(1, source.market.lastOrder + 2 - draw(30));
}

export function amend(source: CommandSource, draw: Draw): Command {
  const order = source.resting(draw);
  const version = order?.version ?? 1;
  const filled = order === undefined ? 0 : order.total - order.open;
  const open = Math.min(order?.open ?? 5, 2 ** 50);
  const total =
    filled +
    pick(draw, [
      [5, draw(open + 1)],
      [5, open + draw(10)],
      [1, 0],
    ]);
  const huge = draw(60) === 0 ? MAX - draw(2) : total;
  const hasPrice = draw(2);
  const waits = order?.stopPrice !== undefined;
  const hasStop = draw(waits ? 2 : 25) === 0 ? 1 : 0;
  return command('amend', source.actorFor(order?.account ?? source.trader(draw), draw), {
    order: someOrderId(source, order, draw),
    expectedVersion: pick(draw, [
      [60, 0],
      [32, version],
      [8, version + 1 + draw(2)],
    ]),
    hasPrice,
    price: source.price(order?.product ?? 0, order?.side ?? 0, draw),
    hasQuantity: (hasPrice === 0 && hasStop === 0) || draw(3) > 0 ? 1 : 0,
    quantity: huge,
    hasStop,
    stopPrice: hasStop === 1 ? source.price(order?.product ?? 0, draw(2), draw) : 0,
  });
}

export function cancel(source: CommandSource, draw: Draw): Command {
  const order = source.resting(draw);
  const actor = source.actorFor(order?.account ?? source.trader(draw), draw);
  return command('cancel', actor, { order: someOrderId(source, order, draw) });
}

export function cancelAll(source: CommandSource, draw: Draw): Command {
  const account = source.account(draw);
  const hasAccount = draw(5) > 0 ? 1 : 0;
  const hasProduct = hasAccount === 0 ? 1 : draw(2);
  const actor = hasAccount === 1 ? source.actorFor(account, draw) : source.operator(draw);
  const product = draw(10) === 0 || hasProduct === 1 ? source.product(draw) : 0;
  return command('cancelAll', actor, { hasAccount, account, hasProduct, product });
}

export function take(source: CommandSource, draw: Draw): Command {
  const order = source.resting(draw);
  const account = source.account(draw);
  const price = order?.price ?? 0;
  const better = order?.side === Side.sell ? 1 : -1;
  return command('take', source.actorFor(account, draw), {
    account,
    order: someOrderId(source, order, draw),
    quantity: Math.min(
      MAX,
      draw(10) === 0 ? (order?.open ?? 1) + draw(2) : 1 + draw(order?.open ?? 3),
    ),
    limitPrice: Math.abs(price) > MAX / 2 ? price : price + better * (draw(5) - 1),
  });
}

function amount(source: CommandSource, draw: Draw): number {
  if (draw(25) === 0) return MAX - draw(2);
  if (source.profile.funds === 'huge') return 1 + draw(2 ** (10 + draw(40)));
  return 1 + draw(source.profile.funds === 'scarce' ? 60 : 5000);
}

export const deposit: Maker = (source, draw) => {
  const account = source.account(draw);
  const asset = source.asset(draw);
  return command('deposit', source.operator(draw), {
    account,
    asset,
    amount: amount(source, draw),
  });
};

export const withdraw: Maker = (source, draw) => {
  const account = source.account(draw);
  const asset = source.asset(draw);
  // Now and then everything, so that accounts run empty and can be closed.
  const all = typeof account === 'number' && typeof asset === 'number' && draw(3) === 0;
  const held = all ? Number(source.market.accounts[account]?.balances[asset]?.available ?? 0n) : 0;
  return command('withdraw', source.actorFor(account, draw), {
    account,
    asset,
    amount: held > 0 ? held : amount(source, draw),
  });
};

export const transfer: Maker = (source, draw) => {
  const account = source.account(draw);
  const to = source.account(draw);
  return command('transfer', source.actorFor(account, draw), {
    account,
    to: to === account ? (account === FEES ? OPERATOR : FEES) : to,
    asset: source.asset(draw),
    amount: amount(source, draw),
  });
};

export const openAccount: Maker = (source, draw) =>
  command('openAccount', source.operator(draw), {
    id: accountId(draw),
    role: [0, 0, 0, 0, 0, 1, 2][draw(7)]!,
    ...saltOf(draw),
  });

export const freezeAccount: Maker = (source, draw) => {
  const { accounts } = source.market;
  const frozen = accounts.findIndex(({ status }) => status === AccountStatus.frozen);
  const thaws = frozen >= 0 && draw(6) > 0;
  return command('freezeAccount', source.operator(draw), {
    account: thaws ? frozen : source.account(draw),
    frozen: thaws ? 0 : draw(3) > 0 ? 1 : 0,
  });
};

export const closeAccount: Maker = (source, draw) => {
  const { length } = source.market.accounts;
  const account = draw(3) === 0 ? source.account(draw) : length - 1 - draw(Math.min(length, 4));
  return command('closeAccount', source.actorFor(account, draw), { account });
};

export const listAsset: Maker = (source, draw) =>
  command('listAsset', source.operator(draw), { id: `asset${draw(9)}`, decimals: draw(16) });

/** A whole number without zeros at its end, as ticks and lots are kept. */
function step(draw: Draw): { mantissa: number; decimals: number } {
  const mantissa = pick(draw, [
    [5, 1],
    [2, 25],
    [1, 1 + draw(9)],
    [1, MAX],
  ]);
  return { mantissa, decimals: draw(8) };
}

function band(source: CommandSource, product: Reference, draw: Draw) {
  if (draw(5) < 2) return { hasBand: 0, bandLow: 0, bandHigh: 0 };
  const { ticks } = source.profile;
  const centre = CENTRES[(typeof product === 'number' ? product : 0) % CENTRES.length]!;
  const bandLow = centre - 1 - draw(ticks * 2);
  return { hasBand: 1, bandLow, bandHigh: centre + 1 + draw(ticks * 2) };
}

function fees(draw: Draw): { makerPpm: number; takerPpm: number } {
  return pick(draw, [
    [3, { makerPpm: 0, takerPpm: 0 }],
    [3, { makerPpm: 1000, takerPpm: 500 }],
    [2, { makerPpm: draw(1_000_001), takerPpm: draw(1_000_001) }],
    [1, { makerPpm: 1_000_000, takerPpm: 1_000_000 }],
  ]);
}

export const listProduct: Maker = (source, draw) => {
  const { products } = source.market;
  const model = draw(2) === 0 ? products[draw(products.length)] : undefined;
  const tick = model?.tick ?? step(draw);
  const lot = model?.lot ?? step(draw);
  const energyAsset = model?.energyAsset ?? source.asset(draw);
  const moneyAsset = model?.moneyAsset ?? source.asset(draw);
  const { ticks, forward } = source.profile;
  const { time } = source.market;
  const plan = forward && draw(4) > 0 ? forwardPlan(time, draw) : delivery(time, draw);
  return command('listProduct', source.operator(draw), {
    id: productId(draw),
    energyAsset,
    moneyAsset: moneyAsset === energyAsset ? { unknown: 'nowhere' } : moneyAsset,
    tickMantissa: tick.mantissa,
    tickDecimals: tick.decimals,
    lotMantissa: lot.mantissa,
    lotDecimals: lot.decimals,
    ...fees(draw),
    ...band(source, products.length, draw),
    ...plan,
    ...(draw(4) === 0 ? auctioned(plan, centreOf(products.length), draw) : CONTINUOUS),
    ...settlement(plan, products.length, ticks, source.account(draw), forward, draw),
    ...member(source, draw),
  });
};

/** A network that a product is to be traded in, whether it suits it or not. */
function member({ market: { networks } }: CommandSource, draw: Draw) {
  if (networks.length === 0 || draw(2) === 0) return { hasNetwork: 0, network: 0 };
  const unknown = draw(20) === 0 ? { unknown: 'nowhere' } : undefined;
  return { hasNetwork: 1, network: unknown ?? draw(networks.length) };
}

export const setFees: Maker = (source, draw) =>
  command('setFees', source.operator(draw), { product: source.product(draw), ...fees(draw) });

export const setBand: Maker = (source, draw) => {
  const product = source.product(draw);
  return command('setBand', source.operator(draw), { product, ...band(source, product, draw) });
};

export const haltProduct: Maker = (source, draw) =>
  command('haltProduct', source.operator(draw), { product: source.product(draw) });

export const resumeProduct: Maker = (source, draw) => {
  const { products } = source.market;
  const halted = products.findIndex(({ status }) => status === ProductStatus.halted);
  const product = halted >= 0 && draw(8) > 0 ? halted : source.product(draw);
  return command('resumeProduct', source.operator(draw), { product });
};

export const endSession: Maker = (source, draw) =>
  command('endSession', source.operator(draw), { product: source.product(draw) });

/** Mostly of one that is over. */
export const archiveProduct: Maker = (source, draw) => {
  const { products } = source.market;
  const { closed, gateClosed } = ProductStatus;
  const over = [...products.keys()].filter((row) => {
    const { status, gone } = products[row]!;
    return !gone && (status === closed || status === gateClosed);
  });
  const product = over.length > 0 && draw(6) > 0 ? over[draw(over.length)]! : source.product(draw);
  return command('archiveProduct', source.operator(draw), { product });
};

export const closeProduct: Maker = (source, draw) => {
  const { products } = source.market;
  const open = products.filter(({ status }) => status === ProductStatus.open).length;
  // A market whose products are all closed has little left to show.
  if (open <= 3 && draw(10) > 0) return listProduct(source, draw);
  return command('closeProduct', source.operator(draw), { product: source.product(draw) });
};

export const advanceTime: Maker = (source, draw) => {
  const time = source.market.time + draw(draw(6) === 0 ? 60 : 8);
  return command('advanceTime', source.actorFor(source.account(draw), draw), {}, time);
};
