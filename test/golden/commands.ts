import type { Requests } from '../../src/index.ts';
import { keyNamed } from './signers.ts';
import { NETWORK_LINES, networkFields, PARTNER_LINES, recallFields } from './network-lines.ts';

/** A line of a script, as the call that it asks for. */
export interface ScriptCommand {
  readonly name: keyof Requests;
  /** Who asks. */
  readonly actor: string;
  readonly request: Readonly<Record<string, unknown>>;
  /** How it is signed, if it is. */
  readonly signing?: {
    readonly nonce: number;
    readonly expiresAt: number;
    readonly wrong: boolean;
  };
}

/** Finds the order that a script calls by a name ('a1') or by its number ('#7'). */
export type OrderFinder = (name: string) => number;

/** Words that take a fixed number of words behind them; all others stand for themselves. */
const OPTIONS: Readonly<Record<string, number>> = {
  '@': 1,
  gtc: 0,
  gtd: 1,
  session: 0,
  ioc: 0,
  fok: 0,
  'post-only': 0,
  slide: 0,
  min: 1,
  show: 1,
  hidden: 0,
  refresh: 1,
  aon: 0,
  stop: 1,
  oco: 1,
  'oco-stop': 1,
  'oco-side': 1,
  bracket: 3,
  trail: 1,
  peg: 1,
  off: 1,
  crowded: 0,
  own: 1,
  as: 1,
  in: 1,
  protect: 1,
  max: 1,
  qty: 1,
  price: 1,
  version: 1,
  to: 1,
  from: 1,
  paid: 2,
  orders: 1,
  collar: 1,
  moves: 2,
  exposure: 2,
  of: 1,
  trades: 1,
  for: 1,
  tick: 1,
  lot: 1,
  fees: 2,
  band: 2,
  delivery: 2,
  opens: 1,
  gate: 1,
  call: 0,
  pricing: 1,
  reference: 1,
  every: 1,
  decimals: 1,
  network: 1,
  zone: 1,
  is: 1,
  only: 1,
  zones: 1,
  pays: 1,
  went: 4,
  settled: 2,
  utility: 1,
  most: 1,
  quality: 1,
  tolerance: 2,
  final: 0,
  signed: 1,
  until: 1,
  wrong: 0,
  by: 1,
  id: 1,
  time: 1,
};

/** A line in two parts: words in front, options behind. */
export interface Line {
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, readonly string[]>;
}

/** Splits a line; the options begin with the first option word behind `lead` words. */
export function splitLine(text: string, lead = 1): Line {
  const all = text.trim().split(/\s+/);
  let at = 0;
  while (at < all.length && (at < lead || !Object.hasOwn(OPTIONS, all[at]!))) at++;
  const words = all.slice(0, at);
  const options = new Map<string, string[]>();
  while (at < all.length) {
    const word = all[at++]!;
    const count = own(OPTIONS, word);
    if (count === undefined) throw new Error(`script: no option ${word} in: ${text}`);
    options.set(word, all.slice(at, at + count));
    at += count;
  }
  return { words, options };
}

/** What a table itself has under a name, and nothing that every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function defined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function wholeNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/**
 * Reads a command of a script. See test/golden/README.md for the syntax.
 * @throws Error if the line is no command
 */
export function parseCommand(text: string, find: OrderFinder): ScriptCommand {
  const line = splitLine(text, 2);
  const { words, options } = line;
  const value = (option: string): string | undefined => options.get(option)?.[0];
  const [first = '', second = ''] = words;
  const read =
    own(OPERATOR_LINES, `${first} ${second}`) ??
    own(OPERATOR_LINES, first) ??
    own(TRADER_LINES, second);
  if (read === undefined) throw new Error(`script: no command: ${text}`);
  const [name, request] = read(words, value, find, line);
  const actor = value('by') ?? (own(TRADER_LINES, second) === read ? first : 'operator');
  const stamp = { actor: value('by'), commandId: value('id'), at: wholeNumber(value('time')) };
  const whole = { name, actor, request: { ...defined(request), ...defined(stamp) } };
  const nonce = wholeNumber(value('signed'));
  if (nonce === undefined) return whole;
  const expiresAt = wholeNumber(value('until')) ?? 1_000_000;
  return { ...whole, signing: { nonce, expiresAt, wrong: options.has('wrong') } };
}

export type Reader = (
  words: readonly string[],
  value: (option: string) => string | undefined,
  find: OrderFinder,
  line: Line,
) => [name: keyof Requests, request: Record<string, unknown>];

