import type { SlipGroup } from './slip.ts';

/** Queues, levels, ladders of pages, and where orders are found by their ids. */
export const ORDERBOOK: readonly SlipGroup[] = [
  {
    file: 'src/orderbook/book.ts',
    tests: ['golden', 'orderbook'],
    slips: [
      {
        about: 'an order out of the middle takes those behind it along',
        within: '  unlink(slot: number)',
        find: 'i32[previous * HALVES + NEXT] = next',
        replace: 'i32[previous * HALVES + NEXT] = NONE',
      },
      {
        about: 'the order behind the one that left knows none before it',
        within: '  unlink(slot: number)',
        find: 'i32[next * HALVES + PREVIOUS] = previous',
        replace: 'i32[next * HALVES + PREVIOUS] = NONE',
      },
      {
        about: 'the last order of a queue leaves, and its end is lost',
        within: '  unlink(slot: number)',
        find: 'queues[queue + TAIL] = previous',
        replace: 'queues[queue + TAIL] = next',
      },
      {
        about: 'an order comes to rest beside the one before it',
        within: '  rest(slot: number',
        find: 'i32[half + PREVIOUS] = tail',
        replace: 'i32[half + PREVIOUS] = NONE',
      },
      {
        about: 'a level goes when one order is left',
        find: 'count === 0',
        replace: 'count === 1',
      },
      {
        about: 'the sum of a level forgets partial fills',
        within: '  reduce(slot: number',
        find: '.reduceOpen(',
        replace: '.addOpen(',
      },
      {
        about: 'depth has one level more than asked for',
        find: 'found.length >= limit',
        replace: 'found.length > limit',
        tests: ['orderbook', 'golden'],
      },
    ],
  },
  {
    file: 'src/orderbook/ladder.ts',
    tests: ['orderbook'],
    slips: [
      {
        about: 'the lowest level of a page is looked for in the page below',
        find: 'node.key <= key',
        replace: 'node.key < key',
      },
      {
        about: 'a new best level goes unnoticed',
        within: '  insert(level: number)',
        find: '#bestPage.levels[this.#bestPage.size - 1]',
        replace: '#bestPage.levels[0]',
      },
      {
        about: 'half of a split page is passed over',
        within: '  #split(page: Page)',
        find: 'page.better.worse = upper',
        replace: 'page.better.worse = page',
      },
      {
        about: 'a split page forgets the one above it',
        within: '  #split(page: Page)',
        find: 'upper.better = page.better',
        replace: 'upper.better = upper.worse',
      },
      {
        about: 'a page that was joined to another is still walked',
        within: '  #join(lower: Page',
        find: 'upper.better.worse = lower',
        replace: 'upper.better.worse = upper',
      },
      {
        about: 'a joined page takes a page that is gone for the one above it',
        within: '  #join(lower: Page',
        find: 'lower.better = upper.better',
        replace: 'lower.better = upper',
      },
      {
        about: 'pages are joined that fill more than one',
        find: '<= PAGE_SIZE / 2',
        replace: '<= PAGE_SIZE * 2',
      },
      {
        about: 'an emptied best page stays',
        find: 'b.size === 0',
        replace: 'b.size === 1',
      },
      {
        about: 'a level is entered behind that of its own key',
        find: 'keys[middle]! < key',
        replace: 'keys[middle]! <= key',
      },
      {
        about: 'a level that is gone is still found',
        find: '#shortcuts[shortcut] === level',
        replace: '#shortcuts[shortcut] !== level',
      },
      {
        about: 'a walk passes over the worst level of each page',
        within: '  walk(visit',
        find: 'i >= 0',
        replace: 'i > 0',
      },
    ],
  },
  {
    file: 'src/orderbook/levels.ts',
    tests: ['orderbook'],
    slips: [
      {
        about: 'the sum of a level loses lots past 2^53',
        find: '2 ** 52',
        replace: '2 ** 54',
      },
      {
        about: 'a level counts 2^52 lots twice',
        find: 'sum >> 52n',
        replace: 'sum >> 51n',
      },
      {
        about: 'lots that leave a level are added where the sum is carried',
        find: '0 - lots',
        replace: '0 + lots',
      },
    ],
  },
  {
    file: 'src/orderbook/orders.ts',
    tests: ['golden', 'indexes', 'property'],
    slips: [
      {
        about: 'an order that ends takes those behind it out of the index',
        within: '  delist(slot: number)',
        find: 'i32[before * HALVES + CHAIN] = behind',
        replace: 'i32[before * HALVES + CHAIN] = NONE',
        tests: ['indexes'],
      },
      {
        about: 'the index grows and spreads its orders as before',
        find: '--this.#shift',
        replace: 'this.#shift--',
        tests: ['indexes'],
      },
      {
        about: 'growing, the index keeps one order of each place',
        within: '  #growIndex()',
        find: 'i32[slot * HALVES + CHAIN] = heads[at]!',
        replace: 'i32[slot * HALVES + CHAIN] = NONE',
        tests: ['indexes'],
      },
      {
        about: 'the client order id of an order that has ended stays taken',
        within: '  #forget(slot: number)',
        find: '& CLIENT_ID) !== 0',
        replace: '& CLIENT_ID) === 0',
      },
      {
        about: 'versions are counted from zero',
        find: 'this.#version[slot] = 1',
        replace: 'this.#version[slot] = 0',
      },
      {
        about: 'all orders of an account end with the latest first',
        find: 'this.id(a) - this.id(b)',
        replace: 'this.id(b) - this.id(a)',
      },
    ],
  },
  {
    file: 'src/orderbook/client-ids.ts',
    tests: ['golden', 'indexes', 'property'],
    slips: [
      {
        about: 'all client order ids of an account are free when one order is left',
        find: 'ids?.size === 0',
        replace: 'ids?.size === 1',
      },
    ],
  },
  {
    file: 'src/orderbook/flags.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'the mark of a client order id lies in the self-trade mode',
        find: 'CLIENT_ID = 1 << 14',
        replace: 'CLIENT_ID = 1 << 9',
      },
      {
        about: 'the decrement mode is read as another',
        find: '(flags >> 7) & 7',
        replace: '(flags >> 7) & 3',
      },
    ],
  },
  {
    file: 'src/matching/state.ts',
    tests: ['golden', 'property'],
    slips: [
      {
        about: 'a closed product ends its latest order first',
        find: 'this.orders.id(a) - this.orders.id(b)',
        replace: 'this.orders.id(b) - this.orders.id(a)',
      },
    ],
  },
];
