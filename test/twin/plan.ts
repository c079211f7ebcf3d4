import { EndReason, ProductStatus } from '../../src/core/codes.ts';
import { holdAuction } from './auction.ts';
import { enterExits } from './brackets.ts';
import type { CommandOf } from './commands.ts';
import { tell } from './events.ts';
import type { Market, Plan, Product } from './market.ts';
import { endOrders, restingOrders } from './orders.ts';

/** When a product is traded, if that is planned. */
export function planOf(command: CommandOf<'listProduct'>): Plan | undefined {
  const { hasDelivery, deliveryStart, deliveryEnd, opensMs, gateMs } = command;
  if (hasDelivery === 0) return undefined;
  const asked = [deliveryStart, deliveryEnd, opensMs, gateMs] as const;
  return { opens: deliveryStart + opensMs, gate: deliveryStart + gateMs, asked };
}

/** What is told and kept of a plan. */
export function planFields(plan: Plan | undefined): readonly number[] {
  return plan === undefined ? [0, 0, 0, 0, 0] : [1, ...plan.asked];
}

/** The status of a product that is listed at a time. */
export function firstStatus(plan: Plan | undefined, time: number): number {
  if (plan === undefined || (plan.opens <= time && time < plan.gate)) return ProductStatus.open;
  return time < plan.opens ? ProductStatus.scheduled : ProductStatus.gateClosed;
}

/** All that was due by now, whether it has come about already or not, one after the other. */
export function runTimers(market: Market, before: number): void {
  const due: { time: number; kind: number; number: number; happens: () => void }[] = [];
  for (const order of market.timed) {
    const happens = (): void => endOrders(market, [order], EndReason.expired);
    due.push({ time: order.expiresAt, kind: 0, number: order.id, happens });
  }
  market.products.forEach((product, number) => {
    if (product.plan === undefined) return;
    const { opens, gate } = product.plan;
    due.push({ time: opens, kind: 1, number, happens: () => open(market, product, number) });
    due.push({ time: gate, kind: 2, number, happens: () => closeGate(market, product, number) });
    for (const time of auctionTimes(product, opens, gate)) {
      const happens = (): void => holdIfOpen(market, product, number);
      if (time > before) due.push({ time, kind: 3, number, happens });
    }
  });
  due
    .filter(({ time }) => time <= market.time)
    .sort((a, b) => a.time - b.time || a.kind - b.kind || a.number - b.number)
    .forEach(({ happens }) => happens());
  enterExits(market);
}

function open(market: Market, product: Product, row: number): void {
  if (product.status !== ProductStatus.scheduled) return;
  product.status = ProductStatus.open;
  tell(market, 'productOpened', [row]);
}

function auctionTimes({ auctions }: Product, opens: number, gate: number): number[] {
  const every = auctions?.everyMs ?? 0;
  const times: number[] = [];
  for (let time = opens + every; every > 0 && time < gate; time += every) times.push(time);
  return times;
}

/** A product that is halted misses its auction. */
function holdIfOpen(market: Market, product: Product, row: number): void {
  const { auctions, status } = product;
  if (auctions === undefined || status !== ProductStatus.open) return;
  holdAuction(market, product, row, auctions);
}

function closeGate(market: Market, product: Product, row: number): void {
  if (product.status !== ProductStatus.open && product.status !== ProductStatus.halted) return;
  holdIfOpen(market, product, row);
  const orders = restingOrders(market, (each) => each.product === row);
  endOrders(market, orders, EndReason.gateClosed);
  endTrading(market, product, row, ProductStatus.gateClosed);
  tell(market, 'gateClosed', [row, orders.length]);
}

export function endTrading(market: Market, product: Product, row: number, status: number): void {
  product.status = status;
  product.circuit = undefined;
  if (product.network !== undefined) product.network.capacity = [];
  for (const { limits } of market.accounts) delete limits?.positions[row];
}
