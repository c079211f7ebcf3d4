import { Engine, type ListProductRequest, type SettlementFields } from '../src/index.ts';
import { codeOf, must } from './stage.ts';

export const SLOT = {
  id: 'slot',
  energy: 'kWh',
  money: 'EUR',
  tick: '0.01',
  lot: '0.001',
  delivery: { start: 1000, end: 2000, opensMs: -1000, gateMs: -100 },
} as const;

export interface SlotMarket {
  readonly min: string;
  readonly max: string;
  readonly more?: Partial<SettlementFields>;
  readonly terms?: Partial<ListProductRequest>;
  /** What each account has, in EUR. */
  readonly funds: Readonly<Record<string, string>>;
}

/** A market with one product that is sold forward, settled with `grid`, which has plenty. */
export function slotMarket({ min, max, more = {}, terms = {}, funds }: SlotMarket): Engine {
  const engine = new Engine();
  must(engine.listAsset({ id: 'EUR', decimals: 9 }));
  must(engine.listAsset({ id: 'kWh', decimals: 3 }));
  for (const [id, amount] of Object.entries({ grid: '1000000', ...funds })) {
    must(engine.openAccount({ id }));
    if (amount !== '0') must(engine.deposit({ account: id, asset: 'EUR', amount }));
  }
  const bounds = { utility: 'grid', imbalanceMin: min, imbalanceMax: max };
  must(engine.listProduct({ ...SLOT, settlement: { mode: 'firm', ...bounds, ...more }, ...terms }));
  return engine;
}

/** A trade at a price: the seller's order rests, the buyer's meets it. */
export function trade(
  engine: Engine,
  seller: string,
  buyer: string,
  quantity: string,
  price: string,
): void {
  must(engine.submit({ account: seller, product: 'slot', side: 'sell', quantity, price }));
  must(engine.submit({ account: buyer, product: 'slot', side: 'buy', quantity, price }));
}

/** What an account has counted by its meter, as a next version. */
export function read(engine: Engine, account: string, imported: string, exported: string): void {
  const party = engine.settlement('slot')!.parties.find((each) => each.account === account);
  const version = (party?.reading?.version ?? 0) + 1;
  const reading = { version, quality: 'measured', imported, exported } as const;
  must(engine.recordReading({ product: 'slot', account, ...reading }));
}

/** Lets the delivery end. */
export function deliver(engine: Engine, long: string, short: string): void {
  must(engine.setImbalancePrices({ product: 'slot', long, short }));
  must(engine.advanceTime({ at: 2000 }));
}

export function settle(engine: Engine, final = false): void {
  must(engine.settleProduct({ product: 'slot', final }));
}

/** Lets an account owe a creditor, who is the utility of a product of its own: 1 EUR for each kWh that it drew and had not bought. */
export function owes(engine: Engine, account: string, creditor: string, imported: string): void {
  const product = `${account}-to-${creditor}`;
  const { time } = engine;
  const delivery = { start: time + 1000, end: time + 2000, opensMs: -1000, gateMs: -100 };
  const bounds = { imbalanceMin: '0', imbalanceMax: '1' };
  const settlement = { mode: 'firm', utility: creditor, ...bounds } as const;
  must(engine.listProduct({ ...SLOT, id: product, delivery, settlement }));
  must(engine.setImbalancePrices({ product, long: '0', short: '1' }));
  must(engine.advanceTime({ at: time + 2000 }));
  const reading = { version: 1, quality: 'measured', imported, exported: '0' } as const;
  must(engine.recordReading({ product, account, ...reading }));
  must(engine.settleProduct({ product }));
}

/** Money of accounts, what is locked and what they owe included, in quanta. */
export function wealth(engine: Engine, accounts: readonly string[]): number {
  let sum = 0;
  for (const account of accounts) {
    const { availableQuanta, lockedQuanta } = engine.balance(account, 'EUR');
    sum += availableQuanta + lockedQuanta;
    for (const { amountQuanta } of engine.debts(account)) sum -= amountQuanta;
  }
  return sum;
}

/** EUR in quanta. */
export const eur = (amount: number): number => Math.round(amount * 1e9);

export { codeOf, must };
