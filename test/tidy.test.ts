import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { errorTable, generate, GENERATED_FILES } from '../scripts/docs.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 400;
const MAX_FUNCTION_LINES = 70;

/** A folder of src may import from itself and from the folders of lower rows. */
const ROWS: Readonly<Record<string, number>> = {
  core: 1,
  chain: 2,
  sealing: 7,
  ledger: 2,
  orderbook: 2,
  market: 2,
  contracts: 3,
  verify: 3,
  matching: 4,
  engine: 5,
  storage: 5,
  exchange: 6,
  signing: 6,
  file: 8,
  mongodb: 8,
  testing: 8,
  'index.ts': 8,
  cli: 9,
};
const DEPENDENCIES = ['functional-red-black-tree', '@noble/hashes', '@noble/curves'];
/** Folders of sub-paths that are for Node alone. */
const NODE = ['file', 'cli'];
/** All that the verifier shares with what it verifies: hashes, signatures, checksums, and how an argument is refused. */
const SHARED_WITH_VERIFY = [
  '../chain/ed25519.ts',
  '../chain/one-shot.ts',
  '../core/abort.ts',
  '../core/arguments.ts',
  '../core/crc32c.ts',
  '../core/errors.ts',
  '../core/sha256.ts',
];
/** Optional peers, and what is bundled into the program, with the one folder each that may import them. */
const PEERS: Readonly<Record<string, string>> = {
  'fast-check': 'testing',
  commander: 'cli',
  mongodb: 'mongodb',
};
const FORBIDDEN = /^(get|process|handle)(?=[A-Z]|$)|managers?|helpers?|utils?$/i;
const FORBIDDEN_START = /^(get|process|handle)([A-Z]|$)/;
// A utility is an electricity company here.
const FORBIDDEN_WORD = /[mM]anager|[hH]elper|[uU]tils?(?=[A-Z]|$)/;

function filesIn(folder: string, ending: string): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const parse = (file: string, text = read(file)): ts.SourceFile =>
  ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);

const SOURCES = filesIn('src', '.ts');
const TESTS = filesIn('test', '.ts');
const ALL = [
  ...SOURCES,
  ...TESTS,
  ...['scripts', 'examples', 'bench'].flatMap((folder) => filesIn(folder, '.ts')),
];

/** Calls `visit` with every node of a file. */
function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** Whatever a file imports, re-exports or loads, types included. */
function importsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    const named = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const called =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const typed = ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument);
    let from: ts.Node | undefined;
    if (named) from = node.moduleSpecifier;
    else if (called) from = node.arguments[0];
    else if (typed) from = (node.argument as ts.LiteralTypeNode).literal;
    if (from !== undefined && ts.isStringLiteral(from)) found.push(from.text);
  });
  return found;
}

/** Why a file of src may not import something, if it may not. */
function importFault(file: string, from: string): string | undefined {
  const own = file.split('/')[1] as string;
  if (!from.startsWith('.')) {
    const known = DEPENDENCIES.some((name) => from === name || from.startsWith(`${name}/`));
    const isNode = from.startsWith('node:') && NODE.includes(own);
    return known || isNode || PEERS[from] === own ? undefined : `${file} imports ${from}`;
  }
  const target = relative(ROOT, join(ROOT, dirname(file), from)).split('/');
  const other = target[1] as string;
  const inside = target[0] === 'src' && ROWS[own] !== undefined && ROWS[other] !== undefined;
  const down = inside && (own === other || ROWS[other]! < ROWS[own]!);
  return down ? undefined : `${file} imports ${from}`;
}

