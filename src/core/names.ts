/** Names by number, for each table that was asked. */
const NAMES = new Map<object, readonly string[]>();

/** The name of a number in one of the tables. */
export function nameOf<T extends Readonly<Record<string, number>>>(
  table: T,
  number: number,
): keyof T & string {
  let names = NAMES.get(table);
  if (names === undefined) {
    const found: string[] = [];
    for (const [name, at] of Object.entries(table)) found[at] = name;
    names = found;
    NAMES.set(table, names);
  }
  return names[number] as keyof T & string;
}
