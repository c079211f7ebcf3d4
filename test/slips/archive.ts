import type { SlipGroup } from './slip.ts';

/** Products that are over and forgotten. */
export const ARCHIVE: readonly SlipGroup[] = [
  {
    file: 'src/matching/archive.ts',
    tests: ['golden', 'archive'],
    slips: [
      {
        about: 'a delivery is over with its last millisecond',
        find: 'state.time >= delivery.end',
        replace: 'state.time >= delivery.end - 1',
      },
      {
        about: 'a delivery goes on for a millisecond after its end',
        find: 'state.time >= delivery.end',
        replace: 'state.time > delivery.end',
      },
      {
        about: 'a product that trades can be archived',
        find: '!isOver(status) || ',
        replace: '',
      },
      {
        about: 'what has no delivery is delivered',
        find: 'prepaid && !isShared',
        replace: '!isShared',
      },
      {
        about: 'energy of two products is gone with the first',
        find: 'usesOf(energyAsset) > 1',
        replace: 'usesOf(energyAsset) > 2',
      },
      {
        about: 'energy that is the limit of an account goes all the same',
        find: 'maxExposure?.asset === energyAsset',
        replace: 'maxExposure?.asset === -1',
      },
      {
        about: 'the rows of the ledger stay',
        find: 'state.ledger.retire(energyAsset)',
        replace: 'state.ledger.supply(energyAsset)',
      },
      {
        about: 'the asset stays',
        find: 'if (own) listings.removeAsset(energyAsset);',
        replace: '',
      },
      {
        about: 'the energy of an archived product is not kept for readers',
        find: 'own ? listings.assets[energyAsset] : undefined',
        replace: 'undefined',
      },
    ],
  },
  {
    file: 'src/matching/archive.ts',
    tests: ['network-fees'],
    slips: [
      {
        about: 'fees of a network are never forgotten',
        find: '  network.forgetBefore(oldest);\n',
        replace: '',
      },
      {
        about: 'fees of open orders are forgotten',
        find: 'oldest = Math.min(oldest, feeVersion);',
        replace: '',
      },
      {
        about: 'orders of another network keep the fees of this one',
        find: ' && product.network!.network === network',
        replace: '',
      },
    ],
  },
  {
    file: 'src/market/networks.ts',
    tests: ['network-fees', 'network-forgeries', 'property'],
    slips: [
      {
        about: 'what is in force is forgotten with what was',
        find: 'inForce.get(pairOf(from, to)) === since',
        replace: 'false',
      },
      {
        about: 'what another fee took the place of is kept',
        find: 'inForce.get(pairOf(from, to)) === since',
        replace: 'true',
      },
      {
        about: 'the change of the oldest version itself is too late',
        find: 'since <= version',
        replace: 'since < version',
      },
    ],
  },
  {
    file: 'src/market/archived.ts',
    tests: ['archive'],
    slips: [
      {
        about: 'an id stands for what it stood for first',
        find: 'entry.sequence >= sequence',
        replace: 'entry.sequence < Infinity',
      },
      {
        about: 'the events of the command that archives have no name for it',
        find: 'entry.sequence >= sequence',
        replace: 'entry.sequence > sequence + 5',
      },
      {
        about: 'what is archived is kept although no events are',
        find: '!this.keepsAll',
        replace: 'false',
      },
      {
        about: 'nothing is ever forgotten',
        find: 'sequence > upTo',
        replace: 'sequence > 0',
      },
      {
        about: 'the energy of what is forgotten is not',
        find: 'if (asset !== undefined) this.#assets.delete(product.energyAsset);',
        replace: '',
      },
      {
        about: 'the latest of an id is forgotten first',
        find: 'named.shift()',
        replace: 'named.pop()',
      },
    ],
  },
  {
    file: 'src/market/products.ts',
    tests: ['archive', 'golden', 'property'],
    slips: [
      {
        about: 'an id is taken for ever',
        find: 'this.#productRows.delete(id);',
        replace: '',
      },
      {
        about: 'terms of an archived product stay',
        find: 'this.terms[terms] = undefined;',
        replace: '',
      },
      {
        about: 'rows of terms that are free are passed over',
        find: 'this.#lowestFree = Math.min(this.#lowestFree, terms);',
        replace: '',
      },
      {
        about: 'free rows of terms are used again from the last one down',
        find: 'Math.min(this.#lowestFree, terms)',
        replace: 'Math.max(this.#lowestFree, terms)',
      },
      {
        about: 'money of one product is free to go',
        find: 'this.#use(moneyAsset, 1);',
        replace: '',
      },
      {
        about: 'what an archived product used is in use for ever',
        find: 'this.#use(energyAsset, -1);',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/administration.ts',
    tests: ['listing-limit'],
    slips: [
      {
        about: 'assets are listed without end',
        find: '  if (!state.listings.hasAssetRoom) return RejectCode.LISTING_LIMIT;\n',
        replace: '',
      },
      {
        about: 'products are listed without end',
        find: '  if (!listings.hasProductRoom(forward !== undefined)) return RejectCode.LISTING_LIMIT;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/ledger/ledger.ts',
    tests: ['archive', 'ledger', 'property'],
    slips: [
      {
        about: 'rows that were given back are not used again',
        find: 'this.#free.push(row);',
        replace: '',
      },
      {
        about: 'a row that was given back is found by its account and asset',
        find: '      this.#unlink(row);\n',
        replace: '',
      },
      {
        about: 'one row of an asset is given back',
        find: 'i32[row * HALVES + NEXT] = this.#ofAsset.get(asset) ?? NONE;',
        replace: 'i32[row * HALVES + NEXT] = NONE;',
      },
      {
        about: 'the second of a chain is taken out with what hangs on it',
        find: 'i32[at * HALVES + CHAIN] = after;',
        replace: 'i32[at * HALVES + CHAIN] = NONE;',
      },
      {
        about: 'the index grows although there are free rows',
        find: 'this.#free.length === 0 && this.rows',
        replace: 'this.rows',
      },
    ],
  },
  {
    file: 'src/matching/recall-trade.ts',
    tests: ['golden'],
    slips: [
      {
        about: 'a trade of an archived product is recalled as one of the next of its id',
        find: ' || trade <= listedAfter',
        replace: '',
      },
      {
        about: 'the first trade of a product cannot be recalled',
        find: 'trade <= listedAfter',
        replace: 'trade <= listedAfter + 1',
      },
    ],
  },
  {
    file: 'src/matching/listed-after.ts',
    tests: ['life-cycle-forgeries', 'rolling-market', 'property'],
    slips: [
      {
        about: 'a snapshot forgets which trades are older than a product',
        find: 'listedAfter > 0',
        replace: 'listedAfter > Infinity',
      },
      {
        about: 'a product is older than one that was listed before it',
        find: 'least = listedAfter;',
        replace: '',
      },
      {
        about: 'a product was listed after a trade that is yet to come',
        find: ' || listedAfter > lastTrade',
        replace: '',
      },
    ],
  },
  {
    file: 'src/matching/decode.ts',
    tests: ['archive'],
    slips: [
      {
        about: 'a row may be there twice',
        find: 'row < list.length',
        replace: 'row < list.length - 1',
      },
      {
        about: 'there may be more than were given out',
        find: 'row >= rows',
        replace: 'row > rows',
      },
      {
        about: 'what was given out last is not there',
        find: '  fill(rows);\n',
        replace: '',
      },
    ],
  },
];
