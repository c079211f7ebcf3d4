import type { Arbitrary } from 'fast-check';
import { price } from './draft-prices.ts';
import { type Draft, type Draw, quantity } from './drafts.ts';
import type { NamedRequest } from './arbitraries.ts';
import { type ProductOption, SHARED } from './small-market.ts';

const ZONES = ['north', 'south', 'south', 'nowhere'];
const NETWORKS = ['grid', 'grid', 'grid', 'island'];
const ATTRIBUTES = ['solar', 'wind', 'battery', 'grid', 'local'];

/** What lists it, in the grid of another one. */
export function sharedProduct(grid: ProductOption, gridAccount: string): NamedRequest[] {
  const network = { id: 'grid', tick: grid.tick };
  const zone = (id: string): NamedRequest => ({
    command: 'addZone',
    request: { network: network.id, id, gridAccount },
  });
  return [
    { command: 'listNetwork', request: network },
    zone('north'),
    zone('south'),
    { command: 'listProduct', request: { ...grid, id: SHARED, network: network.id } },
  ];
}

/** An order in a network, without its account. */
export function networkOrder(draw: Draw): Arbitrary<object> {
  const { fc, market, ticks, lots } = draw;
  const grid = market.products[0]!;
  const side = fc.constantFrom('buy', 'sell');
  const some = fc.uniqueArray(fc.constantFrom(...ATTRIBUTES), { minLength: 1, maxLength: 2 });
  const sold = draw.maybe({ attributes: some }, 2);
  const premiums = fc.record({ solarTicks: fc.nat({ max: 3 }), local: fc.constant(grid.tick) });
  const bought = draw.merged(draw.maybe({ only: some }, 4), draw.maybe({ premiums }, 3));
  const zones = fc.constantFrom(['north'], ['south'], ['north', 'south'], ['nowhere']);
  const where = draw.merged(
    fc.record({ zone: draw.mostly(fc.constantFrom('north', 'south'), fc.constant('nowhere'), 20) }),
    draw.maybe({ onlyZones: zones }, 8),
  );
  const size = fc.record({ ticks, lots, asText: fc.boolean() });
  return fc
    .tuple(side, size, fc.tuple(sold, bought), draw.mostly(fc.constant({}), timing(draw), 3), where)
    .map(([of, { ticks: at, lots: many, asText }, [sells, buys], terms, zone]) => ({
      product: SHARED,
      side: of,
      ...price(at, grid, asText),
      ...quantity(many, grid, asText),
      ...terms,
      ...zone,
      ...(of === 'sell' ? sells : buys),
    }));
}

/** When an order in a network trades, if not as soon as it can. */
function timing({ fc }: Draw): Arbitrary<object> {
  const kind = fc.constant('market');
  return fc.oneof(
    fc.record({ timeInForce: fc.constantFrom('ioc', 'fok', 'session') }),
    fc.record({ postOnly: fc.constantFrom('reject', 'slide') }),
    fc.record({ kind, timeInForce: fc.constantFrom('ioc', 'fok', 'gtc') }),
  );
}

/** Whether a take is for a network. */
export function takeZone(draw: Draw): Arbitrary<object> {
  return draw.maybe({ zone: draw.fc.constantFrom('north', 'south') }, 15);
}

/** Whether a recall is for a network. */
export function recallZones(draw: Draw): Arbitrary<object> {
  const { fc } = draw;
  const zone = fc.constantFrom(...ZONES);
  const fees = { gridFeeTicks: fc.nat({ max: 4 }), feeVersion: fc.integer({ min: 1, max: 4 }) };
  return draw.maybe({ fromZone: zone, toZone: zone, ...fees }, 5);
}

/** The commands about networks: one that is soon there, with zones that are soon there. */
export function networks(draw: Draw) {
  const { fc, account } = draw;
  const product = draw.mostly(
    draw.product,
    fc.constant({ ...draw.market.products[0]!, id: SHARED }),
    2,
  );
  const tick = product.map((each) => each.tick);
  const zone = fc.constantFrom(...ZONES);
  const network = fc.constantFrom(...NETWORKS);
  const pair = { from: zone, to: zone };
  return {
    listNetwork: draw.draft(fc.record({ id: network, tick })),
    addZone: draw.draft(fc.record({ network, id: zone, gridAccount: account })),
    setGridFee: draw.draft(fc.record({ network, ...pair, feeTicks: fc.nat({ max: 4 }) })),
    setCapacity: draw.draft(
      draw.merged(
        product.map(({ id }) => ({ product: id })),
        fc.record(pair),
        fc.oneof(
          fc.constant({ quantity: null }),
          fc.nat({ max: 40 }).map((lots) => ({ quantityLots: lots })),
        ),
      ),
    ),
    setPartner: draw.draft(
      fc
        .tuple(account, account, fc.constantFrom('wanted', 'excluded', 'excluded', null))
        .map(([one, other, rule]) => ({
          account: one,
          partner: one === other ? 'somebody' : other,
          rule,
        })),
    ),
  } satisfies Record<string, Arbitrary<Draft>>;
}
