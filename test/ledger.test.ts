import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../src/index.ts';
import { FEES, Ledger, OUTSIDE } from '../src/ledger/ledger.ts';
import { Accounts } from '../src/ledger/accounts.ts';
import { RowChanges } from '../src/ledger/row-changes.ts';
import { codeOf, faultOf, list, must } from './stage.ts';
import { mulberry32 } from './mulberry32.ts';

const SAFE = Number.MAX_SAFE_INTEGER;
const [ALICE, BOB] = [3, 4];

/** The sum over all rows of an asset, outside included. */
function total(ledger: Ledger, asset: number): bigint {
  let sum = 0n;
  for (let row = 0; row < ledger.rows; row++) {
    if (ledger.asset(row) !== asset) continue;
    sum += BigInt(ledger.available(row)) + BigInt(ledger.locked(row));
  }
  return sum;
}

function amounts(ledger: Ledger, account: number, asset = 0): number[] {
  const row = ledger.find(account, asset);
  return row < 0 ? [0, 0] : [ledger.available(row), ledger.locked(row)];
}

describe('the ledger', () => {
  it('books every posting twice', () => {
    const ledger = new Ledger();
    ledger.transfer(OUTSIDE, ALICE, 0, 1_000);
    expect([amounts(ledger, OUTSIDE), amounts(ledger, ALICE)]).toEqual([
      [-1_000, 0],
      [1_000, 0],
    ]);
    expect(ledger.supply(0)).toBe(1_000);
    const row = ledger.row(ALICE, 0);
    ledger.lock(row, 700);
    expect(amounts(ledger, ALICE)).toEqual([300, 700]);
    // 250 of a lock of 400 are due, another 300 stay locked: 400 - 250 come back at once.
    ledger.settle(row, 700, 300, 250);
    ledger.credit(ledger.row(BOB, 0), 240);
    ledger.credit(ledger.row(FEES, 0), 10);
    expect(amounts(ledger, ALICE)).toEqual([450, 300]);
    ledger.lock(row, -300);
    expect(amounts(ledger, ALICE)).toEqual([750, 0]);
    ledger.transfer(BOB, OUTSIDE, 0, 240);
    expect([total(ledger, 0), ledger.supply(0)]).toEqual([0n, 760]);
  });

  it('settles a negative cost as an income', () => {
    const ledger = new Ledger();
    ledger.transfer(OUTSIDE, ALICE, 0, 100);
    const row = ledger.row(ALICE, 0);
    ledger.settle(row, 0, 0, -40);
    expect(amounts(ledger, ALICE)).toEqual([140, 0]);
  });

  it.each([
    ['a lock', (ledger: Ledger, row: number) => ledger.lock(row, 601)],
    ['a release', (ledger: Ledger, row: number) => ledger.lock(row, -401)],
    ['a transfer', (ledger: Ledger) => ledger.transfer(ALICE, BOB, 0, 601)],
    ['a withdrawal', (ledger: Ledger) => ledger.transfer(ALICE, OUTSIDE, 0, 601)],
    ['a settlement', (ledger: Ledger, row: number) => ledger.settle(row, 400, 400, 601)],
    [
      'a settlement of more than the lock',
      (ledger: Ledger, row: number) => ledger.settle(row, 401, 0, 0),
    ],
  ])('stops at %s that overdraws', (_, post) => {
    const ledger = new Ledger();
    ledger.transfer(OUTSIDE, ALICE, 0, 1_000);
    const row = ledger.row(ALICE, 0);
    ledger.lock(row, 400);
    expect(faultOf(() => post(ledger, row))).toBe('BROKEN_INVARIANT');
  });

  it.each([
    ['a lock', (ledger: Ledger, row: number) => ledger.lock(row, 600)],
    ['a release', (ledger: Ledger, row: number) => ledger.lock(row, -400)],
    ['a transfer', (ledger: Ledger) => ledger.transfer(ALICE, BOB, 0, 600)],
    ['a settlement', (ledger: Ledger, row: number) => ledger.settle(row, 400, 0, 1_000)],
  ])('takes the last quantum by %s', (_, post) => {
    const ledger = new Ledger();
    ledger.transfer(OUTSIDE, ALICE, 0, 1_000);
    const row = ledger.row(ALICE, 0);
    ledger.lock(row, 400);
    post(ledger, row);
    expect(Math.min(...amounts(ledger, ALICE))).toBe(0);
  });

  it('guards the mint at 2^53-1 per asset', () => {
    const ledger = new Ledger();
    expect([ledger.mayMint(0, SAFE), ledger.mayMint(0, SAFE + 1)]).toEqual([true, false]);
    ledger.transfer(OUTSIDE, ALICE, 0, SAFE - 10);
    expect([ledger.mayMint(0, 10), ledger.mayMint(0, 11)]).toEqual([true, false]);
    expect([ledger.mayMint(0, SAFE), ledger.mayMint(1, SAFE)]).toEqual([false, true]);
    ledger.transfer(ALICE, OUTSIDE, 0, 1);
    expect([ledger.mayMint(0, 11), ledger.mayMint(0, 12)]).toEqual([true, false]);
    expect(total(ledger, 0)).toBe(0n);
  });

  it('keeps the rows of many accounts and assets apart', () => {
    const ledger = new Ledger();
    const random = mulberry32(61);
    const model = new Map<string, number>();
    for (let step = 0; step < 20_000; step++) {
      const [account, asset] = [1 + random(400), random(9)];
      const amount = 1 + random(1_000);
      ledger.transfer(OUTSIDE, account, asset, amount);
      const key = `${account}/${asset}`;
      model.set(key, (model.get(key) ?? 0) + amount);
    }
    expect(model.size).toBeGreaterThan(3_000);
    for (const [key, amount] of model) {
      const [account, asset] = key.split('/').map(Number) as [number, number];
      const row = ledger.find(account, asset);
      expect([ledger.account(row), ledger.asset(row)]).toEqual([account, asset]);
      expect(ledger.availableOf(account, asset)).toBe(amount);
    }
    for (let asset = 0; asset < 9; asset++) {
      expect(total(ledger, asset)).toBe(0n);
      let supply = 0;
      for (const [key, amount] of model) if (key.endsWith(`/${asset}`)) supply += amount;
      expect(ledger.supply(asset)).toBe(supply);
    }
    expect(ledger.find(401, 0)).toBe(-1);
    expect(ledger.availableOf(401, 0)).toBe(0);
    const { rows } = ledger;
    expect(ledger.row(1, 0)).toBe(ledger.row(1, 0));
    expect(ledger.rows).toBe(rows);
  });

  it('agrees with a ledger of big integers', () => {
    const posting = fc.tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      fc.maxSafeNat(),
    );
    const property = fc.property(fc.array(posting, { maxLength: 80 }), (postings) => {
      const ledger = new Ledger();
      ledger.transfer(OUTSIDE, 1, 0, SAFE);
      const model = [-BigInt(SAFE), BigInt(SAFE), 0n, 0n, 0n];
      for (const [from, to, draw] of postings) {
        const amount = draw % (ledger.availableOf(from, 0) + 1);
        ledger.transfer(from, to, 0, amount);
        model[from]! -= BigInt(amount);
        model[to]! += BigInt(amount);
      }
      const found = model.map((_, account) => BigInt(ledger.availableOf(account, 0)));
      expect(found).toEqual(model);
    });
    fc.assert(property, { seed: 62, numRuns: 150 });
  });
});

