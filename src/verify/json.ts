import { demand, Refusal } from './faults.ts';
import { base64Bytes } from './note.ts';
import { HASH_SIZE } from './trees.ts';

/** An object of a JSON text. */
export type Members = Readonly<Record<string, unknown>>;

/** Characters of a proof: more than a few records and their hashes never need. */
const MOST_CHARACTERS = 4_000_000;
/** Hashes of a proof: a tree is not higher. */
const MOST_HASHES = 64;

/**
 * Reads a JSON text that is written in one way but for white space: no member twice, no number or character written otherwise.
 * @throws Refusal
 */
export function readJson(text: string): Members {
  const refuse = (detail: string): Refusal => new Refusal('MALFORMED', 'text', detail);
  if (text.length > MOST_CHARACTERS) throw refuse(`${text.length} characters are no proof`);
  let [found, again, bare]: [unknown, string, string] = [undefined, '', ''];
  try {
    found = JSON.parse(text);
    again = JSON.stringify(found);
    // White space stands outside of strings.
    bare = text.replace(/("(?:[^"\\]+|\\.)*")|[ \t\r\n]+/g, '$1');
  } catch {
    throw refuse('this is no JSON');
  }
  if (bare !== again)
    throw refuse('a member is there twice, or written in another way than needed');
  return objectOf(found, 'text');
}

/** A value that must be an object. @throws Refusal */
export function objectOf(value: unknown, field: string): Members {
  const isOne = typeof value === 'object' && value !== null && !Array.isArray(value);
  demand(isOne, 'MALFORMED', field, `${field} must be an object`);
  return value as Members;
}

/** Checks that an object has these members and no others. @throws Refusal */
export function mustHave(object: Members, field: string, names: readonly string[]): void {
  for (const name of names) {
    const place = field === '' ? name : `${field}.${name}`;
    demand(Object.hasOwn(object, name), 'MALFORMED', place, `${place} is missing`);
  }
  const more = Object.keys(object).find((name) => !names.includes(name));
  const place = field === '' ? 'text' : field;
  demand(more === undefined, 'MALFORMED', place, `${place} has a member that belongs to no proof`);
}

/** A value that must be an array. @throws Refusal */
export function arrayOf(value: unknown, field: string, most: number): readonly unknown[] {
  const isOne = Array.isArray(value) && value.length <= most;
  demand(isOne, 'MALFORMED', field, `${field} must be an array of at most ${most}`);
  return value as readonly unknown[];
}

/** A value that must be a whole number below another. @throws Refusal */
export function numberBelow(value: unknown, field: string, end: number): number {
  const isOne = Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < end;
  demand(isOne, 'MALFORMED', field, `${field} must be a whole number from 0 to ${end - 1}`);
  return value as number;
}

/** A value that must be text. @throws Refusal */
export function textOf(value: unknown, field: string): string {
  demand(typeof value === 'string', 'MALFORMED', field, `${field} must be text`);
  return value;
}

/** Bytes, in base64. @throws Refusal */
export function bytesFrom(value: unknown, field: string, size?: number): Uint8Array {
  const bytes = base64Bytes(textOf(value, field));
  const fits = bytes !== undefined && (size === undefined || bytes.length === size);
  const what = size === undefined ? 'bytes' : `${size} bytes`;
  demand(fits, 'MALFORMED', field, `${field} must be ${what} in base64`);
  return bytes;
}

/** Hashes, as many as a proof of a tree may need. @throws Refusal */
export function hashesFrom(value: unknown, field: string): readonly Uint8Array[] {
  return arrayOf(value, field, MOST_HASHES).map((each, i) =>
    bytesFrom(each, `${field}[${i}]`, HASH_SIZE),
  );
}
