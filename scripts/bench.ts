import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { withConstants } from './constants.ts';

const FOLDER = 'node_modules/.cache/wattbook';

// The figures are those of the library as it is shipped: in one file, with constants. Module by module it
// is slower, since V8 looks up each import where it is used.
const { outputFiles } = await build({
  entryPoints: { bench: 'bench/main.ts', 'recovery-child': 'bench/recovery-child.ts' },
  outdir: FOLDER,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  packages: 'external',
});
mkdirSync(FOLDER, { recursive: true });
for (const { path, text } of outputFiles) writeFileSync(path, withConstants(text));
const { status } = spawnSync(process.execPath, [`${FOLDER}/bench.mjs`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
