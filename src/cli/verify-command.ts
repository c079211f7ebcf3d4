import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT_HELP } from './outcome.ts';
import { type Flags, JSON_FLAG, tell } from './tell.ts';
import { keyOf, verify } from './verify.ts';
import { compareFiles, proofIn } from './verify-files.ts';

interface Given extends Flags {
  readonly key?: readonly Uint8Array[];
  readonly chainId?: Uint8Array;
  readonly replay?: boolean;
}

const ABOUT = `check the blocks of a chain, by the format alone

PATH is the directory of a market, or a chain file (chain.wbc) that somebody has handed over. Each block is computed again from what it holds: that it follows on the one before, that its events are those it was signed for, and that the signature is right. In a directory the commands are read from the journal and compared too, and with the checkpoint beside the chain. None of it uses the engine, or believes it.

With --replay the engine then carries out the commands of the journal once more: each must lead to the events in its block, and each block to the state root that its header was signed with. Where the journal has dropped its first commands it begins with the latest snapshot, and says of which blocks nothing is said.`;

const PROOF_ABOUT = `check a proof of a trade or a balance

What the file says is computed again up to the root that the checkpoint in it names, and the checkpoint must be signed by a key that you trust. Neither the market nor its chain is needed.`;

const COMPARE_ABOUT = `say where two copies of a chain differ

It names the first block that is not the same, and the field of its header or the event record. Only bytes are compared: whether a copy is good is what \`wattbook verify\` says.`;

const KEY_HELP = `
KEY is the public key of who runs the market: a line such as name+0123abcd+AQ..., or 32 bytes in base64. You have it from the
operator's site or by post, not from the file that you check.
`;

const HELP = `${KEY_HELP}
Without any, the file is only found to agree with itself. Say ./proof for a file that is named like one of the commands.
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
  // What stands behind the name of a command is that command's, with the same options in two of them too.
  const main = all.enablePositionalOptions().command('verify').enablePositionalOptions();
  main
    .description(ABOUT)
    .summary('check the blocks of a chain, a proof, or two copies')
    .argument('<path>', 'the directory of a market, or a chain file')
    .option(...JSON_FLAG)
    .addOption(keyOption())
    .addOption(chainIdOption())
    .option('--replay', 'carry out the commands too; PATH must be a directory')
    .addHelpText('after', HELP + EXIT_HELP)
    .action((path: string, flags: Given) => {
      const { key: keys = [], chainId, replay } = flags;
      return tell(flags, () => verify(path, { keys, chainId }, replay));
    });
  main
    .command('proof')
    .summary('check a proof of a trade or a balance')
    .description(PROOF_ABOUT)
    .argument('<file>', 'the proof, a JSON file')
    .option(...JSON_FLAG)
    .addOption(keyOption().makeOptionMandatory())
    .addOption(chainIdOption())
    .addHelpText('after', KEY_HELP + EXIT_HELP)
    .action((file: string, flags: Given) => {
      const { key: keys = [], chainId } = flags;
      return tell(flags, () => proofIn(file, { keys, chainId }));
    });
  main
    .command('compare')
    .summary('say where two copies of a chain differ')
    .description(COMPARE_ABOUT)
    .argument('<a>', 'a chain file, or the directory of a market')
    .argument('<b>', 'another one')
    .option(...JSON_FLAG)
    .addHelpText('after', EXIT_HELP)
    .action((a: string, b: string, flags: Flags) => tell(flags, () => compareFiles(a, b)));
}
