import { type Engine, type Exchange, type Outcome, type Receipt } from '../../src/index.ts';
import { mulberry32 } from '../mulberry32.ts';

/** A command of the soak: each is a function of its number alone, so that any process can send it again. */
export interface Item {
  readonly command: Command;
  readonly request: { readonly commandId: string };
  /** Time of the command, epoch ms. */
  readonly at: number;
}

type Command =
  'listAsset' | 'listProduct' | 'openAccount' | 'deposit' | 'submit' | 'cancel' | 'transfer';
type Calls<T> = Record<Command, (request: object) => T>;

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const ACCOUNTS = Array.from({ length: 40 }, (_, i) => `home-${i}`);
const START: readonly (readonly [Command, object])[] = [
  ['listAsset', { id: 'kWh', decimals: 3 }],
  ['listAsset', { id: 'EUR', decimals: 6 }],
  ['listProduct', { id: 'noon', ...GRID, makerPpm: 500, takerPpm: 1_500 }],
  ['listProduct', { id: 'night', ...GRID }],
  ...ACCOUNTS.map((id) => ['openAccount', { id }] as const),
  ...ACCOUNTS.flatMap((account) =>
    ['kWh', 'EUR'].map((asset) => ['deposit', { account, asset, amount: '10000' }] as const),
  ),
];
/** How long an order stands at most: so the book stays as large as it is. */
const STANDS_MS = 4000;

export function itemAt(seed: number, index: number): Item {
  const [command, request] =
    START[index] ?? drawn(mulberry32((seed ^ (index * 0x9e37_79b1)) >>> 0), index);
  return { command, request: { ...request, commandId: `c${index}` }, at: 1_000 + index };
}

function drawn(draw: (n: number) => number, index: number): readonly [Command, object] {
  draw(2);
  const home = draw(ACCOUNTS.length);
  const account = ACCOUNTS[home]!;
  const kind = draw(100);
  if (kind < 25) return ['cancel', { actor: account, orderId: Math.max(1, index - draw(3000)) }];
  if (kind < 28) {
    const to = ACCOUNTS[(home + 1 + draw(ACCOUNTS.length - 1)) % ACCOUNTS.length]!;
    const asset = draw(2) ? 'kWh' : 'EUR';
    return ['transfer', { actor: account, account, to, asset, amount: `${1 + draw(50)}` }];
  }
  const order = { account, product: draw(3) ? 'noon' : 'night', side: draw(2) ? 'buy' : 'sell' };
  const terms = { priceTicks: 180 + draw(41), quantityLots: 1 + draw(30) };
  const stands =
    kind < 45
      ? { timeInForce: 'ioc' }
      : { timeInForce: 'gtd', expiresAt: 1_000 + index + STANDS_MS };
  return ['submit', { ...order, ...terms, ...stands }];
}

/** Sends a command to an exchange; `setTime` sets the clock of it. */
export function send(
  item: Item,
  exchange: Exchange,
  setTime: (at: number) => void,
): Promise<Extract<Receipt, { sequence: number }>> {
  setTime(item.at);
  return (exchange as unknown as Calls<Promise<Extract<Receipt, { sequence: number }>>>)[
    item.command
  ](item.request);
}

/** Does the same in an engine. */
export function apply({ command, request, at }: Item, engine: Engine): Outcome {
  return (engine as unknown as Calls<Outcome>)[command]({ ...request, at });
}
