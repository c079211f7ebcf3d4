import { objectArgument } from '../core/arguments.ts';
import { hexOf, isSame } from './bytes.ts';
import { bytesArgument, keysArgument } from './chain.ts';
import { demand, type Fault, Refusal } from './faults.ts';
import { type Header, HEADER_SIZE, readHeader } from './header.ts';
import {
  arrayOf,
  bytesFrom,
  hashesFrom,
  type Members,
  mustHave,
  numberBelow,
  objectOf,
  readJson,
  textOf,
} from './json.ts';
import { readCheckpoint, type SignedHead } from './note.ts';
import { type AccountLeaf, readAccountLeaf, readEvent } from './records.ts';
import {
  balancesOf,
  type FoundEvent,
  type ProvenAmount,
  tradeOf,
  type ProvenTrade,
} from './trade.ts';
import { HASH_SIZE, isContinued, rootFrom, rootOf, type TreeHead } from './trees.ts';

/** Whom and what a proof is held against. */
export interface ProofTrust {
  /** Ed25519 public keys, 32 bytes each: one of them must have signed the checkpoint. */
  readonly keys: readonly Uint8Array[];
  /** The chain that it must be of, 32 bytes. */
  readonly chainId?: Uint8Array;
  /** The head of a checkpoint that is known from before: the proof must show that its log goes on from there. */
  readonly known?: TreeHead;
}

/** The account that is proven, as it was after a block. */
export type ProvenBalance = Omit<AccountLeaf, 'balances'> & {
  /** What it had, by asset in the order in which they were listed; none that it had nothing of. */
  readonly balances: readonly ProvenAmount[];
  readonly height: number;
  /** Of the last command of the block, epoch ms UTC. */
  readonly time: number;
};

/** What a proof proves, and against which checkpoint. */
export type ProofFound = {
  readonly ok: true;
  readonly checkpoint: SignedHead;
} & (
  | { readonly kind: 'trade'; readonly trade: ProvenTrade }
  | { readonly kind: 'balance'; readonly balance: ProvenBalance }
);

/** An account may hold many assets, each of which is named. */
const MOST_HEADERS = 4096;
const MOST_RECORDS = 4096;
const MEMBERS = ['format', 'version', 'kind', 'checkpoint', 'consistency', 'headers'];

/**
 * Checks a proof by docs/format.md: what it says of a trade or an account is in a chain whose head a trusted key has signed. Whatever the text
 * is, the answer is a value.
 * @param text the JSON of the proof
 * @throws TypeError, RangeError for a text or a trust that is none
 */
export function verifyProof(text: string, trust: ProofTrust): ProofFound | Fault {
  if (typeof text !== 'string') throw new TypeError('text must be text');
  checkTrust(trust);
  try {
    return found(readJson(text), trust);
  } catch (fault) {
    if (fault instanceof Refusal) return fault.fault;
    throw fault;
  }
}

function checkTrust(trust: ProofTrust): void {
  objectArgument(trust, 'trust', ['keys', 'chainId', 'known']);
  const { keys, chainId, known } = trust;
  keysArgument(keys, 'trust.keys');
  if (chainId !== undefined) bytesArgument(chainId, 'trust.chainId', HASH_SIZE);
  if (known === undefined) return;
  objectArgument(known, 'trust.known');
  if (!Number.isSafeInteger(known.size) || known.size < 0) {
    throw new RangeError('trust.known.size must be a whole number from 0 on');
  }
  bytesArgument(known.root, 'trust.known.root', HASH_SIZE);
}

function found(proof: Members, trust: ProofTrust): ProofFound {
  const { format, version, kind } = proof;
  demand(format === 'wattbook-proof', 'MALFORMED', 'format', 'this is no proof');
  demand(version === 0, 'MALFORMED', 'version', 'a proof of another version');
  const isKnown = kind === 'trade' || kind === 'balance';
  demand(isKnown, 'MALFORMED', 'kind', 'a proof of an unknown kind');
  mustHave(proof, '', [...MEMBERS, 'records', ...(kind === 'trade' ? [] : ['account'])]);
  const checkpoint = readCheckpoint(textOf(proof['checkpoint'], 'checkpoint'), trust.keys);
  const isIt = trust.chainId === undefined || isSame(checkpoint.chainId, trust.chainId);
  demand(isIt, 'NOT_TRUSTED', 'chainId', `it is of chain ${hexOf(checkpoint.chainId)}`);
  checkConsistency(hashesFrom(proof['consistency'], 'consistency'), checkpoint, trust.known);
  const headers = arrayOf(proof['headers'], 'headers', MOST_HEADERS).map((each, i) =>
    headerOf(each, `headers[${i}]`, checkpoint),
  );
  const used = new Set<number>();
  const result: ProofFound =
    kind === 'trade'
      ? { ok: true, checkpoint, kind, trade: tradeOf(recordsIn(proof['records'], headers, used)) }
      : { ok: true, checkpoint, kind, balance: balanceIn(proof, headers, used) };
  const isNeeded = used.size === headers.length;
  demand(isNeeded, 'MALFORMED', 'headers', 'headers has one that nothing is proven by');
  return result;
}

