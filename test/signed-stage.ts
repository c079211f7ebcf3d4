import { ed25519 } from '../src/chain/index.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { Engine, type OrderRequest, type Requests, type Signed } from '../src/index.ts';
import { type SignableRequest, signRequest, type SigningTerms } from '../src/signing/index.ts';
import { MarketState } from '../src/matching/state.ts';
import { must } from './stage.ts';

export const chainId = new Uint8Array(32).fill(9);
export const anna = ed25519.signer(new Uint8Array(32).fill(1));
export const mallory = ed25519.signer(new Uint8Array(32).fill(2));
export const GRID = { tick: '0.01', lot: '0.001' };
export const TERMS: SigningTerms = { row: 0, ...GRID, decimals: 9, zones: ['north', 'south'] };

export const SET_UP: readonly { [C in keyof Requests]: [C, Requests[C]] }[keyof Requests][] = [
  ['listAsset', { id: 'EUR', decimals: 9 }],
  ['listAsset', { id: 'kWh', decimals: 3 }],
  ['openAccount', { id: 'wires' }],
  ['listNetwork', { id: 'grid', tick: '0.01' }],
  ['addZone', { network: 'grid', id: 'north', gridAccount: 'wires' }],
  ['addZone', { network: 'grid', id: 'south', gridAccount: 'wires' }],
  ['listProduct', { id: 'energy', energy: 'kWh', money: 'EUR', ...GRID }],
  ['listProduct', { id: 'wired', energy: 'kWh', money: 'EUR', ...GRID, network: 'grid' }],
  ['openAccount', { id: 'ben' }],
  ['openAccount', { id: 'anna' }],
  ['deposit', { account: 'anna', asset: 'EUR', amount: '100' }],
  ['deposit', { account: 'ben', asset: 'kWh', amount: '100' }],
  ['openAccount', { id: 'gone' }],
  ['closeAccount', { account: 'gone' }],
];

export function market(): Engine {
  const engine = new Engine({ chainId });
  for (const [command, request] of SET_UP) must(engine[command](request as never));
  must(engine.setAccountKey({ account: 'anna', key: anna.publicKey }));
  return engine;
}

export const BID = {
  account: 'anna',
  product: 'energy',
  side: 'buy',
  price: '0.25',
  quantity: '2',
} as const;

let lastNonce = 0;
export function sign<C extends SignableRequest>(
  command: C,
  request: Requests[C],
  by: object = {},
  terms: SigningTerms = TERMS,
): Signed {
  const signing = { chainId, signer: anna, nonce: ++lastNonce, expiresAt: 1_000, ...by };
  return signRequest(signing, command, request, terms);
}

/** A market whose operator holds the pen: what is signed by whom is not looked at. */
export function forgery(): Sequencer {
  const sequencer = new Sequencer(new MarketState(), undefined, true, undefined, chainId);
  for (const [command, request] of SET_UP) sequencer.perform(command, request as never);
  sequencer.perform('setAccountKey', { account: 'anna', key: anna.publicKey });
  return sequencer;
}

export function write(sequencer: Sequencer, request: OrderRequest): number {
  return sequencer.carryOut(sequencer.encode('submit', request)!, 0).code;
}
