/** Runs the commands of the checks, and makes the tarball that they look at. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command to its end without standard input; returns what it printed. @throws Error if it fails */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const { cwd = ROOT, env = {} } = options;
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0) {
    const line = [command, ...args].join(' ');
    throw new Error(`${line}\nended with ${status ?? error?.message}\n${stdout}${stderr}`);
  }
  return stdout;
}

/** Path of a tarball of the package as `npm publish` would make it, out of what `dist` holds. */
export function pack(folder: string): string {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const [packed] = JSON.parse(run('npm', args)) as { filename: string }[];
  if (packed === undefined) throw new Error('npm pack made no tarball');
  return join(folder, packed.filename);
}

/** The first example that the README shows: its path, and its code. */
export function quickStart(): { readonly file: string; readonly code: string } {
  const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const found = /^```ts\n(\/\/ (examples\/\S+\.ts)\n[\s\S]*?)^```$/m.exec(page);
  if (found === null) throw new Error('README.md: no ts block that names its example');
  return { file: found[2] as string, code: found[1] as string };
}

/** Runs named steps one after the other, goes on after a failure, and ends with 'N passed, N failed'. */
export async function runSteps(
  steps: readonly (readonly [name: string, step: () => unknown])[],
): Promise<void> {
  let failed = 0;
  for (const [name, step] of steps) {
    const started = performance.now();
    try {
      const told = await step();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`ok      ${name} (${seconds} s)`);
      if (typeof told === 'string' && told.trim() !== '') console.log(told.trimEnd());
    } catch (error) {
      failed++;
      console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`${steps.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
