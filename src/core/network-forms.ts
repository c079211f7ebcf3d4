import { readI64 } from './bytes.ts';
import { Side } from './codes.ts';
import { COMMANDS, offsetsOf } from './registry.ts';

const ORDER = offsetsOf(COMMANDS.submitInNetwork);
const CAPACITY = offsetsOf(COMMANDS.setCapacity);
const PREMIUMS = [
  ORDER.solarPremium,
  ORDER.windPremium,
  ORDER.batteryPremium,
  ORDER.gridPremium,
  ORDER.localPremium,
];

/** What is wrong with what an order asks for in a network, or undefined. */
export function networkOrderFault(view: DataView, at: number): string | undefined {
  if (view.getUint8(at + ORDER.side) === Side.buy) {
    if (view.getUint8(at + ORDER.attributes) === 0) return undefined;
    return 'attributes are what energy is that is sold';
  }
  const pays = PREMIUMS.some((premium) => readI64(view, at + premium) !== 0);
  if (!pays && view.getUint8(at + ORDER.only) === 0) return undefined;
  return 'only and premiums are for orders that buy';
}

export function capacityFault(view: DataView, at: number): string | undefined {
  if (view.getUint8(at + CAPACITY.hasQuantity) === 1) return undefined;
  if (readI64(view, at + CAPACITY.quantity) === 0) return undefined;
  return 'quantity must be 0 where there is none';
}
