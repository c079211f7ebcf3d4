import { describe, expect, it } from 'vitest';
import { recordLength } from '../src/core/records.ts';
import { COMMANDS, offsetsOf } from '../src/core/registry.ts';
import {
  Engine,
  Exchange,
  memoryStorage,
  type DepthUpdate,
  type OrderReceipt,
  type OrderRequest,
} from '../src/index.ts';
import { collected } from './collected.ts';
import { faultOf, must } from './stage.ts';
import { networkStage, wired } from './stage-network.ts';

const SUBMIT = offsetsOf(COMMANDS.submitInNetwork);
const TAKE = offsetsOf(COMMANDS.takeInNetwork);
const CAPACITY = offsetsOf(COMMANDS.setCapacity);
const FEE = offsetsOf(COMMANDS.setGridFee);
const PARTNER = offsetsOf(COMMANDS.setPartner);
const LISTING = offsetsOf(COMMANDS.listProduct);

/** The code of the fault that a log ends in whose last record is written otherwise. */
function faultWith(ask: (engine: Engine) => unknown, write: (view: DataView) => void): string {
  const engine = networkStage();
  wired(engine, 'bob', 'sell', 9, 5);
  ask(engine);
  const log = engine.commandLog();
  expect(Engine.replay(log).stateHash()).toBe(engine.stateHash());
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  let last = 0;
  for (let at = 0; at < log.length; at += recordLength(view, at)) last = at;
  write(new DataView(log.buffer, log.byteOffset + last));
  return faultOf(() => Engine.replay(log));
}

const buys = (engine: Engine): unknown => wired(engine, 'alice', 'buy', 3, 5, { only: ['solar'] });
const sells = (engine: Engine): unknown =>
  wired(engine, 'alice', 'sell', 3, 5, { attributes: ['solar'] });
const way = { from: 'north', to: 'south' };
const limits = (engine: Engine): unknown =>
  must(engine.setCapacity({ product: 'wired', ...way, quantity: null }));

describe('a command log is refused', () => {
  it.each<[string, (engine: Engine) => unknown, (view: DataView) => void]>([
    ['a buyer with attributes', buys, (view) => view.setUint8(SUBMIT.attributes, 1)],
    ['a seller that chooses', sells, (view) => view.setUint8(SUBMIT.only, 1)],
    ['a seller that pays', sells, (view) => view.setBigInt64(SUBMIT.localPremium, 1n)],
    ['attributes of six bits', sells, (view) => view.setUint8(SUBMIT.attributes, 32)],
    ['a choice of six bits', buys, (view) => view.setUint8(SUBMIT.only, 32)],
    ['a premium below zero', buys, (view) => view.setBigInt64(SUBMIT.solarPremium, -1n)],
    ['a flag that is none', buys, (view) => view.setUint8(SUBMIT.strangeZones, 2)],
    [
      'a take with attributes of six bits',
      (engine) =>
        must(
          engine.take({
            account: 'alice',
            orderId: 1,
            quantityLots: 1,
            limitPriceTicks: 5,
            zone: 'south',
          }),
        ),
      (view) => view.setUint8(TAKE.attributes, 32),
    ],
    ['no limit, and a quantity', limits, (view) => view.setBigInt64(CAPACITY.quantity, 1n)],
    [
      'a limit below zero',
      limits,
      (view) => {
        view.setUint8(CAPACITY.hasQuantity, 1);
        view.setBigInt64(CAPACITY.quantity, -1n);
      },
    ],
    [
      'a grid fee below zero',
      (engine) => must(engine.setGridFee({ network: 'grid', ...way, feeTicks: 1 })),
      (view) => view.setBigInt64(FEE.fee, -1n),
    ],
    [
      'a rule that there is not',
      (engine) => must(engine.setPartner({ account: 'alice', partner: 'bob', rule: 'wanted' })),
      (view) => view.setUint8(PARTNER.rule, 3),
    ],
    [
      'a rule about oneself',
      (engine) => must(engine.setPartner({ account: 'alice', partner: 'bob', rule: 'wanted' })),
      (view) => view.setUint32(PARTNER.partner, view.getUint32(PARTNER.account)),
    ],
    [
      'a product in no network that names one',
      (engine) => {
        const grid = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
        must(engine.listProduct({ id: 'plain', ...grid }));
      },
      (view) => view.setUint32(LISTING.network, 1),
    ],
  ])('that holds %s', (_name, ask, write) => {
    expect(faultWith(ask, write)).toBe('BAD_RECORD');
  });
});

