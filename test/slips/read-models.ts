import type { SlipGroup } from './slip.ts';

/** What documents a journal leads to. */
export const READ_MODELS: readonly SlipGroup[] = [
  {
    file: 'src/mongodb/documents.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'an earlier field stands over a later one',
        find: '{ ...before?.fields, ...change.fields }',
        replace: '{ ...change.fields, ...before?.fields }',
      },
      {
        about: 'documents of different collections with one id are merged',
        find: '`${change.collection} ${change.id}`',
        replace: '`${change.id}`',
      },
      {
        about: 'what only an earlier frame changes is lost',
        find: '{ ...before?.fields, ...change.fields }',
        replace: '{ ...change.fields }',
      },
    ],
  },
  {
    file: 'src/mongodb/drafts.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'a later event takes away what an earlier one of the frame has said',
        find: 'drafts.set(id, { ...drafts.get(id), ...fields });',
        replace: 'drafts.set(id, fields);',
      },
      {
        about: 'changes of a frame are in the next one again',
        find: '      drafts.clear();\n',
        replace: '',
      },
      {
        about: 'what a view leaves out is undefined in a document',
        find: 'value ?? null',
        replace: 'value',
      },
    ],
  },
  {
    file: 'src/mongodb/order-documents.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'an order that was open before has traded nothing',
        find: 'orders.total(slot) - orders.open(slot)',
        replace: '0 * slot',
      },
      {
        about: 'a reduction counts as traded',
        find: 'const quantityLots = tradedLots + openLots;',
        replace: 'const quantityLots = tradedLots + 2 * openLots;',
      },
      {
        about: 'an order that has ended keeps its trigger',
        find: '      lockedEnergyQuanta: 0,\n      stopPrice: null,\n',
        replace: '      lockedEnergyQuanta: 0,\n',
      },
      {
        about: 'a stop order that waits is open',
        find: "stopPrice === undefined ? 'open' : 'waiting'",
        replace: "stopPrice === null ? 'waiting' : 'open'",
      },
      {
        about: 'an amendment counts no version',
        find: 'return { version: told.version };',
        replace: 'return {};',
      },
      {
        about: 'fills are counted for one of the two orders',
        find: "if (update.update === 'filled')",
        replace: "if (update.update === 'filled' && update.role === 'maker')",
      },
      {
        about: 'of an open order nothing is told but its acceptance',
        find: 'if (slot !== NONE) this.#drafts.put',
        replace: 'if (slot === NONE - 1) this.#drafts.put',
      },
    ],
  },
  {
    file: 'src/mongodb/product-documents.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'a band has its low end twice in a document',
        find: 'band?.high',
        replace: 'band?.low',
      },
      {
        about: 'a document tells the gate of a product as its opening',
        find: 'opensAt: delivery?.opensAt',
        replace: 'opensAt: delivery?.gateAt',
      },
    ],
  },
  {
    file: 'src/mongodb/balance-documents.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'what an archived asset was stays with its holder',
        find: 'for (const each of isSame ? [now] : [before, now])',
        replace: 'for (const each of [now])',
      },
      {
        about: 'rows that are empty are told of where a market has them',
        find: 'if (isSame || each.available !== 0 || each.locked !== 0) this.#put(each);',
        replace: 'if (each.account >= 0) this.#put(each);',
      },
      {
        about: 'an id stands for the asset that had it first',
        find: 'listings.findAsset(asset) ?? assetRow',
        replace: 'assetRow',
      },
      {
        about: 'what was there before the first frame is a change',
        find: '    this.#rows.each(() => {});\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/mongodb/read-models.ts',
    tests: ['read-models'],
    slips: [
      {
        about: 'accounts of the system come with the first frame after any start',
        find: 'if (state.sequence === 0) SYSTEM',
        replace: 'if (state.sequence >= 0) SYSTEM',
      },
      {
        about: 'products that were named once change with every frame',
        find: '    this.#products.clear();\n',
        replace: '',
      },
      {
        about: 'events of a frame are read again with the next one',
        find: '    this.#sequencer.dropBefore(commands.length, events.length);\n',
        replace: '',
      },
      {
        about: 'a trade is in the block before',
        find: 'isInLast ? this.#height : this.#height + 1',
        replace: 'this.#height',
      },
      {
        about: 'a block begins with the trades of the market that was restored',
        find: '    this.#lastTrade = state.lastTrade;\n',
        replace: '    this.#lastTrade = 0;\n',
      },
      {
        about: 'an account that is killed stays open',
        find: "      case 'accountKilled':\n",
        replace: '',
      },
      {
        about: 'a trade that was recalled stands',
        find: '{ recalled: true, recalledAt: event.time }',
        replace: '{ recalled: false, recalledAt: event.time }',
      },
      {
        about: 'a status is told of an account as if it were opened again',
        find: 'openedAt === undefined ? now : { ...now, openedAt }',
        replace: '{ ...now, openedAt: openedAt ?? null }',
      },
    ],
  },
];
