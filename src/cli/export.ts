import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { EventType } from '../core/codes.ts';
import { recordLength, recordType } from '../core/records.ts';
import type { Sequencer } from '../engine/sequencer.ts';
import { tradeView } from '../engine/trade-views.ts';
import type { OrderView, TradeView } from '../engine/views.ts';
import { EXIT, type Outcome } from './outcome.ts';
import { reachText, replayed } from './replay.ts';

export const KINDS = ['trades', 'orders', 'balances'] as const;
export type Kind = (typeof KINDS)[number];
export const FORMATS = ['jsonl', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

interface BalanceRow {
  readonly account: string;
  readonly asset: string;
  readonly available: string;
  readonly locked: string;
  readonly availableQuanta: number;
  readonly lockedQuanta: number;
}

/** Columns of each CSV; a JSON line of an order has more. */
const COLUMNS: {
  readonly trades: readonly (keyof TradeView)[];
  readonly orders: readonly (keyof OrderView)[];
  readonly balances: readonly (keyof BalanceRow)[];
} = {
  trades: [
    'trade',
    'sequence',
    'time',
    'product',
    'buyer',
    'seller',
    'price',
    'priceTicks',
    'quantity',
    'quantityLots',
    'value',
    'valueQuanta',
    'buyerFee',
    'buyerFeeQuanta',
    'sellerFee',
    'sellerFeeQuanta',
    'makerOrder',
    'takerOrder',
    'takerSide',
  ],
  orders: [
    'orderId',
    'account',
    'product',
    'side',
    'kind',
    'timeInForce',
    'price',
    'priceTicks',
    'open',
    'openLots',
    'quantity',
    'quantityLots',
    'lockedMoney',
    'lockedMoneyQuanta',
    'lockedEnergy',
    'lockedEnergyQuanta',
    'display',
    'shownLots',
    'expiresAt',
    'clientOrderId',
    'priority',
  ],
  balances: ['account', 'asset', 'available', 'locked', 'availableQuanta', 'lockedQuanta'],
};

/** Writes rows to a stream that may be slower than they come. */
class Rows {
  count = 0;
  #out: Writable | undefined;
  readonly #open: () => Writable;
  readonly #format: Format;
  readonly #columns: readonly string[];

  constructor(open: () => Writable, kind: Kind, format: Format) {
    this.#open = open;
    this.#format = format;
    this.#columns = COLUMNS[kind];
  }

  /** Opens the stream and writes the names of the columns, once: nothing is made of what cannot be read at all. */
  async begin(): Promise<Writable> {
    if (this.#out !== undefined) return this.#out;
    this.#out = this.#open();
    if (this.#format === 'csv') await this.#write(this.#out, `${this.#columns.join(',')}\n`);
    return this.#out;
  }

  async add(row: object): Promise<void> {
    const out = await this.begin();
    this.count++;
    const values = row as Readonly<Record<string, unknown>>;
    const line =
      this.#format === 'jsonl'
        ? JSON.stringify(row)
        : this.#columns.map((column) => cellOf(values[column])).join(',');
    await this.#write(out, `${line}\n`);
  }

  async #write(out: Writable, text: string): Promise<void> {
    if (!out.write(text)) await once(out, 'drain');
  }
}

/** Ids, numbers and names: nothing that would have to be quoted, but quoted if there ever is. */
function cellOf(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function addTrades({ events, state }: Sequencer, rows: Rows): Promise<void> {
  const { view, length } = events;
  for (let at = 0; at < length; at += recordLength(view, at)) {
    if (recordType(view, at) === EventType.trade) await rows.add(tradeView(state, view, at));
  }
}

/** Writes what a market holds, or all of its trades, to a file or to standard output. */
export async function exportRows(
  folder: string,
  kind: Kind,
  options: {
    readonly format: Format;
    readonly to: number | undefined;
    readonly output: string | undefined;
  },
): Promise<Outcome> {
  const { format, to, output } = options;
  let failed!: (fault: unknown) => void;
  const fault = new Promise<never>((_, reject) => (failed = reject));
  fault.catch(() => {});
  const open = (): Writable => {
    const out = output === undefined ? process.stdout : createWriteStream(output, { flags: 'wx' });
    return out.once('error', failed);
  };
  const written = async (): Promise<Outcome> => {
    const rows = new Rows(open, kind, format);
    const all = await replayed(folder, to, (sequencer) =>
      kind === 'trades' ? addTrades(sequencer, rows) : undefined,
    );
    const { market, from, writerEpoch } = all;
    if (kind === 'orders') for (const order of market.openOrders()) await rows.add(order);
    for (const { id } of kind === 'balances' ? market.accounts() : []) {
      for (const balance of market.balances(id)) await rows.add({ account: id, ...balance });
    }
    const out = await rows.begin();
    if (output !== undefined) {
      out.end();
      await finished(out);
    }
    const text = `${rows.count} ${kind}, ${reachText(all)}`;
    const json = { ok: true, kind, rows: rows.count, from, sequence: market.sequence, writerEpoch };
    return { exit: EXIT.fine, text, json };
  };
  return Promise.race([written(), fault]);
}
