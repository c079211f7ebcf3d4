import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Checksums, FULL_CHECKSUMS, SMOKE_CHECKSUMS } from './checksums.ts';
import { markdown, table } from './report.ts';
import { scalePicture } from './scale-picture.ts';
import { type Figure, FULL, type Plan, SMOKE, type Suite, Unavailable } from './suite.ts';
import { SUITES } from './suites.ts';
import { yardsticks as ownYardsticks } from './yardsticks.ts';

const HELP = `Takes the figures of this library.

  npm run bench                       all suites but energy-year, which takes minutes
  npm run bench -- book apply         some of them: ${SUITES.map(({ name }) => name).join(', ')}

  --json FILE   writes the figures to a file as well
  --markdown    prints the table as in bench/RESULTS.md
  --svg FILE    draws the figures of the suite scale
  --smoke       short flows, to see that the fills are right; says nothing about speed
  --help        prints this

Exits with 1 if fills are not what they should be, with 2 if it was called wrongly.
A suite that needs what this machine does not have is skipped, and says so.
What is measured, and how, stands in bench/README.md.
`;

const OPTIONS = {
  json: { type: 'string' },
  svg: { type: 'string' },
  markdown: { type: 'boolean', default: false },
  smoke: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Where output goes, how much a smoke run takes and what its fills must be. */
export interface Surroundings {
  out(text: string): void;
  error(text: string): void;
  /** Where progress can be overwritten; undefined where it cannot. */
  progress?: ((text: string) => void) | undefined;
  readonly smokePlan?: Plan;
  readonly smokeChecksums?: Checksums;
  /** What the machine itself is measured by, before all else. */
  readonly yardsticks?: () => readonly Figure[];
}

/** Runs the bench. @returns the exit code */
export async function bench(args: readonly string[], around: Surroundings): Promise<number> {
  const { smokePlan = SMOKE, smokeChecksums = SMOKE_CHECKSUMS } = around;
  let options;
  let suites: readonly Suite[];
  try {
    const parsed = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    options = parsed.values;
    suites = chosen(parsed.positionals);
    if (options.svg !== undefined && !suites.some(({ name }) => name === 'scale')) {
      throw new Error('--svg draws the suite scale, which is not run');
    }
  } catch (error) {
    around.error(`${(error as Error).message}\n`);
    return 2;
  }
  if (options.help) {
    around.out(HELP);
    return 0;
  }
  const plan = options.smoke ? smokePlan : FULL;
  const checksums = options.smoke ? smokeChecksums : FULL_CHECKSUMS;
  const { figures, skipped, faults } = await measured(suites, plan, checksums, around);
  around.out((options.markdown ? markdown : table)(figures));
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  }
  if (options.svg !== undefined) writeFileSync(options.svg, scalePicture(figures));
  for (const line of [...skipped, ...faults]) around.error(`${line}\n`);
  return faults.length > 0 ? 1 : 0;
}

function chosen(names: readonly string[]): readonly Suite[] {
  if (names.length === 0) return SUITES.filter(({ byNameAlone }) => byNameAlone !== true);
  return names.map((name) => {
    const found = SUITES.find((suite) => suite.name === name);
    if (found !== undefined) return found;
    throw new Error(`there is no suite ${name}; --help names them`);
  });
}

async function measured(
  suites: readonly Suite[],
  plan: Plan,
  checksums: Checksums,
  around: Surroundings,
): Promise<{ figures: Figure[]; skipped: string[]; faults: string[] }> {
  around.progress?.('yardsticks');
  const { yardsticks = ownYardsticks } = around;
  const figures = [...yardsticks()];
  const skipped: string[] = [];
  const faults: string[] = [];
  for (const suite of suites) {
    for (const { name: ofCase, work, measure } of suite.cases) {
      const name = `${suite.name}/${ofCase}`;
      try {
        const figure = await measure(plan, (text) => around.progress?.(`${name}: ${text}`));
        figures.push({ name, ...figure });
        if (work === undefined || figure.checksum === checksums[work]) continue;
        const differing = `${figure.checksum} instead of ${checksums[work]}`;
        faults.push(`${name}: the fills have the checksum ${differing}`);
      } catch (error) {
        if (error instanceof Unavailable) skipped.push(`${name} is skipped: ${error.message}`);
        else faults.push(`${name}: ${(error as Error).message}`);
      }
    }
  }
  around.progress?.('');
  return { figures, skipped, faults };
}