/** Lines that begin with what is done: the operator's. */
const OPERATOR_LINES: Readonly<Record<string, Reader>> = {
  'open account': ([, , id, role]) => ['openAccount', { id, role }],
  'close account': ([, , account]) => ['closeAccount', { account, actor: 'operator' }],
  freeze: ([, account]) => ['freezeAccount', { account }],
  circuit: ([, product], value, _find, { options }) => {
    const [move, windowMs] = options.get('moves') ?? [];
    const far = distanceOf('collar', value('collar'));
    const halt =
      move === undefined ? null : { ...distanceOf('move', move), windowMs: Number(windowMs) };
    return ['setCircuit', { product, ...far, halt }];
  },
  limit: ([, account], value, _find, { options }) => {
    const [amount, asset] = options.get('exposure') ?? [];
    return [
      'setAccountLimits',
      {
        account,
        maxOpenOrders: wholeNumber(value('orders')) ?? null,
        maxExposure: amount === undefined ? null : { asset, amount },
      },
    ];
  },
  ...NETWORK_LINES,
  recall: ([, trade, quantity], value, _find, { options }) => {
    const [buyerFeeQuanta = 0, sellerFeeQuanta = 0] = (options.get('paid') ?? []).map(Number);
    const parties = { buyer: value('to'), seller: value('from') };
    const size = { quantity, price: value('@') };
    const rest = { buyerFeeQuanta, sellerFeeQuanta, ...recallFields(options.get('went')) };
    return [
      'recallTrade',
      { trade: Number(trade), product: productOf(value), ...parties, ...size, ...rest },
    ];
  },
  read: ([, account, imported, exported], value) => {
    const version = wholeNumber(value('version')) ?? 1;
    const quality = value('quality') ?? 'measured';
    const reading = { version, quality, imported, exported };
    return ['recordReading', { product: productOf(value), account, ...reading }];
  },
  imbalance: ([, long, short], value, _find, { options }) => {
    const [ppm, price] = options.get('tolerance') ?? [];
    const tolerance = ppm === undefined ? undefined : { ppm: Number(ppm), price };
    return ['setImbalancePrices', { product: productOf(value), long, short, tolerance }];
  },
  settle: ([, product], _value, _find, { options }) => [
    'settleProduct',
    { product, final: options.has('final') ? true : undefined },
  ],
  kill: ([, account]) => ['kill', { account, actor: 'operator' }],
  unfreeze: ([, account]) => ['freezeAccount', { account, frozen: false }],
  deposit: ([, amount, asset], value) => ['deposit', { amount, asset, account: value('to') }],
  'list asset': ([, , id], value) => [
    'listAsset',
    { id, decimals: wholeNumber(value('decimals')) },
  ],
  'list product': ([, , id], value, _find, { options }) => {
    const grid = { energy: value('trades'), money: value('for') };
    const steps = { tick: value('tick'), lot: value('lot') };
    const plan = { ...deliveryOf(options), ...callOf(options), ...settlementOf(options) };
    const terms = { ...feesOf(options), ...bandOf(options), ...plan };
    return ['listProduct', { id, ...grid, ...steps, ...terms, network: value('network') }];
  },
  'set fees': (_words, value, _find, { options }) => [
    'setFees',
    { product: productOf(value), ...feesOf(options) },
  ],
  'set band': (_words, value, _find, { options }) => [
    'setBand',
    { product: productOf(value), ...bandOf(options) },
  ],
  'no band': (_words, value) => ['setBand', { product: productOf(value), band: null }],
  halt: ([, product]) => ['haltProduct', { product }],
  resume: ([, product]) => ['resumeProduct', { product }],
  'end session': ([, , product]) => ['endSession', { product }],
  auction: ([, product]) => ['runAuction', { product }],
  close: ([, product]) => ['closeProduct', { product }],
  archive: ([, product]) => ['archiveProduct', { product }],
  'seal block': () => ['sealBlock', {}],
  advance: ([, to]) => ['advanceTime', { at: Number(to) }],
  'cancel all': (_words, value) => [
    'cancelAll',
    { account: value('of'), product: value('in'), actor: 'operator' },
  ],
};

/** Lines that begin with who does it. */
const TRADER_LINES: Readonly<Record<string, Reader>> = {
  ...PARTNER_LINES,
  buy: readOrder,
  sell: readOrder,
  market: readOrder,
  amend: ([actor, , order], value, find) => {
    const change = { quantity: value('qty'), price: value('price'), stopPrice: value('stop') };
    const expectedVersion = wholeNumber(value('version'));
    return ['amend', { actor, orderId: find(order!), expectedVersion, ...change }];
  },
  cancel: ([actor, , order], value, find) =>
    order === 'all'
      ? ['cancelAll', { account: actor, product: value('in') }]
      : ['cancel', { actor, orderId: find(order!) }],
  take: ([account, , quantity], value, find) => [
    'take',
    {
      account,
      orderId: find(value('of')!),
      quantity,
      limitPrice: value('@'),
      ...defined(networkFields(value)),
    },
  ],
  withdraw: ([account, , amount, asset]) => ['withdraw', { account, amount, asset }],
  transfer: ([account, , amount, asset], value) => [
    'transfer',
    { account, to: value('to'), amount, asset },
  ],
  leave: ([account]) => ['closeAccount', { account }],
  kill: ([account]) => ['kill', { account }],
  key: ([account, , name]) => ['setAccountKey', { account, key: keyNamed(name!) }],
};

