import { i64, idOf, viewOf } from './bytes.ts';
import { demand } from './faults.ts';

const RECORD_HEAD = 24;

/** Fields of the events that a proof may show, with their widths; docs/format.md, Records. */
const EVENTS = {
  trade: {
    type: 116,
    hasId: false,
    fields:
      'trade:8 product:4 price:8 quantity:8 buyer:4 seller:4 buyerFee:8 sellerFee:8 makerOrder:8 takerOrder:8 takerSide:1 standing:1',
  },
  accountOpened: { type: 102, hasId: true, fields: 'account:4 role:1' },
  assetListed: { type: 108, hasId: true, fields: 'asset:4 decimals:1' },
  productListed: {
    type: 109,
    hasId: true,
    fields:
      'product:4 energyAsset:4 moneyAsset:4 tickMantissa:8 tickDecimals:1 lotMantissa:8 lotDecimals:1 hasDelivery:1 deliveryStart:8 ' +
      'deliveryEnd:8 opensMs:8 gateMs:8 mechanism:1 pricing:1 hasReference:1 referencePrice:8 auctionEveryMs:8 hasNetwork:1 network:4 ' +
      'hasSettlement:1 utility:4 imbalanceMin:8 imbalanceMax:8 positionLimit:8',
  },
} as const;

/** Which event a record is of. */
export type EventName = keyof typeof EVENTS;

/** An event, taken apart. */
export interface Event {
  readonly name: EventName;
  readonly sequence: number;
  /** Epoch ms UTC. */
  readonly time: number;
  /** Fixed fields by name; one that is no safe integer is NaN. */
  readonly fields: Readonly<Record<string, number>>;
  /** The id behind them, or none. */
  readonly id: string;
}

/** Takes apart a record of one of the events above. @throws Refusal */
export function readEvent(bytes: Uint8Array, field: string): Event {
  const broken = (holds: boolean, detail: string): void =>
    demand(holds, 'MALFORMED', field, `${field} ${detail}`);
  broken(bytes.length >= RECORD_HEAD, `has ${bytes.length} bytes`);
  const view = viewOf(bytes);
  broken(view.getUint32(0) === bytes.length, 'has another length than it says');
  const type = view.getUint16(4);
  const name = (Object.keys(EVENTS) as EventName[]).find((each) => EVENTS[each].type === type);
  demand(name !== undefined, 'MALFORMED', field, `${field} is of type ${type}`);
  broken(view.getUint16(6) === 0, 'is of another version');
  const { fields: layout, hasId } = EVENTS[name];
  const widths = layout.split(' ').map((each) => each.split(':') as [string, string]);
  const size = widths.reduce((sum, [, width]) => sum + Number(width), RECORD_HEAD);
  const end = hasId ? size + 1 + (bytes[size] ?? 0) : size;
  broken(bytes.length === end, `has not the ${end} bytes of a ${name}`);
  const fields: Record<string, number> = {};
  let at = RECORD_HEAD;
  for (const [each, width] of widths) {
    fields[each] = width === '8' ? i64(view, at) : width === '4' ? view.getUint32(at) : bytes[at]!;
    broken(!Number.isNaN(fields[each]), `has no safe integer in ${each}`);
    at += Number(width);
  }
  const id = idOf(bytes.subarray(hasId ? size + 1 : end));
  demand(id !== undefined && (id !== '' || !hasId), 'MALFORMED', field, `${field} has no id`);
  return { name, sequence: i64(view, 8), time: i64(view, 16), fields, id };
}

/** What is proven of a balance, in quanta of its asset. */
export interface BalanceRow {
  readonly assetRow: number;
  readonly available: number;
  readonly locked: number;
}

/** The leaf of an account, taken apart. */
export interface AccountLeaf {
  readonly row: number;
  readonly account: string;
  readonly role: string;
  readonly status: string;
  readonly balances: readonly BalanceRow[];
}

const ROLES = ['trader', 'operator', 'meter'];
const STATUSES = ['open', 'frozen', 'closed'];
const SALT = 16;
const BALANCE = 20;

/** Takes the leaf of an account apart; docs/format.md, State root. @throws Refusal */
export function readAccountLeaf(bytes: Uint8Array, field: string): AccountLeaf {
  const broken = (holds: boolean, detail: string): void =>
    demand(holds, 'MALFORMED', field, `${field} ${detail}`);
  const idEnd = 5 + (bytes[4] ?? 0);
  const start = idEnd + 2 + SALT + 4;
  broken(bytes.length >= start, `has ${bytes.length} bytes`);
  const view = viewOf(bytes);
  const account = idOf(bytes.subarray(5, idEnd));
  demand(account !== undefined && account !== '', 'MALFORMED', field, `${field} has no id`);
  const [role, status] = [ROLES[bytes[idEnd]!], STATUSES[bytes[idEnd + 1]!]];
  const isKnown = role !== undefined && status !== undefined;
  demand(isKnown, 'MALFORMED', field, `${field} has an unknown role or status`);
  const count = view.getUint32(start - 4);
  broken(bytes.length === start + count * BALANCE, `has not room for ${count} balances, or more`);
  const balances: BalanceRow[] = [];
  for (let at = start; at < bytes.length; at += BALANCE) {
    const assetRow = view.getUint32(at);
    const [available, locked] = [i64(view, at + 4), i64(view, at + 12)];
    const isRow = assetRow > (balances.at(-1)?.assetRow ?? -1);
    const isBalance = Number.isSafeInteger(available) && Number.isSafeInteger(locked);
    broken(isRow && isBalance, `has a balance that is none, or not in order`);
    broken(available !== 0 || locked !== 0, 'has a balance of nothing');
    balances.push({ assetRow, available, locked });
  }
  return { row: view.getUint32(0), account, role, status, balances };
}