describe('imports of src', () => {
  it('point to lower rows or the own folder, and to few dependencies', () => {
    const faults = SOURCES.flatMap((file) =>
      importsOf(parse(file)).flatMap((from) => importFault(file, from) ?? []),
    );
    expect(SOURCES.length).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  });

  it('would be found out', () => {
    expect(importFault('src/core/a.ts', '../ledger/b.ts')).toBeDefined();
    expect(importFault('src/ledger/a.ts', '../orderbook/b.ts')).toBeDefined();
    expect(importFault('src/matching/a.ts', '../engine/b.ts')).toBeDefined();
    expect(importFault('src/engine/a.ts', '../index.ts')).toBeDefined();
    expect(importFault('src/engine/a.ts', '../../test/b.ts')).toBeDefined();
    expect(importFault('src/engine/a.ts', 'node:fs')).toBeDefined();
    expect(importFault('src/file/a.ts', 'node:fs')).toBeUndefined();
    expect(importFault('src/cli/a.ts', '../file/b.ts')).toBeUndefined();
    expect(importFault('src/file/a.ts', '../cli/b.ts')).toBeDefined();
    expect(importFault('src/file/a.ts', 'commander')).toBeDefined();
    expect(importFault('src/engine/a.ts', 'fast-check')).toBeDefined();
    expect(importFault('src/testing/a.ts', 'fast-check/lib/b')).toBeDefined();
    expect(importFault('src/testing/a.ts', 'fast-check')).toBeUndefined();
    expect(importFault('src/engine/a.ts', '../core/b.ts')).toBeUndefined();
    const every = "import 'a'; export * from 'b'; type C = import('c').C; void import('d');";
    expect(importsOf(parse('x.ts', every))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('leave the verifier a reading of its own', () => {
    // The client is of the log as well.
    const client = 'src/verify/light-client.ts';
    const own = SOURCES.filter((file) => file.startsWith('src/verify/') && file !== client);
    expect(own.length).toBeGreaterThan(5);
    for (const file of own) {
      const strange = importsOf(parse(file)).filter(
        (from) => !from.startsWith('./') && !SHARED_WITH_VERIFY.includes(from),
      );
      expect(strange, file).toEqual([]);
    }
  });

  it('are declared as dependencies, and nothing else is', () => {
    const manifest = JSON.parse(read('package.json')) as { dependencies?: object };
    expect(Object.keys(manifest.dependencies ?? {}).sort()).toEqual([...DEPENDENCIES].sort());
  });
});

/** Functions of a file with their lines; in tests without the bodies of describe and it. */
function longFunctions(source: ts.SourceFile, isTest: boolean): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    if (isTest && isSuite(node)) return;
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
    const lines = last - first + 1;
    if (lines > MAX_FUNCTION_LINES)
      found.push(`${source.fileName}:${first + 1} has ${lines} lines`);
  });
  return found;
}

/** Whether a function is the body of a `describe` or an `it`, in any of their forms. */
function isSuite(node: ts.Node): boolean {
  let call = node.parent;
  while (ts.isCallExpression(call) || ts.isPropertyAccessExpression(call)) {
    const { expression } = call;
    if (ts.isIdentifier(expression)) return ['describe', 'it', 'test'].includes(expression.text);
    call = expression as unknown as ts.CallExpression;
  }
  return false;
}

describe('size', () => {
  it(`no file has more than ${MAX_LINES} lines`, () => {
    const long = ALL.map((file) => [file, read(file).split('\n').length - 1] as const);
    expect(long.filter(([, lines]) => lines > MAX_LINES)).toEqual([]);
  });

  it(`no function has more than ${MAX_FUNCTION_LINES} lines`, () => {
    const long = ALL.flatMap((file) => longFunctions(parse(file), file.startsWith('test/')));
    expect(long).toEqual([]);
  });

  it('would be found out', () => {
    const body = '\n'.repeat(MAX_FUNCTION_LINES);
    const forms = [
      `function f() {${body}}`,
      `const f = () => {${body}};`,
      `class C { m() {${body}} }`,
      `const o = { get x() {${body}return 1; } };`,
    ];
    for (const text of forms) {
      expect(longFunctions(parse('x.ts', text), false)).toHaveLength(1);
      expect(longFunctions(parse('x.ts', text), true)).toHaveLength(1);
    }
    const suites = [`describe('d', () => {${body}});`, `it.each([1])('i', () => {${body}});`];
    for (const text of suites) expect(longFunctions(parse('x.ts', text), true)).toEqual([]);
    expect(longFunctions(parse('x.ts', `each(() => {${body}});`), true)).toHaveLength(1);
    expect(longFunctions(parse('x.ts', `function f() {${body.slice(1)}}`), false)).toEqual([]);
  });
});

/** Names that a file gives to others, members of its exported classes and interfaces included. */
function exportedNames(source: ts.SourceFile): { name: string; isInterface: boolean }[] {
  const found: { name: string; isInterface: boolean }[] = [];
  const add = (node: ts.Node | undefined, isInterface = false): void => {
    if (node !== undefined) found.push({ name: node.getText(source), isInterface });
  };
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      if (exportClause && ts.isNamedExports(exportClause)) {
        for (const each of exportClause.elements) add(each.name);
      }
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some((each) => each.kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const each of statement.declarationList.declarations) add(each.name);
    }
    if ('name' in statement) add(statement.name as ts.Node, ts.isInterfaceDeclaration(statement));
    if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement)) {
      for (const member of statement.members) add(member.name);
    }
  }
  return found;
}

function isForbidden({ name, isInterface }: { name: string; isInterface: boolean }): boolean {
  const start = FORBIDDEN_START.test(name) || (isInterface && /^I[A-Z]/.test(name));
  return start || FORBIDDEN_WORD.test(name);
}

