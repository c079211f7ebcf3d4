import { PostOnly, TimeInForce, UNKNOWN } from './codes.ts';
import type { CommandName } from './registry.ts';

/** Reads one field of a command. */
export type FieldReader = (field: string) => number;

/**
 * What is wrong with the form of a command beyond its single fields, or undefined. It depends on the
 * command alone and on no state, so such a command is never applied and never journaled.
 */
export function commandFault(command: CommandName, read: FieldReader): string | undefined {
  switch (command) {
    case 'submit':
      return orderFault(read);
    case 'amend':
      if (read('hasPrice') === 1 || read('hasQuantity') === 1) return undefined;
      return 'an amendment needs a price or a quantity';
    case 'cancelAll':
      if (read('hasAccount') === 1 || read('hasProduct') === 1) return undefined;
      return 'cancelAll needs an account or a product';
    case 'transfer':
      return same(read('account'), read('to')) ? 'to must be another account' : undefined;
    case 'setBand':
      return bandFault(read);
    case 'listProduct':
      if (same(read('energyAsset'), read('moneyAsset'))) return 'energy and money must differ';
      if (hasTrailingZero(read, 'tick') || hasTrailingZero(read, 'lot')) {
        return 'tick and lot are written without trailing zeros';
      }
      return bandFault(read);
    default:
      return undefined;
  }
}

function orderFault(read: FieldReader): string | undefined {
  const limit = read('kind') === 0;
  const timeInForce = read('timeInForce');
  const immediate = timeInForce === TimeInForce.ioc || timeInForce === TimeInForce.fok;
  const postOnly = read('postOnly') !== PostOnly.off;
  const least = read('minQuantity');
  if (limit && read('hasPrice') === 0) return 'a limit order needs a price';
  if (!limit && !immediate) return 'a market order is ioc or fok: it never rests';
  if (postOnly && immediate) return 'a post-only order is gtc or gtd';
  if (least > read('quantity')) return 'minQuantity must not exceed quantity';
  if (least > 0 && (postOnly || timeInForce === TimeInForce.fok)) {
    return 'minQuantity has no meaning for post-only and fok orders';
  }
  if (timeInForce !== TimeInForce.gtd && read('expiresAt') !== 0) {
    return 'only a gtd order has expiresAt';
  }
  return undefined;
}

function bandFault(read: FieldReader): string | undefined {
  return read('bandLow') > read('bandHigh') ? 'band.low must not be above band.high' : undefined;
}

function hasTrailingZero(read: FieldReader, step: 'tick' | 'lot'): boolean {
  return read(`${step}Decimals`) > 0 && read(`${step}Mantissa`) % 10 === 0;
}

/** Two unknown references may still be different ids. */
function same(a: number, b: number): boolean {
  return a === b && a !== UNKNOWN;
}
