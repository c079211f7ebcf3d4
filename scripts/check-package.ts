/**
 * Looks at the package as a publisher does: `npm run check:package`. Builds it, packs it into a
 * folder of its own, and asks the tools that know what goes wrong in packages.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, ROOT, run, runSteps } from './command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-pack-'));
let tarball = '';

const tool = (name: string, ...args: string[]): string =>
  run(join(ROOT, 'node_modules', '.bin', name), args, { env: { NO_COLOR: '1' } });

function packed(): string {
  tarball = pack(scratch);
  return `        ${(statSync(tarball).size / 1000).toFixed(0)} kB packed`;
}

/** Every sub-path of package.json has the four files that it should name. */
function subPaths(): string {
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { exports } = JSON.parse(text) as { exports: Record<string, unknown> };
  const paths = Object.keys(exports).filter((path) => path !== './package.json');
  for (const path of paths) {
    const stem = path === '.' ? 'index' : path.slice(2);
    const [esm, cjs] = [
      { types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` },
      { types: `./dist/${stem}.d.cts`, default: `./dist/${stem}.cjs` },
    ];
    const expected = { import: esm, require: cjs };
    if (JSON.stringify(exports[path]) !== JSON.stringify(expected)) {
      throw new Error(`exports of ${path} must be ${JSON.stringify(expected, null, 2)}`);
    }
    for (const file of [esm, cjs].flatMap(Object.values)) statSync(join(ROOT, file as string));
  }
  return `        ${paths.join(' ')}`;
}

/** What declarations may import: a consumer has no types of the tree, and no types of Node. */
const IMPORTABLE = /^(\.\/[\w-]+\.c?js|fast-check|mongodb)$/;

function declarations(): void {
  const dist = join(ROOT, 'dist');
  for (const file of readdirSync(dist).filter((name) => /\.d\.c?ts$/.test(name))) {
    const text = readFileSync(join(dist, file), 'utf8');
    const froms = [...text.matchAll(/(?<!['"])\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)];
    const bad = froms.map(([, from]) => from as string).filter((from) => !IMPORTABLE.test(from));
    if (bad.length > 0) throw new Error(`${file} imports ${bad.join(', ')}`);
    const inner = /\b(MarketState|ByteLog|@internal|reference types=)/.exec(text);
    if (inner !== null) throw new Error(`${file} shows ${inner[0]}`);
  }
}

try {
  await runSteps([
    ['build', () => void run('npm', ['run', '--silent', 'build'])],
    ['pack', packed],
    ['sub-paths', subPaths],
    ['declarations', declarations],
    ['publint', () => void tool('publint', 'run', tarball, '--strict')],
    ['attw', () => void tool('attw', tarball, '--profile', 'node16')],
    ['size-limit', () => tool('size-limit')],
    ['knip', () => void tool('knip')],
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
