import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_HELP } from './outcome.ts';
import { type Flags, JSON_FLAG, tell } from './tell.ts';
import { keyOf, verify } from './verify.ts';

interface Given extends Flags {
  readonly key?: readonly Uint8Array[];
  readonly chainId?: Uint8Array;
}

const ABOUT = `check the blocks of a chain, by the format alone

PATH is the directory of a market, or a chain file (chain.wbc) that somebody has handed over. Each block is computed again from what it
holds: that it follows on the one before, that its events are those it was signed for, and that the signature is right. In a
directory the commands are read from the journal and compared too. None of it uses the engine, or believes it.`;

const HELP = `
KEY is the public key of who runs the market: a line such as name+0123abcd+AQ..., or 32 bytes in base64. You have it from the
operator's site or by post, not from the file that you check: without any, the file is only found to agree with itself.

Say ./proof for a file that is named like one of the commands.
`;

function keysOf(text: string, before: readonly Uint8Array[] = []): readonly Uint8Array[] {
  const key = keyOf(text);
  if (key !== undefined) return [...before, key];
  throw new InvalidArgumentError('It must be a note key, or an Ed25519 key in base64.');
}

function chainIdOf(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
}

const keyOption = (): Option =>
  new Option('--key <key>', 'a key that you trust; may be given several times').argParser(keysOf);
const chainIdOption = (): Option =>
  new Option('--chain-id <hex>', 'the chain that it must be').argParser(chainIdOf);

/** Adds `verify` and what belongs to it. */
export function addVerify(all: Command): void {
  const main = all.command('verify');
  main
    .description(ABOUT)
    .summary('check the blocks of a chain, a proof, or two copies')
    // The options behind the name of a command are that command's.
    .enablePositionalOptions()
    .argument('<path>', 'the directory of a market, or a chain file')
    .option(...JSON_FLAG)
    .addOption(keyOption())
    .addOption(chainIdOption())
    .addHelpText('after', HELP + EXIT_HELP)
    .action((path: string, flags: Given) => {
      const { key: keys = [], chainId } = flags;
      return tell(flags, () => verify(path, { keys, chainId }));
    });
}
