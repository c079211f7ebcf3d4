import { describe, expect, it } from 'vitest';
import type { Engine, OrderRequest } from '../src/index.ts';
import { all, staged } from './exchange-stage.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf, limit, must, stage } from './stage.ts';

const SELL = { account: 'alice', product: 'noon', side: 'sell', quantityLots: 5 } as const;
const PAIR = { ...SELL, priceTicks: 30, oco: { priceTicks: 19, stopPriceTicks: 20 } } as const;

function lockedOf(engine: Engine, account: string): readonly [money: number, energy: number] {
  const locked = (asset: string): number =>
    engine.balances(account).find((each) => each.asset === asset)?.lockedQuanta ?? 0;
  return [locked('EUR'), locked('kWh')];
}

describe('linked orders', () => {
  it('are told by each other, and share what their pair locks', () => {
    const engine = stage();
    const { orderId } = must(engine.submit({ ...PAIR, side: 'buy', oco: { priceTicks: 35 } }));
    const [first, second] = [engine.order(orderId)!, engine.order(orderId + 1)!];
    expect([first.linkedOrderId, second.linkedOrderId]).toEqual([orderId + 1, orderId]);
    // 5 lots at 30 ticks; what 35 ticks need beyond that.
    expect([first.lockedMoneyQuanta, second.lockedMoneyQuanta]).toEqual([15_000, 2_500]);
    expect(lockedOf(engine, 'alice')).toEqual([17_500, 0]);
    must(engine.cancel({ actor: 'alice', orderId }));
    expect([engine.order(orderId), engine.order(orderId + 1)]).toEqual([undefined, undefined]);
    expect(lockedOf(engine, 'alice')).toEqual([0, 0]);
  });

  it('are part of what a command id stands for', () => {
    const engine = stage();
    const once = { ...PAIR, commandId: 'once' };
    const { orderId } = must(engine.submit(once));
    expect(engine.submit(once)).toMatchObject({ ok: true, orderId, repeated: true });
    for (const oco of [
      { priceTicks: 18, stopPriceTicks: 20 },
      { priceTicks: 19, stopPriceTicks: 21 },
      { priceTicks: 19 },
      { price: '0.019', stopPriceTicks: 20 },
      { priceTicks: 19, stopPriceTicks: 20, side: 'sell' as const },
    ]) {
      expect(codeOf(engine.submit({ ...once, oco }))).toBe('ID_REUSED');
    }
  });

  it('need ticks of a known product to be compared', () => {
    const engine = stage();
    const order = {
      ...SELL,
      side: 'buy',
      price: '0.1',
      oco: { side: 'sell', price: '0.2' },
    } as const;
    expect(codeOf(engine.submit({ ...order, product: 'never' }))).toBe('UNKNOWN_PRODUCT');
    expect(codeOf(engine.submit(order))).toBe('ok');
  });

  it('lock what a preview says, whatever they are', () => {
    const draw = mulberry32(5);
    let [accepted, filled] = [0, 0];
    for (let round = 0; round < 200; round++) {
      const engine = stage();
      must(engine.setFees({ product: 'noon', makerPpm: draw(300_000), takerPpm: draw(300_000) }));
      for (let i = 0; i < 4; i++) {
        limit(engine, 'bob', i % 2 === 0 ? 'buy' : 'sell', 1 + draw(4), (i % 2 === 0 ? -6 : 6) - i);
      }
      const side = draw(2) === 0 ? 'buy' : 'sell';
      const oco = {
        priceTicks: draw(20) - 10,
        ...(draw(2) === 0 ? {} : { stopPriceTicks: draw(9) }),
      };
      const priceTicks = draw(20) - 10;
      const order: OrderRequest = { ...SELL, side, priceTicks, oco };
      const preview = engine.preview(order);
      const before = [engine.stateHash(), ...lockedOf(engine, 'alice')];
      expect(before).toEqual([engine.stateHash(), 0, 0]);
      const outcome = must(engine.submit(order));
      if (!preview.ok) throw new Error(`round ${round}: ${preview.code}`);
      accepted++;
      expect(outcome.filledLots).toBe(preview.filledLots);
      const traded = [...engine.trades()].reduce((sum, { quantityLots }) => sum + quantityLots, 0);
      if (traded > 0) {
        filled++;
        continue;
      }
      const { locksMoneyQuanta, locksEnergyQuanta } = preview;
      expect(lockedOf(engine, 'alice')).toEqual([locksMoneyQuanta, locksEnergyQuanta]);
    }
    expect([accepted, filled > 20, filled < 180]).toEqual([200, true, true]);
  });

  it('count in a cascade only while they wait', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 1, 25);
    // At 25 both are reached: the one of bob first, which fills the order that alice's is linked with.
    limit(engine, 'bob', 'buy', 1, 30, { stopPriceTicks: 25 });
    limit(engine, 'alice', 'sell', 1, 30, { oco: { priceTicks: 24, stopPriceTicks: 25 } });
    for (let i = 0; i < 999; i++) limit(engine, 'bob', 'buy', 1, 1, { stopPriceTicks: 25 });
    const mark = engine.sequence;
    limit(engine, 'alice', 'buy', 1, 25);
    const reasons = [...engine.events({ after: mark })].flatMap((event) =>
      event.type === 'orderEnded' ? [event.reason] : [],
    );
    expect(reasons).toEqual(['filled', 'filled', 'filled', 'oco', 'filled']);
  });

  it('are told of to their account', async () => {
    const exchange = await staged();
    const sequence = await exchange.read((market) => market.sequence);
    must(await exchange.submit(PAIR));
    const buy = { ...SELL, account: 'bob', side: 'buy', priceTicks: 30 } as const;
    must(await exchange.submit({ ...buy, quantityLots: 2 }));
    must(await exchange.submit({ ...buy, quantityLots: 3 }));
    const stored = { after: sequence, account: 'alice', follow: false } as const;
    const updates = await all(exchange.subscribe('orders', stored));
    const linked = updates.filter((update) => update.update === 'linked');
    expect(linked.map(({ orderId, linkedOrderId }) => [orderId, linkedOrderId])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(updates.map(({ update, orderId }) => `${update} ${orderId}`)).toEqual([
      'accepted 1',
      'terms 1',
      'accepted 2',
      'linked 1',
      'linked 2',
      'rested 1',
      'waiting 2',
      'filled 1',
      'reduced 2',
      'filled 1',
      'ended 1',
      'ended 2',
    ]);
    await exchange.close();
  });
});
