import { command, type Maker } from './makers.ts';
import { pick } from './order-terms.ts';
import { FEES } from './market.ts';

const MAX = Number.MAX_SAFE_INTEGER;

export const kill: Maker = (source, draw) => {
  const account = source.account(draw);
  return command('kill', source.actorFor(account, draw), { account });
};

export const setAccountLimits: Maker = (source, draw) => {
  const { market, profile } = source;
  const some = draw(4) === 0 ? source.account(draw) : source.trader(draw);
  // Mostly to lift what was set before.
  const limited = market.accounts.findIndex(({ limits }) => limits !== undefined);
  const lifts = limited >= 0 && draw(3) === 0;
  const hasExposure = lifts ? 0 : draw(2);
  const most = profile.funds === 'huge' ? 2 ** (10 + draw(43)) : 1 + draw(4000);
  return command('setAccountLimits', source.operator(draw), {
    account: lifts ? limited : some,
    hasOpenOrders: lifts ? 0 : draw(2),
    openOrders: draw(8),
    hasExposure,
    asset: hasExposure === 1 ? source.asset(draw) : 0,
    exposure: draw(8) === 0 ? 0 : most,
  });
};

/** Mostly a trade that there was, told as it was or with one word changed. */
export const recallTrade: Maker = (source, draw) => {
  const { trades } = source.market;
  const near = draw(3) === 0 ? trades.length : Math.min(trades.length, 6);
  const told = trades[trades.length - 1 - draw(near + 1)] ?? {
    trade: 1 + draw(trades.length + 3),
    product: source.product(draw),
    buyer: source.account(draw),
    seller: source.account(draw),
    price: source.price(0, 0, draw),
    quantity: source.quantity(draw),
    buyerFee: draw(5),
    sellerFee: draw(5),
  };
  const changed = pick(draw, [
    [50, {}],
    [2, { buyer: source.account(draw) }],
    [2, { seller: source.account(draw) }],
    [2, { buyer: FEES }],
    [2, { buyerFee: MAX - draw(2), sellerFee: MAX - draw(2) }],
    [2, { quantity: source.quantity(draw) }],
  ]);
  return command('recallTrade', source.operator(draw), { ...told, ...changed });
};

/** Circuits that soon bite, and none where one was set before. */
export const setCircuit: Maker = (source, draw) => {
  const { market, profile } = source;
  const set = market.products.findIndex(({ circuit }) => circuit !== undefined);
  const lifts = set >= 0 && draw(4) === 0;
  const far = (): number => (draw(30) === 0 ? MAX - draw(2) : 1 + draw(2 * profile.ticks));
  // Of a few ticks: mostly some of them, often just a whole number.
  const share = (): number =>
    draw(2) === 0 ? Math.floor(1_000_000 / (1 + draw(5))) : 1 + draw(1_000_000);
  const [hasCollar, hasMove] = lifts ? [0, 0] : [draw(4), draw(4)];
  const moves = hasMove > 0;
  return command('setCircuit', source.operator(draw), {
    product: lifts ? set : source.product(draw),
    collar: hasCollar % 2 === 1 ? far() : 0,
    collarPpm: hasCollar >= 2 ? share() : 0,
    haltMove: hasMove % 2 === 1 ? far() : 0,
    haltMovePpm: hasMove >= 2 ? share() : 0,
    haltWindowMs: moves ? 1 + draw(draw(3) === 0 ? 3_600_000 : 40) : 0,
  });
};