describe('the mint guard of the engine', () => {
  it('keeps every balance exact, at the edge and after it', () => {
    const engine = list(new Engine());
    for (const id of ['alice', 'bob']) must(engine.openAccount({ id }));
    const deposit = (account: string, amountQuanta: number) =>
      codeOf(engine.deposit({ account, asset: 'EUR', amountQuanta }));
    expect(deposit('alice', SAFE)).toBe('ok');
    expect([deposit('alice', 1), deposit('bob', SAFE)]).toEqual(['MINT_LIMIT', 'MINT_LIMIT']);
    must(engine.transfer({ account: 'alice', to: 'bob', asset: 'EUR', amountQuanta: SAFE }));
    expect(deposit('alice', 1)).toBe('MINT_LIMIT');
    must(engine.withdraw({ account: 'bob', asset: 'EUR', amountQuanta: 5 }));
    expect([deposit('alice', 6), deposit('alice', 5)]).toEqual(['MINT_LIMIT', 'ok']);
    expect(engine.balance('bob', 'EUR').available).toBe('9007199254.740986');
    expect(engine.balance('outside', 'EUR').availableQuanta).toBe(-SAFE);
    expect(engine.isConserved()).toBe(true);
  });
});

describe('accounts', () => {
  it('begin with those of the system, and give out each row once', () => {
    const accounts = new Accounts();
    expect(['outside', 'fees', 'operator'].map((id) => accounts.find(id))).toEqual([0, 1, 2]);
    expect([OUTSIDE, FEES]).toEqual([0, 1]);
    expect(accounts.open('__proto__', 0)).toBe(3);
    expect([accounts.find('__proto__'), accounts.find('constructor')]).toEqual([3, undefined]);
    expect(accounts.open('alice', 1)).toBe(4);
    expect(accounts.list.map((account) => account.role)).toEqual([0, 0, 1, 0, 1]);
  });
});

