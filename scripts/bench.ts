import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { withConstants } from './constants.ts';

// The figures are those of the library as it is shipped: in one file, with constants. Module by module it
// is slower, since V8 looks up each import where it is used.
const { outputFiles } = await build({
  entryPoints: ['bench/main.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  packages: 'external',
});
const folder = 'node_modules/.cache/wattbook';
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/bench.mjs`, withConstants(outputFiles[0]!.text));
const { status } = spawnSync(process.execPath, [`${folder}/bench.mjs`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
