import { demand } from './faults.ts';
import type { Header } from './header.ts';
import type { AccountLeaf, Event, EventName } from './records.ts';

/** A trade that is proven, with the names of what its rows mean. */
export interface ProvenTrade {
  /** Number of the trade in its market. */
  readonly trade: number;
  readonly product: string;
  readonly buyer: string;
  readonly seller: string;
  /** Ids of the assets that changed hands. */
  readonly energy: string;
  readonly money: string;
  /** Exactly, in units of the money for one unit of the energy. */
  readonly price: string;
  readonly priceTicks: number;
  /** Exactly, in units of the energy. */
  readonly quantity: string;
  readonly quantityLots: number;
  /** Exactly, in units of the money; below zero where it was paid to them. */
  readonly buyerFee: string;
  readonly buyerFeeQuanta: number;
  readonly sellerFee: string;
  readonly sellerFeeQuanta: number;
  readonly makerOrder: number;
  readonly takerOrder: number;
  readonly takerSide: 'buy' | 'sell';
  /** Of the command that led to it. */
  readonly sequence: number;
  /** Epoch ms UTC. */
  readonly time: number;
  /** Of the block that holds it. */
  readonly height: number;
}

/** An event that was found in a block. */
export interface FoundEvent {
  readonly event: Event;
  readonly header: Header;
}

/** Accounts that every market begins with, by row. */
const OWN_ACCOUNTS = ['outside', 'fees', 'operator'];

/** A whole number of steps of mantissa / 10^decimals each, exactly. */
function decimal(steps: number, mantissa: number, decimals: number): string {
  const value = BigInt(steps) * BigInt(mantissa);
  const digits = String(value < 0n ? -value : value).padStart(decimals + 1, '0');
  const at = digits.length - decimals;
  const fraction = digits.slice(at).replace(/0+$/, '');
  const text = fraction === '' ? digits.slice(0, at) : `${digits.slice(0, at)}.${fraction}`;
  return value < 0n ? `-${text}` : text;
}

/** The trade, told by the names that the events behind it give to its rows. @throws Refusal */
export function tradeOf([first, ...others]: readonly FoundEvent[]): ProvenTrade {
  demand(first?.event.name === 'trade', 'MISSING', 'records', 'the first record is no trade');
  const { event, header } = first;
  const { fields } = event;
  const unused = new Set(others.map((each) => each.event));
  const named = (name: EventName, row: number): Event => {
    const field = { accountOpened: 'account', assetListed: 'asset', productListed: 'product' };
    const key = field[name as keyof typeof field];
    const one = others.find(
      (each) => each.event.name === name && each.event.fields[key] === row,
    )?.event;
    demand(one !== undefined, 'MISSING', 'records', `nothing tells what ${key} ${row} is`);
    const isBefore = one.sequence < event.sequence;
    demand(isBefore, 'MISMATCH', 'records', `${key} ${row} is of later than the trade`);
    unused.delete(one);
    return one;
  };
  const account = (row: number): string => OWN_ACCOUNTS[row] ?? named('accountOpened', row).id;
  const [buyer, seller] = [account(fields['buyer']!), account(fields['seller']!)];
  const product = named('productListed', fields['product']!);
  const { energyAsset, moneyAsset, tickMantissa, tickDecimals, lotMantissa, lotDecimals } =
    product.fields;
  const [energy, money] = [named('assetListed', energyAsset!), named('assetListed', moneyAsset!)];
  demand(unused.size === 0, 'MALFORMED', 'records', 'records has one that tells nothing of it');
  const fee = (quanta: number): string => decimal(quanta, 1, money.fields['decimals']!);
  return {
    trade: fields['trade']!,
    product: product.id,
    buyer,
    seller,
    energy: energy.id,
    money: money.id,
    price: decimal(fields['price']!, tickMantissa!, tickDecimals!),
    priceTicks: fields['price']!,
    quantity: decimal(fields['quantity']!, lotMantissa!, lotDecimals!),
    quantityLots: fields['quantity']!,
    buyerFee: fee(fields['buyerFee']!),
    buyerFeeQuanta: fields['buyerFee']!,
    sellerFee: fee(fields['sellerFee']!),
    sellerFeeQuanta: fields['sellerFee']!,
    makerOrder: fields['makerOrder']!,
    takerOrder: fields['takerOrder']!,
    takerSide: fields['takerSide'] === 0 ? 'buy' : 'sell',
    sequence: event.sequence,
    time: event.time,
    height: header.height,
  };
}

/** What an account is proven to have of an asset. */
export interface ProvenAmount {
  readonly asset: string;
  readonly assetRow: number;
  /** Exactly, in units of the asset; below zero for `outside` alone. */
  readonly available: string;
  readonly availableQuanta: number;
  readonly locked: string;
  readonly lockedQuanta: number;
}

/** The balances of an account, with the names that the events give to their assets. @throws Refusal */
export function balancesOf(
  { balances }: AccountLeaf,
  records: readonly FoundEvent[],
  lastSequence: number,
): ProvenAmount[] {
  const assets = new Map(
    records.map(({ event }) => {
      const tells = event.name === 'assetListed' && event.sequence <= lastSequence;
      demand(tells, 'MALFORMED', 'records', 'records has one that tells nothing of it');
      return [event.fields['asset']!, event] as const;
    }),
  );
  const isNeeded = assets.size === records.length && assets.size === balances.length;
  demand(isNeeded, 'MALFORMED', 'records', 'records must name each asset of the account once');
  return balances.map(({ assetRow, available, locked }) => {
    const asset = assets.get(assetRow);
    demand(asset !== undefined, 'MISSING', 'records', `nothing tells what asset ${assetRow} is`);
    const exact = (quanta: number): string => decimal(quanta, 1, asset.fields['decimals']!);
    return {
      asset: asset.id,
      assetRow,
      available: exact(available),
      availableQuanta: available,
      locked: exact(locked),
      lockedQuanta: locked,
    };
  });
}
