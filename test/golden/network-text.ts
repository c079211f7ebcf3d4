import type { EventRecord, ZoneView } from '../../src/index.ts';
import { stepText } from './render.ts';

const NAMES = ['solar', 'wind', 'battery', 'grid', 'local'] as const;

/** What an order asks for in its network. */
export function networkText(
  event: Extract<EventRecord, { readonly type: 'networkTerms' }>,
  zones: readonly ZoneView[],
  tick: string,
): string {
  const { side, zone, attributes, only, onlyZones, feeVersion } = event;
  const named = (names: readonly string[], mask: number): string =>
    names.filter((_, bit) => ((mask >>> bit) & 1) === 1).join(' or ');
  const ids = zones.map(({ id }) => id);
  const premiums = NAMES.filter((name) => event[`${name}Premium`] > 0).map(
    (name) => `${stepText(event[`${name}Premium`], tick)} more for ${name}`,
  );
  const parts = [
    side === 'buy' ? `into ${zone}, fees ${feeVersion}` : `out of ${zone}`,
    attributes === 0 ? '' : named(NAMES, attributes).replaceAll(' or ', ' and '),
    only === 0 ? '' : `only ${named(NAMES, only)}`,
    onlyZones === 0 ? '' : `${side === 'buy' ? 'from' : 'into'} ${named(ids, onlyZones)} alone`,
    ...premiums,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
