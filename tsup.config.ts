import { defineConfig, type Options } from 'tsup';

const common: Options = {
  entry: ['src/index.ts'],
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  // TypeScript 6 calls an option deprecated that tsup sets for the declarations.
  dts: { compilerOptions: { ignoreDeprecations: '6.0', stripInternal: true } },
};

export default defineConfig([
  { ...common, format: 'esm', clean: true },
  // @noble/hashes is ESM only: `require` needs it inside.
  { ...common, format: 'cjs', noExternal: [/^@noble\//] },
]);
