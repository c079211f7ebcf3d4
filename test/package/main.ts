/**
 * Installs the packed package where nothing else is and uses it as others will: as ESM, as CommonJS,
 * with two TypeScript releases and two ways of resolution, and under Jest. Needs `npm run build`.
 *
 *   npx tsx test/package/main.ts
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { pack, quickStart, ROOT, run, runSteps } from '../../scripts/command.ts';

const TYPESCRIPT = ['5.9.3', '6.0.3'];
const JEST = '30.5.2';
const FAST_CHECK = '4.10.2';
const MONGODB = '7.9.0';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-package-'));
const tarball = pack(scratch);
const { file, code } = quickStart();

/** An empty folder with a manifest, in which packages are then installed. */
function room(name: string, ...packages: string[]): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quiet, tarball, ...packages], { cwd: folder });
  return folder;
}

const fixture = (name: string): string => join(ROOT, 'test', 'package', name);

/** TypeScript without its types, in one of the two module forms. */
function asJavaScript(source: string, format: 'esm' | 'cjs'): string {
  return transformSync(source, { loader: 'ts', format, target: 'es2022' }).code;
}

function expectEqual(found: string, expected: string, what: string): void {
  if (found !== expected) throw new Error(`${what}:\n${found}\ninstead of\n${expected}`);
}

/** Installed alone: no fast-check, no types of Node. */
function firstTrade(): string {
  const expected = run(process.execPath, [join(ROOT, 'node_modules/tsx/dist/cli.mjs'), file]);
  if (!expected.includes(' bought ')) throw new Error(`${file} trades nothing:\n${expected}`);
  const started = performance.now();
  const folder = room('first-trade');
  writeFileSync(join(folder, 'first.mjs'), asJavaScript(code, 'esm'));
  const found = run(process.execPath, ['first.mjs'], { cwd: folder });
  const seconds = (performance.now() - started) / 1000;
  expectEqual(found, expected, `${file} as ESM`);
  return `        install and first trade: ${seconds.toFixed(1)} s\n${expected.replace(/^/gm, '        ')}`;
}

/** The program, as its name finds it, on a market that another process has left. */
function program(): void {
  const folder = join(scratch, 'first-trade');
  const code = `
    import { Exchange } from 'wattbook';
    import { fileStorage } from 'wattbook/file';
    const exchange = await Exchange.open({ storage: fileStorage('market') });
    await exchange.openAccount({ id: 'anna' });
    await exchange.close();`;
  writeFileSync(join(folder, 'files.mjs'), code);
  run(process.execPath, ['files.mjs'], { cwd: folder });
  const wattbook = join('node_modules', '.bin', 'wattbook');
  const found = run(wattbook, ['check', 'market'], { cwd: folder });
  expectEqual(found, 'journal files: 1, snapshots: 0, last command: 1; whole\n', 'wattbook check');
}

function commonJs(): void {
  const folder = join(scratch, 'first-trade');
  writeFileSync(join(folder, 'first.cjs'), asJavaScript(code, 'cjs'));
  const found = run(process.execPath, ['first.cjs'], { cwd: folder });
  expectEqual(found, run(process.execPath, ['first.mjs'], { cwd: folder }), `${file} as CommonJS`);
}

/** `require` and `import` of one name are two copies of the code with one behaviour. */
function sameHash(): void {
  const script = `
    const { Engine } = require('wattbook');
    const { version } = require('wattbook/package.json');
    import('wattbook').then((esm) => {
      const hashes = [new Engine().stateHash(), new esm.Engine().stateHash()];
      if (hashes[0] !== hashes[1] || !version) throw new Error(hashes.join(' is not '));
    });`;
  run(process.execPath, ['-e', script], { cwd: join(scratch, 'first-trade') });
}

/** Without it there, both sub-paths load: it is given to the arbitraries, not imported by them. */
function withoutFastCheck(): void {
  const script = `
    const { workload } = require('wattbook/testing');
    if (workload('A', { commands: 10, prefill: 10 }).length !== 20) throw new Error('no workload');
    try { require.resolve('fast-check'); } catch { process.exit(0); }
    throw new Error('fast-check came along: it must stay optional');`;
  run(process.execPath, ['-e', script], { cwd: join(scratch, 'first-trade') });
}

/** The tests of a consumer run in both module forms, which export the same names. */
function testing(): string {
  const folder = room('testing', `fast-check@${FAST_CHECK}`);
  const source = readFileSync(fixture('consumer-testing.ts'), 'utf8');
  const printNames = "console.log('        exports', Object.keys(testing).sort().join(' '));";
  for (const [format, importAll, ending] of [
    ['esm', "import * as testing from 'wattbook/testing';", 'mjs'],
    ['cjs', "const testing = require('wattbook/testing');", 'cjs'],
  ] as const) {
    const script = [importAll, asJavaScript(source, format), printNames].join('\n');
    writeFileSync(join(folder, `testing.${ending}`), script);
  }
  const [esm, cjs] = ['testing.mjs', 'testing.cjs'].map((script) =>
    run(process.execPath, [script], { cwd: folder }),
  ) as [string, string];
  expectEqual(cjs, esm, 'names of wattbook/testing as CommonJS');
  return esm;
}

