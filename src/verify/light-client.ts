import { fromBase64 } from '../chain/base64.ts';
import type { Checkpoint } from '../chain/checkpoint.ts';
import { type HeadOutcome, type HeadRefusal, LogClient, type Trust } from '../chain/log-client.ts';
import { type NoteKey, parseNoteKey } from '../chain/note.ts';
import type { Fault } from './faults.ts';
import { type ProofFound, verifyProof } from './proof.ts';

/** What a chain is called as a log: its name, an id without `+`, and its chain id. */
const ORIGIN = /^[A-Za-z0-9._:/@|-]{1,64}\/[0-9a-f]{64}$/;

/** Whom a light client believes. */
export interface LightTrust {
  /** The key of a chain as text, as `Sealer.key` gives it: it names the chain too. */
  readonly key: string;
  /** Those who watch that everyone is shown the same chain, as note keys, and how many of them must have signed each head. */
  readonly witnesses?: { readonly keys: readonly string[]; readonly needed: number };
}

/** Why a proof is not taken: see `Fault`, and `HeadRefusal` for its checkpoint. */
export type ProofRefusal = Fault | { readonly ok: false; readonly code: HeadRefusal };

/**
 * Checks what it is handed, and believes one key: it keeps the last head that it has seen, and takes only proofs against that one or a
 * later one that goes on from there. Kept in a few hundred bytes: `note`.
 */
export class LightClient {
  readonly #log: LogClient;
  readonly #key: NoteKey;

  /**
   * @param note the head that it knew when it stopped last; none to begin with
   * @throws TypeError, RangeError for a key that is none, or is that of no chain, or a note that it would not take
   */
  constructor({ key, witnesses }: LightTrust, note?: string) {
    this.#key = chainKeyOf(key);
    const { name: origin } = this.#key;
    const trust: Trust = { origin, keys: [this.#key] };
    this.#log = new LogClient(
      witnesses === undefined
        ? trust
        : {
            ...trust,
            witnesses: {
              keys: witnesses.keys.map((each) => keyOf(each, 'witnesses.keys')),
              needed: witnesses.needed,
            },
          },
      note,
    );
  }

  /** The last head: how many blocks there are, and the root over their headers. */
  get head(): Checkpoint {
    return this.#log.head;
  }

  /** The note that it came in, to be kept. */
  get note(): string | undefined {
    return this.#log.note;
  }

  /** Takes a later head, if all is well with it. See `LogClient.update`. */
  update(note: string, consistency: readonly Uint8Array[]): HeadOutcome {
    return this.#log.update(note, consistency);
  }

  /** What a proof of a trade proves; its checkpoint is the head then. Whatever the text is, the answer is a value. @throws TypeError */
  verifyTrade(text: string): Extract<ProofFound, { kind: 'trade' }> | ProofRefusal {
    return this.#verify(text, 'trade') as Extract<ProofFound, { kind: 'trade' }> | ProofRefusal;
  }

  /** The same of a proof of a balance. */
  verifyBalance(text: string): Extract<ProofFound, { kind: 'balance' }> | ProofRefusal {
    return this.#verify(text, 'balance') as Extract<ProofFound, { kind: 'balance' }> | ProofRefusal;
  }

  #verify(text: string, kind: ProofFound['kind']): ProofFound | ProofRefusal {
    const { size, root } = this.head;
    const trust = { keys: [this.#key.key.bytes], chainId: this.#chainId() };
    const found = verifyProof(text, { ...trust, known: { size, root } });
    if (!found.ok) return found;
    if (found.kind !== kind) {
      const detail = `this is a proof of a ${found.kind}`;
      return { ok: false, code: 'MALFORMED', field: 'kind', detail };
    }
    const proof = JSON.parse(text) as { checkpoint: string; consistency: string[] };
    const taken = this.update(
      proof.checkpoint,
      proof.consistency.map((each) => fromBase64(each)!),
    );
    return taken.ok ? found : taken;
  }

  #chainId(): Uint8Array {
    return Uint8Array.from(this.#key.name.slice(-64).match(/../g)!, (byte) => parseInt(byte, 16));
  }
}

/** A key that is named by a chain, as its checkpoints are, and signs text: no other can have signed one. */
function chainKeyOf(text: string): NoteKey {
  const key = keyOf(text, 'key');
  if (key.algorithm === 'ed25519' && ORIGIN.test(key.name)) return key;
  throw new RangeError(`key must be that of a chain, as Sealer.key gives it, got '${text}'`);
}

function keyOf(text: string, argument: string): NoteKey {
  if (typeof text !== 'string') throw new TypeError(`${argument} must be text`);
  const key = parseNoteKey(text);
  if (key === undefined) throw new RangeError(`${argument} is no key: '${text}'`);
  return key;
}
