/** Writes the parts of docs/ that are made from tables in the code: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { RejectCode } from '../src/core/codes.ts';
import { KINDS } from '../src/core/kinds.ts';
import { PRECEDENCE } from '../src/core/precedence.ts';
import { COMMANDS, EVENTS, type Layout } from '../src/core/registry.ts';

const WIDTHS: Record<number, string> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'i64' };

function recordTable(title: string, layouts: Record<string, Layout>): string {
  const rows = Object.entries(layouts).map(([name, { type, version, fields, strings }]) => {
    const list = fields.map(([field, kind]) => `${field} ${WIDTHS[KINDS[kind].size]}`);
    return `| ${type} | ${name} | ${version} | ${list.join(', ')} | ${strings.join(', ')} |`;
  });
  const head = `| type | ${title} | version | fixed fields | ids |\n|---|---|---|---|---|`;
  return `${head}\n${rows.join('\n')}`;
}

function kindTable(): string {
  const rows = Object.entries(KINDS).flatMap(([kind, entry]) => {
    if (!('names' in entry) || kind === 'rejectCode' || kind === 'commandType') return [];
    const names = Object.entries(entry.names).map(([name, number]) => `${number} ${name}`);
    return [`| ${kind} | ${names.join(', ')} |`];
  });
  return `| table | values |\n|---|---|\n${rows.join('\n')}`;
}

/** The comment above each code in the table of the source is its explanation. */
function rejectTable(): string {
  const source = readFileSync(new URL('../src/core/codes.ts', import.meta.url), 'utf8');
  const rows = PRECEDENCE.map((name) => {
    const found = new RegExp(`/\\*\\* ([^\\n]*) \\*/\\n  ${name}: `).exec(source);
    return `| ${name} | ${RejectCode[name]} | ${found?.[1]} |`;
  });
  return `| code | number | meaning |\n|---|---|---|\n${rows.join('\n')}`;
}

/**
 * The comment above each code is its explanation: the first sentence says when it is thrown, the
 * others what to do about it.
 * @throws Error if a code lacks one of them
 */
export function errorTable(source: string): string {
  const union = /export type ErrorCode =([\s\S]*?);\n/.exec(source)?.[1] ?? '';
  const rows = [...union.matchAll(/^ *\| '(\w+)'/gm)].map(([, name], i, all) => {
    const before = all[i - 1];
    const above = union.slice(before === undefined ? 0 : before.index + before[0].length);
    const comment = /^\s*\/\*\*([\s\S]*?)\*\/\s*\|/.exec(above)?.[1] ?? '';
    const text = comment
      .replaceAll(/\n\s*\*?/g, ' ')
      .replaceAll(/ {2,}/g, ' ')
      .trim();
    const [when, ...toDo] = text.split(/(?<=\.) (?=[A-Z])/);
    if (toDo.length === 0) throw new Error(`errors.ts: ${name} does not say when, and what to do`);
    return `| ${name} | ${when} | ${toDo.join(' ')} |`;
  });
  return `| code | when | what to do |\n|---|---|---|\n${rows.join('\n')}`;
}

