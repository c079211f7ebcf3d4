import { describe, expect, it } from 'vitest';
import { fromBase64, toBase64 } from '../src/chain/base64.ts';
import { formatCheckpoint, parseCheckpoint } from '../src/chain/checkpoint.ts';
import { ed25519 } from '../src/chain/ed25519.ts';
import { LogClient, type Trust } from '../src/chain/log-client.ts';
import { MerkleTree } from '../src/chain/merkle.ts';
import {
  formatNoteKey,
  type NoteAlgorithm,
  type NoteKey,
  type NoteSigner,
  openNote,
  parseNoteKey,
  signNote,
} from '../src/chain/note.ts';

/** The example in the documentation of Go's package for signed notes: text, key, secret and note. */
const TEXT =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n";
const KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SECRET = 'YEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

function owner(name: string, seed: number, algorithm: NoteAlgorithm = 'ed25519') {
  const signer = ed25519.signer(new Uint8Array(32).fill(seed));
  const key: NoteKey = { name, algorithm, key: ed25519.verifyingKey(signer.publicKey)! };
  const pen: NoteSigner = { name, algorithm, signer };
  return { key, pen };
}

const market = owner('market.example', 1);
const other = owner('other.example', 2);
const home = owner('home-17', 3, 'cosignature');
const friend = owner('home-18', 4, 'cosignature');

describe('a signed note', () => {
  it('is the published one', () => {
    const key = parseNoteKey(KEY)!;
    expect(formatNoteKey(key)).toBe(KEY);
    expect(openNote(NOTE, [key])).toMatchObject({ text: TEXT, signatures: [{ key }] });
    const seed = fromBase64(`A${SECRET}`)!.subarray(1);
    const pen: NoteSigner = { ...key, signer: ed25519.signer(seed) };
    expect(signNote(TEXT, pen)).toBe(NOTE);
  });

  it('may be signed by many, and is read by those who know one of them', () => {
    const text = 'a text\n\nwith a blank line\n';
    const note = signNote(signNote(signNote(text, market.pen), home.pen, 1_700_000_000), other.pen);
    const known = [other.key, home.key];
    expect(openNote(note, known)).toEqual({
      text,
      signatures: [
        { key: home.key, time: 1_700_000_000 },
        { key: other.key, time: undefined },
      ],
    });
    expect(openNote(note, [friend.key])).toBeUndefined();
  });

  it('with any character changed is not read, or says the same', () => {
    const note = signNote(signNote('size\n12\n', market.pen), home.pen, 77);
    const keys = [market.key, home.key];
    const found = openNote(note, keys)!;
    let refused = 0;
    for (let at = 0; at < note.length; at++) {
      for (const character of ['', 'A', '=', ' ', '\n', '\u2014', '\0', '\ud800']) {
        const changed = note.slice(0, at) + character + note.slice(at + 1);
        if (changed === note) continue;
        const read = openNote(changed, keys);
        if (read === undefined) refused++;
        else expect(found.text, `${at} '${character}'`).toBe(read.text);
      }
    }
    expect(refused).toBeGreaterThan(800);
  });

  it('with one wrong signature of a known key is not read, whoever else has signed', () => {
    const keys = [market.key, home.key];
    const [one, two] = [signNote('text\n', market.pen), signNote('other\n', market.pen)];
    const line = two.split('\n').at(-2)!;
    const note = signNote('text\n', home.pen, 9);
    expect(openNote(`${note}${line}\n`, [home.key])).toBeDefined();
    expect(openNote(`${note}${line}\n`, keys)).toBeUndefined();
    expect(openNote(`${note}${one.split('\n').at(-2)!}\n`, keys)?.signatures).toHaveLength(2);
  });

  it('is not cosigned at another time', () => {
    const note = signNote('text\n', home.pen, 9);
    const [head, signature] = note.trimEnd().split(/(?<=home-17 )/) as [string, string];
    const bytes = fromBase64(signature)!;
    expect(bytes.slice(4, 12)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 9));
    bytes[11] = 10;
    expect(openNote(`${head}${toBase64(bytes)}\n`, [home.key])).toBeUndefined();
  });

  it('of one key under another name, or of another kind, is not its own', () => {
    const note = signNote('text\n', home.pen, 5);
    const renamed: NoteKey = { ...home.key, name: 'home-19' };
    const plain: NoteKey = { ...home.key, algorithm: 'ed25519' };
    expect(openNote(note, [renamed])).toBeUndefined();
    expect(openNote(note, [plain])).toBeUndefined();
    expect(openNote(note.replace('home-17', 'home-19'), [renamed])).toBeUndefined();
  });

  it('is not made of what is none, and keys are read in one form alone', () => {
    expect(() => signNote('no newline', market.pen)).toThrow(RangeError);
    expect(() => signNote('a\tb\n', market.pen)).toThrow(RangeError);
    expect(() => signNote('a\n', { ...market.pen, name: 'a b' })).toThrow(/name must have/);
    expect(() => signNote('a\n', home.pen, -1)).toThrow(/time must be/);
    for (const text of ['', 'a', KEY.replace('c7', 'C7'), KEY.replace('c7', 'c8'), `${KEY}=`]) {
      expect(parseNoteKey(text), text).toBeUndefined();
    }
    for (const key of [market.key, home.key])
      expect(parseNoteKey(formatNoteKey(key))).toBeDefined();
  });
});

