import { EXIT, type Outcome, outcomeOf } from './outcome.ts';

/** Flags of every subcommand. */
export interface Flags {
  readonly json?: boolean;
}

export const JSON_FLAG = ['--json', 'one JSON object instead of text'] as const;

/** Does what was asked, tells what came of it, and leaves the exit code. */
export async function tell(flags: Flags, ask: () => Promise<Outcome>, data = false): Promise<void> {
  const outcome = await ask().catch(outcomeOf);
  const { exit, text, json } = outcome;
  const isFault = json['ok'] === false && exit !== EXIT.fine;
  const line = flags.json === true ? JSON.stringify(json) : text;
  // Where the data goes to standard output, nothing else does.
  const toError = data || (isFault && flags.json !== true && !('verdict' in json));
  (toError ? process.stderr : process.stdout).write(`${line}\n`);
  process.exitCode = exit;
}
