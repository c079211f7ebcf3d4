import type { Exchange, OrderReceipt, Receipt } from '../src/index.ts';
import type { Draw } from './mulberry32.ts';

/** A request that can be sent, and sent again. */
export interface Sent {
  readonly commandId: string | undefined;
  send(exchange: Exchange): Promise<Receipt | OrderReceipt>;
}

const ACCOUNTS = ['alice', 'bob', 'carol', 'nobody'];
const WEIGHTS = {
  submit: 50,
  cancel: 8,
  amend: 8,
  take: 5,
  cancelAll: 1,
  deposit: 3,
  withdraw: 3,
  transfer: 3,
  openAccount: 2,
  setFees: 2,
  setBand: 2,
  haltProduct: 1,
  resumeProduct: 3,
  endSession: 1,
  runAuction: 1,
  advanceTime: 2,
} as const;
const NAMES = Object.entries(WEIGHTS).flatMap(([name, weight]) =>
  Array.from({ length: weight }, () => name as keyof typeof WEIGHTS),
);

/** Some request for the market of `stagedOn`: most make sense, some are refused. */
export function randomRequest(number: number, time: number, draw: Draw): Sent {
  const command = NAMES[draw(NAMES.length)]!;
  const commandId = draw(2) === 0 ? `c${number}` : undefined;
  const content = contentOf(command, time, draw);
  const request = commandId === undefined ? content : { ...content, commandId };
  return {
    commandId,
    send: (exchange) => {
      const call = exchange[command] as (asked: object) => Promise<Receipt | OrderReceipt>;
      return call.call(exchange, request);
    },
  };
}

function contentOf(command: keyof typeof WEIGHTS, time: number, draw: Draw): object {
  const account = ACCOUNTS[Math.min(draw(4), draw(4))]!;
  const actor = account;
  const product = 'noon';
  const orderId = 1 + draw(60);
  const priceTicks = 95 + draw(11);
  const quantityLots = 1 + draw(9);
  const funds = { account, asset: draw(2) ? 'EUR' : 'kWh', amount: `${1 + draw(400)}` };
  switch (command) {
    case 'submit': {
      const order = { account, product, side: draw(2) ? 'buy' : 'sell', priceTicks, quantityLots };
      const more = [
        {},
        {},
        {},
        { timeInForce: 'ioc' },
        { timeInForce: 'fok' },
        { postOnly: 'slide' },
        { timeInForce: 'session' },
      ];
      const expiring = { timeInForce: 'gtd', expiresAt: time + 1 + draw(40) };
      return { ...order, ...[...more, expiring][draw(8)] };
    }
    case 'cancel':
      return { actor, orderId };
    case 'amend':
      return { actor, orderId, priceTicks, quantityLots };
    case 'take':
      return { account, orderId, quantityLots, limitPriceTicks: priceTicks };
    case 'cancelAll':
      return { account };
    case 'deposit':
    case 'withdraw':
      return funds;
    case 'transfer':
      return { ...funds, to: ACCOUNTS.filter((each) => each !== account)[draw(3)] };
    case 'openAccount':
      return { id: ACCOUNTS[draw(3)] };
    case 'setFees':
      return { product, makerPpm: draw(2_000), takerPpm: draw(2_000) };
    case 'setBand':
      return { product, band: draw(2) ? null : { low: '0.09', high: '0.11' } };
    case 'haltProduct':
    case 'resumeProduct':
    case 'endSession':
    case 'runAuction':
      return { product };
    case 'advanceTime':
      return {};
  }
}
