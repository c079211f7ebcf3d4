import { PostOnly, SubmitKind, TimeInForce, UNKNOWN } from './codes.ts';
import { type CommandName, COMMANDS, placesOf } from './registry.ts';

const SUBMIT = placesOf(COMMANDS.submit);
const AMEND = placesOf(COMMANDS.amend);
const ALL = placesOf(COMMANDS.cancelAll);
const TRANSFER = placesOf(COMMANDS.transfer);
const BAND = placesOf(COMMANDS.setBand);
const LISTING = placesOf(COMMANDS.listProduct);

/**
 * What is wrong with the form of a command beyond its single fields, or undefined. It depends on the
 * command alone and on no state, so such a command is never applied and never journaled.
 * @param values of the fields, in the order of the layout
 */
export function commandFault(command: CommandName, values: Float64Array): string | undefined {
  switch (command) {
    case 'submit':
      return orderFault(values);
    case 'amend':
      if (values[AMEND.hasPrice] === 1 || values[AMEND.hasQuantity] === 1) return undefined;
      return 'an amendment needs a price or a quantity';
    case 'cancelAll':
      if (values[ALL.hasAccount] === 1 || values[ALL.hasProduct] === 1) return undefined;
      return 'cancelAll needs an account or a product';
    case 'transfer':
      if (!isSame(values[TRANSFER.account]!, values[TRANSFER.to]!)) return undefined;
      return 'to must be another account';
    case 'setBand':
      return bandFault(values, BAND);
    case 'listProduct':
      return listingFault(values);
    default:
      return undefined;
  }
}

function orderFault(values: Float64Array): string | undefined {
  const limit = values[SUBMIT.kind] === SubmitKind.limit;
  const timeInForce = values[SUBMIT.timeInForce];
  const immediate = timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.fok;
  const postOnly = values[SUBMIT.postOnly] !== PostOnly.off;
  const least = values[SUBMIT.minQuantity]!;
  if (limit && values[SUBMIT.hasPrice] === 0) return 'a limit order needs a price';
  if (!limit && !immediate) return 'a market order is ioc or fok: it never rests';
  if (postOnly && immediate) return 'a post-only order is gtc or gtd';
  if (least > values[SUBMIT.quantity]!) return 'minQuantity must not exceed quantity';
  if (least > 0 && (postOnly || timeInForce === TimeInForce.fok)) {
    return 'minQuantity has no meaning for post-only and fok orders';
  }
  if (timeInForce !== TimeInForce.gtd && values[SUBMIT.expiresAt] !== 0) {
    return 'only a gtd order has expiresAt';
  }
  return undefined;
}

function listingFault(values: Float64Array): string | undefined {
  if (isSame(values[LISTING.energyAsset]!, values[LISTING.moneyAsset]!)) {
    return 'energy and money must differ';
  }
  const tick = hasTrailingZero(values[LISTING.tickMantissa]!, values[LISTING.tickDecimals]!);
  if (tick || hasTrailingZero(values[LISTING.lotMantissa]!, values[LISTING.lotDecimals]!)) {
    return 'tick and lot are written without trailing zeros';
  }
  return bandFault(values, LISTING);
}

function bandFault(values: Float64Array, at: { bandLow: number; bandHigh: number }) {
  const upsideDown = values[at.bandLow]! > values[at.bandHigh]!;
  return upsideDown ? 'band.low must not be above band.high' : undefined;
}

function hasTrailingZero(mantissa: number, decimals: number): boolean {
  return decimals > 0 && mantissa % 10 === 0;
}

/** Two unknown references may still be different ids. */
function isSame(a: number, b: number): boolean {
  return a === b && a !== UNKNOWN;
}
