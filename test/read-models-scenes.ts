import { ed25519 } from '../src/chain/index.ts';
import { Engine, type TradeView } from '../src/index.ts';
import { deliver, read, settle, slotMarket, trade } from './forward-stage.ts';
import { mallory, market, sign } from './signed-stage.ts';
import { limit, must } from './stage.ts';
import { networkStage, wired } from './stage-network.ts';

const recallOf = ({ trades }: { trades: Iterable<TradeView> }) => {
  const { trade, product, buyer, seller, ...told } = [...trades].at(-1)!;
  const { priceTicks, quantityLots, buyerFeeQuanta, sellerFeeQuanta } = told;
  const fees = { buyerFeeQuanta, sellerFeeQuanta };
  return { trade, product, buyer, seller, priceTicks, quantityLots, ...fees };
};

function accounts(): Engine {
  const engine = networkStage();
  const { publicKey: key } = ed25519.signer(new Uint8Array(32).fill(1));
  must(engine.setAccountKey({ account: 'alice', key }));
  must(engine.advanceTime({ at: 50 }));
  must(engine.openAccount({ id: 'dave' }));
  must(engine.closeAccount({ account: 'dave' }));
  must(engine.freezeAccount({ account: 'carol' }));
  must(engine.kill({ account: 'wires', actor: 'operator' }));
  must(engine.setBand({ product: 'noon', band: { low: '0.010', high: '0.300' } }));
  must(engine.setFees({ product: 'noon', makerPpm: 5, takerPpm: 7 }));
  must(engine.setCircuit({ product: 'noon', collar: '0.5', halt: { movePpm: 9, windowMs: 100 } }));
  must(engine.haltProduct({ product: 'wired' }));
  must(engine.setAccountLimits({ account: 'bob', maxOpenOrders: 4, maxExposure: null }));
  return engine;
}

function recalls(): Engine {
  const engine = networkStage();
  must(engine.setGridFee({ network: 'grid', from: 'north', to: 'south', feeTicks: 3 }));
  wired(engine, 'alice', 'sell', 9, 50, { attributes: ['solar'] });
  wired(engine, 'bob', 'buy', 4, 60);
  must(engine.sealBlock({}));
  const zones = { fromZone: 'north', toZone: 'south', gridFeeTicks: 3, feeVersion: 2 };
  must(engine.advanceTime({ at: 70 }));
  must(engine.recallTrade({ ...recallOf({ trades: engine.trades() }), ...zones }));
  limit(engine, 'alice', 'sell', 3, 50);
  limit(engine, 'bob', 'buy', 2, 50);
  must(engine.recallTrade(recallOf({ trades: engine.trades() })));
  must(engine.sealBlock({}));
  must(engine.sealBlock({}));
  limit(engine, 'bob', 'buy', 1, 50);
  return engine;
}

/** The same id twice for products that come and go, then for one that stays. */
function archives(): Engine {
  const engine = new Engine();
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  for (const id of ['alice', 'bob']) {
    must(engine.openAccount({ id }));
    must(engine.deposit({ account: id, asset: 'EUR', amount: '100' }));
  }
  [0, 2_000, 4_000].forEach((time, turn) => {
    const id = 'noon';
    const delivery = { start: time + 1_000, end: time + 2_000, opensMs: -1_000, gateMs: -100 };
    const grid = { energy: id, money: 'EUR', tick: '0.01', lot: '0.001' };
    const decimals = 3 + turn;
    must(engine.listAsset({ id, decimals }));
    if (turn === 2) delivery.opensMs = -500;
    must(engine.listProduct({ id, ...grid, delivery }));
    if (turn === 2) must(engine.deposit({ account: 'bob', asset: id, amount: '1' }));
    must(engine.deposit({ account: 'alice', asset: id, amount: `${5 + turn}` }));
    if (turn === 2) return;
    const order = { product: id, price: turn === 0 ? '0.25' : '0.50', quantity: '2' } as const;
    must(engine.submit({ ...order, account: 'alice', side: 'sell' }));
    must(engine.submit({ ...order, account: 'bob', side: 'buy', quantity: '1' }));
    must(engine.setFees({ product: id, makerPpm: 0, takerPpm: 5 }));
    must(engine.advanceTime({ at: time + 2_000 }));
    must(engine.archiveProduct({ product: id }));
  });
  return engine;
}

function settlements(): Engine {
  const engine = slotMarket({ min: '0', max: '1', funds: { anna: '100', ben: '1' } });
  trade(engine, 'anna', 'ben', '0.5', '0.20');
  must(
    engine.submit({ account: 'anna', product: 'slot', side: 'sell', quantity: '3', price: '1' }),
  );
  must(engine.recallTrade(recallOf({ trades: engine.trades() })));
  trade(engine, 'anna', 'ben', '0.5', '0.30');
  deliver(engine, '0.1', '1');
  read(engine, 'anna', '0', '0.4');
  read(engine, 'ben', '2.5', '0');
  settle(engine);
  read(engine, 'ben', '9.5', '0');
  settle(engine, true);
  return engine;
}

/** A key that comes and goes again. */
function keys(): Engine {
  const engine = market();
  must(engine.setAccountKey({ account: 'ben', key: mallory.publicKey }));
  const gone = { account: 'anna', key: null } as const;
  must(engine.setAccountKey({ ...gone, signed: sign('setAccountKey', gone) }));
  return engine;
}

/** Markets in which what random journals seldom have happens. */
export const SCENES = {
  'keys of accounts': keys,
  'accounts and terms': accounts,
  'trades that are recalled': recalls,
  'products that are archived': archives,
  'energy that is sold forward': settlements,
};