it('finds every row when rows were given back just before the index would have to grow', () => {
  const ledger = new Ledger();
  // A row that was given back looks as if it were the first one; 64 fill the index.
  const first = ledger.row(0, 0);
  ledger.row(32, 2);
  const accounts = [...Array(31).keys()];
  for (const account of accounts) for (const asset of [1, 2]) ledger.row(account, asset);
  const rows = ledger.rows;
  expect(ledger.retire(1)).toBe(0);
  for (const account of accounts) ledger.row(account, 3);
  expect(ledger.rows).toBe(rows);
  for (const account of accounts) ledger.row(account, 4);
  for (const account of accounts) {
    for (const asset of [2, 3, 4]) {
      const row = ledger.find(account, asset);
      expect([ledger.account(row), ledger.asset(row)]).toEqual([account, asset]);
    }
    expect(ledger.find(account, 1)).toBe(-1);
  }
  expect(ledger.find(0, 0)).toBe(first);
});

describe('what ledger rows have become', () => {
  it('is told of those that changed since the last look, with what they were', () => {
    const ledger = new Ledger();
    const changes = new RowChanges(ledger);
    const seen = (): unknown[] => {
      const found: unknown[] = [];
      changes.each((row, now, before) => found.push([row, now, before]));
      return found;
    };
    const content = (account: number, asset: number, available: number, locked = 0) => ({
      account,
      asset,
      available,
      locked,
    });
    ledger.transfer(OUTSIDE, 5, 3, 7);
    const nobody = content(-1, -1, 0);
    expect(seen()).toEqual([
      [0, content(OUTSIDE, 3, -7), nobody],
      [1, content(5, 3, 7), nobody],
    ]);
    expect(seen()).toEqual([]);
    ledger.lock(1, 2);
    expect(seen()).toEqual([[1, content(5, 3, 5, 2), content(5, 3, 7)]]);
    ledger.release(1, 2);
    expect(seen()).toHaveLength(1);
    // The same account has as much of another asset in the same row.
    ledger.retire(3);
    ledger.transfer(OUTSIDE, 5, 4, 7);
    expect(seen()).toEqual([
      [0, content(OUTSIDE, 4, -7), content(OUTSIDE, 3, -7)],
      [1, content(5, 4, 7), content(5, 3, 7)],
    ]);
    ledger.retire(4);
    expect(seen()[1]).toEqual([1, content(OUTSIDE, 0, 0), content(5, 4, 7)]);
  });
});
