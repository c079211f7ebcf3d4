import { Engine, type OrderRequest } from '../src/index.ts';
import { limit, must, stage } from './stage.ts';

/** The stage with carol, who has as much, and a product that is traded between two zones. Grid fees go to `wires`. */
export function networkStage(): Engine {
  const engine = stage();
  must(engine.openAccount({ id: 'wires' }));
  must(engine.openAccount({ id: 'carol' }));
  for (const asset of ['kWh', 'EUR']) {
    must(engine.deposit({ account: 'carol', asset, amount: '1000' }));
  }
  must(engine.listNetwork({ id: 'grid', tick: '0.001' }));
  for (const id of ['north', 'south']) {
    must(engine.addZone({ network: 'grid', id, gridAccount: 'wires' }));
  }
  const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
  must(engine.listProduct({ id: 'wired', ...grid, network: 'grid' }));
  return engine;
}

/** Enters a limit order in the network; returns its id. Buyers are in the south, sellers in the north, unless `more` says otherwise. */
export function wired(
  engine: Engine,
  account: string,
  side: 'buy' | 'sell',
  quantityLots: number,
  priceTicks: number,
  more: Partial<OrderRequest> = {},
): number {
  const zone = side === 'buy' ? 'south' : 'north';
  return limit(engine, account, side, quantityLots, priceTicks, {
    product: 'wired',
    zone,
    ...more,
  });
}
