import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

/**
 * Runs the numbered examples as a reader would and compares what they print with
 * test/golden/examples/NN.txt. UPDATE_GOLDEN=1 writes what they print; read the difference before
 * you keep it.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MOST_LINES = 45;
const read = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');
const goldenOf = (number: string): string => `test/golden/examples/${number}.txt`;

const examples = readdirSync(`${ROOT}examples`)
  .filter((name) => /^\d\d-.*\.ts$/.test(name))
  .sort()
  .map((name) => ({ name, file: `examples/${name}`, number: name.slice(0, 2) }));

/** What a script prints. @throws if it fails, or prints anything to standard error */
async function outputOf(options: readonly string[]): Promise<string> {
  // Plain text wherever the tests run: what comes out must not depend on the terminal.
  const env = { ...process.env, FORCE_COLOR: '0' };
  const ran = await promisify(execFile)(process.execPath, options, { cwd: ROOT, env });
  if (ran.stderr !== '') throw new Error(`${options.at(-1)}: ${ran.stderr}`);
  return ran.stdout;
}

describe.each(examples)('$name', ({ file, number }) => {
  test('prints what it is known to print', async () => {
    const output = await outputOf(['--import', 'tsx', file]);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(`${ROOT}${goldenOf(number)}`, output);
    expect(output).toBe(read(goldenOf(number)));
    expect(output).not.toBe('');
  });

  test('is short, names itself and needs nothing but the package and Node', () => {
    const lines = read(file).trimEnd().split('\n');
    expect(lines[0]).toBe(`// ${file}`);
    expect(lines.length).toBeLessThan(MOST_LINES);
    const sources = [...read(file).matchAll(/\bfrom '([^']+)'/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(0);
    const allowed = /^(wattbook(\/[a-z]+)?|node:(fs|os|path))$/;
    expect(sources.filter((source) => !allowed.test(source!))).toEqual([]);
  });
});

test('each number is one example, and each golden text belongs to one', () => {
  const numbers = examples.map(({ number }) => number);
  expect(numbers.length).toBeGreaterThan(0);
  expect(numbers).toEqual([...new Set(numbers)]);
  const golden = readdirSync(`${ROOT}test/golden/examples`).sort();
  expect(golden).toEqual(numbers.map((number) => `${number}.txt`));
});

/** A block of code on a page and the text block right behind it. */
function shownOutputs(page: string): { language: string; code: string; output: string }[] {
  const blocks = page.matchAll(/^```(ts|js)\n([\s\S]*?)^```\n\n```text\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language, code, output]) => ({
    language: language!,
    code: code!,
    output: output!,
  }));
}

describe('outputs on the pages', () => {
  const pages = ['README.md', ...readdirSync(`${ROOT}docs`).map((name) => `docs/${name}`)];
  const shown = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => shownOutputs(read(page)).map((each) => ({ page, ...each })));

  test('are there', () => {
    expect(shown.map(({ language }) => language)).toEqual(expect.arrayContaining(['ts', 'js']));
    const page =
      '```ts\n// a\n```\n\n```text\nb\n```\n\n```ts\nc\n```\n\ntext\n\n```text\nd\n```\n';
    expect(shownOutputs(page)).toEqual([{ language: 'ts', code: '// a\n', output: 'b\n' }]);
  });

  test.each(shown)('$page: the output of a $language block', async ({ language, code, output }) => {
    const number = /^\/\/ examples\/(\d\d)-/.exec(code)?.[1];
    if (language === 'ts') expect(output).toBe(read(goldenOf(number!)));
    else expect(await outputOf(['--input-type=module', '--eval', code])).toBe(output);
  });
});
