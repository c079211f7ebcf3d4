import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { withConstants } from './constants.ts';

const FOLDER = 'node_modules/.cache/wattbook';

// The figures are those of the library as it is shipped: in one file, with constants. Module by module it
// is slower, since V8 looks up each import where it is used.
const shared = {
  outdir: FOLDER,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'es2022',
  packages: 'external',
} as const;
const bench = await build({
  ...shared,
  entryPoints: { bench: 'bench/main.ts', 'recovery-child': 'bench/recovery-child.ts' },
  outExtension: { '.js': '.mjs' },
  format: 'esm',
});
// Under the name by which it is looked for, which is no module to Node in this folder.
const entryPoints = { 'seal-worker': 'src/file/seal-worker.ts' };
const worker = await build({ ...shared, entryPoints, format: 'cjs' });
mkdirSync(FOLDER, { recursive: true });
for (const { path, text } of [...bench.outputFiles, ...worker.outputFiles])
  writeFileSync(path, withConstants(text));
const { status } = spawnSync(process.execPath, [`${FOLDER}/bench.mjs`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