describe('an exchange', () => {
  /** The network stage on an exchange, with a grid fee. */
  async function opened(): Promise<Exchange> {
    const exchange = await Exchange.open({ storage: memoryStorage(), clock: () => 1_000 });
    const request = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1', network: 'grid' };
    must(await exchange.listAsset({ id: 'kWh', decimals: 3 }));
    must(await exchange.listAsset({ id: 'EUR', decimals: 6 }));
    for (const id of ['alice', 'bob', 'wires']) must(await exchange.openAccount({ id }));
    for (const account of ['alice', 'bob']) {
      must(await exchange.deposit({ account, asset: 'EUR', amount: '1000' }));
      must(await exchange.deposit({ account, asset: 'kWh', amount: '1000' }));
    }
    must(await exchange.listNetwork({ id: 'grid', tick: '0.001' }));
    for (const id of ['north', 'south']) {
      must(await exchange.addZone({ network: 'grid', id, gridAccount: 'wires' }));
    }
    must(await exchange.setGridFee({ network: 'grid', ...way, feeTicks: 2 }));
    must(await exchange.listProduct({ id: 'wired', ...request }));
    return exchange;
  }

  const enter = async (exchange: Exchange, order: Omit<OrderRequest, 'product'>): Promise<number> =>
    must<OrderReceipt>(await exchange.submit({ product: 'wired', ...order })).orderId;

  it('tells whose order asks for what, and what a buyer paid for the way', async () => {
    const exchange = await opened();
    const orders = exchange.subscribe('orders', { account: 'alice' });
    const bid = { account: 'alice', side: 'buy', zone: 'south', quantityLots: 5 } as const;
    const premiums = { solar: '0.003' };
    const order = await enter(exchange, { ...bid, priceTicks: 9, premiums, only: ['solar'] });
    const offer = { account: 'bob', side: 'sell', zone: 'north', priceTicks: 4 } as const;
    await enter(exchange, { ...offer, quantityLots: 2, attributes: ['solar'] });
    await exchange.close();
    const updates = await collected(orders);
    expect(updates.map(({ update }) => update)).toEqual([
      'accepted',
      'network',
      'rested',
      'filled',
      'carried',
    ]);
    expect(updates[1]).toMatchObject({
      orderId: order,
      zone: 'south',
      only: ['solar'],
      onlyZones: [],
      premiums: { solar: '0.003' },
      feeVersion: 2,
    });
    expect(updates[3]).toMatchObject({ orderId: order, priceTicks: 10, quantityLots: 2 });
    expect(updates[4]).toMatchObject({
      orderId: order,
      account: 'alice',
      side: 'buy',
      fromZone: 'north',
      toZone: 'south',
      gridFee: '0.002',
      feeVersion: 2,
      amountQuanta: 400,
    });
  });

  it('tells of a trade at another price than that of the resting order where that order stands', async () => {
    const exchange = await opened();
    const bid = { account: 'alice', side: 'buy', zone: 'south', quantityLots: 5 } as const;
    await enter(exchange, { ...bid, priceTicks: 9 });
    const known = new Map<number, number>();
    const depth = exchange.subscribe('depth', { product: 'wired' });
    const best = exchange.subscribe('best', { product: 'wired' });
    const offer = { account: 'bob', side: 'sell', zone: 'north', priceTicks: 4 } as const;
    await enter(exchange, { ...offer, quantityLots: 2 });
    const now = await exchange.read((market) => market.depth('wired', 9));
    await exchange.close();
    for (const { bids } of (await collected(depth)) as DepthUpdate[]) {
      for (const { priceTicks, openLots } of bids) known.set(priceTicks, openLots);
    }
    expect([...known]).toEqual(now.bids.map(({ priceTicks, openLots }) => [priceTicks, openLots]));
    expect([...known]).toEqual([[9, 3]]);
    const [, later] = await collected(best);
    expect(later).toMatchObject({ bid: { priceTicks: 9, openLots: 3 }, lastPriceTicks: 7 });
  });
});
