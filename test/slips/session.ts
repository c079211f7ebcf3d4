import type { SlipGroup } from './slip.ts';

/** Orders that are good for a session, and the end of one. */
export const SESSION: readonly SlipGroup[] = [
  {
    file: 'src/matching/session.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'the end of a session ends all orders',
        find: '& SESSION) !== 0',
        replace: '& SESSION) >= 0',
      },
      {
        about: 'the end of a session ends all orders but those of the session',
        find: '& SESSION) !== 0',
        replace: '& SESSION) === 0',
      },
      {
        about: 'the end of a session looks like that of the product',
        find: 'EndReason.sessionEnded',
        replace: 'EndReason.productClosed',
      },
      {
        about: 'the end of a session tells of one order more',
        find: '[product.row, slots.length]',
        replace: '[product.row, slots.length + 1]',
      },
    ],
  },
  {
    file: 'src/orderbook/flags.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'an order that is good for a session stands until it is cancelled',
        find: '((timeInForce & 4) << 13)',
        replace: '((timeInForce & 4) << 14)',
      },
      {
        about: 'an order that is good for a session is told of as good till cancelled',
        find: '((flags >> 13) & 4)',
        replace: '((flags >> 14) & 4)',
      },
      {
        about: 'a state forgets that an order is good for a session',
        find: '0x3fff | SESSION',
        replace: '0x3fff',
      },
    ],
  },
  {
    file: 'src/matching/decode.ts',
    tests: ['snapshot-forgeries'],
    slips: [
      {
        about: 'a good-till-date order may be good for a session too',
        find: '(flags & SESSION) === 0 || timeInForce === TimeInForce.gtc',
        replace: '(flags & SESSION) === 0 || timeInForce !== TimeInForce.fok',
      },
      {
        about: 'an immediate order that waits may be good for a session too',
        find: '(flags & SESSION) === 0 || timeInForce === TimeInForce.gtc',
        replace: '(flags & SESSION) === 0 || timeInForce !== TimeInForce.gtd',
      },
    ],
  },
  {
    file: 'src/exchange/limits.ts',
    tests: ['exchange-limits'],
    slips: [
      {
        about: 'an order that is good for a session does not count',
        find: 'timeInForce === TimeInForce.fok',
        replace: 'timeInForce >= TimeInForce.fok',
      },
    ],
  },
];
