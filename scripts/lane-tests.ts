/**
 * The other side of `Lane`: runs test files of one copy of the tree, one when asked, in a vitest that stays. What has
 * been transformed is kept; only what is said to have changed is read again.
 */
import { join } from 'node:path';
import { createVitest, type Vitest } from 'vitest/node';
import type { Asked, Found } from './lane.ts';

const folder = process.argv[2]!;

const vitest = await createVitest(
  'test',
  {
    root: folder,
    config: join(folder, 'test/slips/vitest.config.ts'),
    watch: false,
    bail: 1,
    pool: 'threads',
    maxWorkers: 1,
    fileParallelism: false,
    cache: false,
    reporters: [{}],
  },
  {},
  {},
);
await vitest.standalone();

process.on('message', ({ test, changed }: Asked) => {
  for (const file of changed) forget(vitest, file);
  void run(test).then((found) => process.send!(found));
});
process.on('disconnect', () => process.exit(0));

/** Makes it read a file again. @throws Error if something of it is kept all the same */
function forget(of: Vitest, file: string): void {
  of.invalidateFile(file);
  const graphs = Object.values(of.vite.environments).map(({ moduleGraph }) => moduleGraph);
  const kept = graphs
    .flatMap((graph) => [...(graph.getModulesByFile(file) ?? [])])
    .filter(({ transformResult }) => transformResult !== null);
  if (kept.length > 0) throw new Error(`${file} is not read again`);
}

async function run(test: string): Promise<Found> {
  const path = join(folder, `test/${test}.test.ts`);
  const { testModules, unhandledErrors } = await vitest.runTestFiles([path]);
  const found = testModules.filter(({ moduleId }) => moduleId === path);
  const tests = found.flatMap(({ children }) => [...children.allTests()]);
  const failed = tests.find((each) => each.result().state === 'failed');
  const errors = [
    ...(failed?.result().errors ?? []),
    ...found.flatMap((each) => each.errors()),
    ...unhandledErrors,
  ].map((error) => (error as Error).message);
  return {
    passed: tests.filter((each) => each.result().state === 'passed').length,
    ...(failed === undefined ? {} : { failed: failed.fullName }),
    ...(errors.length === 0 ? {} : { fault: errors.join('; ').slice(0, 1_000) }),
  };
}