function checkConsistency(
  proof: readonly Uint8Array[],
  checkpoint: TreeHead,
  known: TreeHead | undefined,
): void {
  if (known === undefined) {
    const detail =
      'consistency leads from a checkpoint that nobody has named: give it, or leave it out';
    return demand(proof.length === 0, 'MISSING', 'consistency', detail);
  }
  const detail = 'the log does not go on from the checkpoint that is known';
  demand(isContinued(known, checkpoint, proof), 'MISMATCH', 'consistency', detail);
}

/** A header that is in the log of the checkpoint. */
function headerOf(value: unknown, field: string, checkpoint: SignedHead): Header {
  const object = objectOf(value, field);
  mustHave(object, field, ['header', 'history']);
  const bytes = bytesFrom(object['header'], `${field}.header`, HEADER_SIZE);
  const header = readHeader(bytes);
  const isOwn = isSame(header.chainId, checkpoint.chainId);
  demand(isOwn, 'MISMATCH', `${field}.header`, `${field} is of another chain than the checkpoint`);
  const proof = hashesFrom(object['history'], `${field}.history`);
  const isPlace = header.height >= 1 && header.height <= checkpoint.size;
  const root = isPlace && rootFrom(bytes, header.height - 1, checkpoint.size, proof);
  const isIn = root instanceof Uint8Array && isSame(root, checkpoint.root);
  demand(isIn, 'MISMATCH', `${field}.history`, `${field} is not in the log of the checkpoint`);
  return header;
}

/** Events that are in blocks of the log. */
function recordsIn(value: unknown, headers: readonly Header[], used: Set<number>): FoundEvent[] {
  return arrayOf(value, 'records', MOST_RECORDS).map((each, i) => {
    const field = `records[${i}]`;
    const object = objectOf(each, field);
    mustHave(object, field, ['header', 'index', 'record', 'proof']);
    const of = numberBelow(object['header'], `${field}.header`, headers.length);
    const header = headers[of]!;
    used.add(of);
    const index = numberBelow(object['index'], `${field}.index`, header.events);
    const bytes = bytesFrom(object['record'], `${field}.record`);
    const proof = hashesFrom(object['proof'], `${field}.proof`);
    const root = rootFrom(bytes, index, header.events, proof);
    const isIn = root !== undefined && isSame(root, header.resultRoot);
    demand(
      isIn,
      'MISMATCH',
      `${field}.proof`,
      `${field} is no such event of block ${header.height}`,
    );
    return { event: readEvent(bytes, `${field}.record`), header };
  });
}

function balanceIn(proof: Members, headers: readonly Header[], used: Set<number>): ProvenBalance {
  const records = recordsIn(proof['records'], headers, used);
  const object = objectOf(proof['account'], 'account');
  mustHave(object, 'account', ['header', 'leaf', 'accounts', 'proof', 'beside']);
  const of = numberBelow(object['header'], 'account.header', headers.length);
  const header = headers[of]!;
  used.add(of);
  const leaf = bytesFrom(object['leaf'], 'account.leaf');
  const account = readAccountLeaf(leaf, 'account.leaf');
  const count = numberBelow(object['accounts'], 'account.accounts', 2 ** 32);
  const root = rootFrom(leaf, account.row, count, hashesFrom(object['proof'], 'account.proof'));
  const beside = hashesFrom(object['beside'], 'account.beside');
  demand(beside.length === 3, 'MALFORMED', 'account.beside', 'account.beside must be three hashes');
  const isIn = root !== undefined && isSame(rootOf([root, ...beside]), header.stateRoot);
  const detail = `the account is not in the state after block ${header.height}`;
  demand(isIn, 'MISMATCH', 'account.proof', detail);
  const balances = balancesOf(account, records, header.lastSequence);
  return { ...account, balances, height: header.height, time: header.time };
}
