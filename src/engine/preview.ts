import {
  nameOf,
  OrderKind,
  RejectCode,
  type RejectName,
  Side,
  TimeInForce,
} from '../core/codes.ts';
import { energyAmount } from '../contracts/amounts.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { pairCost } from '../contracts/pair-lock.ts';
import { admit, emptyEntry, type Entry, specialRefusal } from '../matching/admission.ts';
import { admitBracket, exitMoney, type ExitPrices } from '../matching/brackets.ts';
import { admitInNetwork } from '../matching/network-admission.ts';
import { walkInNetwork } from '../matching/network-match.ts';
import { readNetworkEntry } from '../matching/network-orders.ts';
import { admitPair } from '../matching/pairs.ts';
import type { Product } from '../market/products.ts';
import { knownAccount } from '../matching/permission.ts';
import type { MarketState } from '../matching/state.ts';
import { readEntry } from '../matching/submit.ts';
import { readExits, readSecond, readSpecialEntry } from '../matching/submit-special.ts';
import { trades, walk } from '../matching/walk.ts';
import { integerArgument, objectArgument } from './arguments.ts';
import { isWhole, kindOf, sideOf, timeInForceOf, WAITING } from '../orderbook/flags.ts';
import { COMMANDS, offsetsOf } from '../core/registry.ts';
import { FORMS } from './encoders.ts';
import { Encoding } from './encoding.ts';
import { checkFields, NO_DIGEST } from './fields.ts';
import type { OrderRequest } from './requests.ts';
import { amountText } from './views.ts';

const SUBMIT = offsetsOf(COMMANDS.submit);
const SPECIAL = offsetsOf(COMMANDS.submitSpecial);

/** What would come of an order. Amounts as exact text and in quanta. */
export type Preview =
  | { readonly ok: false; readonly code: RejectName }
  | {
      readonly ok: true;
      /** What it would lock on entry. */
      readonly locksMoney: string;
      readonly locksMoneyQuanta: number;
      readonly locksEnergy: string;
      readonly locksEnergyQuanta: number;
      /** Lots that would trade at once. */
      readonly filledLots: number;
      /** What those fills would cost, fees included; negative where money would come in. */
      readonly cost: string;
      readonly costQuanta: number;
      /** Percent fee within that cost. */
      readonly fee: string;
      readonly feeQuanta: number;
      /** Lots that would stay in the book. */
      readonly restingLots: number;
      /** Lots of a stop order that would wait. */
      readonly waitingLots: number;
    };

/**
 * Decides on an order as the submit command would at the market's present time, without entering
 * it. Of two orders of which one cancels the other the locks are those of both, and the rest is that of
 * the first. `at` and the command id must be well-formed as for `submit`, and play no part.
 */
export function previewOrder(state: MarketState, request: OrderRequest): Preview {
  objectArgument(request, 'preview');
  checkFields(FORMS.submit.fields, request);
  const encoding = new Encoding(state);
  encoding.read(FORMS.submit, request, NO_DIGEST);
  if (request.at !== undefined) integerArgument(request.at, 'at', 0, MAX_INTEGER);
  const entry = emptyEntry();
  if (encoding.command === 'submitInNetwork') return previewInNetwork(state, encoding, entry);
  if (encoding.command === 'submit') readEntry(encoding.view, 0, SUBMIT.strings, entry);
  else readSpecialEntry(encoding.view, 0, entry);
  const second = secondOf(encoding, entry);
  const exits = encoding.command === 'submitSpecial' ? readExits(encoding.view, 0) : undefined;
  const special = encoding.command === 'submitSpecial';
  const code = knownAccount(state, entry.actor)
    ? (special ? specialRefusal(state, entry) : 0) || decide(state, entry, second, exits)
    : RejectCode.UNKNOWN_ACTOR;
  if (code !== 0) return { ok: false, code: nameOf(RejectCode, code) };

  const product = state.listings.products[entry.product]!;
  walk(state, product, entry, entry.maxMoney);
  const waits = (entry.flags & WAITING) !== 0;
  if (
    waits ||
    product.call !== undefined ||
    entry.peg !== undefined ||
    (isWhole(entry.flags) && !trades(state, product, entry, entry.maxMoney))
  ) {
    Object.assign(state.walk, { filled: 0, cost: 0, collateral: 0, fees: 0, left: entry.quantity });
  }
  const { walk: walked } = state;
  const rests =
    kindOf(entry.flags) === OrderKind.limit && timeInForceOf(entry.flags) < TimeInForce.ioc;
  const sells = sideOf(entry.flags) === Side.sell;
  const reserved = exits === undefined ? 0 : exitMoney(state, product, entry, exits);
  const own = Math.max(0, entry.cost) + reserved;
  const { money, energy } =
    second === undefined
      ? { money: own, energy: sells ? energyAmount(product, entry.lots) : 0 }
      : pairCost(state, product, entry, second);
  return answerOf(state, product, {
    ...walked,
    money,
    energy,
    resting: rests && !waits ? walked.left : 0,
    waiting: waits ? walked.left : 0,
  });
}

/** What a preview is made of. */
interface Foreseen {
  readonly money: number;
  readonly energy: number;
  readonly filled: number;
  readonly cost: number;
  readonly fees: number;
  readonly resting: number;
  readonly waiting: number;
}

function answerOf(state: MarketState, product: Product, foreseen: Foreseen): Preview {
  const { money, energy, filled, cost, fees, resting, waiting } = foreseen;
  return {
    ok: true,
    locksMoney: amountText(state, product.moneyAsset, money),
    locksMoneyQuanta: money,
    locksEnergy: amountText(state, product.energyAsset, energy),
    locksEnergyQuanta: energy,
    filledLots: filled,
    cost: amountText(state, product.moneyAsset, cost),
    costQuanta: cost,
    fee: amountText(state, product.moneyAsset, fees),
    feeQuanta: fees,
    restingLots: resting,
    waitingLots: waiting,
  };
}

/** The same of an order in a network. Grid fees are within the cost, and no part of the percent fee. */
function previewInNetwork(state: MarketState, { view }: Encoding, entry: Entry): Preview {
  const asked = readNetworkEntry(view, 0, entry);
  const code = knownAccount(state, entry.actor)
    ? admitInNetwork(state, entry, asked)
    : RejectCode.UNKNOWN_ACTOR;
  if (code !== 0) return { ok: false, code: nameOf(RejectCode, code) };
  const product = state.listings.products[entry.product]!;
  const walked = walkInNetwork(state, product, entry, entry.network!);
  const rests =
    kindOf(entry.flags) === OrderKind.limit && timeInForceOf(entry.flags) < TimeInForce.ioc;
  const sells = sideOf(entry.flags) === Side.sell;
  return answerOf(state, product, {
    ...walked,
    money: entry.cost,
    energy: sells ? energyAmount(product, entry.lots) : 0,
    resting: rests ? walked.left : 0,
    waiting: 0,
  });
}

function decide(
  state: MarketState,
  entry: Entry,
  second: Entry | undefined,
  exits: ExitPrices | undefined,
): number {
  if (second !== undefined) return admitPair(state, entry, second);
  return exits === undefined ? admit(state, entry) : admitBracket(state, entry, exits);
}

/** The second of two orders of which one cancels the other, if that is what was asked for. */
function secondOf({ command, view }: Encoding, first: Entry): Entry | undefined {
  if (command !== 'submitSpecial' || view.getUint8(SPECIAL.hasOco) === 0) return undefined;
  return readSecond(view, 0, first);
}