function readOrder(
  words: readonly string[],
  value: (option: string) => string | undefined,
  _find: OrderFinder,
  { options }: Line,
): ['submit', Record<string, unknown>] {
  const market = words[1] === 'market';
  const [account] = words;
  const [side, quantity] = words.slice(market ? 2 : 1);
  const timeInForce = ['gtc', 'gtd', 'session', 'ioc', 'fok'].find((each) => options.has(each));
  const postOnly = options.has('slide') ? 'slide' : options.has('post-only') ? 'reject' : undefined;
  return [
    'submit',
    {
      account,
      product: productOf(value),
      side,
      kind: market ? 'market' : undefined,
      quantity,
      price: value('@') ?? value('protect'),
      timeInForce,
      expiresAt: wholeNumber(value('gtd')),
      postOnly,
      selfTrade: value('own'),
      minQuantity: value('min'),
      displayQuantity: options.has('hidden') ? '0' : value('show'),
      refreshBelow: value('refresh'),
      allOrNone: options.has('aon') ? true : undefined,
      stopPrice: value('stop'),
      maxMoney: value('max'),
      oco: options.has('oco')
        ? defined({
            price: value('oco'),
            stopPrice: value('oco-stop'),
            side: value('oco-side'),
          })
        : undefined,
      bracket: bracketOf(options.get('bracket')),
      ...trailOf(value('trail')),
      peg: value('peg'),
      pegOffset: value('off'),
      ...networkFields(value),
      clientOrderId: value('as'),
    },
  ];
}

function bracketOf(prices: readonly string[] | undefined): object | undefined {
  if (prices === undefined) return undefined;
  return { takeProfit: prices[0], stopPrice: prices[1], stopLimit: prices[2] };
}

/** `0.05` is a distance in price, `50000ppm` a part of one, and `0.05/50000ppm` the larger of both. */
function distanceOf(name: string, text: string | undefined): Record<string, unknown> {
  const [, distance, ppm] = /^([^/]*?)\/?(?:(\d+)ppm)?$/.exec(text ?? '')!;
  const share = ppm === undefined ? {} : { [`${name}Ppm`]: Number(ppm) };
  return { [name]: distance || (name === 'collar' ? null : undefined), ...share };
}

/** `0.02` is a distance in price, `50000ppm` a part of it. */
function trailOf(text: string | undefined): Record<string, unknown> {
  const ppm = /^(\d+)ppm$/.exec(text ?? '')?.[1];
  return ppm === undefined ? { trail: text } : { trailPpm: Number(ppm) };
}

/** Orders and terms are for the product `energy` unless they say otherwise. */
function productOf(value: (option: string) => string | undefined): string {
  return value('in') ?? 'energy';
}

export function feesOf(options: Line['options']): Record<string, unknown> {
  const fees = options.get('fees');
  return fees === undefined ? {} : { makerPpm: Number(fees[0]), takerPpm: Number(fees[1]) };
}

export function bandOf(options: Line['options']): Record<string, unknown> {
  const band = options.get('band');
  return band === undefined ? {} : { band: { low: band[0], high: band[1] } };
}

export function callOf(options: Line['options']): Record<string, unknown> {
  return defined({
    mechanism: options.has('call') ? 'call' : undefined,
    pricing: options.get('pricing')?.[0],
    referencePrice: options.get('reference')?.[0],
    auctionEveryMs: wholeNumber(options.get('every')?.[0]),
  });
}

export function deliveryOf(options: Line['options']): Record<string, unknown> {
  const delivery = options.get('delivery');
  if (delivery === undefined) return {};
  const [opensMs, gateMs] = [options.get('opens')?.[0], options.get('gate')?.[0]].map(wholeNumber);
  return { delivery: { start: Number(delivery[0]), end: Number(delivery[1]), opensMs, gateMs } };
}

export function settlementOf(options: Line['options']): Record<string, unknown> {
  const bounds = options.get('settled');
  if (bounds === undefined) return {};
  const [imbalanceMin, imbalanceMax] = bounds;
  const positionLimit = options.get('most')?.[0];
  const utility = options.get('utility')?.[0] ?? 'grid';
  const terms = { utility, imbalanceMin, imbalanceMax, positionLimit };
  return { settlement: defined({ mode: 'firm', ...terms }) };
}
