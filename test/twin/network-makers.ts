import { OrderKind, PostOnly, SelfTrade, Side, TimeInForce } from '../../src/core/codes.ts';
import type { CommandSource } from '../random-commands.ts';
import type { Draw } from '../mulberry32.ts';
import type { Command, Reference } from './commands.ts';
import { command, LIMIT_TIMES, type Maker, productId } from './makers.ts';
import { type Market, OPERATOR, type Order } from './market.ts';
import { pick } from './order-terms.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const { gtc, gtd, ioc, fok, session } = TimeInForce;

/** The networks that streams begin with: ticks of the first two products, zones, and some fees. */
export function networkSetUp(draw: Draw): Command[] {
  const commands = [
    command('listNetwork', OPERATOR, { id: 'grid', tickMantissa: 1, tickDecimals: 6 }),
    command('listNetwork', OPERATOR, { id: 'island', tickMantissa: 25, tickDecimals: 4 }),
  ];
  const zones = ['north', 'south', 'west', 'harbour', 'hill'];
  zones.forEach((id, row) => {
    const gridAccount = row === 0 ? OPERATOR : OPERATOR + 1 + draw(4);
    commands.push(command('addZone', OPERATOR, { network: row < 3 ? 0 : 1, gridAccount, id }));
  });
  for (let from = 0; from < 3; from++) {
    for (let to = 0; to < 3; to++) {
      if (draw(3) === 0) continue;
      commands.push(command('setGridFee', OPERATOR, { network: 0, from, to, fee: draw(4) }));
    }
  }
  return commands;
}

/** The network that one of the first products is traded in. */
export function memberFields(row: number, networks: boolean) {
  return networks && row < 2 ? { hasNetwork: 1, network: row } : { hasNetwork: 0, network: 0 };
}

/** A product in a network, mostly. */
function memberOf(source: CommandSource, draw: Draw): Reference {
  const { products } = source.market;
  const members = [...products.keys()].filter((row) => products[row]!.network !== undefined);
  if (members.length === 0 || draw(30) === 0) return source.product(draw);
  return members[Math.min(draw(members.length), draw(members.length))]!;
}

/** A zone, mostly one of the network of a product. */
function zoneFor(market: Market, product: Reference, draw: Draw): Reference {
  if (draw(60) === 0 || market.zones.length === 0) return { unknown: `zone${draw(9)}` };
  if (draw(40) === 0) return draw(market.zones.length);
  const network = typeof product === 'number' ? market.products[product]?.network?.row : 0;
  const zones = [...market.zones.keys()].filter((row) => market.zones[row]!.network === network);
  return zones.length === 0 ? draw(market.zones.length) : zones[draw(zones.length)]!;
}

function ofSide(source: CommandSource, side: number, draw: Draw) {
  const { funds } = source.profile;
  const much = funds === 'huge' && draw(60) === 0;
  const premium = (): number => (draw(2) === 0 ? 0 : much ? MAX - draw(3) : draw(5));
  const buys = side === Side.buy;
  const paid = buys && draw(3) === 0;
  const mask = (): number => (draw(3) === 0 ? draw(32) : 2 ** draw(3));
  return {
    attributes: buys ? 0 : draw(3) === 0 ? 0 : mask(),
    only: buys && draw(6) === 0 ? mask() : 0,
    onlyZones: draw(9) === 0 ? 1 + draw(draw(12) === 0 ? 15 : 7) : 0,
    solarPremium: paid ? premium() : 0,
    windPremium: paid ? premium() : 0,
    batteryPremium: paid ? premium() : 0,
    gridPremium: paid && draw(4) === 0 ? premium() : 0,
    localPremium: paid && draw(4) === 0 ? premium() : 0,
    strangeZones: draw(150) === 0 ? 1 : 0,
  };
}

export const submitInNetwork: Maker = (source, draw) => {
  const { market } = source;
  const account = source.account(draw);
  const product = memberOf(source, draw);
  const side = draw(2);
  const isMarket = draw(100) < 15;
  const timeInForce = isMarket
    ? pick(draw, [
        [60, ioc],
        [15, fok],
        [10, gtc],
        [5, session],
        [5, gtd],
      ])
    : pick(draw, LIMIT_TIMES);
  const quantity = source.quantity(draw);
  const immediate = timeInForce === ioc || timeInForce === fok;
  const [off, reject, slide] = [PostOnly.off, PostOnly.reject, PostOnly.slide];
  const which = pick(draw, [
    [85, off],
    [5, reject],
    [10, slide],
  ]);
  const postOnly = immediate || isMarket ? off : which;
  const least = timeInForce !== fok && postOnly === off && draw(15) === 0;
  return command('submitInNetwork', source.actorFor(account, draw), {
    account,
    product,
    side,
    kind: isMarket ? OrderKind.market : OrderKind.limit,
    timeInForce,
    postOnly,
    selfTrade: draw(Object.keys(SelfTrade).length),
    hasPrice: isMarket ? (draw(5) < 4 ? 1 : 0) : 1,
    price: source.price(product, side, draw),
    quantity,
    minQuantity: least ? 1 + draw(Math.min(quantity, 12)) : 0,
    expiresAt: timeInForce === gtd ? market.time + draw(40) : 0,
    zone: zoneFor(market, product, draw),
    ...ofSide(source, side, draw),
    clientOrderId: draw(6) === 0 ? `c${draw(12)}` : '',
  });
};

