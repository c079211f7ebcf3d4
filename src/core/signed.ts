import { readI64 } from './bytes.ts';
import { MAX_INTEGER } from './limits.ts';
import { HEADER } from './layouts.ts';
import { type CommandName, COMMANDS, offsetsOf } from './registry.ts';

/** Version of the record of a command that is signed: the layout of version 0, and behind it what signs it. */
export const SIGNED = 1;
/** What signs a record: nonce i64, last instant i64, signature of 64 bytes. */
export const SIGNED_SIZE = 80;
/** Offsets within that. */
export const SIGNED_AT = { nonce: 0, expiresAt: 8, signature: 16 } as const;
export const KEY_SIZE = 32;
export const SIGNATURE_SIZE = 64;
/** How many nonces count: the highest one that was used, and those right below it. */
export const NONCE_WINDOW = 64;

const KEY = offsetsOf(COMMANDS.setAccountKey);

/**
 * Commands that may be signed, and whether an account that has a key must: `account` for what the record says is
 * about it, `order` for the owner of the order that it names.
 */
const SIGNABLE = {
  submit: 'account',
  submitSpecial: 'account',
  submitInNetwork: 'account',
  take: 'account',
  takeInNetwork: 'account',
  transfer: 'account',
  withdraw: 'account',
  closeAccount: 'account',
  setAccountKey: 'account',
  setPartner: 'account',
  amend: 'order',
  cancel: 'nobody',
  cancelAll: 'nobody',
  kill: 'nobody',
} as const satisfies Partial<Record<CommandName, 'account' | 'order' | 'nobody'>>;

/** Commands that may be signed. */
export type SignableName = keyof typeof SIGNABLE;

/** Whether a command may be signed. */
export function isSignable(command: string): command is SignableName {
  return Object.hasOwn(SIGNABLE, command);
}

/** Whose signature a command needs if they have a key, by type; the others need none. */
export const NEEDS_SIGNATURE: readonly ('account' | 'order' | 'nobody' | undefined)[] = byType();

function byType(): ('account' | 'order' | 'nobody')[] {
  const table: ('account' | 'order' | 'nobody')[] = [];
  for (const [name, whose] of Object.entries(SIGNABLE)) {
    table[COMMANDS[name as SignableName].type] = whose;
  }
  return table;
}

/** Whether the command record at a place is signed. */
export function isSigned(view: DataView, at: number): boolean {
  return view.getUint16(at + HEADER.version) === SIGNED;
}

/** Where in a signed record stands what signs it. */
export function signedAt(view: DataView, at: number): number {
  return at + view.getUint32(at + HEADER.length) - SIGNED_SIZE;
}

/** What is wrong with the form of what signs a record, or undefined. The signature may be any bytes. */
export function signedFault(view: DataView, at: number): string | undefined {
  const nonce = readI64(view, at + SIGNED_AT.nonce);
  if (nonce < 1 || nonce > MAX_INTEGER) return `its nonce is ${nonce}`;
  const expiresAt = readI64(view, at + SIGNED_AT.expiresAt);
  if (expiresAt < 0 || expiresAt > MAX_INTEGER) return `its signature expires at ${expiresAt}`;
  return undefined;
}

/** What is wrong with the form of a new key, or undefined. */
export function keyFault(view: DataView, at: number): string | undefined {
  if (view.getUint8(at + KEY.hasKey) === 1) return undefined;
  for (let i = 0; i < KEY_SIZE; i++) {
    if (view.getUint8(at + KEY.key0 + i) !== 0) return 'key must be 0 where there is none';
  }
  return undefined;
}
