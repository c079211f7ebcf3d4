import { defineConfig, type Options } from 'tsup';
import { withConstants } from './scripts/constants.ts';

/** One line for each sub-path; package.json names the same ones in `exports`, and the program in `bin`. */
const entry = {
  index: 'src/index.ts',
  chain: 'src/chain/index.ts',
  file: 'src/file/index.ts',
  mongodb: 'src/mongodb/index.ts',
  sealing: 'src/sealing/index.ts',
  signing: 'src/signing/index.ts',
  testing: 'src/testing/index.ts',
  verify: 'src/verify/index.ts',
};

const declarations = {
  // Consumers on lib ES2022 know no Symbol.asyncDispose.
  banner: '/// <reference lib="esnext.disposable" />',
  // TypeScript 6 calls an option deprecated that tsup sets for the declarations.
  compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true },
};

const common: Options = {
  entry,
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  // Sub-paths share their chunks, so that an Engine is the same class in all of them.
  splitting: true,
  external: [/^node:/],
  removeNodeProtocol: false,
  plugins: [{ name: 'constants', renderChunk: (code) => ({ code: withConstants(code) }) }],
  dts: declarations,
};

// Both run at once: `npm run build` clears dist before.
export default defineConfig([
  // The worker is loaded by its path, from either format, and has no declarations.
  {
    ...common,
    entry: { ...entry, 'seal-worker': 'src/file/seal-worker.ts' },
    dts: { ...declarations, entry },
    format: 'esm',
  },
  // @noble/hashes is ESM only: `require` needs it inside. commander is for the program alone, so that who installs the package
  // does not install it. With `treeshake` it is rollup that makes the
  // CommonJS of shared chunks; else it is sucrase, which rewrites class fields and spoils the maps.
  {
    ...common,
    entry: { ...entry, cli: 'src/cli/main.ts' },
    // A program has no declarations.
    dts: { ...declarations, entry },
    format: 'cjs',
    noExternal: [/^@noble\//, 'commander'],
    treeshake: true,
  },
]);
