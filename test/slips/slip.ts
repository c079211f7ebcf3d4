/** One slip of the pen in the source, small enough to pass a reader by. It must change what some user sees. */
export interface Slip {
  /** What goes wrong. */
  readonly about: string;
  /** Text that stands exactly once in the file, or in the block that `within` names. */
  readonly find: string;
  readonly replace: string;
  /** Text that stands exactly once in the file: the head of the block that is meant. */
  readonly within?: string;
  /** Test files to run instead of those of the group. */
  readonly tests?: readonly string[];
}

/** Slips in one file of `src`. */
export interface SlipGroup {
  readonly file: string;
  /** Files of `test`, without their ending: the one that finds most at first. */
  readonly tests: readonly string[];
  readonly slips: readonly Slip[];
}

/** The text with the slip in it. @throws Error if it does not apply */
export function plant(text: string, { find, replace, within }: Slip): string {
  if (find === replace) throw new Error(`'${find}' is replaced with itself`);
  let [from, to] = [0, text.length];
  if (within !== undefined) {
    from = onlyPlace(text, within, 0, text.length);
    const line = text.slice(text.lastIndexOf('\n', from) + 1);
    const indent = line.slice(0, line.search(/\S/));
    const end = text.indexOf(`\n${indent}}`, from);
    if (end >= 0) to = end;
  }
  const at = onlyPlace(text, find, from, to);
  return text.slice(0, at) + replace + text.slice(at + find.length);
}

function onlyPlace(text: string, part: string, from: number, to: number): number {
  const first = text.indexOf(part, from);
  if (first < 0 || first + part.length > to) throw new Error(`'${part}' is not there`);
  const second = text.indexOf(part, first + 1);
  if (second >= 0 && second + part.length <= to) throw new Error(`'${part}' is there twice`);
  return first;
}
