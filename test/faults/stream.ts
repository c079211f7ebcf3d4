import { Engine, type Exchange } from '../../src/index.ts';
import { mulberry32 } from '../mulberry32.ts';

/** A request of the stream that a process sends, the same in each of its lives. */
export interface Item {
  readonly command: 'listAsset' | 'listProduct' | 'openAccount' | 'deposit' | 'submit' | 'cancel';
  readonly request: { readonly commandId: string };
  /** Time of the command, epoch ms. */
  readonly at: number;
}

type Calls = Record<Item['command'], (request: object) => unknown>;

const GRID = { energy: 'kWh', money: 'EUR', tick: '0.001', lot: '0.1' };
const ACCOUNTS = ['anna', 'ben', 'carla'];
const START: readonly (readonly [Item['command'], object])[] = [
  ['listAsset', { id: 'kWh', decimals: 3 }],
  ['listAsset', { id: 'EUR', decimals: 6 }],
  ['listProduct', { id: 'noon', ...GRID, makerPpm: 500, takerPpm: 1_500 }],
  ...ACCOUNTS.map((id) => ['openAccount', { id }] as const),
  ...ACCOUNTS.flatMap((account) =>
    ['kWh', 'EUR'].map((asset) => ['deposit', { account, asset, amount: '1000' }] as const),
  ),
];

/** The first so many requests. */
export function streamOf(seed: number, count: number): Item[] {
  const draw = mulberry32(seed);
  return Array.from({ length: count }, (_, i) => {
    const [command, content] = START[i] ?? [draw(5) ? 'submit' : 'cancel', undefined];
    const account = ACCOUNTS[draw(3)]!;
    const order = { account, product: 'noon', side: draw(2) ? 'buy' : 'sell' };
    const terms = { priceTicks: 190 + draw(20), quantityLots: 1 + draw(9) };
    const drawn =
      command === 'submit' ? { ...order, ...terms } : { actor: account, orderId: 1 + draw(i) };
    return { command, request: { ...(content ?? drawn), commandId: `c${i}` }, at: 1_000 + i };
  });
}

/** Sends a request at its time; `setTime` sets the clock of the exchange. */
export function send(
  { command, request, at }: Item,
  exchange: Exchange,
  setTime: (at: number) => void,
): Promise<{ readonly sequence: number }> {
  setTime(at);
  return (exchange as unknown as Calls)[command](request) as Promise<{ readonly sequence: number }>;
}

/** `stateHash` after each command; the first is that of an empty market. */
export function hashesOf(items: readonly Item[]): string[] {
  const engine = new Engine({ history: 'drop' });
  const hashes = [engine.stateHash()];
  for (const { command, request, at } of items) {
    (engine as unknown as Calls)[command]({ ...request, at });
    hashes.push(engine.stateHash());
  }
  return hashes;
}

/** The model is an engine, which draws no salts. */
export const noSalt = (): Uint8Array => new Uint8Array(16);
