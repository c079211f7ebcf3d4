import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScript } from './golden-runner.ts';

/** docs/peer-defects.md names what shows each defect not to be there: all of it exists, and nothing is left out. */
const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const sectionsOf = (script: string): string[] =>
  parseScript(read(`test/golden/${script}`)).sections.map(({ title }) => title);

const rows = read('docs/peer-defects.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| defect '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, defect = '', project = '', shown = '']) => ({ defect, project, shown }));
const proofs = rows.flatMap(({ shown }) => shown.split('<br>'));

/** Whether a script has a section, or a file of tests a test, of that name. */
function exists(proof: string): boolean {
  const [file, ...rest] = proof.split(': ');
  const name = rest.join(': ');
  if (file!.endsWith('.txt')) return sectionsOf(file!).includes(name);
  const text = read(file!.includes('/') ? file! : `test/${file}`);
  return [`'${name}'`, `"${name}"`].some((quoted) => text.includes(quoted));
}

describe('the page of defects', () => {
  test.each(rows)('$defect ($project)', ({ shown }) => {
    expect(shown.split('<br>').filter((proof) => !exists(proof))).toEqual([]);
  });

  test('says each defect once, and a test shows one', () => {
    const defects = rows.map(({ defect }) => defect);
    expect(defects.filter((defect, i) => defects.indexOf(defect) !== i)).toEqual([]);
    expect(proofs.filter((proof, i) => proofs.indexOf(proof) !== i)).toEqual([]);
    expect(rows.filter(({ defect, shown }) => defect === '' || shown === '')).toEqual([]);
    expect(rows.length).toBeGreaterThan(60);
  });

  test('leaves out no section and no test that is about another project', () => {
    const scripts = ['peers-classes.txt', 'peers-kinds.txt', 'peers-orders.txt'];
    const sections = scripts.flatMap((file) => sectionsOf(file).map((name) => `${file}: ${name}`));
    const named = /^(?:test|describe)\((['"])(.+?: .+?)\1/gm;
    const tests = [...read('test/peers.test.ts').matchAll(named)].map(
      ([, , name]) => `peers.test.ts: ${name}`,
    );
    expect(tests.length).toBeGreaterThan(10);
    expect([...sections, ...tests].filter((each) => !proofs.includes(each))).toEqual([]);
  });

  test('knows what is not there', () => {
    expect(exists('peers-orders.txt: no such section')).toBe(false);
    expect(exists('peers.test.ts: no such test')).toBe(false);
  });
});