describe('a checkpoint', () => {
  const root = new Uint8Array(32).fill(7);
  const head = { origin: 'market.example/log', size: 3, root, extensions: [] };

  it('is written in one way, and read back', () => {
    const text = 'market.example/log\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n';
    expect(formatCheckpoint(head)).toBe(text);
    expect(parseCheckpoint(text)).toEqual(head);
    const more = { ...head, extensions: ['epoch 4', 'x'] };
    expect(parseCheckpoint(formatCheckpoint(more))).toEqual(more);
    const wrong = ['', text.trimEnd(), text.replace('3', '03'), text.replace('3', '-3')];
    wrong.push(
      text.replace('3', '3.0'),
      text.replace('3', '9'.repeat(16)),
      `\n${text}`,
      `${text}\n`,
    );
    wrong.push(text.replace('BwcH', 'Bw'), text.replace('BwcH', '****'));
    for (const each of wrong) expect(parseCheckpoint(each), each).toBeUndefined();
    expect(() => formatCheckpoint({ ...head, origin: 'a\nb' })).toThrow(RangeError);
    expect(() => formatCheckpoint({ ...head, extensions: [''] })).toThrow(RangeError);
    expect(() => formatCheckpoint({ ...head, root: root.subarray(1) })).toThrow(RangeError);
  });
});

describe('a client of a log', () => {
  const ORIGIN = 'market.example/log';
  const leaf = (i: number): Uint8Array => Uint8Array.of(i);
  const tree = new MerkleTree();
  for (let i = 0; i < 20; i++) tree.append(leaf(i));
  const fork = new MerkleTree();
  for (let i = 0; i < 20; i++) fork.append(leaf(i === 4 ? 99 : i));

  const headOf = (log: MerkleTree, size: number): string =>
    formatCheckpoint({ origin: ORIGIN, size, root: log.root(size), extensions: [] });
  const signed = (size: number, log = tree): string => signNote(headOf(log, size), market.pen);
  const trust: Trust = { origin: ORIGIN, keys: [market.key] };

  it('goes on from head to head, also after it was away', () => {
    const client = new LogClient(trust);
    expect(client.update(signed(3), [])).toMatchObject({ ok: true, head: { size: 3 } });
    expect(client.update(signed(11), tree.consistencyProof(3, 11))).toMatchObject({ ok: true });
    const again = new LogClient(trust, client.note);
    expect(again.head.size).toBe(11);
    expect(again.update(signed(20), tree.consistencyProof(11, 20))).toMatchObject({ ok: true });
    expect(again.includes(leaf(7), 7, tree.inclusionProof(7, 20))).toBe(true);
    expect(again.includes(leaf(8), 7, tree.inclusionProof(7, 20))).toBe(false);
  });

  it('takes no head that does not follow, and says why', () => {
    const client = new LogClient(trust);
    expect(client.update(signed(11), [])).toMatchObject({ ok: true });
    const proof = tree.consistencyProof(11, 20);
    const code = (note: string, with_: readonly Uint8Array[] = proof): string => {
      const outcome = client.update(note, with_);
      return outcome.ok ? 'ok' : outcome.code;
    };
    expect(code('junk')).toBe('NOT_SIGNED');
    expect(code(signNote(headOf(tree, 20), other.pen))).toBe('NOT_SIGNED');
    const watched = new LogClient({ ...trust, witnesses: { keys: [home.key], needed: 1 } });
    const unsigned = watched.update(signNote(headOf(tree, 20), home.pen, 1), []);
    expect(unsigned).toEqual({ ok: false, code: 'NOT_SIGNED' });
    expect(code(signNote(headOf(tree, 20).replace(ORIGIN, 'elsewhere'), market.pen))).toBe(
      'OTHER_LOG',
    );
    expect(code(signNote('no checkpoint\n', market.pen))).toBe('OTHER_LOG');
    expect(code(signed(10), [])).toBe('NOT_LATER');
    expect(code(signed(11, fork), [])).toBe('FORKED');
    expect(code(signed(20, fork), fork.consistencyProof(11, 20))).toBe('NOT_CONSISTENT');
    expect(code(signed(20), [])).toBe('NOT_CONSISTENT');
    expect(client.head.size).toBe(11);
    expect(code(signed(20))).toBe('ok');
  });

  it('waits for as many witnesses as it was told, each of them once', () => {
    const alias: NoteKey = { ...home.key, name: 'home-17-again' };
    const keys = [home.key, alias, friend.key];
    const client = new LogClient({ ...trust, witnesses: { keys, needed: 2 } });
    const one = signNote(signed(5), home.pen, 10);
    const twice = signNote(one, { ...home.pen, name: alias.name }, 10);
    expect(client.update(one, [])).toEqual({ ok: false, code: 'FEW_WITNESSES' });
    expect(client.update(twice, [])).toEqual({ ok: false, code: 'FEW_WITNESSES' });
    expect(client.update(signNote(one, friend.pen, 11), [])).toMatchObject({ ok: true });
    const few = { keys: [home.key, alias], needed: 2 };
    expect(() => new LogClient({ ...trust, witnesses: few })).toThrow(/needed must be from 0 to 1/);
    expect(() => new LogClient({ ...trust, keys: [] })).toThrow(RangeError);
    expect(() => new LogClient(trust, signNote(headOf(tree, 3), other.pen))).toThrow(/NOT_SIGNED/);
  });
});