/** Loads without the driver, whose types alone it names, and works with a consumer's copy in both module forms. */
function mongodb(): void {
  const alone = `
    if (typeof require('wattbook/mongodb').mongoStorage !== 'function') throw new Error('no storage');
    try { require.resolve('mongodb'); } catch { process.exit(0); }
    throw new Error('mongodb came along: it must stay optional');`;
  run(process.execPath, ['-e', alone], { cwd: join(scratch, 'first-trade') });
  const [typescript, types] = [`typescript@${TYPESCRIPT.at(-1)!}`, '@types/node@20'];
  const folder = room('mongodb', `mongodb@${MONGODB}`, typescript, types);
  const source = readFileSync(fixture('consumer-mongodb.ts'), 'utf8');
  for (const [format, ending] of [
    ['esm', 'mts'],
    ['cjs', 'cts'],
  ] as const) {
    const name = `consumer.${ending.replace('ts', 'js')}`;
    writeFileSync(join(folder, `consumer.${ending}`), source);
    writeFileSync(join(folder, name), asJavaScript(source, format));
    run(process.execPath, [name], { cwd: folder });
  }
  // The driver's declarations want those of Node.
  const compilerOptions = { ...STRICT, ...NODE, ...LIBRARY, types: ['node'] };
  const config = { compilerOptions, files: ['consumer.mts', 'consumer.cts'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  run(join('node_modules', '.bin', 'tsc'), ['-p', '.'], { cwd: folder });
}

const STRICT = {
  strict: true,
  noEmit: true,
  skipLibCheck: false,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: 'es2022',
  types: [],
};
const LIBRARY = { lib: ['es2022'] };
const NODE = { module: 'nodenext', moduleResolution: 'nodenext' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };

/** Sources to type-check, and with which compiler options. Without LIBRARY there is a `console`. */
const PROJECTS: Readonly<Record<string, { files: string[]; options: object }>> = {
  'quick-nodenext': { files: ['first.mts', 'first.cts'], options: NODE },
  'quick-bundler': { files: ['first.ts'], options: BUNDLER },
  'consumer-nodenext': {
    files: ['consumer.mts', 'consumer.cts'],
    options: { ...NODE, ...LIBRARY },
  },
  'consumer-bundler': { files: ['consumer.ts'], options: { ...BUNDLER, ...LIBRARY } },
  'testing-nodenext': { files: ['testing.mts', 'testing.cts'], options: NODE },
  'testing-bundler': { files: ['testing.ts'], options: BUNDLER },
};

/** The rooms of `testing` with the compilers and every project in it. */
function prepareTypes(): void {
  const folder = join(scratch, 'testing');
  const compilers = TYPESCRIPT.map((version) => `typescript-${version}@npm:typescript@${version}`);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...compilers], {
    cwd: folder,
  });
  for (const ending of ['ts', 'mts', 'cts']) {
    writeFileSync(join(folder, `first.${ending}`), code);
    copyFileSync(fixture('consumer.ts'), join(folder, `consumer.${ending}`));
    copyFileSync(fixture('consumer-testing.ts'), join(folder, `testing.${ending}`));
  }
  for (const [name, { files, options }] of Object.entries(PROJECTS)) {
    const config = { compilerOptions: { ...STRICT, ...options }, files };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(config));
  }
}

function typeCheck(version: string, project: string): void {
  const compiler = join('node_modules', `typescript-${version}`, 'bin', 'tsc');
  run(process.execPath, [compiler, '-p', `${project}.json`], { cwd: join(scratch, 'testing') });
}

function jest(): void {
  const folder = room('jest', `jest@${JEST}`);
  const config = {
    testMatch: ['**/*.jest.cjs', '**/*.jest.mjs'],
    moduleFileExtensions: ['js', 'cjs', 'mjs', 'json', 'node'],
    transform: {},
  };
  writeFileSync(join(folder, 'jest.config.json'), JSON.stringify(config));
  for (const name of ['commonjs.jest.cjs', 'module.jest.mjs']) {
    copyFileSync(fixture(name), join(folder, name));
  }
  const args = [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--ci',
    '-i',
    '--json',
  ];
  const report = run(process.execPath, args, { cwd: folder, env: { NODE_NO_WARNINGS: '1' } });
  const { numPassedTests } = JSON.parse(report) as { numPassedTests: number };
  if (numPassedTests !== 2) throw new Error(`${numPassedTests} tests passed, not 2`);
}

const typeSteps = TYPESCRIPT.flatMap((version) =>
  Object.keys(PROJECTS).map(
    (project) => [`TypeScript ${version}, ${project}`, () => typeCheck(version, project)] as const,
  ),
);

try {
  await runSteps([
    ['install, quick start as ESM', firstTrade],
    ['quick start as CommonJS', commonJs],
    ['the program wattbook', program],
    ['equal state hash of both forms', sameHash],
    ['fast-check is optional', withoutFastCheck],
    ['wattbook/testing with fast-check', testing],
    [`wattbook/mongodb with mongodb ${MONGODB}`, mongodb],
    [`TypeScript ${TYPESCRIPT.join(' and ')} installed`, prepareTypes],
    ...typeSteps,
    [`Jest ${JEST}, CommonJS and modules`, jest],
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
