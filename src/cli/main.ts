#!/usr/bin/env node
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { check, inspect } from './inspect.ts';
import { exportRows, type Format, FORMATS, type Kind, KINDS } from './export.ts';
import { EXIT, EXIT_HELP, type Outcome } from './outcome.ts';
import { recover } from './recover.ts';
import { type Flags, JSON_FLAG, tell } from './tell.ts';
import { replay } from './replay.ts';
import { addVerify } from './verify-command.ts';

/** That of package.json; a test compares them. */
const VERSION = '0.1.0';

const ABOUT = `Looks at a market that fileStorage keeps in a directory, mends its end, and checks chains and proofs.

Only \`recover\` writes. The others claim nothing, change no byte, and may be used while a market is at work: they say how far they saw.`;

const START = `
To begin with:
  wattbook inspect DIR                          what is there
  wattbook check DIR                            is all of it as it was written?
  wattbook replay DIR                           does it come to what was recorded?
  wattbook export DIR trades > trades.jsonl     one JSON object per line
  wattbook verify DIR --key KEY                 are its blocks as they were signed?
`;

function sequenceOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be the sequence of a command, such as 1200.');
}

const toOption = (): Option =>
  new Option('--to <sequence>', 'stop after this command').argParser(sequenceOf);

function countOf(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= MOST_BLOCKS) return value;
  throw new InvalidArgumentError(`It must be a number of blocks from 1 to ${MOST_BLOCKS}.`);
}

const MOST_BLOCKS = 1_000_000;
const blocksOption = (): Option =>
  new Option('--blocks [count]', 'list the last blocks of its chain')
    .preset('20')
    .argParser(countOf);

function program(): Command {
  const all = new Command('wattbook');
  all
    .version(VERSION)
    .description(ABOUT)
    .addHelpText('after', START + EXIT_HELP);
  // Before the subcommands, which take it over.
  all.exitOverride().showHelpAfterError('(--help tells more)');
  const sub = (name: string, does: string): Command =>
    all
      .command(name)
      .description(does)
      .argument('<dir>', 'the directory of a market')
      .option(...JSON_FLAG)
      .addHelpText('after', EXIT_HELP);
  sub('inspect', 'list journal files, sequences, snapshots and sizes, and blocks')
    .addOption(blocksOption())
    .action((dir: string, flags: Flags & { readonly blocks?: number }) =>
      tell(flags, () => inspect(dir, flags.blocks)),
    );
  sub('check', 'read every byte and say what is not as it was written').action(
    (dir: string, flags: Flags) => tell(flags, () => check(dir)),
  );
  sub('recover', 'go on before a last frame that is torn, or damaged and given up')
    .option('--accept-tail-loss', 'give up a damaged last frame, on which somebody may rely')
    .action((dir: string, flags: Flags & { readonly acceptTailLoss?: boolean }) =>
      tell(flags, () => recover(dir, flags.acceptTailLoss === true)),
    );
  sub('replay', 'go through all commands again, comparing with what was recorded')
    .addOption(toOption())
    .action((dir: string, flags: Flags & { readonly to?: number }) =>
      tell(flags, () => replay(dir, flags.to)),
    );
  sub('export', 'write trades, open orders or balances, as of the last command or of --to')
    .addArgument(new Argument('<what>', 'what to write').choices(KINDS))
    .addOption(new Option('--format <format>', 'of the rows').choices(FORMATS).default('jsonl'))
    .option('--output <file>', 'a new file instead of standard output')
    .addOption(toOption())
    .action(
      (
        dir: string,
        what: Kind,
        flags: Flags & { readonly format: Format; readonly to?: number; readonly output?: string },
      ) => {
        const { format, to, output } = flags;
        const ask = (): Promise<Outcome> => exportRows(dir, what, { format, to, output });
        return tell(flags, ask, output === undefined);
      },
    );
  addVerify(all);
  return all;
}

// Whoever reads only the first lines closes the pipe.
process.stdout.on('error', (fault: NodeJS.ErrnoException) => {
  process.exit(fault.code === 'EPIPE' ? EXIT.fine : EXIT.failed);
});

program()
  .parseAsync()
  .catch((fault: unknown) => {
    if (!(fault instanceof CommanderError)) throw fault;
    process.exitCode = fault.exitCode === 0 ? EXIT.fine : EXIT.usage;
  });