/** A section of a golden script, as an example: what is typed, and what comes of it. */
function example(file: string, title: string): () => string {
  return () => {
    const script = readFileSync(new URL(`../test/golden/${file}.txt`, import.meta.url), 'utf8');
    const start = script.indexOf(`# ${title}\n`);
    if (start < 0) throw new Error(`${file}.txt has no section ${title}`);
    const [section = ''] = script.slice(start).split(/\n\n(?=# )/);
    return `\`\`\`\n${section.trim().split('\n').slice(1).join('\n')}\n\`\`\``;
  };
}

const GENERATED: Record<string, Record<string, () => string>> = {
  'format.md': {
    records: () =>
      [recordTable('command', COMMANDS), recordTable('event', EVENTS), kindTable()].join('\n\n'),
  },
  'orders.md': {
    limit: example(
      'orders',
      'limit: what crosses trades at the resting price, the rest of it rests',
    ),
    market: example('orders', 'market order locks its exact cost, not its protection'),
    marketToLimit: example(
      'market-to-limit',
      'it trades at the best price, and the rest of it stands there',
    ),
    byMoney: example(
      'by-money',
      'buy by money: for as much as the money pays for, the fee included',
    ),
    ioc: example('orders', 'ioc: the remainder never rests'),
    fok: example('orders', 'fok: whole at once over several prices, or not at all'),
    gtd: example('orders', 'gtd: gone at its instant, before the command of that instant'),
    session: example(
      'session',
      'session: what is left of it ends with the session, and nothing else does',
    ),
    postOnly: example(
      'orders',
      'post-only, slide: goes to one tick behind the touch and locks at that price',
    ),
    minQuantity: example(
      'orders',
      'minimum quantity: acts on entry only; the remainder is an ordinary order',
    ),
    iceberg: example('iceberg', 'each next part goes to the back of the queue'),
    reserve: example('iceberg', 'reserve: the next part comes before the one before is used up'),
    hidden: example('hidden', 'a hidden order keeps its place in time'),
    allOrNone: example('all-or-none', 'it waits until one order covers it'),
    stopLimit: example('stop', "stop limit: a buyer's waits for a price as high as that or higher"),
    stopMarket: example('stop', 'stop market: locked at its protection, immediate once triggered'),
    cascade: example(
      'stop',
      'a cascade: each after what is left of the one before rests, in the order in which they were reached',
    ),
    amendTrigger: example(
      'stop',
      'amending the trigger to a price that has come: it enters at once',
    ),
    oco: example('oco', 'sell limit and sell stop: a fill of one shrinks the other'),
    ocoSides: example('oco', 'buy below or sell above: energy for one, money for the other'),
    bracket: example(
      'bracket',
      "a buyer's: what it bought is locked for its exits, which enter when it has ended",
    ),
    bracketSells: example(
      'bracket',
      "a seller's: the money for the dearer of its exits is locked from the beginning",
    ),
    pegged: example(
      'pegged',
      'it follows the best bid up and down, within its limit, and gets a new place each time',
    ),
    pegs: example(
      'pegged',
      'middle and middle: who came first gets it, who comes later keeps a tick away',
    ),
    trailing: example('trailing', "a seller's trigger follows the price up, and not down"),
    network: example('networks', 'grid fee: the effective price decides, then time'),
    premium: example(
      'networks',
      'premium: what is solar is worth more to the buyer: it is met first, and its seller gets it',
    ),
    take: example(
      'orders',
      'take: part of an ask, whatever its place in the queue; it sets no last price',
    ),
    auction: example(
      'call-auction',
      'orders: they wait, though they would trade, until an auction is held',
    ),
    auctionAsBid: example(
      'call-auction',
      'pay as bid: the same orders trade, each pair at the limit of its buyer',
    ),
    auctionAtRate: example(
      'call-auction',
      'mid-market: all at the rate, and those whom it suits alone, whatever another price might bring together',
    ),
  },
  'reject-codes.md': { codes: rejectTable },
  'errors.md': {
    codes: () =>
      errorTable(readFileSync(new URL('../src/core/errors.ts', import.meta.url), 'utf8')),
  },
};

/** The text of a file in docs/ with its made parts as they should be. */
export function generate(file: string): { before: string; after: string; path: URL } {
  const path = new URL(`../docs/${file}`, import.meta.url);
  const before = readFileSync(path, 'utf8');
  let after = before;
  for (const [name, make] of Object.entries(GENERATED[file] ?? {})) {
    const begin = `<!-- ${name}:begin (written by scripts/docs.ts) -->`;
    const end = `<!-- ${name}:end -->`;
    const [head, rest] = after.split(begin);
    const tail = rest?.split(end)[1];
    after = `${head}${begin}\n${make()}\n${end}${tail}`;
  }
  return { before, after, path };
}

export const GENERATED_FILES: readonly string[] = Object.keys(GENERATED);

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const file of GENERATED_FILES) {
    const { after, path } = generate(file);
    writeFileSync(path, after);
  }
}
