/**
 * Runs one bundle of the built package in a browser and in three releases of Node, and compares the
 * hash of the market's state: `npm run test:browser`, after `npm run build`.
 *
 * The browser is a Chromium: /usr/bin/chromium, or what the variable CHROMIUM names.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { ROOT, run, runSteps } from '../../scripts/command.ts';
import type { Report } from './stream.ts';

/** Where the stream leads, whichever way it goes in. The hash changes with the format of the state too. */
const EXPECTED: Report = {
  commands: 103_003,
  trades: 12_927,
  conserved: true,
  stateHash: '8286c1f31f6174243a93f148fc780d4d6e86106fb394a6d0317122ca7ec70bad',
};

/** Head of the chain of a part of that stream: roots, state roots and signatures are the same everywhere. */
const EXPECTED_HEAD = `stream/e9744ce53c03045f83122db7d4e3b8250981564493a90fc59b0ac583b52af3d3
10
067bIsiwr8kxxho31Kz9g886bmAtJf+U7uhRoNM3qMU=

— stream/e9744ce53c03045f83122db7d4e3b8250981564493a90fc59b0ac583b52af3d3 FtIw7Ur5ra8j7vAvmXzYBXvGdJS7izVLOWQ9Bzy8BUFvzw+nA5nm096wbllu7Vc4Yl9wByF0C2jLtNSAfBi9khgQDgE=
`;

const NODES = [20, 22, 24];
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

interface Run {
  /** What ran it, with its version. */
  readonly host: string;
  readonly reports: Readonly<Record<string, Report>>;
  readonly head: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-browser-'));
const bundle = join(scratch, 'bundle.js');

/** The stream and the built package as one script. A `node:` import anywhere in it would fail here. */
async function makeBundle(): Promise<string> {
  const dist = (file: string): string => join(ROOT, 'dist', file);
  if (!existsSync(dist('index.js'))) throw new Error('dist is missing: run `npm run build` first');
  await build({
    entryPoints: [join(ROOT, 'test', 'browser', 'stream.ts')],
    alias: {
      'wattbook/chain': dist('chain.js'),
      'wattbook/sealing': dist('sealing.js'),
      'wattbook/verify': dist('verify.js'),
      'wattbook/testing': dist('testing.js'),
      wattbook: dist('index.js'),
    },
    bundle: true,
    format: 'iife',
    globalName: 'stream',
    platform: 'browser',
    target: 'es2022',
    outfile: bundle,
  });
  return `        ${(readFileSync(bundle).byteLength / 1000).toFixed(0)} kB`;
}

async function inBrowser(): Promise<Run> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(
      `no browser at ${CHROMIUM}: install one (Debian: apt-get install chromium), or let the ` +
        'variable CHROMIUM name a Chromium or Chrome',
    );
  }
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ path: bundle });
    // As text, for it runs there: `stream` is what the bundle leaves behind.
    const found = (await page.evaluate(COLLECT)) as Omit<Run, 'host'>;
    return { host: `Chromium ${browser.version()}`, ...found };
  } finally {
    await browser.close();
  }
}

const COLLECT = `(async () => {
  const reports = {};
  for (const [name, report] of Object.entries(stream.REPORTS)) reports[name] = await report();
  return { reports, head: await stream.signedHead() };
})()`;

/** Runs the bundle in a Node of its own, which the registry's package \`node\` brings. */
function inNode(major: number): Run {
  const script = join(scratch, 'run.cjs');
  writeFileSync(
    script,
    `const { readFileSync } = require('node:fs');
    const { runInThisContext } = require('node:vm');
    runInThisContext(readFileSync('bundle.js', 'utf8'));
    ${COLLECT}.then((found) =>
      console.log(JSON.stringify({ host: 'Node ' + process.version, ...found })));`,
  );
  const text = run('npx', ['-y', '-p', `node@${major}`, '-c', 'node run.cjs'], { cwd: scratch });
  const found = JSON.parse(text) as Run;
  if (!found.host.startsWith(`Node v${major}.`)) throw new Error(`${found.host}, not ${major}`);
  return found;
}

/** Compares what a host found with what is expected, and tells it. */
function compare({ host, reports, head }: Run): string {
  if (head !== EXPECTED_HEAD) throw new Error(`${host}: ${head}\ninstead of ${EXPECTED_HEAD}`);
  const lines = Object.entries(reports).map(([name, report]) => {
    const [found, expected] = [report, EXPECTED].map((each) => JSON.stringify(each, null, 2));
    if (found !== expected) throw new Error(`${host}, ${name}: ${found}\ninstead of ${expected}`);
    return `        ${host}, ${name}: ${report.trades} trades, ${report.stateHash}`;
  });
  if (lines.length === 0) throw new Error(`${host} reports nothing`);
  return lines.join('\n');
}

try {
  await runSteps([
    ['bundle', makeBundle],
    ['browser', async () => compare(await inBrowser())],
    ...NODES.map((major) => [`Node ${major}`, () => compare(inNode(major))] as const),
  ]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
