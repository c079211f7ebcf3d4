import { type AbortSignalLike, signalArgument } from '../core/abort.ts';
import type { WattbookError } from '../core/errors.ts';
import { sameBytes } from '../core/bytes.ts';
import { shown } from '../core/decimal.ts';
import { MAX_INTEGER } from '../core/limits.ts';
import { sha256 } from '../core/sha256.ts';
import {
  flagArgument,
  functionArgument,
  integerArgument,
  nameArgument,
  objectArgument,
} from '../engine/arguments.ts';
import { chainIdArgument } from '../engine/account-keys.ts';
import type { RequestName, Requests, Stamp } from '../engine/requests.ts';
import type { Clock } from '../engine/sequencer.ts';
import type { StorageAdapter, StorageLevel } from '../storage/contract.ts';
import type { Sha256 } from '../storage/frame.ts';
import { SALT_SIZE } from '../ledger/accounts.ts';
import { type BlockPolicy, blockPolicyOf } from './block-policy.ts';
import { steadyClock } from './clock.ts';
import { type AccountLimits, limitsOf } from './limits.ts';
import type { TurnedAwayCode } from './receipts.ts';

/** What an exchange is made of, and what it allows. */
export interface ExchangeOptions {
  /** Where the journal is kept, such as `memoryStorage()`. */
  readonly storage: StorageAdapter;
  /**
   * Tells the time of commands, epoch ms UTC. Default: the machine's. A clock that steps back is held
   * at the latest time.
   */
  readonly clock?: Clock;
  /**
   * How much further than the time that has passed the clock may go between two requests, from 60,000 to 2^53-1 ms; beyond that
   * a request rejects with CLOCK_JUMP. How long the market was closed does not count. Default 3,600,000 ms (an hour) for the
   * machine's clock, and no limit for one that you give.
   */
  readonly maxClockJumpMs?: number;
  /** Writes to a storage that has a writer; that one is fenced off. Default false. */
  readonly takeOver?: boolean;
  /** What one account may ask for. Default: no limits. */
  readonly limits?: AccountLimits;
  /** Commands that may wait for the storage, from 1 to 2^31; more are turned away with OVERLOADED. Default 65,536. */
  readonly maxWaiting?: number;
  /**
   * Bytes of the latest events that are kept in memory for subscribers, from 0 to 2^40; of a frame that
   * has more, none are. Default 64 MiB.
   */
  readonly keepBytes?: number;
  /**
   * How long the storage may take for one call before the exchange stops, from 1 to 3,600,000 ms.
   * Default 30,000 ms.
   */
  readonly storageTimeoutMs?: number;
  /**
   * Computes SHA-256. Default: that of `node:crypto` where `process.getBuiltinModule` gives it (Node from
   * 20.16 and 22.3 on), else that of @noble/hashes, which runs anywhere and is many times as slow.
   */
  readonly sha256?: Sha256;
  /**
   * Draws the sixteen bytes that blind a new account's leaf in the state roots of blocks. Default: those of the platform's
   * `crypto.getRandomValues`.
   */
  readonly drawSalt?: () => Uint8Array;
  /** The chain that signed requests are for, 32 bytes. Default: none, and a request that is signed rejects with TypeError. */
  readonly chainId?: Uint8Array;
  /** Ends blocks by itself, for a `Sealer` that follows the storage. Default: only a `sealBlock` request does. */
  readonly blocks?: BlockPolicy;
  /** Told what goes on, for logs and metrics. What it throws or rejects with is counted (`status().observerFaults`) and otherwise ignored. */
  readonly observe?: (notice: Notice) => void;
}

/** What an exchange tells its operator; `kind` tells which. */
export type Notice =
  | {
      readonly kind: 'opened';
      readonly sequence: number;
      readonly epoch: number;
      /** Commands that were gone through again. */
      readonly replayed: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'stored';
      readonly firstSequence: number;
      readonly lastSequence: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'turnedAway'; readonly code: TurnedAwayCode; readonly actor: string }
  | {
      readonly kind: 'snapshotSaved';
      readonly sequence: number;
      readonly bytes: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'stopped'; readonly fault: WattbookError }
  | { readonly kind: 'closed'; readonly sequence: number };

/**
 * A request to an exchange, such as `RequestTo<'submit'>`: it bears no time, since the exchange stamps
 * commands by its own clock.
 */
export type RequestTo<C extends keyof Requests> = {
  readonly [K in keyof Requests[C] as K extends 'at' ? never : K]: Requests[C][K];
};

/** How long to wait for an answer. */
export interface RequestOptions {
  /**
   * Ends the waiting: the call rejects with the signal's reason. A request that was sent before is
   * carried out all the same; send it again with its `commandId` to learn what came of it.
   */
  readonly signal?: AbortSignalLike;
}

/** What an answer may rest on. */
export interface ReadOptions extends RequestOptions {
  /**
   * `durable` (default) resolves once the storage has everything that the answer rests on, which
   * lasts as its `supports.level` says and no longer; `executed` at once, with what may still be lost
   * if the storage fails.
   */
  readonly at?: 'durable' | 'executed';
}

