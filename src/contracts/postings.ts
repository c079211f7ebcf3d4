/** Money that goes from one account to another: a double entry. */
export interface Posting {
  readonly from: string;
  readonly to: string;
  /** In money quanta, more than 0. */
  readonly amount: bigint;
  readonly reason: 'energy' | 'fee' | 'imbalance';
  /** Number of the trade that it is about; not of an imbalance. */
  readonly trade?: number;
}

/**
 * What each account has got from postings, below zero where it has given; in money quanta. The sum over all accounts is
 * zero. O(postings).
 */
export function booksOf(postings: readonly Posting[]): ReadonlyMap<string, bigint> {
  const books = new Map<string, bigint>();
  for (const { from, to, amount } of postings) {
    books.set(from, (books.get(from) ?? 0n) - amount);
    books.set(to, (books.get(to) ?? 0n) + amount);
  }
  return books;
}

/**
 * The postings that turn an earlier settlement of a delivery period into a later one: nothing is taken back, the
 * difference is booked. Nothing for what has stayed the same, and for all that changed one posting each, trade by trade
 * and imbalance by imbalance. Whatever the order in which trades and readings became known, books to which the
 * differences were added one after the other are those of the last settlement. O(postings).
 * @param before postings that were booked, in all; none before the first settlement
 * @param after postings that should be
 */
export function settlementDifference(
  before: readonly Posting[],
  after: readonly Posting[],
): readonly Posting[] {
  const changes = new Map<string, { readonly like: Posting; amount: bigint }>();
  const add = (like: Posting, sign: bigint): void => {
    // No id has a space in it.
    const { from, to, reason, trade = '' } = like;
    const forward = from < to;
    const key = `${forward ? from : to} ${forward ? to : from} ${reason} ${trade}`;
    const amount = forward ? sign * like.amount : -sign * like.amount;
    const change = changes.get(key);
    if (change === undefined) changes.set(key, { like, amount });
    else change.amount += amount;
  };
  for (const posting of after) add(posting, 1n);
  for (const posting of before) add(posting, -1n);
  const postings: Posting[] = [];
  for (const { like, amount } of changes.values()) {
    const [first, second] = like.from < like.to ? [like.from, like.to] : [like.to, like.from];
    if (amount > 0n) postings.push({ ...like, from: first, to: second, amount });
    if (amount < 0n) postings.push({ ...like, from: second, to: first, amount: -amount });
  }
  return postings;
}
