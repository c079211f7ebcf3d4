import { Display, Side } from '../../src/core/codes.ts';
import type { Draw } from '../mulberry32.ts';
import type { CommandSource } from '../random-commands.ts';
import type { Reference } from './commands.ts';

const MAX = Number.MAX_SAFE_INTEGER;

export const NO_OCO = { hasOco: 0, ocoSide: 0, ocoPrice: 0, ocoHasStop: 0, ocoStopPrice: 0 };

/** The second of two orders of which one cancels the other, which never trade with each other. */
export function second(
  source: CommandSource,
  product: Reference,
  side: number,
  price: number,
  draw: Draw,
): typeof NO_OCO {
  const opposite = draw(3) === 0 && Math.abs(price) < MAX - 10;
  const ocoSide = opposite ? 1 - side : side;
  const away = (1 + draw(4)) * (side === Side.buy ? 1 : -1);
  const ocoPrice = opposite ? price + away : source.price(product, side, draw);
  const ocoHasStop = draw(2);
  const ocoStopPrice = ocoHasStop === 1 ? source.price(product, draw(2), draw) : 0;
  return { hasOco: 1, ocoSide, ocoPrice, ocoHasStop, ocoStopPrice };
}

export const NO_BRACKET = { hasBracket: 0, takeProfit: 0, exitStopPrice: 0, exitStopLimit: 0 };

/** At what an order is to get rid of what it traded. */
export function bracket(
  source: CommandSource,
  product: Reference,
  side: number,
  draw: Draw,
): typeof NO_BRACKET {
  const exitSide = 1 - side;
  const takeProfit = Math.max(10 - MAX, Math.min(MAX - 10, source.price(product, exitSide, draw)));
  const exitStopPrice = takeProfit + (1 + draw(4)) * (side === Side.buy ? -1 : 1);
  const exitStopLimit = source.price(product, exitSide, draw);
  return { hasBracket: 1, takeProfit, exitStopPrice, exitStopLimit };
}

const ALL_SHOWN = { display: Display.all, displayQuantity: 0, refreshBelow: 0, allOrNone: 0 };

const UNBOUNDED = { hasMaxMoney: 0, maxMoney: 0 };

/** The most that a market order may cost: from nothing up to what it will hardly come to. */
export function budget(
  { market }: CommandSource,
  product: Reference | undefined,
  quantity: number,
  draw: Draw,
) {
  const quanta = typeof product === 'number' && market.products[product]?.tickQuanta;
  if (!quanta || draw(3) === 0) return UNBOUNDED;
  const maxMoney = draw(draw(2) === 0 ? 6 : 12 * Math.min(quantity, 8)) * Number(quanta) + draw(4);
  return { hasMaxMoney: 1, maxMoney: Math.min(MAX, maxMoney) };
}

/** How much of an order is shown, and whether it trades in parts. */
export function showing(plain: boolean, quantity: number, least: boolean, draw: Draw) {
  const kind = draw(10);
  if (plain || kind > 3) return ALL_SHOWN;
  if (kind === 0) return { ...ALL_SHOWN, display: Display.hidden };
  if (kind === 1) return { ...ALL_SHOWN, allOrNone: least ? 0 : 1 };
  const clip = 1 + draw(Math.min(quantity, draw(2) === 0 ? 4 : 2000));
  const refreshBelow = draw(2) === 0 ? 1 : 1 + draw(clip);
  return { ...ALL_SHOWN, display: Display.clip, displayQuantity: clip, refreshBelow };
}

export const NO_DELIVERY = {
  hasDelivery: 0,
  deliveryStart: 0,
  deliveryEnd: 0,
  opensMs: 0,
  gateMs: 0,
} as const;

/** When a product is traded and delivered: mostly soon and not for long, now and then too late. */
export function delivery(now: number, draw: Draw) {
  if (draw(3) === 0) return NO_DELIVERY;
  const opens = Math.max(0, now + draw(60) - 30);
  const gate = opens + 1 + draw(draw(3) === 0 ? 12 : 400);
  const deliveryStart = draw(4) === 0 ? opens + draw(gate - opens) : gate + draw(100);
  return {
    hasDelivery: 1,
    deliveryStart,
    deliveryEnd: deliveryStart + 1 + draw(100),
    opensMs: opens - deliveryStart,
    gateMs: gate - deliveryStart,
  };
}
