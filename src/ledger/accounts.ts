import { AccountStatus, Role, SYSTEM_ACCOUNTS } from '../core/codes.ts';

/** What an account owes: it could not pay what a settlement came to. */
export interface Debt {
  readonly creditor: number;
  /** The money that is owed, and the asset in which the creditor has its claim. */
  readonly asset: number;
  readonly claim: number;
  /** In quanta, more than zero. */
  amount: number;
}

export interface Account {
  readonly id: string;
  readonly role: number;
  status: number;
  /** Sixteen bytes that blind the account's leaf in state roots. */
  readonly salt: Uint8Array;
  /** What it owes, oldest first; undefined for nothing. */
  debts: Debt[] | undefined;
}

/** Bytes of a salt. */
export const SALT_SIZE = 16;
/** That of accounts whose balances are no secret. */
const NO_SALT = new Uint8Array(SALT_SIZE);

/** Everyone who takes part, by row. Rows and ids are never given out twice. */
export class Accounts {
  readonly list: Account[] = [];
  readonly #rows = new Map<string, number>();

  constructor() {
    for (const id of SYSTEM_ACCOUNTS)
      this.open(id, id === 'operator' ? Role.operator : Role.trader);
  }

  /** The row of an account, or undefined. */
  find(id: string): number | undefined {
    return this.#rows.get(id);
  }

  /** Opens an account whose id is new; returns its row. */
  open(
    id: string,
    role: number,
    status: number = AccountStatus.open,
    salt: Uint8Array = NO_SALT,
  ): number {
    const row = this.list.push({ id, role, status, salt, debts: undefined }) - 1;
    this.#rows.set(id, row);
    return row;
  }
}