/** How an exchange is doing. */
export interface ExchangeStatus {
  readonly state: 'running' | 'stopped' | 'closed';
  /** What stopped it. */
  readonly fault: WattbookError | undefined;
  readonly level: StorageLevel;
  /** Sequence of the last command that was executed, and of the last that is stored. */
  readonly sequence: number;
  readonly storedSequence: number;
  /** Commands that wait for the storage. */
  readonly waiting: number;
  /** Requests that were turned away. */
  readonly turnedAway: number;
  /** How often `observe` threw or rejected. */
  readonly observerFaults: number;
}

/** Options with their defaults. */
export type Settings = Required<
  Omit<ExchangeOptions, 'limits' | 'maxClockJumpMs' | 'blocks' | 'chainId'>
> & {
  readonly chainId: Uint8Array | undefined;
  readonly blocks: BlockPolicy | undefined;
  readonly limits: Required<AccountLimits> | undefined;
  readonly level: StorageLevel;
};

const OPTIONS: readonly (keyof ExchangeOptions)[] = [
  'storage',
  'clock',
  'maxClockJumpMs',
  'takeOver',
  'limits',
  'maxWaiting',
  'keepBytes',
  'storageTimeoutMs',
  'sha256',
  'drawSalt',
  'chainId',
  'blocks',
  'observe',
];
const MINUTE_MS = 60_000;
const LEVELS = { executed: 0, durable: 1 } satisfies Record<StorageLevel, number>;
const NOTHING = new Uint8Array(0);

/** Checks the options. @throws TypeError, RangeError */
export function settingsOf(options: ExchangeOptions): Settings {
  objectArgument(options, 'options', OPTIONS);
  const { storage, clock = Date.now, takeOver = false, limits = {} } = options;
  const { maxClockJumpMs = options.clock === undefined ? 60 * MINUTE_MS : MAX_INTEGER } = options;
  const { observe = () => {} } = options;
  const { maxWaiting = 65_536, keepBytes = 67_108_864, storageTimeoutMs = 30_000 } = options;
  const { sha256: hash = sha256, drawSalt = randomSalt, blocks } = options;
  storageArgument(storage);
  functionArgument(clock, 'clock');
  hashArgument(hash);
  functionArgument(drawSalt, 'drawSalt');
  functionArgument(observe, 'observe');
  return {
    storage,
    clock: steadyClock(
      clock,
      integerArgument(maxClockJumpMs, 'maxClockJumpMs', MINUTE_MS, MAX_INTEGER),
    ),
    takeOver: flagArgument(takeOver, 'takeOver'),
    limits: limitsOf(limits),
    maxWaiting: integerArgument(maxWaiting, 'maxWaiting', 1, 2 ** 31),
    keepBytes: integerArgument(keepBytes, 'keepBytes', 0, 2 ** 40),
    storageTimeoutMs: integerArgument(storageTimeoutMs, 'storageTimeoutMs', 1, 60 * MINUTE_MS),
    sha256: checkedHash(hash),
    level: storage.supports.level,
    drawSalt,
    chainId: chainIdArgument(options.chainId),
    blocks: blocks && blockPolicyOf(blocks),
    observe,
  };
}

/** Checks that a request is an object, and leaves the time to the exchange. @throws TypeError */
export function requestArgument(request: object, command: RequestName): void {
  objectArgument(request, command);
  if ((request as Stamp).at === undefined) return;
  throw new TypeError('at is not taken: an exchange stamps commands by its own clock');
}

/** The signal that may end the waiting. @throws TypeError; its reason if it has aborted */
export function signalOf(options: RequestOptions | undefined): AbortSignalLike | undefined {
  if (options === undefined) return undefined;
  objectArgument(options, 'options', ['signal']);
  const { signal } = options;
  signalArgument(signal);
  signal?.throwIfAborted();
  return signal;
}

function storageArgument(storage: StorageAdapter): void {
  objectArgument(storage, 'storage');
  for (const call of ['open', 'read', 'latestSnapshot'] as const) {
    functionArgument(storage[call], `storage.${call}`);
  }
  objectArgument(storage.supports, 'storage.supports');
  nameArgument(LEVELS, storage.supports.level, 'storage.supports.level');
}

function randomSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SALT_SIZE));
}

/** A journal that was written with another hash could be opened by no one else. */
function hashArgument(hash: Sha256): void {
  functionArgument(hash, 'sha256');
  const found: unknown = hash(NOTHING);
  if (found instanceof Uint8Array && sameBytes(found, sha256(NOTHING))) return;
  throw new TypeError(`sha256 must compute SHA-256, of nothing it gave ${shown(found)}`);
}

/** What a hash gives, copied: it may use its memory again. */
function checkedHash(hash: Sha256): Sha256 {
  return (bytes) => {
    const found = hash(bytes);
    if (found instanceof Uint8Array && found.length === 32) return new Uint8Array(found);
    throw new TypeError(`sha256 must give 32 bytes, got ${shown(found)}`);
  };
}
