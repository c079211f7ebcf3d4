import { type Form, REFERENCE, SAMPLE_ORDER, SAMPLE_RECALL, STAMP } from './bad-input-forms.ts';
import { AMOUNT, type Bad, names, NATURAL, ranged, REQUIRED, typed, WHOLE } from './bad-values.ts';

const NO_LIST = typed(0, 1, 'solar', '', true, null, {}, Symbol('x'), 1n);
const LIST = (name: unknown): Bad[] => [
  ...NO_LIST,
  ...ranged(['solar', name], ['Solar'], ['__proto__'], ['constructor']),
  ...typed([1], [null], [['solar']], [undefined]),
];
const ZONES: Bad[] = [...NO_LIST, ...ranged([], [''], ['a b']), ...typed([1], [null], [['north']])];
/** Zero or more, and null for none where the field says so. */
const NOT_NEGATIVE = AMOUNT.filter(([value]) => value !== '0' && value !== '0.0');

const SAMPLE_BUY = {
  ...SAMPLE_ORDER,
  product: 'wired',
  zone: 'north',
  only: ['solar'],
  onlyZones: ['north'],
  premiums: { solar: '0.01' },
};
const SAMPLE_SELL = {
  ...SAMPLE_ORDER,
  side: 'sell',
  product: 'wired',
  zone: 'north',
  attributes: ['solar'],
};
const RECALLED = {
  ...SAMPLE_RECALL,
  trade: 2,
  product: 'wired',
  fromZone: 'north',
  toZone: 'north',
  gridFeeTicks: 0,
  feeVersion: 1,
};
const WAY = { from: 'north', to: 'north' };

/** The same for networks, which have to be there: `grid` with the zone `north`, and `wired`, where bob sells. */
export const NETWORK_FORMS: readonly Form[] = [
  {
    method: 'listNetwork',
    sample: { id: 'island', tick: '0.01' },
    fields: { ...STAMP, id: REFERENCE, tick: [...AMOUNT, ...REQUIRED] },
  },
  {
    method: 'addZone',
    sample: { network: 'grid', id: 'west', gridAccount: 'bob' },
    fields: { ...STAMP, network: REFERENCE, id: REFERENCE, gridAccount: REFERENCE },
  },
  {
    method: 'setGridFee',
    sample: { network: 'grid', ...WAY, fee: '0.01' },
    fields: {
      ...STAMP,
      network: REFERENCE,
      from: REFERENCE,
      to: REFERENCE,
      fee: [...NOT_NEGATIVE, ...REQUIRED, ...ranged('0.0005')],
    },
  },
  {
    method: 'setGridFee',
    sample: { network: 'grid', ...WAY, feeTicks: 3 },
    fields: { feeTicks: [...NATURAL, ...REQUIRED] },
  },
  {
    method: 'setCapacity',
    sample: { product: 'wired', ...WAY, quantity: '1' },
    fields: {
      ...STAMP,
      product: REFERENCE,
      from: REFERENCE,
      to: REFERENCE,
      quantity: [
        ...NOT_NEGATIVE.filter(([value]) => value !== null),
        ...REQUIRED,
        ...ranged('0.05'),
      ],
    },
  },
  {
    method: 'setCapacity',
    sample: { product: 'wired', ...WAY, quantityLots: 3 },
    fields: { quantityLots: [...NATURAL, ...REQUIRED] },
  },
  {
    method: 'setPartner',
    sample: { account: 'alice', partner: 'bob', rule: 'excluded' },
    fields: {
      ...STAMP,
      account: REFERENCE,
      partner: [...REFERENCE, ...ranged('alice')],
      rule: [...names('none', 'Wanted').filter(([value]) => value !== null), ...REQUIRED],
    },
  },
  ...(['submit', 'preview'] as const).flatMap((method): Form[] => [
    {
      method,
      sample: SAMPLE_BUY,
      fields: {
        zone: [...REFERENCE],
        only: [...LIST('gas'), ...ranged([])],
        onlyZones: ZONES,
        premiums: typed(0, 1, 'x', '', true, null, [], Symbol('x'), 1n, { gas: '1' }),
        'premiums.solar': [...NOT_NEGATIVE, ...ranged('0.0005')],
      },
    },
    {
      method,
      sample: { ...SAMPLE_BUY, premiums: { localTicks: 3 } },
      fields: { 'premiums.localTicks': NATURAL },
    },
    { method, sample: SAMPLE_SELL, fields: { attributes: LIST('gas') } },
  ]),
  {
    method: 'take',
    sample: {
      account: 'alice',
      orderId: 3,
      quantity: '0.1',
      limitPrice: '0.3',
      zone: 'north',
      attributes: ['solar'],
    },
    fields: { zone: REFERENCE, attributes: LIST('gas') },
  },
  {
    method: 'recallTrade',
    sample: RECALLED,
    fields: {
      fromZone: REFERENCE,
      toZone: REFERENCE,
      gridFeeTicks: [...NATURAL, ...REQUIRED],
      feeVersion: [...WHOLE, ...REQUIRED, ...ranged(2 ** 32)],
    },
  },
];
