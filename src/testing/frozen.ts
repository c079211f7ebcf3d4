/** Freezes an object and all that it holds: what everybody shares, nobody may change. */
export function frozen<T extends object>(value: T): T {
  for (const each of Object.values(value) as unknown[]) {
    if (typeof each === 'object' && each !== null) frozen(each);
  }
  return Object.freeze(value);
}
