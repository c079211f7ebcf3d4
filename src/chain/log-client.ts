import { sameBytes } from '../core/bytes.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { EMPTY_ROOT, verifyConsistency, verifyInclusion } from './merkle.ts';
import { type Note, type NoteKey, openNote } from './note.ts';

/** Whom a client believes. */
export interface Trust {
  /** The log that it follows. */
  readonly origin: string;
  /** Keys of the log. One of them must have signed each head. */
  readonly keys: readonly NoteKey[];
  /** Keys of those who watch that everyone is shown the same log, and how many of them must have signed each head. */
  readonly witnesses?: { readonly keys: readonly NoteKey[]; readonly needed: number };
}

/**
 * Why a head is not taken.
 *
 * - `NOT_SIGNED`: no note, or none that a key of the log has signed.
 * - `OTHER_LOG`: of another origin, or no checkpoint.
 * - `FEW_WITNESSES`: signed by fewer witnesses than needed.
 * - `NOT_LATER`: of fewer leaves than the head that is known.
 * - `NOT_CONSISTENT`: nothing shows that it goes on where the known one ends.
 * - `FORKED`: of as many leaves as the known one, with another root, and both signed: proof that the log shows two faces.
 */
export type HeadRefusal =
  'NOT_SIGNED' | 'OTHER_LOG' | 'FEW_WITNESSES' | 'NOT_LATER' | 'NOT_CONSISTENT' | 'FORKED';

/** What became of a head that was shown to a client. */
export type HeadOutcome =
  | { readonly ok: true; readonly head: Checkpoint }
  | { readonly ok: false; readonly code: HeadRefusal };

/** Follows a log that it does not keep: it knows its last head and whom to believe, and takes nobody's word for the rest. */
export class LogClient {
  readonly #trust: Trust;
  #note: string | undefined;
  #head: Checkpoint;

  /**
   * @param note the head that it knew when it stopped last; none to begin with
   * @throws TypeError, RangeError
   */
  constructor(trust: Trust, note?: string) {
    const { origin, keys, witnesses } = trust;
    if (typeof origin !== 'string') throw new TypeError('trust.origin must be text');
    if (keys.length === 0) throw new RangeError('trust.keys must have a key');
    const most = new Set(witnesses?.keys.map(({ key }) => key.bytes.join())).size;
    const needed = witnesses?.needed ?? 0;
    if (!Number.isSafeInteger(needed) || needed < 0 || needed > most) {
      throw new RangeError(`trust.witnesses.needed must be from 0 to ${most}, got ${needed}`);
    }
    this.#trust = trust;
    this.#head = { origin, size: 0, root: EMPTY_ROOT, extensions: [] };
    if (note === undefined) return;
    const known = this.#read(note);
    if (!known.ok)
      throw new RangeError(`note must be a head that the client would take: ${known.code}`);
    [this.#note, this.#head] = [note, known.head];
  }

  /** The last head. */
  get head(): Checkpoint {
    return this.#head;
  }

  /** The note that it came in, to be kept. */
  get note(): string | undefined {
    return this.#note;
  }

  /**
   * Takes a later head, if all is well with it.
   * @param proof that the log of the known head is the beginning of that of this one; none is needed from an empty one on
   */
  update(note: string, proof: readonly Uint8Array[]): HeadOutcome {
    const read = this.#read(note);
    if (!read.ok) return read;
    const { head } = read;
    const known = this.#head;
    if (head.size < known.size) return { ok: false, code: 'NOT_LATER' };
    if (head.size === known.size && !sameBytes(head.root, known.root)) {
      return { ok: false, code: 'FORKED' };
    }
    if (!verifyConsistency({ earlier: known, later: head, proof })) {
      return { ok: false, code: 'NOT_CONSISTENT' };
    }
    [this.#note, this.#head] = [note, head];
    return { ok: true, head };
  }

  /** Whether a proof shows that a leaf is in the log as the last head has it. */
  includes(leaf: Uint8Array, index: number, proof: readonly Uint8Array[]): boolean {
    const { size, root } = this.#head;
    return verifyInclusion({ leaf, index, size, root, proof });
  }

  #read(text: string): HeadOutcome {
    const { origin, keys, witnesses } = this.#trust;
    const note = openNote(text, [...keys, ...(witnesses?.keys ?? [])]);
    if (note === undefined || signers(note, keys) === 0) return { ok: false, code: 'NOT_SIGNED' };
    const head = parseCheckpoint(note.text);
    if (head?.origin !== origin) return { ok: false, code: 'OTHER_LOG' };
    if (witnesses !== undefined && signers(note, witnesses.keys) < witnesses.needed) {
      return { ok: false, code: 'FEW_WITNESSES' };
    }
    return { ok: true, head };
  }
}

/** How many of some keys have signed a note; one that goes by several names is one. */
function signers({ signatures }: Note, keys: readonly NoteKey[]): number {
  const signed = signatures.filter(({ key }) => keys.includes(key));
  return new Set(signed.map(({ key }) => key.key.bytes.join())).size;
}