describe('names', () => {
  it('are plain words: files and what they export', () => {
    const faults = ALL.flatMap((file) => {
      const stem = basename(file, '.ts');
      const own = stem.split(/[-.]/).filter((word) => FORBIDDEN.test(word));
      const exported = exportedNames(parse(file)).filter(isForbidden);
      return [...own, ...exported.map((each) => each.name)].map((name) => `${file}: ${name}`);
    });
    expect(faults).toEqual([]);
  });

  it('would be found out', () => {
    const text = `export function getX() {} export class OrderManager { handleIt() {} }
      export interface IOrder { processAll(): void } export const stringUtils = 1;
      export { a as Helper }; export const getter = 1; export interface Item { is: 1 }`;
    const found = exportedNames(parse('x.ts', text)).filter(isForbidden);
    const expected = ['getX', 'OrderManager', 'handleIt', 'IOrder', 'processAll', 'stringUtils'];
    expect(found.map((each) => each.name)).toEqual([...expected, 'Helper']);
  });
});

const PAGES = [
  ...filesIn('docs', '.md'),
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
];

/** The members of the union `ErrorCode`. */
function errorCodes(source: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(source, (node) => {
    if (!ts.isTypeAliasDeclaration(node) || node.name.text !== 'ErrorCode') return;
    walk(node.type, (member) => {
      if (ts.isStringLiteral(member)) found.push(member.text);
    });
  });
  return found;
}

/** The ts blocks of a page that name the example they are taken from. */
function exampleBlocks(text: string): { file: string; code: string }[] {
  const blocks = text.matchAll(/^```ts\n(\/\/ (examples\/\S+\.ts)\n[\s\S]*?)^```$/gm);
  return [...blocks].map(([, code, file]) => ({ file: file as string, code: code as string }));
}

/** Targets of relative links, without what follows a '#'. */
function linksOf(text: string): string[] {
  const links = text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g);
  return [...links]
    .map(([, target]) => (target as string).split('#')[0] as string)
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('pages', () => {
  it.each(GENERATED_FILES)('docs/%s is up to date', (file) => {
    const { before, after } = generate(file);
    expect(before).toBe(after);
  });

  it('have a row for every code of a fault', () => {
    const union = (members: string): string => `export type ErrorCode =\n${members};\n`;
    const text = union(
      "  /** When. What to do.\n   * More. */\n  | 'A'\n  /** If. Then. */\n  | 'B'",
    );
    const head = '| code | when | what to do |\n|---|---|---|\n';
    expect(errorTable(text)).toBe(`${head}| A | When. | What to do. More. |\n| B | If. | Then. |`);
    const rows = [...generate('errors.md').after.matchAll(/^\| ([A-Z]\w+) \|/gm)];
    expect(rows.map(([, code]) => code)).toEqual(errorCodes(parse('src/core/errors.ts')));
    for (const member of ["  | 'C'", "  /** Only when. */\n  | 'C'"]) {
      expect(() => errorTable(union(`  /** If. Then. */\n  | 'A'\n${member}`))).toThrow(
        /C does not/,
      );
    }
  });

  it('show examples as they are', () => {
    expect(exampleBlocks(read('README.md')).length).toBeGreaterThan(0);
    for (const page of PAGES) {
      const named = exampleBlocks(read(page));
      expect(read(page).match(/^```ts$/gm) ?? [], `${page}: unnamed blocks`).toHaveLength(
        named.length,
      );
      for (const { file, code } of named) {
        expect(existsSync(join(ROOT, file)), `${page}: ${file}`).toBe(true);
        expect(code, `${page}: ${file}`).toBe(read(file));
      }
    }
    const page = '```ts\n// examples/a.ts\nx;\n```\n\n```ts\ny;\n```\n';
    expect(exampleBlocks(page)).toEqual([
      { file: 'examples/a.ts', code: '// examples/a.ts\nx;\n' },
    ]);
  });

  it('explain each word once, in order', () => {
    const rows = [...read('docs/glossary.md').matchAll(/^\| ([a-z][^|]*?)( \*)? \| (?!means)/gm)];
    const words = rows.map(([, word]) => word as string);
    expect(words.length).toBeGreaterThan(50);
    expect(words).toEqual([...new Set(words)].sort());
  });

  it('link to files that exist', () => {
    const dead = PAGES.flatMap((page) =>
      linksOf(read(page))
        .filter((target) => !existsSync(join(ROOT, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(PAGES.length).toBeGreaterThan(1);
    expect(dead).toEqual([]);
    expect(linksOf('[a](b.md#c) [d](https://e) [f](#g)')).toEqual(['b.md']);
  });
});

describe('tests', () => {
  it('are all run', () => {
    const off = /\.(only|skip|todo)\b/;
    const faults = TESTS.flatMap((file) => {
      const source = parse(file);
      const found: string[] = [];
      walk(source, (node) => {
        if (!ts.isPropertyAccessExpression(node) || !off.test(`.${node.name.text}`)) return;
        const root = node.expression.getText(source);
        if (/^(describe|it|test)\b/.test(root)) found.push(`${file}: ${node.getText(source)}`);
      });
      return found;
    });
    expect(TESTS.length).toBeGreaterThan(5);
    expect(faults).toEqual([]);
  });
});