/** An order that rests in a network, if there is one. */
function restingIn(source: CommandSource, draw: Draw): Order | undefined {
  const { products } = source.market;
  const members = products.filter(({ network }) => network !== undefined);
  const queue = members[draw(members.length)]?.queues[draw(2) === 0 ? 0 : 1] ?? [];
  return queue[draw(queue.length)];
}

export const takeInNetwork: Maker = (source, draw) => {
  const { market } = source;
  const account = source.account(draw);
  const maker = draw(12) === 0 ? source.resting(draw) : restingIn(source, draw);
  const side = maker?.side === Side.sell ? 1 : -1;
  const lots = maker === undefined || draw(8) === 0 ? source.quantity(draw) : 1 + draw(maker.open);
  return command('takeInNetwork', source.actorFor(account, draw), {
    account,
    order: maker?.id ?? 1 + draw(market.lastOrder + 2),
    quantity: lots,
    limitPrice: (maker?.price ?? 0) + side * (draw(8) - 2),
    zone: zoneFor(market, maker?.product ?? 0, draw),
    attributes: draw(2) === 0 ? 2 ** draw(4) : 0,
  });
};

export const setGridFee: Maker = (source, draw) => {
  const { market } = source;
  const network = draw(20) === 0 ? { unknown: 'nowhere' } : draw(market.networks.length);
  const member = market.products.findIndex((each) => each.network?.row === network);
  const fee = draw(120) === 0 ? MAX - draw(3) : draw(6);
  const from = zoneFor(market, member, draw);
  return command('setGridFee', source.operator(draw), {
    network,
    from,
    to: zoneFor(market, member, draw),
    fee,
  });
};

export const setCapacity: Maker = (source, draw) => {
  const product = memberOf(source, draw);
  const hasQuantity = draw(3) === 0 ? 0 : 1;
  return command('setCapacity', source.operator(draw), {
    product,
    from: zoneFor(source.market, product, draw),
    to: zoneFor(source.market, product, draw),
    hasQuantity,
    quantity: hasQuantity === 1 ? draw(draw(9) === 0 ? MAX : 30) : 0,
  });
};

export const setPartner: Maker = (source, draw) => {
  const { market } = source;
  const rules = market.partners;
  // Mostly to lift what was said before, or a few who want each other would be left.
  const old = rules.length > 3 || draw(2) === 0 ? rules[draw(rules.length)] : undefined;
  const account = old?.account ?? source.account(draw);
  const partner = old?.partner ?? source.account(draw);
  const same = typeof account === 'number' && account === partner;
  return command('setPartner', source.actorFor(account, draw), {
    account,
    partner: same ? { unknown: 'nobody' } : partner,
    rule: old !== undefined ? 0 : draw(4) === 0 ? 1 : 2,
  });
};

export const addZone: Maker = (source, draw) =>
  command('addZone', source.operator(draw), {
    network: draw(9) === 0 ? { unknown: 'nowhere' } : draw(source.market.networks.length),
    gridAccount: source.account(draw),
    id: draw(3) === 0 ? 'north' : `zone${draw(40)}`,
  });

export const listNetwork: Maker = (source, draw) =>
  command('listNetwork', source.operator(draw), {
    id: draw(2) === 0 ? 'grid' : productId(draw),
    tickMantissa: 1 + draw(9),
    tickDecimals: draw(7),
  });

/** Mostly a trade that there was, told as it was or with one word changed. */
export const recallInNetwork: Maker = (source, draw) => {
  const { trades } = source.market;
  const told = trades[trades.length - 1 - draw(Math.min(trades.length, 8))];
  const nowhere = { from: 0, to: 0, fee: 0, feeVersion: 1 };
  if (told === undefined) return submitInNetwork(source, draw);
  const { way = nowhere, ...trade } = told;
  const changed = pick(draw, [
    [40, {}],
    [2, { fee: way.fee + 1 }],
    [2, { from: zoneFor(source.market, trade.product, draw) }],
    [2, { to: zoneFor(source.market, trade.product, draw) }],
    [2, { quantity: source.quantity(draw) }],
  ]);
  return command('recallInNetwork', source.operator(draw), { ...trade, ...way, ...changed });
};
